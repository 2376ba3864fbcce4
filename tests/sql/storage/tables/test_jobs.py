"""Jobs and their leases: who may work on what, and who may write."""

import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
import sqlalchemy as sa
from optuna.storages._rdb.models import TrialModel
from optuna.study import StudyDirection
from optuna.trial import TrialState
from sqlalchemy.engine import Connection

from storage.database import Database
from storage.errors import LeaseLost
from storage.records import JobRecord, Lease, NewJob, StudyRecord
from storage.states import AttemptState, DataSet, JobState, Phase
from storage.tables import attempts, jobs, studies
from tests.support.databases import Databases
from tests.support.marks import on
from tests.support.squares import NEW_STUDY, Held
from tests.support.trials import begin
from tests.support.waiting import eventually

Claim = Callable[..., tuple[JobRecord, Lease]]
TakeOver = Callable[[Lease], Lease]


def _get(db: Database, job_id: int) -> JobRecord:
    with db.reading() as tx:
        return jobs.get(tx, job_id)


def _open_the_gate(db: Database, lease: Lease) -> None:
    with db.transaction() as tx:
        jobs.write(tx, lease, trial_id=1, trial_number=0)


def test_oldest_first(db: Database, claim: Claim) -> None:
    """Jobs are given out in the order in which they were added."""
    first, lease = claim()
    _open_the_gate(db, lease)
    assert [first.configuration] + [claim()[0].configuration for _ in range(4)] == [0, 1, 2, 3, 4]


def test_a_claim_notes_its_holder(db: Database, claim: Claim) -> None:
    """A claimed job is leased, names its worker, and notes when that was."""
    job, lease = claim("somebody")
    assert (job.state, job.worker_id) == (JobState.LEASED, "somebody")
    assert (job.attempts, job.losses) == (1, 0)
    with db.transaction() as tx:
        now = studies.clock_ms(tx)
        jobs.release(tx, lease)
    assert job.started_ms is not None and now - 5000 < job.started_ms <= now
    again, other = claim()
    assert again.id == job.id
    assert again.started_ms is not None and again.started_ms >= now
    assert (again.attempts, again.losses) == (2, 0)
    assert other.token != lease.token


def test_nothing_waits_behind_the_last_job(
    db: Database, squares: StudyRecord, claim: Claim
) -> None:
    """With every job leased there is nothing to claim, nor for another study."""
    _, lease = claim()
    _open_the_gate(db, lease)
    for _ in range(4):
        claim()
    with db.transaction() as tx:
        assert jobs.claim(tx, squares.id, "me", 60, "cpu:0") is None
        assert jobs.claim(tx, squares.id + 1, "me", 60, "cpu:0") is None


def test_the_baseline_comes_first(db: Database, squares: StudyRecord, claim: Claim) -> None:
    """No other search job is given out until the baseline has its trial, or has ended."""
    _, lease = claim()
    with db.transaction() as tx:
        assert jobs.claim(tx, squares.id, "me", 60, "cpu:0") is None
        jobs.write(tx, lease, state=JobState.FAILED)
        claimed = jobs.claim(tx, squares.id, "me", 60, "cpu:0")
    assert claimed is not None and claimed[0].configuration == 1


def test_every_job_is_handed_out_once(
    db: Database, url: str, squares: StudyRecord, claim: Claim
) -> None:
    """Eight workers with connections of their own claim 40 jobs: none goes to two of them."""
    _, lease = claim()
    _open_the_gate(db, lease)
    with db.transaction() as tx:
        jobs.add(tx, squares, [NewJob(Phase.SEARCH, number, number) for number in range(5, 41)])
    barrier = threading.Barrier(8)

    def work(worker: int) -> list[int]:
        own = Database.open(url)
        barrier.wait()
        taken: list[int] = []
        # A claim that meets others may come back with nothing although something is left.
        while True:
            with own.transaction() as tx:
                claimed = jobs.claim(tx, squares.id, str(worker), 60, "cpu:0")
                left = [j for j in jobs.of_study(tx, squares.id) if j.state == JobState.OPEN]
            if claimed is not None:
                taken.append(claimed[0].id)
            elif not left:
                own.close()
                return taken

    with ThreadPoolExecutor(8) as pool:
        taken = [job for share in pool.map(work, range(8)) for job in share]
    assert len(taken) == 40
    assert Counter(taken).most_common(1)[0][1] == 1


