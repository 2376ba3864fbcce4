"""What can be said of a study's jobs, of which there may be thousands, without reading them. Every
function runs in the caller's transaction."""

from collections.abc import Collection
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from storage.clock import now_ms
from storage.records import BASELINE, StudyRecord
from storage.schema import jobs, studies
from storage.states import TRAINED, UNFINISHED, Direction, JobState, Phase
from storage.summary_records import Outline, SearchOutline
from storage.tables import rungs


def of_phase(tx: Connection, name: str, last: int) -> tuple[StudyRecord, Outline, int] | None:
    """The study of that name, what can be said of its jobs without reading them, of which there may be
    thousands, and the database's clock, in milliseconds since 1970; None where there is no such study.
    `last` is how many of the jobs that ended last are looked at."""
    row = tx.execute(_outline(), {"name": name}).one_or_none()
    if row is None:
        return None
    study = StudyRecord.from_row(row)
    search = sa.and_(jobs.c.study_id == study.id, jobs.c.phase == Phase.SEARCH)
    ended: list[JobState] = []
    if row.failed:  # nearly never, and only then it matters
        ended = _last_ended(tx, sa.and_(search, jobs.c.generation == study.generation), last)
    since_best = 0
    if study.patience is not None and row.best_score is not None:
        reached_ms = sa.select(sa.func.min(jobs.c.ended_ms)).where(
            search, *_FEASIBLE, jobs.c.score == row.best_score
        )
        since_best = tx.scalars(
            sa.select(sa.func.count())
            .where(search, jobs.c.generation == study.generation)
            .where(jobs.c.state.in_([*TRAINED, JobState.PAUSED]))
            .where(jobs.c.started_ms > reached_ms.scalar_subquery())
        ).one()
    outline = Outline(
        bool(row.unfinished), bool(row.baseline_failed), tuple(ended), row.best_score, since_best
    )
    return study, outline, int(row.clock_ms)


# What the best is among.
_FEASIBLE = jobs.c.state == JobState.SUCCEEDED, jobs.c.is_feasible


@cache
def _outline() -> sa.Select[Any]:
    """All of it in one question, as it is asked for each claim; the best score only where a limit of the
    study asks for it. Made once: to make it takes longer than to ask."""
    of_study = jobs.c.study_id == studies.c.id
    search = sa.and_(of_study, jobs.c.phase == Phase.SEARCH)
    unfinished = of_study, jobs.c.phase == studies.c.phase, jobs.c.state.in_(UNFINISHED)
    baseline_failed = sa.exists().where(
        search,
        jobs.c.configuration == BASELINE,
        jobs.c.state.in_([JobState.FAILED, JobState.DIVERGED]),
    )
    lowest, highest = (
        sa.select(first(jobs.c.score)).where(search, *_FEASIBLE).scalar_subquery()
        for first in (sa.func.min, sa.func.max)
    )
    has_limit = sa.or_(studies.c.target.is_not(None), studies.c.patience.is_not(None))
    is_lowest_best = studies.c.direction == Direction.MINIMIZE
    return sa.select(
        studies,
        sa.exists().where(*unfinished).label("unfinished"),
        sa.exists().where(search, jobs.c.state == JobState.FAILED).label("failed"),
        baseline_failed.label("baseline_failed"),
        sa.case((sa.and_(has_limit, is_lowest_best), lowest), (has_limit, highest)).label("best_score"),
        now_ms().label("clock_ms"),
    ).where(studies.c.name == sa.bindparam("name"))  # fmt: skip


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


def trial_numbers(tx: Connection, study: str, states: Collection[JobState]) -> list[int]:
    """Those of the study's trials that are in one of these states, or of all where none is given."""
    numbers = (
        sa.select(jobs.c.trial_number)
        .join(studies, studies.c.id == jobs.c.study_id)
        .where(studies.c.name == study, jobs.c.trial_number.is_not(None))
        .order_by(jobs.c.trial_number)
    )
    return list(tx.scalars(numbers.where(jobs.c.state.in_(states)) if states else numbers))


def _count(*conditions: sa.ColumnElement[bool]) -> sa.ScalarSelect[Any]:
    return sa.select(sa.func.count()).where(*conditions).scalar_subquery()
