"""A slot and the child in it: real processes, without any database."""

import os
import signal
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from multiprocessing import Pipe
from pathlib import Path

import numpy as np
import psutil
import pytest

from hpo import definition_loader
from hpo.devices.child_environment import environment_on
from hpo.devices.discovery import Device
from hpo.training import child
from hpo.training.child_process import ChildLost, Slot
from hpo.training.protocol import (
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
from studies.data import image_data
from studies.data.prepared_data import PreparedData
from tests.conftest import DEFINITIONS
from tests.support.handles import none_left
from tests.support.waiting import eventually

SECONDS = 20
CPU = Device("cpu:0", "an abacus")


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
                "definition_hash": definition_loader.load(str(file)).hash if file.exists() else "",
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
        if child.pid not in before and "hpo.training.child" in child.cmdline()
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


def test_a_checkpoint_that_cannot_be_read_says_nothing_of_the_job(
    work: Callable[..., Work], toy_data: PreparedData, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """It is the machine that is unfit: whoever began anew would discard what may be well."""
    file = tmp_path / "training.checkpoint"
    file.touch()
    images = image_data.load_training(toy_data.training_path("search"))

    def then_none_are_left(_: Path) -> image_data.TrainingImages:
        files.enter_context(none_left())
        return images

    monkeypatch.setattr(image_data, "load_training", then_none_are_left)
    pipe, other = Pipe()
    other.close()  # whoever reports an epoch finds nobody there
    with ExitStack() as files:
        answer = child.train(work(checkpoint_file=str(file)), pipe)
    assert isinstance(answer, Unfit)
    assert f"{file} cannot be read (Too many open files)" in answer.reason


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


@pytest.mark.parametrize(
    ("trouble", "epochs", "said"),
    [
        ("sys.exit", 2, "SystemExit: no such file: data.csv"),
        ("interrupt", 2, "KeyboardInterrupt"),
        ("cancel", 2, "CancelledError"),
        ("textless", 2, "Textless, whose text raises KeyError"),
        ("nothing", 0, "TypeError: the trainer returned NoneType: return Trained, Stopped or"),
        ("endless", 2, "InvalidOutput: epoch 3 took inf seconds"),
    ],
)
def test_what_a_definition_does_instead_of_training_is_an_outcome(
    slot: Slot,
    work: Callable[..., Work],
    trouble: str,
    epochs: int,
    said: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It is no loss, which would be the machine's fault: the child lives on to the next job."""
    monkeypatch.setenv("TOY_TROUBLE", trouble)
    child = _child(slot)
    for _ in range(2):
        reports, outcome = _train(slot, work("trouble"))
        assert len(reports) == epochs
        assert isinstance(outcome, Raised)
        assert outcome.error.startswith(said)
    assert child.is_running()


@pytest.mark.parametrize(
    ("trouble", "leave", "said"),
    [
        ("swallow", True, "told to leave after epoch 1"),
        ("swallow nan", False, "val_accuracy was nan after epoch 3"),
    ],
)
def test_a_trainer_that_lets_no_interruption_pass(
    slot: Slot,
    work: Callable[..., Work],
    trouble: str,
    leave: bool,
    said: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Whoever catches BaseException around a report and goes on is told so: nothing more of that
    training is reported, nor is its result one."""
    monkeypatch.setenv("TOY_TROUBLE", trouble)
    _child(slot)
    slot.send(work("trouble"))
    while isinstance(answer := _hear(slot), Report):
        assert answer.epoch < 3
        slot.send(Answer(go_on=True, leave=leave))
    assert isinstance(answer, Raised)
    assert f"the trainer went on though {said}: let BaseException pass" in answer.error


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


def test_what_a_child_prints_fills_no_disk(
    slot: Slot, work: Callable[..., Work], monkeypatch: pytest.MonkeyPatch
) -> None:
    """However much it is, and though nobody listens meanwhile, it holds no training up."""
    monkeypatch.setenv("TOY_TROUBLE", "babble")
    child = _child(slot)
    _, outcome = _train(slot, work("trouble"))
    assert isinstance(outcome, Trained)
    opened = [file.stat() for file in Path(f"/proc/{child.pid}/fd").iterdir() if file.exists()]
    assert sum(file.st_size for file in opened if stat.S_ISREG(file.st_mode)) < 1 << 20


def test_the_end_of_much_that_was_printed_is_told(
    slot: Slot, work: Callable[..., Work], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a child that is lost: the last of it, to the last word."""
    monkeypatch.setenv("TOY_TROUBLE", "babble and die")
    _child(slot)
    _, lost = _train(slot, work("trouble"))
    assert isinstance(lost, ChildLost)
    assert lost.reason.startswith("the child exited with code 3; it last printed:\n")
    assert lost.reason.endswith("no play\nthe last word")
    assert len(lost.reason) < 5000


def test_a_child_that_hangs_printing_tells_where(
    slot: Slot, work: Callable[..., Work], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its stack does not drown in what it prints."""
    monkeypatch.setenv("TOY_TROUBLE", "babble without end")
    _child(slot)
    slot.send(work("trouble"))
    for _ in range(2):
        assert isinstance(_hear(slot), Report)
        slot.send(Answer(go_on=True))
    eventually(lambda: "in _babble" in slot.where_it_hangs(), seconds=SECONDS)
    assert "trouble.py" in slot.where_it_hangs()


def test_a_child_knows_no_secret(slot: Slot, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the database is, and how to get in, does not stand in a child's environment; its
    device does."""
    monkeypatch.setenv("HPO_STORAGE", "postgresql://me:hunter2@host/base")
    child = _child(slot)
    environment = Path(f"/proc/{child.pid}/environ").read_bytes()
    assert b"hunter2" not in environment
    assert child.environ()["PINNED"] == "here"


@pytest.mark.parametrize(
    "name",
    [
        "HPO_STORAGE", "HPO_STORAGE_FILE", "HPO_STORAGE_PASSWORD_FILE", "HPO_DASHBOARD_PASSWORD",
        "HPO_DASHBOARD_PASSWORD_FILE", "HPO_ARTIFACTS", "PGPASSWORD", "PGPASSFILE", "MYSQL_PWD",
        "MARIADB_ROOT_PASSWORD", "MARIADB_HOST", "AWS_ACCESS_KEY_ID", "POSTGRES_PASSWORD",
        "GITHUB_TOKEN", "MINIO_SECRET_KEY", "GOOGLE_APPLICATION_CREDENTIALS", "db_password",
        "CREDENTIALS_DIRECTORY",
    ],
)  # fmt: skip
def test_what_a_child_is_not_told(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """hpo's own settings, what databases and buckets are reached with, and what is called a secret."""
    monkeypatch.setenv(name, "hunter2")
    assert name not in environment_on(CPU)


def test_a_child_is_told_no_databases_url(monkeypatch: pytest.MonkeyPatch) -> None:
    """By whatever name, if a password stands in it."""
    monkeypatch.setenv("DATABASE_URL", "postgresql+psycopg://me:hunter2@host/base")
    assert "DATABASE_URL" not in environment_on(CPU)


@pytest.mark.parametrize(
    "name",
    [
        "PATH", "HOME", "LD_LIBRARY_PATH", "CUDA_HOME", "XLA_FLAGS", "TF_XLA_FLAGS",
        "KERAS_BACKEND", "KERAS_HOME", "TOKENIZERS_PARALLELISM", "https_proxy", "HF_TOKEN",
        "HUGGING_FACE_HUB_TOKEN", "KAGGLE_API_TOKEN", "WANDB_API_KEY",
    ],
)  # fmt: skip
def test_what_a_training_may_need_it_is_told(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the machine is set up with, and what gets at models and data of the definition's own."""
    monkeypatch.setenv(name, "http://me:hunter2@proxy:3128")
    assert environment_on(CPU)[name] == "http://me:hunter2@proxy:3128"


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
        "import sys, time; from hpo.devices.discovery import Device; from hpo.training.protocol import *\n"
        "from hpo.training.child_process import Slot\n"
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