def test_an_expired_lease_is_claimed_and_counted(claim: Claim) -> None:
    """Once its time has passed, and not before, a lease is taken over; that counts as a loss."""
    job, lease = claim("first", seconds=0.6)
    begun = time.monotonic()

    def taken() -> tuple[JobRecord, Lease] | None:
        try:
            return claim("second")
        except AssertionError:
            return None

    again, other = eventually(taken, seconds=10)
    assert time.monotonic() - begun > 0.5
    assert again.id == job.id
    assert (again.losses, again.worker_id) == (1, "second")
    assert other.token != lease.token


def test_an_expired_lease_that_nobody_took_still_writes(db: Database, claim: Claim) -> None:
    """The fence tests the token, never the expiry."""
    job, lease = claim()
    with db.transaction() as tx:
        jobs.write(tx, lease, lease_expires_ms=0)
        jobs.write(tx, lease, epoch=7)
    assert _get(db, job.id).epoch == 7


def test_a_taken_lease_writes_nothing(db: Database, claim: Claim, take_over: TakeOver) -> None:
    """Whoever lost a job cannot write it, end it or give it back, whatever went before in the
    same transaction."""
    job, lease = claim()
    take_over(lease)
    before = _get(db, job.id)
    writes: tuple[Callable[[Connection], None], ...] = (
        lambda tx: jobs.write(tx, lease, epoch=9),
        lambda tx: jobs.write(tx, lease, state=JobState.SUCCEEDED, score=1.0),
        lambda tx: jobs.release(tx, lease),
        lambda tx: jobs.release(tx, lease, loss="the child died"),
    )
    for write in writes:
        with pytest.raises(LeaseLost, match=f"job {job.id} was lost"), db.transaction() as tx:
            jobs.cancel(tx, job.study_id, [JobState.OPEN], "to be rolled back")
            write(tx)
    assert _get(db, job.id) == before
    with db.reading() as tx:
        assert JobState.CANCELLED not in {j.state for j in jobs.of_study(tx, job.study_id)}


def test_a_released_job_is_open_at_once(db: Database, claim: Claim) -> None:
    """A job given back in order is claimed again at once, and nothing counts against it."""
    job, lease = claim()
    with db.transaction() as tx:
        jobs.release(tx, lease)
    again, _ = claim("another")
    assert (again.id, again.losses, again.reason) == (job.id, 0, None)
    with pytest.raises(LeaseLost), db.transaction() as tx:
        jobs.release(tx, lease)


def test_losses_are_counted(db: Database, claim: Claim) -> None:
    """Each lost child counts against the job, and the last reason stands there."""
    for number in range(1, 3):
        job, lease = claim()
        with db.transaction() as tx:
            jobs.release(tx, lease, loss=f"killed, {number}")
        job = _get(db, job.id)
        assert (job.state, job.losses, job.reason) == (JobState.OPEN, number, f"killed, {number}")


def test_exhausted_memory_is_counted_apart(db: Database, claim: Claim) -> None:
    """A job that found too little memory on a device it shared is not held to lose its workers."""
    job, lease = claim()
    with db.transaction() as tx:
        jobs.release(tx, lease, loss="out of memory", crowded=True)
    job = _get(db, job.id)
    assert (job.state, job.losses, job.exhaustions) == (JobState.OPEN, 0, 1)
    assert job.reason == "out of memory"


def test_the_dead_hold_nothing(db: Database, squares: StudyRecord, claim: Claim) -> None:
    """All jobs of a worker that is known to be dead are given back at once and counted as lost;
    other workers keep theirs."""
    job, lease = claim("dead")
    _open_the_gate(db, lease)
    second, _ = claim("dead")
    _, kept = claim("alive")
    with db.transaction() as tx:
        assert jobs.release_of_dead(tx, "dead", "its machine went down") == 2
        assert jobs.release_of_dead(tx, "dead", "its machine went down") == 0
        assert jobs.renew(tx, [kept], 60) == {kept}
    for freed in (_get(db, job.id), _get(db, second.id)):
        assert (freed.state, freed.losses) == (JobState.OPEN, 1)
        assert freed.reason == "its machine went down"
    with pytest.raises(LeaseLost), db.transaction() as tx:
        jobs.write(tx, lease, epoch=1)
    assert claim()[0].id == job.id


