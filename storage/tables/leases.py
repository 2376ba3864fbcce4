"""The lease on a job, as what writes for the job tests it."""

import uuid
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

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


def strike(tx: Connection, lease: Lease, **columns: Any) -> None:
    """Writes `columns` to the job, in the caller's transaction, if the lease is still held; with a
    `rung_value` it has come to its `rung`.

    Raises:
        LeaseLost: another token stands there, or none.
    """
    ends = "state" in columns and JobState(columns["state"]).is_final
    written = _ended if ends else _held
    if (value := columns.get("rung_value")) is not None:
        columns["rung_ms"] = now_ms()
    if made := {name: each for name, each in columns.items() if isinstance(each, sa.ClauseElement)}:
        written = written.values(made)
    plain = {name: each for name, each in columns.items() if name not in made}
    known = {"held_id": lease.job_id, "held_token": lease.token}
    if not columns:
        plain = {"token": lease.token}
    if tx.execute(written, {**known, **plain}).rowcount != 1:
        raise LeaseLost(lease.job_id)
    if value is not None:
        rungs.reach(tx, lease.job_id, columns["rung"], value)
    if ends:
        attempts.end(tx, [lease.job_id], AttemptState.ENDED)


# Made once: to make a statement takes longer than to ask it.
_held = (
    sa.update(jobs)
    .where(jobs.c.id == sa.bindparam("held_id"), jobs.c.token == sa.bindparam("held_token"))
    .where(jobs.c.state == JobState.LEASED)
)
_ended = _held.values(token=None, lease_expires_ms=None, ended_ms=now_ms())


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
