"""Errands: one piece of work for a child of its own."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import psutil
import pytest

from hpo import definitions
from hpo.errors import WorkFailed
from hpo.machine import errand
from hpo.machine.devices import find
from hpo.machine.messages import Classified, Diverged, Question, Trained, Work
from studies import dataset
from studies.dataset import PreparedData, prepare
from studies.digits import STUDY
from tests.conftest import DEFINITIONS

Ask = Callable[..., Work]


@pytest.fixture
def work(toy_data: PreparedData) -> Ask:
    """Work of a definition, as (definition)."""

    def _work(definition: str = "toy") -> Work:
        file = str(DEFINITIONS / f"{definition}.py")
        return Work(
            definition=file, definition_hash=definitions.load(file).hash, settings={"epochs": 5},
            params={"x": 0.5, "kind": "bad"}, seed=1,
            training_file=str(toy_data.training_path("search")),
        )  # fmt: skip

    return _work


def _no_child_is_left() -> bool:
    children = psutil.Process().children()
    return not [child for child in children if "hpo.machine.child" in child.cmdline()]


def test_a_training_is_told_epoch_by_epoch(work: Ask) -> None:
    """What came of it is what its last epoch was; its child is gone."""
    told: list[tuple[int, float]] = []
    done = errand.run(find(1)[0], work(), lambda epoch, score: told.append((epoch, score)))
    assert isinstance(done, Trained)
    assert [epoch for epoch, _ in told] == [1, 2, 3, 4, 5]
    assert done.score == told[-1][1]
    assert _no_child_is_left()


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
        errand.run(find(1)[0], work("trouble"))
    assert "\n" not in str(failed.value)
    assert failed.value.__notes__
    assert _no_child_is_left()


def test_divergence_is_for_the_caller_to_judge(work: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is an outcome like any other."""
    monkeypatch.setenv("TOY_TROUBLE", "diverge")
    assert isinstance(errand.run(find(1)[0], work("trouble")), Diverged)


def test_what_the_machine_cannot_do_is_told(work: Ask) -> None:
    """A definition that was changed."""
    changed = work().model_copy(update={"definition_hash": "another"})
    with pytest.raises(WorkFailed, match="was changed meanwhile"):
        errand.run(find(1)[0], changed)


def test_a_model_answers_in_a_process_that_never_trained_it(tmp_path: Path) -> None:
    """A model that one child trained and saved gives in another, from its weights alone, the very
    answers that the training wrote down; a model of other layers is refused in one line."""
    digits = definitions.load("digits")
    data = prepare(STUDY.data, tmp_path / "cache")
    asked = {
        "definition": "digits", "definition_hash": digits.hash, "settings": {"epochs": 1},
        "params": dict(STUDY.baseline),
    }  # fmt: skip
    files = {"training_file": data.training_path("search"), "model_file": tmp_path / "it.keras"}
    files["holdout_file"] = data.holdout_path("search")
    named = {name: str(file) for name, file in files.items()}
    (device,) = find(1)
    trained = errand.run(device, Work.model_validate({**asked, **named, "seed": 3}))
    assert isinstance(trained, Trained)
    shutil.move(tmp_path / "it.keras", tmp_path / "elsewhere.keras")
    question = Question.model_validate(
        {
            **asked,
            "n_classes": len(STUDY.data.classes),
            "model_file": str(tmp_path / "elsewhere.keras"),
            "images_file": str(data.holdout_path("search")),
        }
    )
    answer = errand.run(device, question)
    assert isinstance(answer, Classified)
    probabilities = np.frombuffer(answer.probabilities, "<f4").reshape(-1, question.n_classes)
    (holdout,) = [each for each in trained.evaluations if each.split == "holdout"]
    labels = dataset.load_holdout(data.holdout_path("search")).y
    assert probabilities.argmax(axis=1).astype("u1").tobytes() == holdout.predictions
    of_truth = probabilities.astype(np.float64)[np.arange(len(labels)), labels]
    losses = -np.log(np.clip(of_truth, 1e-7, 1)).astype("<f4")
    assert losses.tobytes() == holdout.losses

    params = {**STUDY.baseline, "dense_units": int(STUDY.baseline["dense_units"]) * 2}
    with pytest.raises(WorkFailed, match="does not hold the weights of this model") as refused:
        errand.run(device, question.model_copy(update={"params": params}))
    assert os.linesep not in str(refused.value)
