"""Which database this is. Every function runs in the caller's transaction."""

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from storage.records import DatabaseRecord
from storage.schema import database


def get(tx: Connection) -> DatabaseRecord:
    """What is known of this database itself."""
    return DatabaseRecord.from_row(tx.execute(sa.select(database)).one())
