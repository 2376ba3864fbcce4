"""Rungs: the epochs at which the trials of a search are compared. Every function runs in the caller's
transaction."""

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from storage.schema import jobs, rungs
from storage.states import JobState
from storage.summary_records import Rung


def reach(tx: Connection, job_id: int, rung: int, value: float) -> None:
    """Notes the value by which a job is compared at a rung; once more is fine."""
    of_it = sa.and_(rungs.c.job_id == job_id, rungs.c.rung == rung)
    updated = tx.execute(sa.update(rungs).where(of_it).values(value=value))
    if updated.rowcount == 0:
        study_id = sa.select(jobs.c.study_id).where(jobs.c.id == job_id).scalar_subquery()
        tx.execute(
            sa.insert(rungs).values(job_id=job_id, rung=rung, study_id=study_id, value=value)
        )


def ahead_of(tx: Connection, study_id: int, rung: int, job_id: int) -> int | None:
    """How many trials were better than that of the job at a rung; None where it has not come to it."""
    value = tx.scalar(
        sa.select(rungs.c.value).where(rungs.c.job_id == job_id, rungs.c.rung == rung)
    )
    return None if value is None else _count_better(tx, study_id, rung, job_id, value)


def read(tx: Connection, study_id: int, rung: int) -> Rung:
    """What is known of a rung of a study."""
    reached = tx.scalar(
        sa.select(sa.func.count()).where(rungs.c.study_id == study_id, rungs.c.rung == rung)
    )
    best = tx.execute(
        sa.select(jobs.c.id, jobs.c.rung_value)
        .where(jobs.c.study_id == study_id, jobs.c.state == JobState.PAUSED, jobs.c.rung == rung)
        .order_by(jobs.c.rung_value, jobs.c.id)
        .limit(1)
    ).one_or_none()
    if best is None:
        return Rung(reached or 0)
    ahead = _count_better(tx, study_id, rung, best.id, best.rung_value)
    return Rung(reached or 0, best.id, ahead)


def _count_better(tx: Connection, study_id: int, rung: int, job_id: int, value: float) -> int:
    """Ties go to the job that is older."""
    before = sa.or_(rungs.c.value < value, sa.and_(rungs.c.value == value, rungs.c.job_id < job_id))
    at_rung = sa.and_(rungs.c.study_id == study_id, rungs.c.rung == rung)
    return tx.scalar(sa.select(sa.func.count()).where(at_rung, before)) or 0
