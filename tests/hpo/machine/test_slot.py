"""A slot and the child in it: real processes, without any database."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import psutil
import pytest

from hpo import definitions
from hpo.machine.devices import Device
from hpo.machine.messages import (
    Answer,
    Diverged,
    FromChild,
    Pruned,
    Raised,
    Ready,
    Report,
    Trained,
    Unfit,
    Work,
)
from hpo.machine.slot import ChildLost, Slot
from studies.dataset import PreparedData
from tests.conftest import DEFINITIONS
from tests.waiting import eventually

SECONDS = 20


@pytest.fixture
def slot() -> Iterator[Slot]:
    """A slot whose device is told by a variable."""
    made = Slot(Device("cpu:0", "an abacus", {"CUDA_VISIBLE_DEVICES": "", "PINNED": "here"}))
    yield made
    made.stop()


@pytest.fixture
def work(toy_data: PreparedData) -> Callable[..., Work]:
    """Work of a definition, as (definition, further fields of the message)."""

    def _work(definition: str = "toy", **fields: object) -> Work:
        file = DEFINITIONS / f"{definition}.py"
        return Work.model_validate(
            {
                "definition": str(file),
                "definition_hash": definitions.load(str(file)).hash if file.exists() else "",
                "settings": {"epochs": 5},
                "params": {"x": 0.5, "kind": "bad"},
                "seed": 1,
                "training_file": str(toy_data.training_path("search")),
                **fields,
            }
        )

    return _work


def _hear(slot: Slot) -> FromChild | ChildLost:
    assert slot.pipe is not None and slot.pipe.poll(SECONDS)
    return slot.receive()


def _child(slot: Slot) -> psutil.Process:
    """The slot's child, once it runs our code."""
    before = {child.pid for child in psutil.Process().children()}  # other tests may have theirs
    slot.start()
    assert _hear(slot) == Ready()
    (child,) = (
        child
        for child in psutil.Process().children()
        if child.pid not in before and "hpo.machine.child" in child.cmdline()
    )
    return child


def _train(slot: Slot, work: Work) -> tuple[list[Report], FromChild | ChildLost]:
    """All reports, each answered with yes, and what came last."""
    slot.send(work)
    reports: list[Report] = []
    while isinstance(said := _hear(slot), Report):
        reports.append(said)
        slot.send(Answer(go_on=True))
    return reports, said


def test_one_child_trains_one_job_after_another(slot: Slot, work: Callable[..., Work]) -> None:
    """Each epoch is reported and answered, then the outcome comes; the same work gives the same."""
    child = _child(slot)
    reports, outcome = _train(slot, work())
    assert [report.epoch for report in reports] == [1, 2, 3, 4, 5]
    assert isinstance(outcome, Trained)
    assert outcome.score == reports[-1].score
    assert (outcome.evaluations, outcome.model_file) == ((), None)
    again, same = _train(slot, work())
    assert [report.score for report in again] == [report.score for report in reports]
    assert same == outcome
    assert child.is_running()


def test_a_no_stops_the_training(slot: Slot, work: Callable[..., Work]) -> None:
    """Told to stop, the child ends at that epoch and is ready for the next job."""
    _child(slot)
    slot.send(work())
    assert isinstance(_hear(slot), Report)
    slot.send(Answer(go_on=False))
    assert _hear(slot) == Pruned(epoch=1)
    assert isinstance(_train(slot, work())[1], Trained)


def test_a_final_job_is_evaluated_and_kept(
    slot: Slot, work: Callable[..., Work], toy_data: PreparedData, tmp_path: Path
) -> None:
    """Given a holdout file, validation and holdout are evaluated image by image: the toy gives its
    answers nine tenths. Given a place, the model is saved there."""
    _child(slot)
    holdout = str(toy_data.holdout_path("search"))
    model = tmp_path / "model.keras"
    _, outcome = _train(slot, work(holdout_file=holdout, model_file=str(model)))
    assert isinstance(outcome, Trained)
    assert [evaluated.split for evaluated in outcome.evaluations] == ["validation", "holdout"]
    for evaluated, images in zip(outcome.evaluations, (20, 40), strict=True):
        assert len(evaluated.labels) == len(evaluated.predictions) == images
        losses = np.frombuffer(evaluated.losses, "<f4")
        right = np.frombuffer(evaluated.labels, "u1") == np.frombuffer(evaluated.predictions, "u1")
        assert 0 < right.sum() < images
        np.testing.assert_allclose(losses, np.where(right, -np.log(0.9), -np.log(0.1)), rtol=1e-6)
    assert model.stat().st_size > 0


