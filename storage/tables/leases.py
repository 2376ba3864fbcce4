"""The lease on a job, as what writes for the job tests it."""

import uuid
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Session

from storage.clock import now_ms
from storage.errors import LeaseLost
from storage.records import Lease
from storage.schema import jobs
from storage.states import UNFINISHED, AttemptState, JobState
from storage.tables import attempts, rungs


def give(
    tx: Connection, job_id: int, worker_id: str, lease_seconds: float, **columns: Any
) -> Lease:
    """A new lease on a job whose row the caller has locked; `columns` are written with it."""
    lease = Lease(job_id, str(uuid.uuid4()))
    columns |= {
        "state": JobState.LEASED,
        "token": lease.token,
        "lease_expires_ms": expiry(lease_seconds),
        "worker_id": worker_id,
    }
    tx.execute(sa.update(jobs).where(jobs.c.id == job_id).values(**columns))
    return lease


def expiry(lease_seconds: float) -> sa.ColumnElement[int]:
    """When a lease expires that is given or renewed now."""
    return now_ms() + round(lease_seconds * 1000)


def strike(target: Connection | Session, lease: Lease, **columns: Any) -> None:
    """Writes `columns` to the job, in the caller's transaction, if the lease is still held; with a
    `rung_value` it has come to its `rung`.

    Raises:
        LeaseLost: another token stands there, or none.
    """
    ends = "state" in columns and JobState(columns["state"]).is_final
    if ends:
        columns |= {"token": None, "lease_expires_ms": None, "ended_ms": now_ms()}
    if (value := columns.get("rung_value")) is not None:
        columns["rung_ms"] = now_ms()
    result = target.execute(
        sa.update(jobs)
        .where(jobs.c.id == lease.job_id, jobs.c.token == lease.token)
        .where(jobs.c.state == JobState.LEASED)
        .values(columns or {"token": lease.token})
    )
    if result.rowcount != 1:  # type: ignore[attr-defined]  # an UPDATE's result has a row count
        raise LeaseLost(lease.job_id)
    if value is not None:
        rungs.reach(target, lease.job_id, columns["rung"], value)
    if ends:
        attempts.end(target, [lease.job_id], AttemptState.ENDED)


def excuse(tx: Connection, lease: Lease) -> None:
    """Takes back, once, that the job was lost under this lease; not where it has ended over it."""
    # Rows of jobs before those of attempts, as everywhere.
    tx.execute(sa.select(jobs.c.id).where(jobs.c.id == lease.job_id).with_for_update())
    if attempts.excuse(tx, lease):
        tx.execute(
            sa.update(jobs)
            .where(jobs.c.id == lease.job_id, jobs.c.losses > 0)
            .where(jobs.c.state.in_(UNFINISHED))
            .values(losses=jobs.c.losses - 1)
        )
