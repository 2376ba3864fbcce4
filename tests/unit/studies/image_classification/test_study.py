"""What a trainer of a user's own gives is used once by its own training, before others rely on it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from hpo.definition_loader import Definition
from studies.data.prepared_data import PreparedData
from studies.errors import InvalidOutput, SettingsError
from studies.image_classification import training
from studies.image_classification.study import ImageClassification
from studies.space import Whole
from studies.training_outcomes import Diverged, Epoch, Outcome, Stopped, Trained


def _train(toy: Definition, data: PreparedData, answers: Any) -> Outcome:
    """With a trainer whose model answers so to any images."""
    assert isinstance(toy.study, ImageClassification)
    metrics: Any = {"val_loss": np.float32(0.5), "val_accuracy": np.float32(0.5)}
    model: Any = SimpleNamespace(predict=answers, save=print)

    def trainer(study: ImageClassification, *_: Any, report: Any, **__: Any) -> Outcome:
        for number in range(1, study.epochs + 1):
            report(Epoch(number, metrics, 0.0))
        return Trained(metrics, model)

    study = replace(toy.study, trainer=trainer)
    loaded = study.load(data.training_path("search"))
    return study.train(study.baseline, loaded, seed=0, report=lambda _: True)


def test_a_model_that_answers(toy: Definition, toy_data: PreparedData) -> None:
    """It is what the training gives, with its metrics as Python's floats."""
    outcome = _train(toy, toy_data, lambda x: np.full((len(x), 2), 0.5))
    assert isinstance(outcome, Trained)
    assert {type(value) for value in outcome.metrics.values()} == {float}


def test_a_model_that_gives_no_probabilities(toy: Definition, toy_data: PreparedData) -> None:
    """Else the last jobs of the study would be the first to ask it anything."""
    with pytest.raises(InvalidOutput, match="end build_model in a softmax"):
        _train(toy, toy_data, lambda x: np.full((len(x), 2), 3.0))
    with pytest.raises(InvalidOutput, match="have the shape"):
        _train(toy, toy_data, lambda x: np.full(len(x), 0.5))


def test_a_model_that_answers_with_no_numbers(toy: Definition, toy_data: PreparedData) -> None:
    """It has diverged, whatever was reported."""
    outcome = _train(toy, toy_data, lambda x: np.full((len(x), 2), np.nan))
    assert outcome == Diverged(8, "the trained model has a loss of nan")


@pytest.mark.parametrize(("share", "is_refused"), [(0.5, False), (0.45, False), (0.6, True)])
def test_a_trainer_that_tells_another_score_than_its_model_has(
    toy: Definition, toy_data: PreparedData, share: float, is_refused: bool
) -> None:
    """By what it tells trials are compared, by its model they are judged in the end; one image of the 20
    rounding may decide."""

    def answers(x: NDArray[np.uint8]) -> NDArray[np.float64]:
        labels = np.repeat([0, 1], len(x) // 2)
        return np.eye(2)[np.where(np.arange(len(x)) < share * len(x), labels, 1 - labels)]

    if is_refused:
        with pytest.raises(InvalidOutput, match=r"tells val_accuracy 0\.5, and its model has 0\.6"):
            _train(toy, toy_data, answers)
    else:
        assert isinstance(_train(toy, toy_data, answers), Trained)


def test_each_epoch_says_whether_it_is_hopeless(toy: Definition, toy_data: PreparedData) -> None:
    """As its study judges it: nothing that a trainer says of it counts."""
    assert isinstance(toy.study, ImageClassification)
    told: list[str | None] = []
    guesses = {"loss": np.log(2.0), "val_loss": np.log(2.0), "val_accuracy": 0.5}

    def hear(epoch: Epoch) -> bool:
        told.append(epoch.hopeless)
        return epoch.hopeless is None

    def trainer(study: ImageClassification, *_: Any, report: Any, **__: Any) -> Outcome:
        for number in range(1, study.epochs + 1):
            if not report(Epoch(number, guesses, 0.0, hopeless="so the trainer says")):
                return Stopped(number)
        raise AssertionError("it was told to stop")

    study = replace(toy.study, trainer=trainer)
    loaded = study.load(toy_data.training_path("search"))
    assert study.train(study.baseline, loaded, seed=0, report=hear) == Stopped(3)
    assert told[:2] == [None, None] and str(told[2]).startswith("it has learned nothing")


@pytest.mark.parametrize("name", ["shift", "erase"])
def test_a_space_that_leaves_nothing_of_an_image_is_refused(
    toy: Definition, tmp_path: Path, name: str
) -> None:
    """When its data is prepared, and not by the trial that comes upon it."""
    study = toy.study
    assert isinstance(study, ImageClassification)
    space, baseline = {**study.space, name: Whole(0, 4)}, {**study.baseline, name: 0}
    asking = replace(study, space=space, baseline=baseline, trainer=training.train)
    of_another_kind = replace(study, space=space, baseline=baseline)
    of_another_kind.prepare(tmp_path)  # whose own trainer knows what it means by that
    with pytest.raises(
        SettingsError, match=f"{name} is 4 pixels, and images are 2 x 2: give at most 1"
    ):
        asking.prepare(tmp_path)
