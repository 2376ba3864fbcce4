"""The database, as a supervisor sees it: what a supervisor asks of the database, and tells it."""

import logging
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hpo import provenance
from hpo.definition_loader import Definition
from hpo.study import creation, removal
from hpo.study.planning import Budget
from hpo.study.stop_and_resume import halt, resume
from hpo.training.protocol import Work
from hpo.worker.assignments import Assignment
from hpo.worker.database_client import MAX_LOSSES, DatabaseClient
from hpo.worker.instructions import Instructions
from hpo.worker.job_artifacts import JobArtifacts
from hpo.worker.journal import Journal
from hpo.worker.served_studies import ServedStudies
from hpo.worker.wait_times import Pace
from storage.database import Database
from storage.errors import DatabaseUnavailable, LeaseLost, OtherMachine, StudyNotFound
from storage.records import JobRecord, Lease, StudyRecord
from storage.states import JobState, Phase
from storage.tables import jobs, workers
from studies.data.prepared_data import PreparedData
from tests.support.fixtures import MADE_BY, Claim
from tests.support.marks import on
from tests.support.supervision import CPU, UNMEASURED, served_by

TakeOver = Callable[[Lease], tuple[JobRecord, Lease]]


@pytest.fixture
def journal(tmp_path: Path, study: StudyRecord) -> Iterator[Journal]:
    """This worker's journal."""
    made = Journal.create(tmp_path / "state" / "me", study.uuid)
    yield made
    made.close()


@pytest.fixture
def served(
    db: Database, study: StudyRecord, toy: Definition, toy_data: PreparedData
) -> ServedStudies:
    """That of a worker on the toy study."""
    return served_by(db, study, toy, toy_data, MADE_BY)


@pytest.fixture
def client(db: Database, served: ServedStudies, journal: Journal) -> DatabaseClient:
    """The client of a worker that has signed on."""
    made = DatabaseClient(db, served, journal, JobArtifacts(db), Pace(), UNMEASURED)
    made.join(["cpu:0"])
    return made


@pytest.fixture
def instructions(db: Database, served: ServedStudies, journal: Journal) -> Instructions:
    """What this worker's children are told."""
    return Instructions(db, served, journal, JobArtifacts(db), Pace())


def _claim(client: DatabaseClient) -> Assignment:
    assignment = client.claim(CPU, [])
    assert assignment is not None
    return assignment


def test_nothing_is_given_out_while_a_study_is_halted(
    db: Database, client: DatabaseClient, served: ServedStudies
) -> None:
    """And everything once it is resumed."""
    halt(db, "toy")
    assert client.claim(CPU, []) is None
    assert served.studies[0].halted_ms is not None
    resume(db, "toy")
    assert _claim(client).job.configuration == 0


def test_a_study_that_was_made_anew_is_another(
    db: Database, toy: Definition, client: DatabaseClient, served: ServedStudies
) -> None:
    """Though it has the name, and perhaps the id, of the one that was removed: nothing of it is claimed by
    what was prepared for that."""
    (prepared,) = served.in_turn(goes_on=True)
    before = served.trials(prepared.study.id)
    removal.remove(db, "toy")
    anew = creation.create(
        db, "toy", toy, Budget(trials=5, select_top=1, select_seeds=1, final_seeds=2)
    )
    assert client._claim_of(prepared, CPU, []) is None
    served.look()
    assert served.in_turn(goes_on=True) == []
    assert served.trials(anew.id) is not before
    assert served.trials(anew.id).study.uuid == anew.uuid


def test_what_a_halted_study_ended_with_is_noticed(
    db: Database, client: DatabaseClient, served: ServedStudies, claim: Claim
) -> None:
    """Its last job may end while nobody may claim of it."""
    for number in range(4):
        _, lease = claim()
        if number == 3:
            halt(db, "toy")
        found = {"trial_id": number + 1, "trial_number": number, "params": {"x": number / 10}}
        with db.transaction() as tx:
            jobs.write(tx, lease, **found, state=JobState.SUCCEEDED, score=0.5, loss=1.0)
    served.look()
    client.advance()
    assert served.studies[0].phase is Phase.SELECT


def test_who_leaves_takes_the_steps_that_are_due(
    db: Database, client: DatabaseClient, served: ServedStudies, claim: Claim
) -> None:
    """What ended under it may have been the last of a phase, and nobody else need ever come."""
    for number in range(4):
        _, lease = claim()
        found = {"trial_id": number + 1, "trial_number": number, "params": {"x": number / 10}}
        with db.transaction() as tx:
            jobs.write(tx, lease, **found, state=JobState.SUCCEEDED, score=0.5, loss=1.0)
    phases = [served.studies[0].phase]
    client.advance(leaves=True)
    phases.append(served.studies[0].phase)
    assert phases == [Phase.SEARCH, Phase.SELECT]


