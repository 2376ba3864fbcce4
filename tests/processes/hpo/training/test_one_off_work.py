"""Errands: one piece of work for a child of its own."""

import json
import zipfile
from collections.abc import Callable, Iterator
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pytest

from hpo import definition_loader
from hpo.devices.discovery import Device, find
from hpo.errors import WorkFailed
from hpo.training import child_pool, one_off_work
from hpo.training.one_off_work import Done, Tell
from hpo.training.protocol import Diverged, Question, Trained, Work
from studies.data.prepared_data import PreparedData
from tests.conftest import DEFINITIONS
from tests.support.children import none_stays
from tests.support.marks import slow

CPU = find(1)[0]
Ask = Callable[..., Work]


@pytest.fixture
def work(toy_data: PreparedData) -> Ask:
    """Work of a definition, as (definition)."""

    def _work(definition: str = "toy") -> Work:
        file = str(DEFINITIONS / f"{definition}.py")
        return Work(
            definition=file, definition_hash=definition_loader.load(file).hash, settings={"epochs": 5},
            params={"x": 0.5, "kind": "bad"}, seed=1,
            training_file=str(toy_data.training_path("search")),
        )  # fmt: skip

    return _work


@pytest.fixture
def question(toy_data: PreparedData, tmp_path: Path) -> Callable[[str], Question]:
    """What a model says of the toy's holdout, where this is done in building it."""

    def _question(deed: str) -> Question:
        file, model_file = tmp_path / "builder.py", tmp_path / "model.keras"
        file.write_text(
            "import sys\n"
            "from dataclasses import replace\n"
            "from hpo import definition_loader\n"
            f"TOY = definition_loader.load({str(DEFINITIONS / 'toy.py')!r}).study\n"
            "def build(params, shape, n_classes):\n"
            f"    {deed}\n"
            "STUDY = replace(TOY, build_model=build)\n"
        )
        with zipfile.ZipFile(model_file, "w") as archive:
            archive.writestr("metadata.json", json.dumps({"keras_version": version("keras")}))
        return Question(
            definition=str(file), definition_hash=definition_loader.load(str(file)).hash, settings={},
            params={"x": 0.5, "kind": "bad"}, n_classes=2, model_file=str(model_file),
            images_file=str(toy_data.holdout_path("search")),
        )  # fmt: skip

    return _question


def _run(
    work: Work | Question,
    tell: Tell = lambda _epoch, _score: None,
    *,
    device: Device = CPU,
    stall_seconds: float = 120.0,
) -> Done:
    return one_off_work.run(device, work, tell, stall_seconds=stall_seconds)


@pytest.fixture(autouse=True)
def _no_child_stays() -> Iterator[None]:
    with none_stays():
        yield


def test_a_training_is_told_epoch_by_epoch(work: Ask) -> None:
    """What came of it is what its last epoch was; its child is gone."""
    told: list[tuple[int, float]] = []
    done = _run(work(), lambda epoch, score: told.append((epoch, score)))
    assert isinstance(done, Trained)
    assert [epoch for epoch, _ in told] == [1, 2, 3, 4, 5]
    assert done.score == told[-1][1]


