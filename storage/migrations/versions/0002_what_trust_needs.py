"""The seal of the holdouts, the loss of each image, where a training came from"""

import sqlalchemy as sa
from alembic import op

from storage.errors import SchemaMismatch
from storage.schema import LONG_BYTES

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    workers = sa.table("hpo_workers")
    if op.get_bind().scalar(sa.select(sa.func.count()).select_from(workers)):
        raise SchemaMismatch(
            "the studies in this database were run by an older hpo, which kept less than a result"
            " needs now: finish them with that version, and give this one a database of its own"
        )
    op.create_table(
        "hpo_openings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("job_id", sa.Integer(), nullable=True),
        sa.Column("holdout_sha256", sa.String(length=64), nullable=False),
        sa.Column("opened_ms", sa.BigInteger(), nullable=False),
        sa.Column("who", sa.String(length=255), nullable=False),
        sa.Column("study", sa.String(length=255), nullable=False),
        sa.Column("study_uuid", sa.String(length=36), nullable=False),
        sa.Column("definition", sa.String(length=255), nullable=False),
        sa.Column("definition_hash", sa.String(length=64), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("configuration", sa.Integer(), nullable=False),
        sa.Column("params", sa.JSON(), nullable=False),
        sa.Column("seed", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["job_id"],
            ["hpo_jobs.id"],
            name=op.f("fk_hpo_openings_job_id"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hpo_openings")),
        sa.UniqueConstraint("job_id", name=op.f("uq_hpo_openings_job_id")),
    )
    with op.batch_alter_table("hpo_openings") as openings:
        openings.create_index(
            openings.f("ix_hpo_openings_holdout_sha256"), ["holdout_sha256"], unique=False
        )
    with op.batch_alter_table("hpo_jobs") as jobs:
        jobs.drop_column("opened_ms")
    with op.batch_alter_table("hpo_workers") as columns:
        columns.drop_column("versions")
        columns.add_column(sa.Column("provenance", sa.JSON(), nullable=False))
    with op.batch_alter_table("hpo_evaluations") as columns:
        columns.drop_column("accuracy")
        columns.drop_column("loss")
        columns.add_column(sa.Column("losses", LONG_BYTES, nullable=False))
