"""Trials of another study, as they were when a study was created from it. Every function runs in the caller's
transaction."""

from collections.abc import Sequence
from dataclasses import asdict

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from storage.records import BASELINE, EarlierTrial, StudyRecord
from storage.schema import earlier_trials, jobs
from storage.states import JobState, Phase

# A region in which trainings diverge is to be known, too.
_KNOWN = (JobState.SUCCEEDED, JobState.PRUNED, JobState.DIVERGED, JobState.PAUSED)


def of_search(tx: Connection, source: StudyRecord) -> list[EarlierTrial]:
    """What is known of the trials of a study's search as they stand, the oldest first."""
    rows = tx.execute(
        sa.select(
            jobs.c.configuration,
            jobs.c.params,
            # What violates a constraint is known, and not taken for good.
            sa.and_(jobs.c.state == JobState.SUCCEEDED, jobs.c.is_feasible).label("is_complete"),
            jobs.c.epoch,
            jobs.c.score,
            jobs.c.scores,
        )
        .where(jobs.c.study_id == source.id, jobs.c.phase == Phase.SEARCH)
        .where(jobs.c.state.in_(_KNOWN), jobs.c.score.is_not(None))
        .order_by(jobs.c.id)
    )
    return [EarlierTrial.from_row(row) for row in rows]


def add(tx: Connection, study: StudyRecord, trials: Sequence[EarlierTrial]) -> None:
    """Notes with a study what its search is to know."""
    if trials:
        values = [{"study_id": study.id, **asdict(trial)} for trial in trials]
        tx.execute(sa.insert(earlier_trials), values)


def of_study(tx: Connection, study: StudyRecord) -> list[EarlierTrial]:
    """What was noted with it, in that order."""
    rows = tx.execute(
        sa.select(earlier_trials)
        .where(earlier_trials.c.study_id == study.id)
        .order_by(earlier_trials.c.id)
    )
    return [EarlierTrial.from_row(row) for row in rows]


def score_of_baseline(tx: Connection, study: StudyRecord) -> float | None:
    """That of the study's own baseline, once it is complete."""
    return tx.scalar(
        sa.select(jobs.c.score)
        .where(jobs.c.study_id == study.id, jobs.c.phase == Phase.SEARCH)
        .where(jobs.c.configuration == BASELINE, jobs.c.state == JobState.SUCCEEDED)
        .order_by(jobs.c.id.desc())
        .limit(1)
    )
