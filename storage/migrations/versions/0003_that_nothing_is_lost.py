"""Checkpoints, attempts, studies that are halted, the grace after an outage"""

import sqlalchemy as sa
from alembic import op

from storage.schema import LONG_TEXT

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    with op.batch_alter_table("hpo_studies") as columns:
        columns.add_column(sa.Column("halted_ms", sa.BigInteger()))
        columns.add_column(sa.Column("takeover_after_ms", sa.BigInteger()))
    with op.batch_alter_table("hpo_jobs") as columns:
        for name in ("attempts", "exhaustions"):
            columns.add_column(sa.Column(name, sa.Integer(), server_default="0", nullable=False))
        columns.add_column(sa.Column("resumed_across", LONG_TEXT))
    with op.batch_alter_table("hpo_artifacts") as columns:
        columns.add_column(sa.Column("epoch", sa.Integer()))
        columns.add_column(sa.Column("provenance", sa.JSON(none_as_null=True)))
        columns.add_column(sa.Column("stored_ms", sa.BigInteger()))
    op.execute("UPDATE hpo_artifacts SET stored_ms = created_ms")