@pytest.mark.parametrize(
    ("trouble", "said"),
    [
        ("raise", "the definition raises ValueError: no such layer: mend it"),
        ("die", "the child was killed by SIGKILL: run it again, with more memory"),
    ],
)
def test_what_goes_wrong_ends_it(
    work: Ask, trouble: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An error of the definition, or the end of the child: one line with the cause, all else is a
    note; no child is left."""
    monkeypatch.setenv("TOY_TROUBLE", trouble)
    with pytest.raises(WorkFailed, match=said) as failed:
        _run(work("trouble"))
    assert "\n" not in str(failed.value)
    assert failed.value.__notes__


@slow("imports TensorFlow in a process of its own")
def test_a_definition_that_exits_is_told(question: Callable[[str], Question]) -> None:
    """Not as a child that was lost: it would not help to run it again."""
    asked = question("sys.exit('no such layer')")
    with pytest.raises(WorkFailed, match="the definition raises SystemExit: no such layer: mend"):
        _run(asked)


@slow("imports TensorFlow in a process of its own")
def test_so_is_one_that_ends_the_process(question: Callable[[str], Question]) -> None:
    """As if all were well: more memory would not help."""
    asked = question("__import__('os')._exit(0)")
    with pytest.raises(WorkFailed, match="exited with code 0: let the definition return instead"):
        _run(asked)


def test_a_training_that_hangs_is_told(work: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    """After the stall timeout, in one line that says where in the definition it stands; a note
    says all of it."""
    monkeypatch.setenv("TOY_TROUBLE", "hang")
    with pytest.raises(
        WorkFailed, match=r"no progress for 2 s at /.*/trouble.py:\d+: mend"
    ) as told:
        _run(work("trouble"), stall_seconds=2.0)
    assert "\n" not in str(told.value)
    (note,) = told.value.__notes__
    assert "in wait" in note and "here comes hang" in note


def test_a_child_that_does_not_start_is_told(
    work: Ask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It has another limit, before it can take any work."""
    (tmp_path / "sitecustomize.py").write_text("import threading; threading.Event().wait()")
    monkeypatch.setattr(child_pool, "START_SECONDS", 1.0)
    stuck = Device("cpu:0", "an abacus", {"PYTHONPATH": str(tmp_path)})
    with pytest.raises(WorkFailed, match="the child did not start for 1 s: "):
        _run(work(), device=stuck)


def test_divergence_is_for_the_caller_to_judge(work: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is an outcome like any other."""
    monkeypatch.setenv("TOY_TROUBLE", "diverge")
    assert isinstance(_run(work("trouble")), Diverged)


def test_what_the_machine_cannot_do_is_told(work: Ask) -> None:
    """A definition that was changed."""
    changed = work().model_copy(update={"definition_hash": "another"})
    with pytest.raises(WorkFailed, match="was changed meanwhile"):
        _run(changed)


def test_what_is_told_is_held_against_its_bounds(tmp_path: Path) -> None:
    """As the definition has them."""
    file = tmp_path / "bounded.py"
    parity = (DEFINITIONS / "parity.py").read_text()
    bounded = "dataclasses.replace(STUDY, at_most={'val_share_right': 0.5})"
    file.write_text(f"{parity}\nimport dataclasses\nSTUDY = {bounded}\n")
    definition = definition_loader.load(str(file)).with_settings({"numbers": "8"})
    training_file = definition.study.prepare(tmp_path / "cache").training_path("search")
    asked = Work(
        definition=definition.reference, definition_hash=definition.hash, params={"threshold": 0.5},
        settings=definition.study.settings(), seed=1, training_file=str(training_file),
    )  # fmt: skip
    done = one_off_work.run(find(1)[0], asked, stall_seconds=300)
    assert isinstance(done, Trained) and done.constraints == {"val_share_right at most 0.5": 0.125}


def test_any_kind_of_study_is_trained_and_judged(tmp_path: Path) -> None:
    """A child asks the study itself how: one of a kind that hpo does not know, without images, is
    trained, judged on what is held out, and its model is kept."""
    parity = definition_loader.load(str(DEFINITIONS / "parity.py")).with_settings({"numbers": "8"})
    data = parity.study.prepare(tmp_path / "cache")
    assert parity.study.find_data(tmp_path / "cache") == data
    work = Work(
        definition=parity.reference, definition_hash=parity.hash, settings=parity.study.settings(),
        params={"threshold": 0.5}, seed=1, training_file=str(data.training_path("search")),
        holdout_file=str(data.holdout_path("search")), model_file=str(tmp_path / "model"),
    )  # fmt: skip
    done = one_off_work.run(find(1)[0], work, stall_seconds=300)
    assert isinstance(done, Trained)
    assert (done.score, done.loss, (tmp_path / "model").read_text()) == (0.625, 0.375, "0.5")
    assert [each.split for each in done.evaluations] == ["validation", "holdout"]
    for each in done.evaluations:
        right = np.frombuffer(each.losses, "<f4")
        assert (each.labels, each.predictions, right.mean()) == (b"", b"", 0.625)
