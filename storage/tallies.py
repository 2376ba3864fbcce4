"""Tallies: what can be counted of studies and workers without reading their jobs. Every function runs
in the caller's transaction."""

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from storage.clock import now_ms
from storage.records import JobTally
from storage.schema import jobs, studies, workers
from storage.states import JobState, Phase

HOUR_MS = 3_600_000


def of_jobs(tx: Connection) -> list[JobTally]:
    """How many jobs of each study are in each phase and state, and what they cost; by study."""
    has_trial_ended = sa.and_(
        jobs.c.phase == Phase.SEARCH,
        jobs.c.started_ms.is_not(None),
        jobs.c.ended_ms > now_ms() - HOUR_MS,
    )
    best = sa.case((jobs.c.state == JobState.SUCCEEDED, jobs.c.score))
    rows = tx.execute(
        sa.select(
            studies.c.name.label("study"),
            jobs.c.phase,
            jobs.c.state,
            sa.func.count().label("number"),
            sa.func.sum(jobs.c.device_seconds).label("device_seconds"),
            sa.func.sum(jobs.c.energy_joules).label("energy_joules"),
            sa.func.sum(sa.case((has_trial_ended, 1), else_=0)).label("trials_last_hour"),
            sa.func.max(best).label("best_score"),
        )
        .join(studies, studies.c.id == jobs.c.study_id)
        .group_by(studies.c.name, jobs.c.phase, jobs.c.state)
        .order_by(studies.c.name, jobs.c.phase, jobs.c.state)
    )
    return [JobTally.from_row(row) for row in rows]


def alive(tx: Connection, silent_seconds: float) -> int:
    """How many workers have not left, and were seen within these seconds."""
    is_alive = sa.and_(
        workers.c.left_ms.is_(None), workers.c.seen_ms > now_ms() - round(silent_seconds * 1000)
    )
    return tx.scalar(sa.select(sa.func.count()).select_from(workers).where(is_alive)) or 0
