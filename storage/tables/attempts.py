"""Attempts: who held which job, on which device, and how that ended. Every function runs in the
caller's transaction, which holds the job's row."""

from collections.abc import Collection, Sequence

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from storage.clock import now_ms
from storage.records import AttemptRecord, Lease
from storage.schema import attempts, jobs
from storage.states import AttemptState


def begin(tx: Connection, lease: Lease, worker_id: str, device: str) -> None:
    """Notes that a job was claimed."""
    row = {"job_id": lease.job_id, "token": lease.token, "worker_id": worker_id, "device": device}
    tx.execute(_began, row)


def resume(tx: Connection, job_id: int, epoch: int) -> None:
    """Notes that a job's attempt goes on from a checkpoint of that epoch."""
    tx.execute(sa.update(attempts).where(_running_of([job_id])).values(began_epoch=epoch))


def end(
    tx: Connection,
    job_ids: Collection[int],
    state: AttemptState,
    reason: str | None = None,
) -> None:
    """Notes how the attempts at these jobs ended, where any runs."""
    tx.execute(_ended, {"of_jobs": list(job_ids), "state": state, "reason": reason})


def excuse(tx: Connection, lease: Lease) -> bool:
    """Notes that the loss of the attempt under that lease counts no more; False where none was
    lost, or this is known."""
    of_lease = sa.and_(attempts.c.job_id == lease.job_id, attempts.c.token == lease.token)
    lost = sa.and_(of_lease, attempts.c.state == AttemptState.LOST)
    return tx.execute(sa.update(attempts).where(lost).values(token=None)).rowcount == 1


def of_study(tx: Connection, study_id: int) -> list[AttemptRecord]:
    """All attempts at the jobs of a study, oldest first."""
    return _select(tx, jobs.c.study_id == study_id)


def of_jobs(tx: Connection, job_ids: Collection[int]) -> list[AttemptRecord]:
    """All attempts at these few jobs, oldest first."""
    return _select(tx, jobs.c.id.in_(job_ids))


def running_at(tx: Connection, of_jobs: sa.ColumnElement[bool]) -> Sequence[int]:
    """The ids of the jobs that are so, and have an attempt that runs."""
    return tx.scalars(
        sa.select(attempts.c.job_id)
        .join(jobs, jobs.c.id == attempts.c.job_id)
        .where(of_jobs, attempts.c.state == AttemptState.RUNNING)
    ).all()


def running(tx: Connection, study_id: int) -> list[AttemptRecord]:
    """Those of them that run."""
    return _select(
        tx, sa.and_(jobs.c.study_id == study_id, attempts.c.state == AttemptState.RUNNING)
    )


def _running_of(job_ids: Collection[int]) -> sa.ColumnElement[bool]:
    return sa.and_(attempts.c.job_id.in_(job_ids), attempts.c.state == AttemptState.RUNNING)


# Made once: to make a statement takes longer than to ask it.
_began = sa.insert(attempts).values(state=AttemptState.RUNNING, began_epoch=0, began_ms=now_ms())
_ended = (
    sa.update(attempts)
    .where(attempts.c.job_id.in_(sa.bindparam("of_jobs", expanding=True)))
    .where(attempts.c.state == AttemptState.RUNNING)
    .values(ended_ms=now_ms())
)


def _select(tx: Connection, condition: sa.ColumnElement[bool]) -> list[AttemptRecord]:
    rows = tx.execute(
        sa.select(attempts)
        .join(jobs, jobs.c.id == attempts.c.job_id)
        .where(condition)
        .order_by(attempts.c.id)
    )
    return [AttemptRecord.from_row(row) for row in rows]
