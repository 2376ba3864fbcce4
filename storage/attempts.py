"""Attempts: who held which job, on which device, and how that ended. Every function runs in the
caller's transaction, which holds the job's row."""

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Session

from storage.clock import now_ms
from storage.records import AttemptRecord
from storage.schema import attempts, jobs
from storage.states import AttemptState


def begin(tx: Connection, job_id: int, worker_id: str, device: str, epoch: int) -> None:
    """Notes that a job was claimed, `epoch` epochs of which were reported before."""
    tx.execute(
        sa.insert(attempts).values(
            job_id=job_id,
            worker_id=worker_id,
            device=device,
            state=AttemptState.RUNNING,
            began_epoch=epoch,
            began_ms=now_ms(),
        )
    )


def end(
    tx: Connection | Session,
    of_jobs: sa.ColumnElement[bool],
    state: AttemptState,
    reason: str | None = None,
) -> None:
    """Notes how the attempts that run ended, of the jobs that the condition names."""
    ids = sa.select(jobs.c.id).where(of_jobs)
    tx.execute(
        sa.update(attempts)
        .where(attempts.c.job_id.in_(ids), attempts.c.state == AttemptState.RUNNING)
        .values(state=state, reason=reason, ended_ms=now_ms())
    )


def of_study(tx: Connection, study_id: int) -> list[AttemptRecord]:
    """All attempts at the jobs of a study, oldest first."""
    return _select(tx, jobs.c.study_id == study_id)


def running(tx: Connection, study_id: int) -> list[AttemptRecord]:
    """Those of them that run."""
    return _select(
        tx, sa.and_(jobs.c.study_id == study_id, attempts.c.state == AttemptState.RUNNING)
    )


def _select(tx: Connection, condition: sa.ColumnElement[bool]) -> list[AttemptRecord]:
    rows = tx.execute(
        sa.select(attempts)
        .join(jobs, jobs.c.id == attempts.c.job_id)
        .where(condition)
        .order_by(attempts.c.id)
    )
    return [AttemptRecord.from_row(row) for row in rows]
