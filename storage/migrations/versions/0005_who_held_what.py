"""Who held which job, on which device, and how that ended"""

import sqlalchemy as sa
from alembic import op

from storage.schema import LONG_TEXT

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "hpo_attempts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("job_id", sa.Integer(), nullable=False),
        sa.Column("worker_id", sa.String(36), nullable=False),
        sa.Column("device", sa.String(64), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("reason", LONG_TEXT),
        sa.Column("began_epoch", sa.Integer(), nullable=False),
        sa.Column("began_ms", sa.BigInteger(), nullable=False),
        sa.Column("ended_ms", sa.BigInteger()),
        sa.ForeignKeyConstraint(
            ["job_id"],
            ["hpo_jobs.id"],
            name=op.f("fk_hpo_attempts_job_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hpo_attempts")),
    )
    op.create_index("ix_hpo_attempts_job_id", "hpo_attempts", ["job_id"])