def test_steps_that_lead_to_an_error(
    client: DatabaseClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """They are that study's trouble, and told; an outage is not."""
    error: Exception = ZeroDivisionError("it divides")

    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr("hpo.study.phases.advance", fail)
    client.advance(leaves=True)
    assert "study toy cannot be advanced" in caplog.text and "it divides" in caplog.text
    error = DatabaseUnavailable("it is down")
    with pytest.raises(DatabaseUnavailable):
        client.advance(leaves=True)
    error = StudyNotFound("it was removed")
    client.advance(leaves=True)


def test_a_job_that_was_lost_too_often_is_ended(
    db: Database, client: DatabaseClient, served: ServedStudies, claim: Claim
) -> None:
    """Whoever would be next to train it ends it instead, with the reason it was last lost for, and
    takes another; on the baseline that ends the study."""
    for _ in range(MAX_LOSSES):
        job, lease = claim()
        with db.transaction() as tx:
            jobs.release(tx, lease, loss="it drew too much power")
    assert client.claim(CPU, []) is None
    with db.reading() as tx:
        ended = jobs.get(tx, job.id)
    assert ended.state == JobState.FAILED
    assert ended.reason == "given up after 3 lost workers; it drew too much power"
    assert "the baseline failed" in (served.studies[0].reason or "")


def test_a_job_to_avoid_is_left_to_others(
    client: DatabaseClient, instructions: Instructions
) -> None:
    """It is not claimed while it is to be avoided, and is otherwise."""
    assignment = _claim(client)
    assert isinstance(instructions.begin(assignment), Work)
    second = _claim(client)
    assert client.claim(CPU, [second.job.id + 1, second.job.id + 2]) is None
    assert _claim(client).job.id == second.job.id + 1


def test_a_lost_lease_begins_nothing(
    client: DatabaseClient, instructions: Instructions, take_over: TakeOver
) -> None:
    """A job that another took between claim and begin is not trained here."""
    assignment = _claim(client)
    take_over(assignment.lease)
    with pytest.raises(LeaseLost):
        instructions.begin(assignment)


def test_the_child_is_told_where_checkpoints_go(
    client: DatabaseClient, instructions: Instructions, journal: Journal
) -> None:
    """Into this worker's journal, under the lease's name; a job without any starts from scratch."""
    assignment = _claim(client)
    work = instructions.begin(assignment)
    assert isinstance(work, Work)
    assert work.checkpoint_file is None
    assert work.checkpoint_stem == str(journal.files_of(assignment.lease, ""))
    assert work.checkpoint_seconds == Pace().checkpoint_seconds
    assert assignment.across is None


@on("sqlite")
def test_a_study_that_is_removed_in_this_moment(
    db: Database, client: DatabaseClient, served: ServedStudies, monkeypatch: pytest.MonkeyPatch
) -> None:
    """There is nothing to claim of it; the worker, who may serve others, goes on."""
    monkeypatch.setattr(served, "look", lambda: None)  # it was looked at just before
    removal.remove(db, "toy")
    assert client.claim(CPU, []) is None


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
        served = served_by(db, study, toy, toy_data, provenance.of_device("a slide rule"))
        DatabaseClient(db, served, journal, JobArtifacts(db), Pace(), UNMEASURED).join(["cpu:0"])
    (record,) = caplog.records
    assert "the worker on host-b has other versions or variables" in record.message
    assert "keras" in record.message and "was 3.1.0" in record.message
    assert "abacus" not in record.message


@on("sqlite")
def test_an_sqlite_file_serves_one_machine(
    db: Database, served: ServedStudies, journal: Journal
) -> None:
    """A worker finds one of another machine alive there and does not sign on; it does once that has
    left."""
    with db.transaction() as tx:
        workers.join(tx, "other", "host-b", 1, ["cpu:0"], {}, "another machine", 60)
    with pytest.raises(OtherMachine, match=r"host-b.*one machine only.*postgresql://"):
        DatabaseClient(db, served, journal, JobArtifacts(db), Pace(), UNMEASURED).join(["cpu:0"])
    with db.transaction() as tx:
        workers.leave(tx, "other")
    DatabaseClient(db, served, journal, JobArtifacts(db), Pace(), UNMEASURED).join(["cpu:0"])
