"""The first tables"""

import sqlalchemy as sa
from alembic import op

from storage.schema import LONG_BYTES, LONG_TEXT

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "hpo_blobs",
        sa.Column("artifact_id", sa.String(length=128), nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("content", LONG_BYTES, nullable=False),
        sa.PrimaryKeyConstraint("artifact_id", "part", name=op.f("pk_hpo_blobs")),
    )
    op.create_table(
        "hpo_studies",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uuid", sa.String(length=36), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("definition", sa.String(length=255), nullable=False),
        sa.Column("definition_hash", sa.String(length=64), nullable=False),
        sa.Column("settings", sa.JSON(), nullable=False),
        sa.Column("baseline", sa.JSON(), nullable=False),
        sa.Column("data_sha256", sa.String(length=64), nullable=True),
        sa.Column("seed", sa.BigInteger(), nullable=False),
        sa.Column("trials", sa.Integer(), nullable=False),
        sa.Column("select_top", sa.Integer(), nullable=False),
        sa.Column("select_seeds", sa.Integer(), nullable=False),
        sa.Column("final_seeds", sa.Integer(), nullable=False),
        sa.Column("timeout_ms", sa.BigInteger(), nullable=True),
        sa.Column("target", sa.Double(), nullable=True),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("phase", sa.String(length=16), nullable=False),
        sa.Column("reason", LONG_TEXT, nullable=True),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.Column("started_ms", sa.BigInteger(), nullable=True),
        sa.Column("ended_ms", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hpo_studies")),
        sa.UniqueConstraint("name", name=op.f("uq_hpo_studies_name")),
        sa.UniqueConstraint("uuid", name=op.f("uq_hpo_studies_uuid")),
    )
    op.create_table(
        "hpo_workers",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("host", sa.String(length=255), nullable=False),
        sa.Column("pid", sa.Integer(), nullable=False),
        sa.Column("slots", sa.JSON(), nullable=False),
        sa.Column("versions", sa.JSON(), nullable=False),
        sa.Column("started_ms", sa.BigInteger(), nullable=False),
        sa.Column("seen_ms", sa.BigInteger(), nullable=False),
        sa.Column("left_ms", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hpo_workers")),
    )
    op.create_table(
        "hpo_jobs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("study_id", sa.Integer(), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("phase", sa.String(length=16), nullable=False),
        sa.Column("configuration", sa.Integer(), nullable=False),
        sa.Column("seed", sa.BigInteger(), nullable=False),
        sa.Column("data_set", sa.String(length=16), nullable=False),
        sa.Column("params", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("trial_id", sa.Integer(), nullable=True),
        sa.Column("trial_number", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("token", sa.String(length=36), nullable=True),
        sa.Column("lease_expires_ms", sa.BigInteger(), nullable=True),
        sa.Column("worker_id", sa.String(length=36), nullable=True),
        sa.Column("losses", sa.Integer(), server_default="0", nullable=False),
        sa.Column("epoch", sa.Integer(), server_default="0", nullable=False),
        sa.Column("score", sa.Double(), nullable=True),
        sa.Column("loss", sa.Double(), nullable=True),
        sa.Column("reason", LONG_TEXT, nullable=True),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.Column("started_ms", sa.BigInteger(), nullable=True),
        sa.Column("ended_ms", sa.BigInteger(), nullable=True),
        sa.Column("opened_ms", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["study_id"], ["hpo_studies.id"], name=op.f("fk_hpo_jobs_study_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hpo_jobs")),
        sa.UniqueConstraint(
            "study_id",
            "generation",
            "phase",
            "configuration",
            "seed",
            "data_set",
            name=op.f("uq_hpo_jobs_study_id_generation_phase_configuration_seed_data_set"),
        ),
    )
    with op.batch_alter_table("hpo_jobs", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_hpo_jobs_study_id_state_lease_expires_ms"),
            ["study_id", "state", "lease_expires_ms"],
            unique=False,
        )

    op.create_table(
        "hpo_artifacts",
        sa.Column("id", sa.String(length=128), nullable=False),
        sa.Column("job_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["job_id"], ["hpo_jobs.id"], name=op.f("fk_hpo_artifacts_job_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hpo_artifacts")),
    )
    with op.batch_alter_table("hpo_artifacts", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_hpo_artifacts_job_id_kind"), ["job_id", "kind"], unique=False
        )

    op.create_table(
        "hpo_evaluations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("job_id", sa.Integer(), nullable=False),
        sa.Column("split", sa.String(length=16), nullable=False),
        sa.Column("accuracy", sa.Double(), nullable=False),
        sa.Column("loss", sa.Double(), nullable=False),
        sa.Column("labels", LONG_BYTES, nullable=False),
        sa.Column("predictions", LONG_BYTES, nullable=False),
        sa.ForeignKeyConstraint(
            ["job_id"], ["hpo_jobs.id"], name=op.f("fk_hpo_evaluations_job_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hpo_evaluations")),
        sa.UniqueConstraint("job_id", "split", name=op.f("uq_hpo_evaluations_job_id_split")),
    )
