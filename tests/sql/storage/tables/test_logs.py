"""What trainings printed is kept with their attempts."""

from collections.abc import Callable

from storage.database import Database
from storage.records import JobRecord, Lease, StudyRecord
from storage.states import JobState
from storage.tables import jobs, logs
from storage.tables.logs import MOST_BYTES

Claim = Callable[..., tuple[JobRecord, Lease]]


def _all(db: Database, job: JobRecord) -> dict[int, str]:
    """By the numbers of attempts."""
    with db.reading() as tx:
        return {number: text for (_, number), text in logs.of_jobs(tx, [job.id]).items()}


def test_each_attempt_has_its_own(db: Database, claim: Claim) -> None:
    """The newest that was told of it, whatever characters it has; of another job there is none."""
    job, lease = claim("me")
    odd = "all \0 sorts \x1b[31m \N{OWL} \N{REPLACEMENT CHARACTER}\n"
    with db.transaction() as tx:
        logs.put(tx, lease, "one")
        logs.put(tx, lease, f"one two {odd}")
        jobs.release(tx, lease)
    _, again = claim("another")
    assert _all(db, job) == {1: f"one two {odd}"}
    with db.transaction() as tx:
        logs.put(tx, again, "three")
        jobs.write(tx, again, state=JobState.SUCCEEDED)
    other, _ = claim("third")
    assert _all(db, job) == {1: f"one two {odd}", 2: "three"}
    assert _all(db, other) == {}


def test_no_more_is_read_than_anybody_prints(db: Database, claim: Claim) -> None:
    """Whatever a small row may unpack to."""
    job, lease = claim()
    with db.transaction() as tx:
        logs.put(tx, lease, "x" * (MOST_BYTES + 1))
    assert _all(db, job) == {1: "x" * MOST_BYTES}


def test_they_go_with_their_study(db: Database, squares: StudyRecord, claim: Claim) -> None:
    """As all that is known of its jobs."""
    job, lease = claim()
    with db.transaction() as tx:
        logs.put(tx, lease, "one")
        jobs.remove_some(tx, squares)
    with db.reading() as tx:
        assert logs.of_jobs(tx, [job.id]) == {}
        assert tx.exec_driver_sql("SELECT COUNT(*) FROM hpo_logs").scalar() == 0
