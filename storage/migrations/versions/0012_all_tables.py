"""All tables as of the first release"""

import uuid

import sqlalchemy as sa
from alembic import op

from storage.clock import now_ms
from storage.schema import LONG_BYTES, LONG_TEXT

# What stood before was never released; its tables are refused.
revision = "0012"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "hpo_blobs",
        sa.Column("artifact_id", sa.String(128), primary_key=True),
        sa.Column("part", sa.Integer(), primary_key=True),
        sa.Column("content", LONG_BYTES, nullable=False),
    )
    database = op.create_table(
        "hpo_database",
        sa.Column("uuid", sa.String(36), primary_key=True),
        sa.Column("artifacts", sa.Text()),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
    )
    op.execute(sa.insert(database).values(uuid=str(uuid.uuid4()), created_ms=now_ms()))
    op.create_table(
        "hpo_studies",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("uuid", sa.String(36), nullable=False, unique=True),
        sa.Column("name", sa.String(255), nullable=False, unique=True),
        sa.Column("definition", sa.String(255), nullable=False),
        sa.Column("definition_hash", sa.String(64), nullable=False),
        sa.Column("settings", sa.JSON(), nullable=False),
        sa.Column("baseline", sa.JSON(), nullable=False),
        sa.Column("fixed", sa.JSON(), nullable=False),
        sa.Column("metric", sa.String(255), nullable=False),
        sa.Column("direction", sa.String(16), nullable=False),
        sa.Column("points", sa.Integer()),
        sa.Column("data_sha256", sa.String(64)),
        sa.Column("precision", sa.String(32)),
        sa.Column("precision_reason", LONG_TEXT),
        sa.Column("seed", sa.BigInteger(), nullable=False),
        sa.Column("pruner", sa.String(16), nullable=False),
        sa.Column("trials", sa.Integer(), nullable=False),
        sa.Column("select_top", sa.Integer(), nullable=False),
        sa.Column("select_seeds", sa.Integer(), nullable=False),
        sa.Column("final_seeds", sa.Integer(), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("timeout_ms", sa.BigInteger()),
        sa.Column("total_timeout_ms", sa.BigInteger()),
        sa.Column("fitting_seeds", sa.Integer()),
        sa.Column("target", sa.Double()),
        sa.Column("patience", sa.Integer()),
        sa.Column("sampler", sa.String(16), nullable=False),
        sa.Column("source", sa.String(255)),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("phase", sa.String(16), nullable=False),
        sa.Column("reason", LONG_TEXT),
        sa.Column("halted_ms", sa.BigInteger()),
        sa.Column("takeover_after_ms", sa.BigInteger()),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.Column("started_ms", sa.BigInteger()),
        sa.Column("ended_ms", sa.BigInteger()),
    )
    op.create_table(
        "hpo_workers",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("host", sa.String(255), nullable=False),
        sa.Column("pid", sa.Integer(), nullable=False),
        sa.Column("slots", sa.JSON(), nullable=False),
        sa.Column("provenance", sa.JSON(), nullable=False),
        sa.Column("machine", sa.String(64)),
        sa.Column("usage", sa.JSON(none_as_null=True)),
        sa.Column("started_ms", sa.BigInteger(), nullable=False),
        sa.Column("seen_ms", sa.BigInteger(), nullable=False),
        sa.Column("left_ms", sa.BigInteger()),
    )
    op.create_table(
        "hpo_jobs",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column(
            "study_id",
            sa.Integer(),
            sa.ForeignKey("hpo_studies.id", ondelete="CASCADE"),
            nullable=False,
        ),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("phase", sa.String(16), nullable=False),
        sa.Column("configuration", sa.Integer(), nullable=False),
        sa.Column("seed", sa.BigInteger(), nullable=False),
        sa.Column("data_set", sa.String(16), nullable=False),
        sa.Column("params", sa.JSON(none_as_null=True)),
        sa.Column("trial_id", sa.Integer()),
        sa.Column("trial_number", sa.Integer()),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("token", sa.String(36)),
        sa.Column("lease_expires_ms", sa.BigInteger()),
        sa.Column("worker_id", sa.String(36)),
        sa.Column("attempts", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("losses", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("exhaustions", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("epoch", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("epoch_seconds", sa.Double()),
        sa.Column("score", sa.Double()),
        sa.Column("scores", sa.JSON(none_as_null=True)),
        sa.Column("is_feasible", sa.Boolean(), nullable=False, server_default="1"),
        sa.Column("loss", sa.Double()),
        sa.Column("rung", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("rung_value", sa.Double()),
        sa.Column("rung_ms", sa.BigInteger()),
        sa.Column("reason", LONG_TEXT),
        sa.Column("resumed_across", LONG_TEXT),
        sa.Column("device_seconds", sa.Double(), nullable=False, server_default="0"),
        sa.Column("energy_joules", sa.Double(), nullable=False, server_default="0"),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.Column("started_ms", sa.BigInteger()),
        sa.Column("ended_ms", sa.BigInteger()),
        sa.UniqueConstraint("study_id", "generation", "phase", "configuration", "seed", "data_set"),
        sa.Index(None, "study_id", "configuration"),
        sa.Index(None, "study_id", "state", "id"),
        sa.Index(None, "study_id", "state", "rung", "rung_value"),
        sa.Index(None, "trial_id"),
    )
    op.create_table(
        "hpo_artifacts",
        sa.Column("id", sa.String(128), primary_key=True),
        sa.Column(
            "job_id", sa.Integer(), sa.ForeignKey("hpo_jobs.id", ondelete="CASCADE"), nullable=False
        ),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("epoch", sa.Integer()),
        sa.Column("provenance", sa.JSON(none_as_null=True)),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.Column("stored_ms", sa.BigInteger()),
        sa.Index(None, "job_id", "kind"),
    )
    op.create_table(
        "hpo_rungs",
        sa.Column(
            "job_id",
            sa.Integer(),
            sa.ForeignKey("hpo_jobs.id", ondelete="CASCADE"),
            primary_key=True,
        ),
        sa.Column("rung", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("study_id", sa.Integer(), nullable=False),
        sa.Column("value", sa.Double(), nullable=False),
        sa.Index(None, "study_id", "rung", "value", "job_id"),
    )
    op.create_table(
        "hpo_earlier_trials",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column(
            "study_id",
            sa.Integer(),
            sa.ForeignKey("hpo_studies.id", ondelete="CASCADE"),
            nullable=False,
            index=True,
        ),
        sa.Column("configuration", sa.Integer(), nullable=False),
        sa.Column("params", sa.JSON(), nullable=False),
        sa.Column("is_complete", sa.Boolean(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("score", sa.Double(), nullable=False),
        sa.Column("scores", sa.JSON()),
    )
    op.create_table(
        "hpo_attempts",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column(
            "job_id",
            sa.Integer(),
            sa.ForeignKey("hpo_jobs.id", ondelete="CASCADE"),
            nullable=False,
            index=True,
        ),
        sa.Column("token", sa.String(36)),
        sa.Column("worker_id", sa.String(36), nullable=False),
        sa.Column("device", sa.String(64), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("reason", LONG_TEXT),
        sa.Column("began_epoch", sa.Integer(), nullable=False),
        sa.Column("began_ms", sa.BigInteger(), nullable=False),
        sa.Column("ended_ms", sa.BigInteger()),
    )
    op.create_table(
        "hpo_logs",
        sa.Column(
            "job_id",
            sa.Integer(),
            sa.ForeignKey("hpo_jobs.id", ondelete="CASCADE"),
            primary_key=True,
        ),
        sa.Column("attempt", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("content", LONG_BYTES, nullable=False),
    )
    op.create_table(
        "hpo_evaluations",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column(
            "job_id", sa.Integer(), sa.ForeignKey("hpo_jobs.id", ondelete="CASCADE"), nullable=False
        ),
        sa.Column("split", sa.String(16), nullable=False),
        sa.Column("labels", LONG_BYTES, nullable=False),
        sa.Column("predictions", LONG_BYTES, nullable=False),
        sa.Column("losses", LONG_BYTES, nullable=False),
        sa.UniqueConstraint("job_id", "split"),
    )
    op.create_table(
        "hpo_openings",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column(
            "job_id", sa.Integer(), sa.ForeignKey("hpo_jobs.id", ondelete="SET NULL"), unique=True
        ),
        sa.Column("holdout_sha256", sa.String(64), nullable=False, index=True),
        sa.Column("opened_ms", sa.BigInteger(), nullable=False),
        sa.Column("who", sa.String(255), nullable=False),
        sa.Column("study", sa.String(255), nullable=False),
        sa.Column("study_uuid", sa.String(36), nullable=False),
        sa.Column("definition", sa.String(255), nullable=False),
        sa.Column("definition_hash", sa.String(64), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("configuration", sa.Integer(), nullable=False),
        sa.Column("params", sa.JSON(), nullable=False),
        sa.Column("seed", sa.BigInteger(), nullable=False),
        sa.Column("origin_id", sa.Integer()),
    )
