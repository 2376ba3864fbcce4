"""Who held which job, on which device, and how that ended."""

from collections.abc import Callable

import pytest

from storage.database import Database
from storage.errors import LeaseLost
from storage.records import AttemptRecord, JobRecord, Lease, StudyRecord
from storage.states import AttemptState, JobState
from storage.tables import attempts, jobs, workers

Claim = Callable[..., tuple[JobRecord, Lease]]


def _all(db: Database, study: StudyRecord) -> list[AttemptRecord]:
    with db.reading() as tx:
        return attempts.of_study(tx, study.id)


def test_an_attempt_begins_with_a_claim(db: Database, squares: StudyRecord, claim: Claim) -> None:
    """It names worker and device, and the checkpoint from which it goes on, and runs."""
    job, lease = claim("me")
    with db.transaction() as tx:
        jobs.release(tx, lease)
        jobs.claim(tx, squares.id, "another", 60, "gpu:1")
        attempts.resume(tx, job.id, 2)
    first, second = _all(db, squares)
    assert (first.job_id, first.worker_id, first.device, first.began_epoch) == (
        job.id, "me", "cpu:0", 0,
    )  # fmt: skip
    assert (second.worker_id, second.device, second.began_epoch) == ("another", "gpu:1", 2)
    assert (second.state, second.ended_ms) == (AttemptState.RUNNING, None)
    with db.reading() as tx:
        assert attempts.running(tx, squares.id) == [second]


@pytest.mark.parametrize("state", [JobState.SUCCEEDED, JobState.PRUNED, JobState.FAILED])
def test_it_ends_with_its_job(
    db: Database, squares: StudyRecord, claim: Claim, state: JobState
) -> None:
    """However the job ended; its own row says how."""
    _, lease = claim()
    with db.transaction() as tx:
        jobs.write(tx, lease, state=state)
    (attempt,) = _all(db, squares)
    assert (attempt.state, attempt.reason) == (AttemptState.ENDED, None)
    assert attempt.ended_ms is not None
    assert attempt.ended_ms >= attempt.began_ms


def test_one_that_left_is_told_from_one_that_was_lost(
    db: Database, squares: StudyRecord, claim: Claim
) -> None:
    """A loss keeps its reason; so does that of a worker that is known to be dead."""
    for loss in (None, "its child died"):
        _, lease = claim()
        with db.transaction() as tx:
            jobs.release(tx, lease, loss=loss)
    claim("dead")
    with db.transaction() as tx:
        jobs.release_of_dead(tx, "dead", "it died")
    assert [(each.state, each.reason) for each in _all(db, squares)] == [
        (AttemptState.LEFT, None),
        (AttemptState.LOST, "its child died"),
        (AttemptState.LOST, "it died"),
    ]


def test_a_lease_that_expired_is_a_loss(db: Database, squares: StudyRecord, claim: Claim) -> None:
    """Whoever takes the job over says so; what the first does then changes nothing."""
    _, lease = claim("lost")
    with db.transaction() as tx:
        jobs.write(tx, lease, lease_expires_ms=0)
    claim("another")
    with pytest.raises(LeaseLost), db.transaction() as tx:
        jobs.release(tx, lease)
    lost, taken = _all(db, squares)
    assert (lost.state, lost.reason) == (AttemptState.LOST, "its worker was not heard of")
    assert (taken.worker_id, taken.state) == ("another", AttemptState.RUNNING)


def test_a_job_that_is_cancelled(db: Database, squares: StudyRecord, claim: Claim) -> None:
    """Its attempt is, too, with the reason."""
    claim()
    with db.transaction() as tx:
        jobs.cancel(tx, squares.id, [JobState.LEASED], "the study stopped")
    (attempt,) = _all(db, squares)
    assert (attempt.state, attempt.reason) == (AttemptState.CANCELLED, "the study stopped")


def test_workers_that_lost_a_job_are_known(
    db: Database, squares: StudyRecord, claim: Claim
) -> None:
    """Whoever held a job of the study belongs to it, also if another brought it to its end."""
    with db.transaction() as tx:
        for worker in ("first", "second", "elsewhere"):
            workers.join(tx, worker, "host", 1, [], {}, "a machine", 60)
    for worker in ("first", "second"):
        _, lease = claim(worker)
        with db.transaction() as tx:
            jobs.release(tx, lease, loss="it died")
    with db.reading() as tx:
        assert {each.id for each in workers.of_study(tx, squares.id)} == {"first", "second"}


def test_whether_anybody_is_at_work(db: Database, squares: StudyRecord, claim: Claim) -> None:
    """A lease that has expired is nobody's work."""
    with db.reading() as tx:
        assert not jobs.is_any_held(tx, squares.id)
    _, lease = claim()
    with db.reading() as tx:
        assert jobs.is_any_held(tx, squares.id)
    with db.transaction() as tx:
        jobs.write(tx, lease, lease_expires_ms=0)
    with db.reading() as tx:
        assert not jobs.is_any_held(tx, squares.id)
