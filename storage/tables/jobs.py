"""Jobs and their leases: claim, renew, release, end. Every function runs in the caller's transaction."""

from collections.abc import Collection, Iterable, Sequence
from functools import cache
from typing import Any

import sqlalchemy as sa
from optuna.storages._rdb.models import TrialModel
from optuna.trial import TrialState
from sqlalchemy.engine import Connection

from storage.clock import now_ms
from storage.connection.id_batches import MOST_NAMED, in_batches
from storage.records import BASELINE, JobRecord, Lease, NewJob, Params, StudyRecord
from storage.schema import jobs, studies
from storage.states import AttemptState, JobState, Phase
from storage.tables import attempts
from storage.tables.leases import expiry, give, strike
from storage.tables.optuna_study import optuna_time


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


def of_trial(tx: Connection, study_id: int, number: int) -> list[JobRecord]:
    """The search job of the trial of that number, then those that train its parameters again, oldest
    first; none where the study has no such trial."""
    of_trial = sa.and_(jobs.c.study_id == study_id, jobs.c.trial_number == number)
    rows = tx.execute(sa.select(jobs).where(of_trial).order_by(jobs.c.id))
    return [JobRecord.from_row(row) for row in rows]


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


def is_any_begun(tx: Connection, study_id: int) -> bool:
    """Whether a trial was created for any job of the study."""
    begun = sa.and_(jobs.c.study_id == study_id, jobs.c.trial_id.is_not(None))
    return bool(tx.scalar(sa.select(sa.exists().where(begun))))


def get(tx: Connection, job_id: int) -> JobRecord:
    """One job as it stands."""
    return JobRecord.from_row(tx.execute(_of_id, {"job_id": job_id}).one())


def claim(
    tx: Connection,
    study_id: int,
    worker_id: str,
    lease_seconds: float,
    device: str,
    avoid: Collection[int] = (),
    due: int | None = None,
) -> tuple[JobRecord, Lease] | None:
    """Takes the oldest job whose lease has expired, else that of the id `due`, if it is paused still,
    which then goes on to its next rung, else the oldest that is open, to be trained on
    `device`; None when there is none besides those of the ids in `avoid`, or the study is halted.

    An expired lease counts as a loss: its holder vanished. After an outage none is taken over
    until its holder had time to come back. Until the baseline, configuration 0, has its trial, no
    other search job is given out: so trial 0 is the baseline.
    """
    asked = {"study": study_id, "avoided": list(avoid), "due": due}
    # One after the other: each is then the first entry of an index, however many jobs there are.
    row = (
        tx.execute(_oldest(JobState.LEASED), asked).first()
        or (due and tx.execute(_oldest(JobState.PAUSED), asked).first())
        or tx.execute(_oldest(JobState.OPEN), asked).first()
    )
    if row is None:
        return None
    lease = give(
        tx, row.id, worker_id, lease_seconds,
        started_ms=now_ms(),
        attempts=jobs.c.attempts + 1,
        losses=jobs.c.losses + (1 if row.state == JobState.LEASED else 0),
        rung=jobs.c.rung + (1 if row.state == JobState.PAUSED else 0),
    )  # fmt: skip
    if row.state == JobState.LEASED:
        attempts.end(tx, [row.id], AttemptState.LOST, "its worker was not heard of")
    attempts.begin(tx, lease, worker_id, device)
    return get(tx, row.id), lease