@pytest.mark.parametrize("trouble", ["raise", "end of file", "broken pipe", "unprintable"])
def test_what_a_definition_raises_is_an_outcome(
    slot: Slot, work: Callable[..., Work], trouble: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The error comes with its traceback, and the child goes on to the next job."""
    monkeypatch.setenv("TOY_TROUBLE", trouble)
    _child(slot)
    for _ in range(2):
        reports, outcome = _train(slot, work("trouble"))
        assert len(reports) == 2
        assert isinstance(outcome, Raised)
        assert "trouble.py" in outcome.traceback and "in troubled" in outcome.traceback
        assert outcome.error.split(":")[0] in ("ValueError", "EOFError", "BrokenPipeError")
        assert "\0" not in outcome.error + outcome.traceback


@pytest.mark.parametrize("trouble", ["nan", "diverge"])
def test_divergence_is_an_outcome(
    slot: Slot, work: Callable[..., Work], trouble: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether the training notices or reports what is no number: it diverged, in that epoch."""
    monkeypatch.setenv("TOY_TROUBLE", trouble)
    _child(slot)
    _, outcome = _train(slot, work("trouble"))
    assert isinstance(outcome, Diverged)
    assert outcome.epoch == 3
    assert "nan" in outcome.reason


@pytest.mark.parametrize(
    ("definition", "fields", "said"),
    [
        ("absent", {}, "absent.py"),
        ("toy", {"definition_hash": "another"}, "was changed meanwhile"),
        ("toy", {"training_file": "/nowhere/search.npz"}, "/nowhere/search.npz"),
        ("toy", {"holdout_file": "/nowhere/holdout.npz"}, "/nowhere/holdout.npz"),
    ],
)
def test_a_machine_that_is_unfit(
    slot: Slot, work: Callable[..., Work], definition: str, fields: dict[str, str], said: str
) -> None:
    """A definition that is gone or was changed, and data that cannot be read, say nothing of the
    job: they are no outcome."""
    _child(slot)
    _, answer = _train(slot, work(definition, **fields))
    assert isinstance(answer, Unfit)
    assert said in answer.reason


@pytest.mark.parametrize(
    ("trouble", "said"), [("die", "killed by SIGKILL"), ("exit", "exited with code 3")]
)
def test_a_lost_child(
    slot: Slot, work: Callable[..., Work], trouble: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """How it ended is told, with what it last printed; a new child takes its place."""
    monkeypatch.setenv("TOY_TROUBLE", trouble)
    _child(slot)
    _, lost = _train(slot, work("trouble"))
    assert isinstance(lost, ChildLost)
    assert said in lost.reason
    assert lost.reason.endswith(f"here comes {trouble}")
    _child(slot)
    assert isinstance(_train(slot, work())[1], Trained)


def test_a_child_knows_no_secret(slot: Slot, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the database is, and how to get in, does not stand in a child's environment; its
    device and everything else does."""
    storage = "postgresql://me:hunter2@host/base"
    for name in ("HPO_STORAGE", "HPO_STORAGE_FILE", "PGPASSWORD", "PGPASSFILE", "MYSQL_PWD"):
        monkeypatch.setenv(name, storage)
    monkeypatch.setenv("HARMLESS", "kept")
    child = _child(slot)
    environment = Path(f"/proc/{child.pid}/environ").read_bytes()
    assert b"hunter2" not in environment
    variables = child.environ()
    assert not [name for name in variables if name.startswith(("HPO_STORAGE", "PG", "MYSQL"))]
    assert (variables["HARMLESS"], variables["PINNED"]) == ("kept", "here")


def test_ctrl_c_is_the_supervisors_to_judge(slot: Slot, work: Callable[..., Work]) -> None:
    """A child ignores SIGINT."""
    child = _child(slot)
    child.send_signal(signal.SIGINT)
    assert isinstance(_train(slot, work())[1], Trained)


@pytest.mark.parametrize("busy", [True, False], ids=["training", "idle"])
def test_children_die_with_their_supervisor(
    busy: bool, work: Callable[..., Work], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed with no chance to say goodbye, a supervisor takes its child with it, at once."""
    code = (
        "import sys, time; from hpo.machine.devices import Device; from hpo.machine.messages import *\n"
        "from hpo.machine.slot import Slot\n"
        "slot = Slot(Device('cpu:0', 'an abacus')); slot.start(); slot.receive()\n"
        "if sys.argv[1]: slot.send(Work.model_validate_json(sys.argv[1]))\n"
        "print(slot._process.pid, flush=True); time.sleep(300)\n"
    )
    monkeypatch.setenv("TOY_EPOCH_SECONDS", "300")
    argument = work().model_dump_json() if busy else ""
    command = [sys.executable, "-c", code, argument]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as supervisor:
        assert supervisor.stdout is not None
        child = psutil.Process(int(supervisor.stdout.readline()))
        supervisor.kill()
        supervisor.wait()
        eventually(lambda: not child.is_running() or child.status() == "zombie", seconds=5)


def test_stopping_leaves_no_process(slot: Slot, work: Callable[..., Work]) -> None:
    """A stopped slot's child is gone, whatever it was doing."""
    child = _child(slot)
    slot.send(work())
    slot.stop()
    assert slot.pipe is None
    with pytest.raises(ProcessLookupError):
        os.kill(child.pid, 0)


def test_a_child_imports_nothing_of_the_working_directory(
    slot: Slot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may be a folder that somebody fetched: a module there is not ours."""
    (tmp_path / "numpy.py").write_text("open('ran', 'w').close()")
    monkeypatch.chdir(tmp_path)
    slot.start()
    assert isinstance(slot.receive(), Ready)
    assert [path.name for path in tmp_path.iterdir()] == ["numpy.py"]