def test_a_job_may_be_avoided(db: Database, squares: StudyRecord, claim: Claim) -> None:
    """A worker that cannot train a job names it, and is given the next one, or none."""
    job, lease = claim()
    _open_the_gate(db, lease)
    with db.transaction() as tx:
        jobs.release(tx, lease)
        claimed = jobs.claim(tx, squares.id, "me", 60, "cpu:0", avoid=[job.id])
        everything = [job.id for job in jobs.of_study(tx, squares.id)]
        assert jobs.claim(tx, squares.id, "me", 60, "cpu:0", avoid=everything) is None
    assert claimed is not None and claimed[0].configuration == 1


def test_a_halted_study_gives_nothing_out(db: Database, squares: StudyRecord, claim: Claim) -> None:
    """Neither an open job nor an expired lease; who holds a job keeps it, and can go on."""
    _, lease = claim(seconds=0)
    _open_the_gate(db, lease)
    with db.transaction() as tx:
        studies.write(tx, squares, halted_ms=studies.clock_ms(tx))
        assert jobs.claim(tx, squares.id, "me", 60, "cpu:0") is None
        assert jobs.renew(tx, [lease], -1) == {lease}  # one that has run out, whatever the clock
        studies.write(tx, squares, halted_ms=None)
        claimed = jobs.claim(tx, squares.id, "me", 60, "cpu:0")
    assert claimed is not None and claimed[0].id == lease.job_id


def test_an_ended_job_has_no_lease(db: Database, squares: StudyRecord, claim: Claim) -> None:
    """Ending a job frees it of its lease and notes the time; it is never claimed again."""
    job, lease = claim(seconds=0.0)
    with db.transaction() as tx:
        jobs.write(tx, lease, state=JobState.SUCCEEDED, score=0.5, loss=1.5)
    ended = _get(db, job.id)
    assert (ended.state, ended.score, ended.loss) == (JobState.SUCCEEDED, 0.5, 1.5)
    assert ended.ended_ms is not None and ended.started_ms is not None
    assert ended.ended_ms >= ended.started_ms
    assert claim()[0].id != job.id
    with pytest.raises(LeaseLost), db.transaction() as tx:
        jobs.write(tx, lease, score=0.9)


def test_cancelling_takes_the_lease_away(db: Database, squares: StudyRecord, claim: Claim) -> None:
    """Cancelled jobs are never given out, and a holder finds its lease lost."""
    job, lease = claim()
    states = [JobState.OPEN, JobState.LEASED]
    with db.transaction() as tx:
        assert jobs.cancel(tx, squares.id, states, "enough") == 5
        assert jobs.cancel(tx, squares.id, states, "again") == 0
    with pytest.raises(LeaseLost), db.transaction() as tx:
        jobs.write(tx, lease, epoch=1)
    with db.transaction() as tx:
        assert jobs.claim(tx, squares.id, "me", 60, "cpu:0") is None
        assert jobs.renew(tx, [lease], 60) == set()
    assert _get(db, job.id).reason == "enough"


@on("sqlite")
def test_any_number_of_jobs_is_cancelled(db: Database, squares: StudyRecord, claim: Claim) -> None:
    """A study may have more jobs than a statement takes variables: of those SQLite takes 32,766, or
    whatever it was built for, and this one very few."""
    claim()
    with db.transaction() as tx:
        jobs.add(tx, squares, [NewJob(Phase.SEARCH, number, number) for number in range(5, 900)])
    sa.event.listen(db.engine, "connect", _take_few_variables)
    db.engine.dispose()
    with db.transaction() as tx:
        assert jobs.cancel(tx, squares.id, [JobState.OPEN, JobState.LEASED], "enough") == 900
        states = {job.state for job in jobs.of_study(tx, squares.id)}
        (attempt,) = attempts.of_study(tx, squares.id)
    assert (states, attempt.state) == ({JobState.CANCELLED}, AttemptState.CANCELLED)


def _take_few_variables(connection: sqlite3.Connection, _record: object) -> None:
    connection.setlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER, 600)


