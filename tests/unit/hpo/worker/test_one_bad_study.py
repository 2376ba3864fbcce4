"""Whatever is wrong with one study, a worker on all of them goes on with the others."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from queue import Queue
from typing import Any

import pytest

from hpo.definition_loader import Definition
from hpo.devices.discovery import Device
from hpo.search import proposals
from hpo.search import trials as hpo_trials
from hpo.search.trial_history import SamplersStudy
from hpo.study import creation, phases
from hpo.study.planning import Budget
from hpo.training.precision import Precisions
from hpo.training.protocol import Trained
from hpo.worker.served_studies import PreparedStudy, ServedStudies
from hpo.worker.supervisor import Supervisor
from hpo.worker.wait_times import Ending
from storage.database import Database
from storage.errors import StudyMismatch
from storage.records import JobRecord, StudyRecord
from storage.states import JobState, Phase
from storage.tables import studies
from studies.data.prepared_data import PreparedData
from studies.errors import DataError
from studies.space import Params
from tests.support.fixtures import MADE_BY
from tests.support.outcome import of_phase
from tests.support.played import PATIENCE_SECONDS, Child, PlayedSlot
from tests.support.supervision import PACE
from tests.support.waiting import eventually

Served = Callable[[], "Future[Ending]"]


@pytest.fixture
def poison(db: Database, toy: Definition) -> StudyRecord:
    """The study that comes first."""
    return creation.create(db, "poison", toy, Budget(trials=6), priority=1)


@pytest.fixture
def healthy(db: Database, toy: Definition) -> StudyRecord:
    """The one that waits behind it."""
    return creation.create(db, "healthy", toy, Budget(trials=4))


@pytest.fixture
def serve(
    db: Database, poison: StudyRecord, healthy: StudyRecord, toy: Definition,
    toy_data: PreparedData, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Served]:  # fmt: skip
    """Starts a worker on all studies, in whose one slot each training comes to its end at once."""
    monkeypatch.setattr("hpo.training.child_pool.Slot", PlayedSlot)
    monkeypatch.setattr("hpo.worker.supervisor.POLL_SECONDS", 0.05)
    PlayedSlot.children = Queue()
    stop = threading.Event()

    def train() -> None:
        child: Child = PlayedSlot.children.get(timeout=PATIENCE_SECONDS)
        while not stop.is_set():
            if child._pipe.poll(0.05):
                work = child.take_work()
                child.say(Trained(score=float(work.params["x"] or 0), loss=1.0))

    def prepare(study: StudyRecord) -> PreparedStudy:
        return PreparedStudy(study, toy, toy_data)

    with ThreadPoolExecutor(2) as threads:

        def start() -> "Future[Ending]":
            served = ServedStudies(db, prepare, MADE_BY)
            slots = [Device("cpu:0", "an abacus")]
            made = Supervisor(
                db, served, slots, state_dir=tmp_path / "state", pace=PACE,
                precisions=Precisions(tmp_path / "cache"),
            )  # fmt: skip
            threads.submit(train)
            return threads.submit(made.run, stop)

        yield start
        stop.set()


def _states(db: Database, study: StudyRecord) -> list[JobState]:
    return [job.state for job in of_phase(db, study.name, Phase.SEARCH)]


def _is_searched(db: Database, study: StudyRecord) -> bool:
    return _states(db, study) == study.trials * [JobState.SUCCEEDED]


def _get(db: Database, study: StudyRecord) -> StudyRecord:
    with db.reading() as tx:
        return studies.get(tx, study.name)


def test_trials_that_cannot_be_begun_fail(
    db: Database, poison: StudyRecord, healthy: StudyRecord, serve: Served,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """What is raised when one is to be suggested is its end, told with the traceback; three of them
    are the study's."""
    real = proposals.propose

    def propose(study: SamplersStudy, *arguments: Any) -> Params:
        if study.study_name == poison.name:
            raise OverflowError("Range exceeds valid bounds")
        return real(study, *arguments)

    monkeypatch.setattr("hpo.search.trials.propose", propose)
    running = serve()
    eventually(lambda: _is_searched(db, healthy), seconds=PATIENCE_SECONDS)
    assert not running.done(), running.exception()
    stopped = _get(db, poison)
    assert stopped.phase == Phase.STOPPED
    assert "3 trials in a row failed" in (stopped.reason or "")
    assert "OverflowError: Range exceeds valid bounds" in (stopped.reason or "")
    assert "Traceback" in (stopped.reason or "")
    states = _states(db, poison)
    assert (states[0], states.count(JobState.FAILED)) == (JobState.SUCCEEDED, 3)


@pytest.mark.parametrize("error", [ZeroDivisionError("it divides"), StudyMismatch("it is gone")])
def test_a_study_of_which_nothing_can_be_claimed_is_refused(
    db: Database, poison: StudyRecord, healthy: StudyRecord, serve: Served, error: Exception,
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    """For a while, in a line; what is unforeseen is told with its traceback."""
    real = phases.advance

    def advance(asked: Database, name: str, on_end: phases.OnEnd | None) -> StudyRecord:
        if name == poison.name:
            raise error
        return real(asked, name, on_end)

    monkeypatch.setattr(phases, "advance", advance)
    running = serve()
    eventually(lambda: _is_searched(db, healthy), seconds=PATIENCE_SECONDS)
    assert not running.done(), running.exception()
    assert _states(db, poison) == poison.trials * [JobState.OPEN]
    refusals = [text for text in caplog.messages if "study poison is not served here" in text]
    assert len(refusals) == 1 and str(error) in refusals[0]
    assert ("Traceback" in caplog.text) is isinstance(error, ZeroDivisionError)


@pytest.mark.parametrize("error", [DataError("it is damaged"), OSError(5, "a bad disk")])
def test_what_only_this_machine_lacks_fails_no_trial(
    db: Database, poison: StudyRecord, healthy: StudyRecord, serve: Served, error: Exception,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """Data that is damaged here, or a disk that cannot be read: the job is free for others."""
    real = hpo_trials.Trials.begin

    def begin(trials: hpo_trials.Trials, *arguments: Any) -> JobRecord:
        if trials.study.name == poison.name:
            raise error
        return real(trials, *arguments)

    monkeypatch.setattr(hpo_trials.Trials, "begin", begin)
    running = serve()
    eventually(lambda: _is_searched(db, healthy), seconds=PATIENCE_SECONDS)
    assert not running.done(), running.exception()
    assert _states(db, poison) == poison.trials * [JobState.OPEN]
    assert {job.losses for job in of_phase(db, poison.name, Phase.SEARCH)} == {0}
