"""Rungs: the epochs at which the trials of a search are compared. Every function runs in the caller's
transaction."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Session

from storage.records import BASELINE, Rung, SearchOutline
from storage.schema import jobs, rungs, studies
from storage.states import JobState, Phase


def reach(target: Connection | Session, job_id: int, rung: int, value: float) -> None:
    """Notes the value by which a job is compared at a rung; once more is fine."""
    of_it = sa.and_(rungs.c.job_id == job_id, rungs.c.rung == rung)
    updated = target.execute(sa.update(rungs).where(of_it).values(value=value))
    if updated.rowcount == 0:  # type: ignore[attr-defined]  # an UPDATE's result has a row count
        study_id = sa.select(jobs.c.study_id).where(jobs.c.id == job_id).scalar_subquery()
        target.execute(
            sa.insert(rungs).values(job_id=job_id, rung=rung, study_id=study_id, value=value)
        )


def ahead_of(tx: Connection, study_id: int, rung: int, job_id: int) -> int | None:
    """How many trials were better than that of the job at a rung; None where it has not come to it."""
    value = tx.scalar(
        sa.select(rungs.c.value).where(rungs.c.job_id == job_id, rungs.c.rung == rung)
    )
    return None if value is None else _count_better(tx, study_id, rung, job_id, value)


def outline(tx: Connection, study_id: int, number: int) -> SearchOutline:
    """What can be said of a search with so many rungs without reading its jobs."""
    search = sa.and_(jobs.c.study_id == study_id, jobs.c.phase == Phase.SEARCH)
    others = sa.and_(search, jobs.c.configuration != BASELINE)
    begun = sa.and_(jobs.c.state == JobState.OPEN, jobs.c.trial_id.is_not(None))
    working = sa.or_(jobs.c.state == JobState.LEASED, begun)
    unbegun = sa.and_(jobs.c.state == JobState.OPEN, jobs.c.trial_id.is_(None))
    row = tx.execute(
        sa.select(
            _count(others, unbegun).label("unbegun"),
            _count(others, working).label("working"),
            _count(others, jobs.c.state == JobState.SUCCEEDED).label("complete"),
            _count(search, jobs.c.state.in_([JobState.OPEN, JobState.LEASED])).label("unfinished"),
            sa.select(studies.c.reason.is_not(None))
            .where(studies.c.id == study_id)
            .scalar_subquery()
            .label("is_ending"),
        )
    ).one()
    return SearchOutline(
        is_ending=bool(row.is_ending),
        unbegun=row.unbegun,
        working=row.working,
        complete=row.complete,
        is_unfinished=row.unfinished > 0,
        rungs=tuple(_rung(tx, study_id, rung) for rung in range(number)),
    )


def _rung(tx: Connection, study_id: int, rung: int) -> Rung:
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


def _count(*conditions: sa.ColumnElement[bool]) -> sa.ScalarSelect[Any]:
    return sa.select(sa.func.count()).where(*conditions).scalar_subquery()