def test_jobs_are_cancelled_some_at_a_time(
    db: Database, squares: StudyRecord, claim: Claim, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No statement keeps a server busy for long, and none is left out, nor written again; whatever
    a former one had cancelled stays as it was."""
    monkeypatch.setattr("storage.connection.id_batches.MOST_NAMED", 2)
    _, lease = claim()
    _open_the_gate(db, lease)
    held, _ = claim()
    with db.transaction() as tx:
        jobs.write(tx, lease, state=JobState.SUCCEEDED)
        assert jobs.cancel(tx, squares.id, [JobState.OPEN], "first") == 3
        assert jobs.cancel(tx, squares.id, [JobState.OPEN, JobState.LEASED], "then") == 1
        told = [(job.state, job.reason) for job in jobs.of_study(tx, squares.id)]
        ended = [(each.job_id, each.state) for each in attempts.of_study(tx, squares.id)]
    assert told == [
        (JobState.SUCCEEDED, None),
        (JobState.CANCELLED, "then"),
        *[(JobState.CANCELLED, "first")] * 3,
    ]
    assert ended == [
        (lease.job_id, AttemptState.ENDED), (held.id, AttemptState.CANCELLED),
    ]  # fmt: skip


@on("postgresql", "mariadb")
def test_cancelling_waits_for_no_other_study(
    db: Database, url: str, squares: StudyRecord, held: Held
) -> None:
    """While a worker tells a trial of another study, what is locked for that is left alone."""
    with db.transaction() as tx:  # more jobs than trials: a database may look at those first
        jobs.add(tx, squares, [NewJob(Phase.SEARCH, number, number) for number in range(5, 500)])

    with db.transaction() as tx:
        circles = studies.add(tx, replace(NEW_STUDY, name="circles"))
        jobs.add(tx, circles, [NewJob(Phase.SEARCH, 0, 0)])
        _, lease = jobs.claim(tx, circles.id, "another", 60, "cpu:0") or pytest.fail("nothing")
    begin(db, held.lease, held.optuna_study)
    theirs = begin(db, lease, db.optuna.create_new_study([StudyDirection.MAXIMIZE], "circles"))
    other = Database.open(url)
    told = sa.update(TrialModel).where(TrialModel.trial_id == theirs)
    with other.transaction() as tx:
        tx.execute(told.values(state=TrialState.COMPLETE))
        jobs.write(tx, lease, state=JobState.SUCCEEDED)
        with db.transaction() as ours:
            assert jobs.cancel(ours, squares.id, [JobState.OPEN, JobState.LEASED], "enough") == 500
    other.close()
    states = [trial.state for trial in db.optuna.get_all_trials(held.optuna_study)]
    assert states == [TrialState.FAIL]


def test_renewing_tells_what_is_still_held(
    db: Database, claim: Claim, take_over: TakeOver, squares: StudyRecord
) -> None:
    """One statement extends all leases that are held, and names those that are not."""
    _, lost = claim()
    kept = take_over(lost)
    _open_the_gate(db, kept)
    _, other = claim(seconds=0.0)
    with db.transaction() as tx:
        assert jobs.renew(tx, [lost, kept, other], 60) == {kept, other}
        assert jobs.renew(tx, [], 60) == set()
    assert {claim()[0].id for _ in range(3)}.isdisjoint({kept.job_id, other.job_id})


def test_times_are_the_databases(db: Database, claim: Claim, databases: Databases) -> None:
    """The clock goes forward within one transaction, and is UTC in milliseconds."""
    with db.transaction() as tx:
        first = studies.clock_ms(tx)
        eventually(lambda: studies.clock_ms(tx) > first, seconds=5)
    assert abs(first - time.time() * 1000) < 60_000


def test_all_that_a_job_asks_for_is_kept(db: Database, squares: StudyRecord) -> None:
    """A job comes back as it was added, in the study's present generation."""
    new = NewJob(Phase.FINAL, 3, 2**31 - 1, DataSet.NEW, {"x": 0.25, "kind": "good", "n": 3})
    with db.transaction() as tx:
        study = studies.write(tx, squares, generation=2)
        jobs.add(tx, study, [new])
        job = jobs.of_study(tx, study.id)[-1]
    assert (job.phase, job.configuration, job.seed, job.data_set, job.params, job.generation) == (
        Phase.FINAL, 3, 2**31 - 1, DataSet.NEW, new.params, 2,
    )  # fmt: skip
    assert (job.state, job.trial_id, job.score) == (JobState.OPEN, None, None)
