"""Priorities, what devices do and cost, and who this database is"""

import uuid

import sqlalchemy as sa
from alembic import op

from storage.clock import now_ms

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    with op.batch_alter_table("hpo_studies") as columns:
        columns.add_column(sa.Column("priority", sa.Integer(), server_default="0", nullable=False))
    with op.batch_alter_table("hpo_jobs") as columns:
        for name in ("device_seconds", "energy_joules"):
            columns.add_column(sa.Column(name, sa.Double(), server_default="0", nullable=False))
    op.drop_index("ix_hpo_jobs_study_id_state_lease_expires_ms", "hpo_jobs")
    op.create_index("ix_hpo_jobs_study_id_state_id", "hpo_jobs", ["study_id", "state", "id"])
    op.create_index("ix_hpo_jobs_study_id_configuration", "hpo_jobs", ["study_id", "configuration"])
    with op.batch_alter_table("hpo_workers") as columns:
        columns.add_column(sa.Column("machine", sa.String(64)))
        columns.add_column(sa.Column("usage", sa.JSON(none_as_null=True)))
    database = op.create_table(
        "hpo_database",
        sa.Column("uuid", sa.String(36), nullable=False),
        sa.Column("artifacts", sa.Text()),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("uuid", name=op.f("pk_hpo_database")),
    )
    op.execute(sa.insert(database).values(uuid=str(uuid.uuid4()), created_ms=now_ms()))
