"""Jobs and their leases: claim, renew, release, end. Every function runs in the caller's transaction."""

import uuid
from collections.abc import Collection, Iterable
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from optuna.storages._rdb.models import TrialModel
from optuna.trial import TrialState
from sqlalchemy.engine import Connection

from storage import attempts
from storage.clock import now_ms
from storage.fence import strike
from storage.records import BASELINE, JobRecord, Lease, NewJob, Outline, StudyRecord
from storage.schema import jobs, studies
from storage.states import AttemptState, JobState, Phase


def add(tx: Connection, study: StudyRecord, new: Iterable[NewJob]) -> None:
    """Inserts open jobs into the study's present generation."""
    rows = [
        {
            "study_id": study.id,
            "generation": study.generation,
            "phase": job.phase,
            "configuration": job.configuration,
            "seed": job.seed,
            "data_set": job.data_set,
            "params": job.params and dict(job.params),
            "trial_number": job.trial_number,
            "state": JobState.OPEN,
        }
        for job in new
    ]
    if rows:
        tx.execute(sa.insert(jobs).values(created_ms=now_ms()), rows)


def of_study(tx: Connection, study_id: int) -> list[JobRecord]:
    """All jobs of a study, oldest first."""
    rows = tx.execute(sa.select(jobs).where(jobs.c.study_id == study_id).order_by(jobs.c.id))
    return [JobRecord.from_row(row) for row in rows]


def outline(tx: Connection, study: StudyRecord, last: int) -> Outline:
    """What can be said of a study's jobs without reading them, of which there may be thousands;
    `last` is how many of those that ended last are looked at."""
    search = sa.and_(jobs.c.study_id == study.id, jobs.c.phase == Phase.SEARCH)
    unfinished = sa.exists().where(
        jobs.c.study_id == study.id,
        jobs.c.phase == study.phase,
        jobs.c.state.in_([JobState.OPEN, JobState.LEASED]),
    )
    failed = sa.exists().where(search, jobs.c.state == JobState.FAILED)
    baseline = failed.where(jobs.c.configuration == BASELINE)
    best = sa.select(sa.func.max(jobs.c.score)).where(search, jobs.c.state == JobState.SUCCEEDED)
    row = tx.execute(
        sa.select(
            unfinished.label("unfinished"),
            failed.label("failed"),
            baseline.label("baseline_failed"),
            (sa.null() if study.target is None else best.scalar_subquery()).label("best_score"),
        )
    ).one()
    ended: list[JobState] = []
    if row.failed:  # nearly never, and only then it matters
        states = tx.scalars(
            sa.select(jobs.c.state)
            .where(search, jobs.c.generation == study.generation)
            .where(jobs.c.state.in_([JobState.SUCCEEDED, JobState.PRUNED, JobState.FAILED]))
            .order_by(jobs.c.ended_ms.desc(), jobs.c.id.desc())
            .limit(last)
        )
        ended = [JobState(state) for state in states]
    return Outline(bool(row.unfinished), bool(row.baseline_failed), tuple(ended), row.best_score)


def leased(tx: Connection, study_id: int | None = None) -> list[tuple[str, JobRecord]]:
    """The jobs that somebody holds, of one study or of all, each with the name of its study."""
    rows = tx.execute(
        sa.select(jobs, studies.c.name)
        .join(studies, studies.c.id == jobs.c.study_id)
        .where(jobs.c.state == JobState.LEASED)
        .where(sa.true() if study_id is None else jobs.c.study_id == study_id)
        .order_by(jobs.c.id)
    )
    return [(row.name, JobRecord.from_row(row)) for row in rows]


def is_any_held(tx: Connection, study_id: int) -> bool:
    """Whether a worker is at work on the study, as far as is known: a lease of it has not expired."""
    held = sa.and_(jobs.c.state == JobState.LEASED, jobs.c.lease_expires_ms >= now_ms())
    asked = sa.select(sa.exists().where(jobs.c.study_id == study_id, held))
    return bool(tx.scalar(asked))


def get(tx: Connection, job_id: int) -> JobRecord:
    """One job as it stands."""
    return JobRecord.from_row(tx.execute(sa.select(jobs).where(jobs.c.id == job_id)).one())


