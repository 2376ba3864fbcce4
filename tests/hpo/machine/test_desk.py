"""The desk: what a supervisor asks of the database, and tells it."""

import logging
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hpo import provenance
from hpo.definitions import Definition
from hpo.machine.assignment import Assignment
from hpo.machine.desk import MAX_LOSSES, Desk
from hpo.machine.journal import Journal
from hpo.machine.messages import Work
from hpo.machine.pace import Pace
from hpo.machine.portfolio import Portfolio
from hpo.phases import halt, resume
from storage import jobs, workers
from storage.database import Database
from storage.errors import LeaseLost, OtherMachine
from storage.records import JobRecord, Lease, StudyRecord
from storage.states import JobState
from studies.dataset import PreparedData
from tests.hpo.conftest import MADE_BY, Claim
from tests.hpo.supervision import portfolio_of
from tests.marks import on

TakeOver = Callable[[Lease], tuple[JobRecord, Lease]]


@pytest.fixture
def journal(tmp_path: Path, study: StudyRecord) -> Iterator[Journal]:
    """This worker's journal."""
    made = Journal.create(tmp_path / "state" / "me", study.uuid)
    yield made
    made.close()


@pytest.fixture
def portfolio(
    db: Database, study: StudyRecord, toy: Definition, toy_data: PreparedData
) -> Portfolio:
    """That of a worker on the toy study."""
    return portfolio_of(db, study, toy, toy_data, MADE_BY)


@pytest.fixture
def desk(db: Database, portfolio: Portfolio, journal: Journal) -> Desk:
    """The desk of a worker that has signed on."""
    made = Desk(db, portfolio, journal, Pace())
    made.join(["cpu:0"])
    return made


def _claim(desk: Desk) -> Assignment:
    assignment = desk.claim("cpu:0", [])
    assert assignment is not None
    return assignment


def test_nothing_is_given_out_while_a_study_is_halted(
    db: Database, desk: Desk, portfolio: Portfolio
) -> None:
    """And everything once it is resumed."""
    halt(db, "toy")
    assert desk.claim("cpu:0", []) is None
    assert portfolio.studies[0].halted_ms is not None
    resume(db, "toy")
    assert _claim(desk).job.configuration == 0


def test_a_job_that_was_lost_too_often_is_ended(
    db: Database, desk: Desk, portfolio: Portfolio, claim: Claim
) -> None:
    """Whoever would be next to train it ends it instead, with the reason it was last lost for, and
    takes another; on the baseline that ends the study."""
    for _ in range(MAX_LOSSES):
        job, lease = claim()
        with db.transaction() as tx:
            jobs.release(tx, lease, loss="it drew too much power")
    assert desk.claim("cpu:0", []) is None
    with db.reading() as tx:
        ended = jobs.get(tx, job.id)
    assert ended.state == JobState.FAILED
    assert ended.reason == "given up after 3 lost workers; it drew too much power"
    assert "the baseline failed" in (portfolio.studies[0].reason or "")


def test_a_job_to_avoid_is_left_to_others(desk: Desk) -> None:
    """It is not claimed while it is to be avoided, and is otherwise."""
    assignment = _claim(desk)
    assert isinstance(desk.begin(assignment), Work)
    second = _claim(desk)
    assert desk.claim("cpu:0", [second.job.id + 1, second.job.id + 2]) is None
    assert _claim(desk).job.id == second.job.id + 1


def test_what_counted_against_a_job_is_taken_back(db: Database, desk: Desk, claim: Claim) -> None:
    """Where the device was at fault; a job that has ended stays as it ended."""
    job, lease = claim()
    with db.transaction() as tx:
        jobs.release(tx, lease, loss="a bad device")
    desk.excuse({job.id: 1})
    with db.reading() as tx:
        assert jobs.get(tx, job.id).losses == 0
    _, lease = claim()
    with db.transaction() as tx:
        jobs.write(tx, lease, losses=3, state=JobState.FAILED)
    desk.excuse({job.id: 1})
    with db.reading() as tx:
        assert (jobs.get(tx, job.id).losses, jobs.get(tx, job.id).state) == (3, JobState.FAILED)


def test_a_lost_lease_begins_nothing(desk: Desk, take_over: TakeOver) -> None:
    """A job that another took between claim and begin is not trained here."""
    assignment = _claim(desk)
    take_over(assignment.lease)
    with pytest.raises(LeaseLost):
        desk.begin(assignment)


def test_the_child_is_told_where_checkpoints_go(desk: Desk, journal: Journal) -> None:
    """Into this worker's journal, under the lease's name; a job without any starts from scratch."""
    assignment = _claim(desk)
    work = desk.begin(assignment)
    assert isinstance(work, Work)
    assert work.checkpoint_file is None
    assert work.checkpoint_stem == str(journal.files_of(assignment.lease, ""))
    assert work.checkpoint_seconds == Pace().checkpoint_seconds
    assert assignment.across is None


@on("sqlite")
def test_other_versions_in_the_fleet_are_told(
    db: Database, study: StudyRecord, toy: Definition, toy_data: PreparedData, journal: Journal,
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    """One warning names the host and what differs; a worker that has left is not compared with."""
    ours = provenance.of_device("an abacus").model_dump(mode="json")
    old = ours | {"versions": ours["versions"] | {"keras": "3.1.0"}}
    here = provenance.machine()
    with db.transaction() as tx:
        workers.join(tx, "same", "host-a", 1, ["cpu:0"], ours, here, 60)
        workers.join(tx, "old", "host-b", 1, ["cpu:0"], old, here, 60)
        workers.join(tx, "gone", "host-c", 1, ["cpu:0"], old, here, 60)
        workers.leave(tx, "gone")
    with caplog.at_level(logging.WARNING):
        portfolio = portfolio_of(db, study, toy, toy_data, provenance.of_device("a slide rule"))
        Desk(db, portfolio, journal, Pace()).join(["cpu:0"])
    (record,) = caplog.records
    assert "the worker on host-b has other versions" in record.message
    assert "keras" in record.message and "was 3.1.0" in record.message
    assert "abacus" not in record.message


@on("sqlite")
def test_an_sqlite_file_serves_one_machine(
    db: Database, portfolio: Portfolio, journal: Journal
) -> None:
    """A worker finds one of another machine alive there and does not sign on; it does once that has
    left."""
    with db.transaction() as tx:
        workers.join(tx, "other", "host-b", 1, ["cpu:0"], {}, "another machine", 60)
    with pytest.raises(OtherMachine, match=r"host-b.*one machine only.*postgresql://"):
        Desk(db, portfolio, journal, Pace()).join(["cpu:0"])
    with db.transaction() as tx:
        workers.leave(tx, "other")
    Desk(db, portfolio, journal, Pace()).join(["cpu:0"])