@cache
def _oldest(state: JobState) -> sa.Select[Any]:
    """The oldest job in that state that may be claimed, its row locked. Made once: to make it takes
    longer than to ask."""
    study_id: sa.BindParameter[int] = sa.bindparam("study")
    baseline = jobs.alias("baseline")
    baseline_waits = sa.exists().where(
        baseline.c.study_id == study_id,
        baseline.c.phase == Phase.SEARCH,
        baseline.c.configuration == BASELINE,
        baseline.c.trial_id.is_(None),
        baseline.c.state.in_([JobState.OPEN, JobState.LEASED]),
    )
    of_study = sa.exists().where(studies.c.id == study_id)
    oldest = (
        sa.select(jobs)
        .where(jobs.c.study_id == study_id, jobs.c.state == state)
        .where(jobs.c.id.not_in(sa.bindparam("avoided", expanding=True)))
        .where(of_study.where(studies.c.halted_ms.is_(None)))
        .where(sa.or_(jobs.c.configuration == BASELINE, ~baseline_waits))
        .order_by(jobs.c.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    match state:
        case JobState.LEASED:
            in_grace = of_study.where(studies.c.takeover_after_ms > now_ms())
            return oldest.where(jobs.c.lease_expires_ms < now_ms(), ~in_grace)
        case JobState.PAUSED:
            return oldest.where(jobs.c.id == sa.bindparam("due"))
    return oldest


def renew(tx: Connection, leases: Collection[Lease], lease_seconds: float) -> set[Lease]:
    """Extends all these leases in one statement; returns those that are still held."""
    if not leases:
        return set()
    held = sa.and_(
        jobs.c.state == JobState.LEASED, jobs.c.token.in_([lease.token for lease in leases])
    )
    expires = expiry(lease_seconds)
    result = tx.execute(sa.update(jobs).where(held).values(lease_expires_ms=expires))
    if result.rowcount == len(leases):
        return set(leases)
    tokens = set(tx.scalars(sa.select(jobs.c.token).where(held)))
    return {lease for lease in leases if lease.token in tokens}


def given(tx: Connection, study_id: int) -> list[Params]:
    """What was given to search jobs that have no trial yet and may still get one, the oldest first."""
    rows = tx.scalars(
        sa.select(jobs.c.params)
        .where(jobs.c.study_id == study_id, jobs.c.phase == Phase.SEARCH)
        .where(jobs.c.trial_id.is_(None), jobs.c.state.in_([JobState.OPEN, JobState.LEASED]))
        .where(jobs.c.params.is_not(None))
        .order_by(jobs.c.id)
    )
    return list(rows)


def give_params(tx: Connection, study: StudyRecord, given: Sequence[Params]) -> int:
    """Has the next search jobs that nobody has taken yet, and nothing was given to, train these; returns how
    many of these there are a job for, and changes nothing unless that is all. The study is locked; a job that
    is being taken in this moment is passed over."""
    ids = tx.scalars(
        sa.select(jobs.c.id)
        .where(jobs.c.study_id == study.id, jobs.c.phase == Phase.SEARCH)
        .where(jobs.c.state == JobState.OPEN)
        .where(jobs.c.trial_id.is_(None), jobs.c.params.is_(None))
        .order_by(jobs.c.id)
        .limit(len(given))
        .with_for_update(skip_locked=True)
    ).all()
    if len(ids) == len(given):
        for number, params in zip(ids, given, strict=True):
            tx.execute(sa.update(jobs).where(jobs.c.id == number).values(params=dict(params)))
    return len(ids)


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
    ids = tx.scalars(sa.select(jobs.c.id).where(of_these).order_by(jobs.c.id)).all()
    begun = sa.select(jobs.c.trial_id).where(of_these, jobs.c.trial_id.is_not(None))
    # Telling a trial locks its row, and then the fence the job's: in that order here, too.
    for some in in_batches(tx.scalars(begun.order_by(jobs.c.trial_id)).all()):
        of_some = TrialModel.trial_id.in_(some)
        tx.execute(sa.select(TrialModel.trial_id).where(of_some).with_for_update())
    ended = {"token": None, "lease_expires_ms": None, "ended_ms": now_ms(), "reason": reason}
    number = 0
    for some in in_batches(ids):
        # Of these still: its holder may have ended one meanwhile.
        cancel = sa.update(jobs).where(jobs.c.id.in_(some), of_these)
        number += tx.execute(cancel.values(state=JobState.CANCELLED, **ended)).rowcount
    cancelled = sa.and_(jobs.c.study_id == study_id, jobs.c.state == JobState.CANCELLED)
    for some in in_batches(attempts.running_at(tx, cancelled)):
        attempts.end(tx, some, AttemptState.CANCELLED, reason)
    is_running = TrialModel.state == TrialState.RUNNING
    running = (
        sa.select(TrialModel.trial_id)
        .join(jobs, jobs.c.trial_id == TrialModel.trial_id)
        .where(cancelled, is_running)
    )
    for some in in_batches(tx.scalars(running).all()):
        tx.execute(
            sa.update(TrialModel)
            .where(TrialModel.trial_id.in_(some), is_running)
            .values(state=TrialState.FAIL, datetime_complete=optuna_time())
        )
    return number


def remove_some(tx: Connection, study: StudyRecord) -> int:
    """Deletes jobs of a study with all that is known of them, as many as one statement names; returns
    how many those were."""
    of_study = sa.select(studies.c.id).where(studies.c.uuid == study.uuid).scalar_subquery()
    ids = tx.scalars(
        sa.select(jobs.c.id).where(jobs.c.study_id == of_study).limit(MOST_NAMED)
    ).all()
    tx.execute(sa.delete(jobs).where(jobs.c.id.in_(ids)))
    return len(ids)


# Made once: to make a statement takes longer than to ask it.
_of_id = sa.select(jobs).where(jobs.c.id == sa.bindparam("job_id"))
_OPEN = {"state": JobState.OPEN, "token": None, "lease_expires_ms": None}
