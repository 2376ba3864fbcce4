"""What trainings printed, attempt by attempt. Every function runs in the caller's transaction."""

import zlib
from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from storage.records import Lease
from storage.schema import jobs, logs

MOST_BYTES = 1 << 20
"""That are read of one, whatever stands there."""


def put(tx: Connection, lease: Lease, text: str) -> None:
    """Keeps what the attempt under that lease has printed, over what is kept of it; call it under the
    fence of the job."""
    attempt = tx.scalars(sa.select(jobs.c.attempts).where(jobs.c.id == lease.job_id)).one()
    content = zlib.compress(text.encode())
    of_attempt = sa.and_(logs.c.job_id == lease.job_id, logs.c.attempt == attempt)
    if tx.execute(sa.update(logs).where(of_attempt).values(content=content)).rowcount == 0:
        row = {"job_id": lease.job_id, "attempt": attempt, "content": content}
        tx.execute(sa.insert(logs).values(row))


def of_jobs(tx: Connection, job_ids: Collection[int]) -> dict[tuple[int, int], str]:
    """What the attempts at these few jobs have printed, of those that have printed anything: by the job's id
    and the number of the attempt, counted from 1."""
    rows = tx.execute(sa.select(logs).where(logs.c.job_id.in_(job_ids)))
    return {(row.job_id, row.attempt): _read(row.content) for row in rows}


def _read(content: bytes) -> str:
    return zlib.decompressobj().decompress(content, MOST_BYTES).decode(errors="replace")
