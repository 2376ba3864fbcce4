"""Search jobs that stand at a rung. Every function runs in the caller's transaction."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from storage.records import ArtifactRecord, JobRecord, Lease
from storage.schema import artifacts, jobs, studies
from storage.states import UNFINISHED, ArtifactKind, AttemptState, JobState
from storage.tables import attempts
from storage.tables.jobs import get
from storage.tables.leases import give, strike


def pause(tx: Connection, lease: Lease, **columns: Any) -> None:
    """Gives back a job at its rung, where it waits to be due; `columns` are written with it.

    Raises:
        LeaseLost: it is no longer ours to give.
    """
    waits = {"state": JobState.PAUSED, "token": None, "lease_expires_ms": None}
    strike(tx, lease, **waits, **columns)
    attempts.end(tx, [lease.job_id], AttemptState.PAUSED)


def take(
    tx: Connection, study_id: int, worker_id: str, lease_seconds: float
) -> tuple[JobRecord, Lease] | None:
    """Takes one of a study that is not halted, to end it where it stands; None when there is none.
    Nobody trains it, so this is no attempt."""
    row = tx.execute(
        sa.select(jobs.c.id)
        .where(jobs.c.study_id == study_id, jobs.c.state == JobState.PAUSED)
        .where(sa.exists().where(studies.c.id == study_id, studies.c.halted_ms.is_(None)))
        .order_by(jobs.c.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    ).first()
    if row is None:
        return None
    lease = give(tx, row.id, worker_id, lease_seconds)
    return get(tx, row.id), lease


def last_reports(tx: Connection, study_id: int) -> dict[int, tuple[int, float]]:
    """The last epoch, and its score, of every trial that came to a rung and has not ended, those that
    went on from there too; by Optuna's ids."""
    rows = tx.execute(
        sa.select(jobs.c.trial_id, jobs.c.epoch, jobs.c.score)
        .where(jobs.c.study_id == study_id, jobs.c.state.in_(UNFINISHED))
        .where(jobs.c.rung_value.is_not(None))
    )
    return {row.trial_id: (row.epoch, row.score) for row in rows}


def checkpoint_bytes(tx: Connection, study_id: int) -> int:
    """What the checkpoints of a study's paused jobs take."""
    size = sa.func.coalesce(sa.func.sum(artifacts.c.size_bytes), 0)
    return int(tx.scalar(_checkpoints(study_id, size)) or 0)


def checkpoints_beyond(tx: Connection, study_id: int, most_bytes: int) -> list[ArtifactRecord]:
    """Which of them are to go so that the others take no more than that: the last to be due first."""
    excess = checkpoint_bytes(tx, study_id) - most_bytes
    if excess <= 0:
        return []
    last_first = _checkpoints(study_id, *artifacts.c).order_by(
        jobs.c.rung, jobs.c.rung_value.desc(), jobs.c.id.desc()
    )
    beyond: list[ArtifactRecord] = []
    for row in tx.execute(last_first):
        if excess <= 0:
            break
        beyond.append(ArtifactRecord.from_row(row))
        excess -= row.size_bytes
    return beyond


def _checkpoints(study_id: int, *columns: Any) -> sa.Select[Any]:
    return (
        sa.select(*columns)
        .join_from(artifacts, jobs, jobs.c.id == artifacts.c.job_id)
        .where(artifacts.c.kind == ArtifactKind.CHECKPOINT, artifacts.c.stored_ms.is_not(None))
        .where(jobs.c.study_id == study_id, jobs.c.state == JobState.PAUSED)
    )