def claim(
    tx: Connection,
    study_id: int,
    worker_id: str,
    lease_seconds: float,
    device: str,
    avoid: Collection[int] = (),
) -> tuple[JobRecord, Lease] | None:
    """Takes the oldest job whose lease has expired, else the oldest that is open, to be trained on
    `device`; None when there is none besides those of the ids in `avoid`, or the study is halted.

    An expired lease counts as a loss: its holder vanished. After an outage none is taken over
    until its holder had time to come back. Until the baseline, configuration 0, has its trial, no
    other search job is given out: so trial 0 is the baseline.
    """
    baseline = jobs.alias("baseline")
    baseline_waits = sa.exists().where(
        baseline.c.study_id == study_id,
        baseline.c.phase == Phase.SEARCH,
        baseline.c.configuration == BASELINE,
        baseline.c.trial_id.is_(None),
        baseline.c.state.in_([JobState.OPEN, JobState.LEASED]),
    )
    of_study = sa.exists().where(studies.c.id == study_id)
    in_grace = of_study.where(studies.c.takeover_after_ms > now_ms())
    oldest = (
        sa.select(jobs)
        .where(jobs.c.study_id == study_id, jobs.c.id.not_in(avoid))
        .where(of_study.where(studies.c.halted_ms.is_(None)))
        .where(sa.or_(jobs.c.configuration == BASELINE, ~baseline_waits))
        .order_by(jobs.c.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    expired = jobs.c.lease_expires_ms < now_ms()
    # One after the other: each is then the first entry of an index, however many jobs there are.
    row = (
        tx.execute(oldest.where(jobs.c.state == JobState.LEASED, expired, ~in_grace)).first()
        or tx.execute(oldest.where(jobs.c.state == JobState.OPEN)).first()
    )
    if row is None:
        return None
    lease = Lease(row.id, str(uuid.uuid4()))
    tx.execute(
        sa.update(jobs)
        .where(jobs.c.id == row.id)
        .values(
            state=JobState.LEASED,
            token=lease.token,
            lease_expires_ms=now_ms() + _ms(lease_seconds),
            worker_id=worker_id,
            attempts=jobs.c.attempts + 1,
            losses=jobs.c.losses + (1 if row.state == JobState.LEASED else 0),
            started_ms=now_ms(),
        )
    )
    if row.state == JobState.LEASED:
        attempts.end(tx, [row.id], AttemptState.LOST, "its worker was not heard of")
    attempts.begin(tx, row.id, worker_id, device)
    return get(tx, row.id), lease


def renew(tx: Connection, leases: Collection[Lease], lease_seconds: float) -> set[Lease]:
    """Extends all these leases in one statement; returns those that are still held."""
    if not leases:
        return set()
    held = sa.and_(
        jobs.c.state == JobState.LEASED, jobs.c.token.in_([lease.token for lease in leases])
    )
    expires = now_ms() + _ms(lease_seconds)
    result = tx.execute(sa.update(jobs).where(held).values(lease_expires_ms=expires))
    if result.rowcount == len(leases):
        return set(leases)
    tokens = set(tx.scalars(sa.select(jobs.c.token).where(held)))
    return {lease for lease in leases if lease.token in tokens}


def release(
    tx: Connection, lease: Lease, *, loss: str | None = None, crowded: bool = False, **columns: Any
) -> None:
    """Gives a job back unfinished, to be claimed again at once; `columns` are written with it. `loss`
    says how it was lost, if it was; that counts against the job, unless it was `crowded`: memory ran out on a device that
    it shared.

    Raises:
        LeaseLost: it is no longer ours to give.
    """
    counted = jobs.c.exhaustions if crowded else jobs.c.losses
    lost = {counted.name: counted + 1, "reason": loss} if loss else {}
    strike(tx, lease, **_OPEN, **lost, **columns)
    state = AttemptState.LOST if loss else AttemptState.LEFT
    attempts.end(tx, [lease.job_id], state, loss)


def release_of_dead(tx: Connection, worker_id: str, loss: str) -> int:
    """Gives back all jobs of a worker that is known to be dead, without waiting for its leases to
    expire; returns their number."""
    held = sa.and_(jobs.c.worker_id == worker_id, jobs.c.state == JobState.LEASED)
    # Rows of jobs before those of attempts, as everywhere.
    ids = list(tx.scalars(sa.select(jobs.c.id).where(held).order_by(jobs.c.id).with_for_update()))
    lost = {"losses": jobs.c.losses + 1, "reason": loss}
    tx.execute(sa.update(jobs).where(jobs.c.id.in_(ids)).values(**_OPEN, **lost))
    attempts.end(tx, ids, AttemptState.LOST, loss)
    return len(ids)


def excuse(tx: Connection, job_id: int, losses: int) -> None:
    """Takes back losses that were counted against a job, where it has not ended over them."""
    tx.execute(
        sa.update(jobs)
        .where(jobs.c.id == job_id, jobs.c.losses >= losses)
        .where(jobs.c.state.in_([JobState.OPEN, JobState.LEASED]))
        .values(losses=jobs.c.losses - losses)
    )


def write(tx: Connection, lease: Lease, **columns: Any) -> None:
    """Writes columns of the job's row under its lease.

    Raises:
        LeaseLost: it is no longer ours to write.
    """
    strike(tx, lease, **columns)


def cancel(
    tx: Connection,
    study_id: int,
    states: Collection[JobState],
    reason: str,
    *,
    also_begun: bool = True,
) -> int:
    """Cancels the study's jobs in these states, without `also_begun` only those that have no trial; a
    holder of one finds its lease lost. A search job that was begun has a running trial at Optuna,
    which fails with it."""
    of_these = sa.and_(
        jobs.c.study_id == study_id,
        jobs.c.state.in_(states),
        sa.true() if also_begun else jobs.c.trial_id.is_(None),
    )
    # Telling a trial locks its row, and then the fence the job's: in that order here, too.
    trials = sa.select(jobs.c.trial_id).where(of_these, jobs.c.trial_id.is_not(None))
    tx.execute(
        sa.select(TrialModel.trial_id)
        .where(TrialModel.trial_id.in_(trials))
        .order_by(TrialModel.trial_id)
        .with_for_update()
    )
    ids = list(
        tx.scalars(sa.select(jobs.c.id).where(of_these).order_by(jobs.c.id).with_for_update())
    )
    tx.execute(
        sa.update(jobs)
        .where(jobs.c.id.in_(ids))
        .values(
            state=JobState.CANCELLED,
            token=None,
            lease_expires_ms=None,
            ended_ms=now_ms(),
            reason=reason,
        )
    )
    attempts.end(tx, ids, AttemptState.CANCELLED, reason)
    begun = sa.select(jobs.c.trial_id).where(jobs.c.id.in_(ids), jobs.c.trial_id.is_not(None))
    tx.execute(
        sa.update(TrialModel)
        .where(TrialModel.trial_id.in_(begun), TrialModel.state == TrialState.RUNNING)
        .values(state=TrialState.FAIL, datetime_complete=_utc_now())
    )
    return len(ids)


def _utc_now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)  # as Optuna keeps it


def _ms(seconds: float) -> int:
    return round(seconds * 1000)


_OPEN = {"state": JobState.OPEN, "token": None, "lease_expires_ms": None}
