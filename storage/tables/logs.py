"""What trainings printed, attempt by attempt. Every function runs in the caller's transaction."""

import zlib
from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from storage.records import Lease
from storage.schema import attempts, logs

MOST_BYTES = 1 << 20
"""That are read of one, whatever stands there."""


def put(tx: Connection, lease: Lease, text: str) -> None:
    """Keeps what the attempt under that lease has printed, over what is kept of it; call it under the
    fence of the job."""
    of_lease = sa.and_(attempts.c.job_id == lease.job_id, attempts.c.token == lease.token)
    row = {
        "attempt_id": tx.scalars(sa.select(attempts.c.id).where(of_lease)).one(),
        "content": zlib.compress(text.encode()),
    }
    of_attempt = logs.c.attempt_id == row["attempt_id"]
    if tx.execute(sa.update(logs).where(of_attempt).values(row)).rowcount == 0:
        tx.execute(sa.insert(logs).values(row))


def of_jobs(tx: Connection, job_ids: Collection[int]) -> dict[int, str]:
    """What the attempts at these few jobs have printed, by the ids of those that have printed anything."""
    rows = tx.execute(
        sa.select(logs)
        .join(attempts, attempts.c.id == logs.c.attempt_id)
        .where(attempts.c.job_id.in_(job_ids))
    )
    return {row.attempt_id: _read(row.content) for row in rows}


def _read(content: bytes) -> str:
    return zlib.decompressobj().decompress(content, MOST_BYTES).decode(errors="replace")
