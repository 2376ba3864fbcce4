"""What can be said of a study's jobs, of which there may be thousands, without reading them. Every
function runs in the caller's transaction."""

from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from storage.records import BASELINE, StudyRecord
from storage.schema import jobs, studies
from storage.states import TRAINED, UNFINISHED, Direction, JobState, Phase
from storage.summary_records import Outline, SearchOutline
from storage.tables import rungs


def of_phase(tx: Connection, study: StudyRecord, last: int) -> Outline:
    """What can be said of a study's jobs without reading them, of which there may be thousands;
    `last` is how many of those that ended last are looked at."""
    search = sa.and_(jobs.c.study_id == study.id, jobs.c.phase == Phase.SEARCH)
    needs_best = study.target is not None or study.patience is not None
    outline = _outline(study.phase, study.direction if needs_best else None)
    row = tx.execute(outline, {"study": study.id}).one()
    ended: list[JobState] = []
    if row.failed:  # nearly never, and only then it matters
        ended = _last_ended(tx, sa.and_(search, jobs.c.generation == study.generation), last)
    since_best = 0
    if study.patience is not None and row.best_score is not None:
        reached_ms = sa.select(sa.func.min(jobs.c.ended_ms)).where(
            search, jobs.c.state == JobState.SUCCEEDED, jobs.c.score == row.best_score
        )
        since_best = tx.scalars(
            sa.select(sa.func.count())
            .where(search, jobs.c.generation == study.generation)
            .where(jobs.c.state.in_([*TRAINED, JobState.PAUSED]))
            .where(jobs.c.started_ms > reached_ms.scalar_subquery())
        ).one()
    return Outline(
        bool(row.unfinished), bool(row.baseline_failed), tuple(ended), row.best_score, since_best
    )


@cache
def _outline(phase: Phase, direction: Direction | None) -> sa.Select[Any]:
    """What is asked of a study's jobs while it is in that phase, for the best score if it has a direction. Made once: to make it takes longer than
    to ask."""
    of_study = jobs.c.study_id == sa.bindparam("study")
    search = sa.and_(of_study, jobs.c.phase == Phase.SEARCH)
    unfinished = sa.exists().where(of_study, jobs.c.phase == phase, jobs.c.state.in_(UNFINISHED))
    failed = sa.exists().where(search, jobs.c.state == JobState.FAILED)
    baseline_failed = sa.exists().where(
        search,
        jobs.c.configuration == BASELINE,
        jobs.c.state.in_([JobState.FAILED, JobState.DIVERGED]),
    )
    first = sa.func.min if direction is Direction.MINIMIZE else sa.func.max
    best = sa.select(first(jobs.c.score)).where(search, jobs.c.state == JobState.SUCCEEDED)
    return sa.select(
        unfinished.label("unfinished"),
        failed.label("failed"),
        baseline_failed.label("baseline_failed"),
        (sa.null() if direction is None else best.scalar_subquery()).label("best_score"),
    )


def _last_ended(tx: Connection, of_these: sa.ColumnElement[bool], last: int) -> list[JobState]:
    """How the last of these jobs ended, the newest first; one that came to a rung is PAUSED there."""
    told = [*TRAINED, JobState.FAILED]
    ended = tx.execute(
        sa.select(jobs.c.ended_ms, jobs.c.id, jobs.c.state)
        .where(of_these, jobs.c.state.in_(told))
        .order_by(jobs.c.ended_ms.desc(), jobs.c.id.desc())
        .limit(last)
    ).all()
    reached = tx.execute(
        sa.select(jobs.c.rung_ms, jobs.c.id, sa.literal(JobState.PAUSED.value))
        .where(of_these, jobs.c.rung_ms.is_not(None))
        .order_by(jobs.c.rung_ms.desc())
        .limit(last)
    ).all()
    newest = sorted((tuple(row) for row in (*ended, *reached)), reverse=True)[:last]
    return [JobState(state) for _, _, state in newest]


def of_search(tx: Connection, study_id: int, number: int) -> SearchOutline:
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
        rungs=tuple(rungs.read(tx, study_id, rung) for rung in range(number)),
    )


def _count(*conditions: sa.ColumnElement[bool]) -> sa.ScalarSelect[Any]:
    return sa.select(sa.func.count()).where(*conditions).scalar_subquery()
