"""Before a worker takes a job that Keras is to train, its device has shown that Keras trains on it."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from queue import Queue

import pytest

from hpo.definition_loader import Definition
from hpo.devices.discovery import Device
from hpo.errors import WorkFailed
from hpo.study import creation
from hpo.study.planning import Budget
from hpo.training import child_pool
from hpo.training.child_pool import FAILURES_IN_A_ROW, MAX_FAILED_STARTS
from hpo.training.precision import Precisions
from hpo.training.protocol import (
    Faulty,
    Measure,
    Measured,
    Probed,
    Prove,
    Proven,
    Trained,
    Unfit,
)
from hpo.worker.served_studies import PreparedStudy, ServedStudies
from hpo.worker.supervisor import Supervisor
from hpo.worker.wait_times import Ending
from storage.database import Database
from storage.records import JobRecord, StudyRecord
from storage.states import JobState, Phase
from storage.tables import studies
from studies.data.prepared_data import PreparedData
from studies.errors import Fault
from studies.image_classification import training
from studies.image_classification.study import ImageClassification
from tests.support.fixtures import MADE_BY
from tests.support.outcome import of_phase
from tests.support.played import PATIENCE_SECONDS, Child, PlayedSlot
from tests.support.supervision import CPU, PACE
from tests.support.waiting import eventually

BROKEN = Unfit(reason="Keras cannot train on this machine (No module named 'jax')")
LOST = Faulty(fault=Fault.DEVICE, error="INTERNAL: it fell off the bus", traceback="")
NEW = Device("gpu:0", "NVIDIA H100", has_bfloat16=True)
LOSSES = (1.4, 0.9, 0.4)
PLAIN = Probed(seconds=0.2, losses=LOSSES)
Serve = Callable[..., "Future[Ending]"]


@pytest.fixture
def deep(toy: Definition) -> Definition:
    """A definition that Keras trains."""
    assert isinstance(toy.study, ImageClassification)
    made = replace(toy.study, name="deep", trainer=training.train, precision="auto")
    assert made.needs_keras and not toy.study.needs_keras
    return replace(toy, searched=made)


@pytest.fixture
def study(db: Database, deep: Definition) -> StudyRecord:
    """One of it."""
    return creation.create(db, "deep", deep, Budget(trials=4), priority=1)


@pytest.fixture
def serve(
    db: Database, study: StudyRecord, deep: Definition, toy: Definition, toy_data: PreparedData,
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Serve]:  # fmt: skip
    """Starts a worker with one slot, on that study or on all."""
    monkeypatch.setattr("hpo.training.child_pool.Slot", PlayedSlot)
    monkeypatch.setattr("hpo.worker.supervisor.POLL_SECONDS", 0.05)
    monkeypatch.setattr(child_pool, "RETAKE_SECONDS", 1.0)
    PlayedSlot.children = Queue()
    stop = threading.Event()

    def prepare(asked: StudyRecord) -> PreparedStudy:
        return PreparedStudy(asked, deep if asked.name == study.name else toy, toy_data)

    with ThreadPoolExecutor(1) as threads:

        def start(name: str | None = "deep", device: Device = CPU) -> "Future[Ending]":
            if name is None:
                served = ServedStudies(db, prepare, MADE_BY)
            else:
                served = ServedStudies.of_one(db, name, prepare, MADE_BY)
            slots = [device]
            made = Supervisor(
                db, served, slots, state_dir=tmp_path / "state", pace=PACE,
                precisions=Precisions(tmp_path / "cache"),
            )  # fmt: skip
            return threads.submit(made.run, stop)

        yield start
        stop.set()


def _child() -> Child:
    return PlayedSlot.children.get(timeout=PATIENCE_SECONDS)


def _search(db: Database) -> list[JobRecord]:
    return of_phase(db, "deep", Phase.SEARCH)


def _is_untouched(db: Database) -> bool:
    return {(job.state, job.attempts) for job in _search(db)} == {(JobState.OPEN, 0)}


def test_no_job_is_claimed_before_the_proof(db: Database, serve: Serve) -> None:
    """It is asked for once."""
    serve()
    child = _child()
    assert isinstance(child.hear(), Prove)
    assert _is_untouched(db)
    child.say(Proven())
    for _ in range(2):
        work = child.take_work()
        child.say(Trained(score=0.5, loss=1.0))
    assert work.params != {}


def test_a_worker_whose_keras_cannot_train_leaves(db: Database, serve: Serve) -> None:
    """With the reason; all jobs are free for others, and nothing counts against them."""
    running = serve()
    child = _child()
    assert isinstance(child.hear(), Prove)
    child.say(BROKEN)
    with pytest.raises(WorkFailed, match=r"No module named 'jax'\); this worker leaves"):
        running.result(timeout=PATIENCE_SECONDS)
    assert _is_untouched(db)


def test_a_standing_worker_trains_what_needs_no_keras(
    db: Database, serve: Serve, toy: Definition, caplog: pytest.LogCaptureFixture
) -> None:
    """The study is refused for a while, and others are served, by another child."""
    running = serve(None)
    child = _child()
    assert isinstance(child.hear(), Prove)
    child.say(BROKEN)
    creation.create(db, "toy", toy, Budget(trials=4))
    _child().take_work()
    assert not running.done(), running.exception()
    assert _is_untouched(db)
    assert "study deep is not served here: Keras cannot train" in caplog.text


def test_a_device_on_which_keras_cannot_train_is_given_up(db: Database, serve: Serve) -> None:
    """After so many children that say so or are lost over it; the machine may have others."""
    running = serve()
    for number in range(MAX_FAILED_STARTS):
        child = _child()
        assert isinstance(child.hear(), Prove)
        if number % 2:
            child._pipe.send_bytes(b"nonsense")
        else:
            child.say(LOST)
    with pytest.raises(WorkFailed, match="Keras cannot train on it: "):
        running.result(timeout=PATIENCE_SECONDS)
    assert _is_untouched(db)


def test_a_device_that_loses_jobs_is_to_show_that_it_works(db: Database, serve: Serve) -> None:
    """After so many different jobs in a row; if Keras does not train there, nothing counts against
    them."""
    running = serve()
    kept = [_child()]  # it hangs up if nobody holds it
    assert isinstance(kept[-1].hear(), Prove)
    kept[-1].say(Proven())
    lost = set[int]()
    while len(lost) < FAILURES_IN_A_ROW:
        lost.add(kept[-1].take_work().seed)
        kept[-1].say(LOST)
        kept.append(_child())
    eventually(lambda: sum(job.losses for job in _search(db)) == FAILURES_IN_A_ROW)
    for _ in range(MAX_FAILED_STARTS):
        assert isinstance(kept[-1].hear(), Prove)
        kept[-1].say(LOST)
        if len(kept) < FAILURES_IN_A_ROW + MAX_FAILED_STARTS:
            kept.append(_child())
    with pytest.raises(WorkFailed, match="Keras cannot train on it: "):
        running.result(timeout=PATIENCE_SECONDS)
    assert {job.losses for job in _search(db)} == {0}


def _measured_by(child: Child, seconds: float = 0.1, error: str = "") -> None:
    """The child shows that Keras trains there, and what its precisions give."""
    assert isinstance(child.hear(), Prove)
    child.say(Proven())
    assert isinstance(child.hear(), Measure)
    half = Probed(seconds=seconds, losses=() if error else LOSSES, error=error)
    child.say(Measured(float32=PLAIN, mixed_bfloat16=half))


def _chosen(db: Database) -> tuple[str | None, str | None]:
    with db.reading() as tx:
        study = studies.get(tx, "deep")
    return study.precision, study.precision_reason


def test_the_first_worker_chooses_the_precision(db: Database, serve: Serve) -> None:
    """By what its device was measured to do, which is asked for once and before any job is claimed;
    with the reason it stands with the study."""
    serve(device=NEW)
    child = _child()
    assert isinstance(child.hear(), Prove)
    child.say(Proven())
    assert isinstance(child.hear(), Measure)
    assert _is_untouched(db) and _chosen(db) == (None, None)
    child.say(Measured(float32=PLAIN, mixed_bfloat16=Probed(seconds=0.1, losses=LOSSES)))
    for _ in range(2):
        assert child.take_work().settings["precision"] == "mixed_bfloat16"
        child.say(Trained(score=0.5, loss=1.0))
    reason = "2 times as fast as float32 on NVIDIA H100, at an equal loss"
    assert _chosen(db) == ("mixed_bfloat16", reason)


def test_where_there_is_nothing_to_choose_nothing_is_measured(db: Database, serve: Serve) -> None:
    """A device that has no arithmetic for it trains exactly, and says why."""
    serve()
    child = _child()
    assert isinstance(child.hear(), Prove)
    child.say(Proven())
    assert child.take_work().settings["precision"] == "float32"
    assert _chosen(db) == ("float32", "an abacus has no arithmetic for bfloat16")


def test_a_device_that_dies_of_being_measured_trains_exactly(db: Database, serve: Serve) -> None:
    """Another child takes its place, and nothing counts against a job."""
    serve(device=NEW)
    child = _child()
    assert isinstance(child.hear(), Prove)
    child.say(Proven())
    assert isinstance(child.hear(), Measure)
    child._pipe.send_bytes(b"nonsense")
    assert _child().take_work().settings["precision"] == "float32"
    assert "does not train on NVIDIA H100 (the child said" in (_chosen(db)[1] or "")
    assert {job.losses for job in _search(db)} == {0}


def _choose(db: Database, study: StudyRecord) -> None:
    with db.transaction() as tx:
        studies.choose_precision(tx, study, "mixed_bfloat16", "it was faster elsewhere")


def test_a_worker_takes_what_was_chosen_and_says_what_it_costs(
    db: Database, study: StudyRecord, serve: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    """One line a study, where its own device would rather train otherwise."""
    _choose(db, study)
    serve()
    child = _child()
    _measured_by(child, seconds=0.6)
    for _ in range(2):
        assert child.take_work().settings["precision"] == "mixed_bfloat16"
        child.say(Trained(score=0.5, loss=1.0))
    assert [record.message for record in caplog.records if record.levelname == "WARNING"] == [
        "study deep trains in mixed_bfloat16, which takes 3 times the time of float32 on an abacus"
    ]
    assert _chosen(db) == ("mixed_bfloat16", "it was faster elsewhere")


def test_a_precision_that_a_device_cannot_do_is_refused(
    db: Database, study: StudyRecord, serve: Serve
) -> None:
    """In one line; the jobs are free for others."""
    _choose(db, study)
    running = serve()
    _measured_by(_child(), error="no such op")
    with pytest.raises(
        WorkFailed, match=r"an abacus cannot train in mixed_bfloat16 \(no such op\);"
    ):
        running.result(timeout=PATIENCE_SECONDS)
    assert _is_untouched(db)
