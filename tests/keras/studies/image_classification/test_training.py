"""Training: reproducible, told epoch by epoch, and ended in one of three ways."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from studies import cifar100, digits
from studies.data.image_data import TrainingImages, load_holdout, load_training
from studies.data.prepared_data import PreparedData
from studies.errors import InvalidOutput
from studies.image_classification.evaluation import evaluate
from studies.image_classification.study import ImageClassification, LoadedImages
from studies.image_classification.training import train
from studies.keras_training import compiled_model, keras_backend
from studies.space import Params
from studies.training_outcomes import Diverged, Epoch, Outcome, Stopped, Trained
from tests.support.marks import slow

if TYPE_CHECKING:
    import keras  # type: ignore[import-untyped]  # Keras ships no types

FAST = digits.STUDY.with_settings({"epochs": 3})


def _epochs(
    study: ImageClassification,
    images: TrainingImages,
    params: Mapping[str, str | int | float] | None = None,
    seed: int = 0,
) -> tuple[Outcome, list[Epoch]]:
    """Train to the end; what came of it, and what was reported."""
    reported: list[Epoch] = []

    def report(epoch: Epoch) -> bool:
        reported.append(epoch)
        return True

    chosen = {**study.baseline, **(params or {})}
    return train(study, chosen, images, seed=seed, report=report), reported


def _metrics(
    study: ImageClassification,
    images: TrainingImages,
    params: Mapping[str, str | int | float] | None = None,
    seed: int = 0,
) -> list[Mapping[str, float]]:
    return [epoch.metrics for epoch in _epochs(study, images, params, seed)[1]]


def test_every_epoch_is_reported(digits_images: TrainingImages) -> None:
    """Epochs come in order from 1, each with four finite numbers; the last are the outcome's."""
    outcome, epochs = _epochs(FAST, digits_images)
    assert [epoch.number for epoch in epochs] == [1, 2, 3]
    for epoch in epochs:
        assert set(epoch.metrics) == {"loss", "accuracy", "val_loss", "val_accuracy"}
        assert np.isfinite(list(epoch.metrics.values())).all()
        assert epoch.seconds > 0
    assert isinstance(outcome, Trained)
    assert outcome.metrics == epochs[-1].metrics


def test_the_digits_are_learnt(digits_data: PreparedData, digits_images: TrainingImages) -> None:
    """Ten epochs read more than four in five digits, of those never seen as well."""
    outcome, epochs = _epochs(digits.STUDY, digits_images)
    assert isinstance(outcome, Trained)
    assert outcome.metrics["val_accuracy"] > 0.8
    holdout = load_holdout(digits_data.holdout_path("search"))
    assert evaluate(outcome.model, holdout.x, holdout.y, 6).accuracy > 0.8
    validation = evaluate(outcome.model, digits_images.x_validation, digits_images.y_validation, 6)
    assert validation.accuracy == epochs[-1].metrics["val_accuracy"]
    assert validation.loss == epochs[-1].metrics["val_loss"]


def test_the_same_seed_gives_the_same_metrics(digits_images: TrainingImages) -> None:
    """Whatever was trained in between; another seed gives others."""
    first = _metrics(FAST, digits_images)
    other = _metrics(FAST, digits_images, seed=1)
    assert _metrics(FAST, digits_images) == first
    assert other != first


@slow("wants the official files of CIFAR-100")
def test_the_same_seed_gives_the_same_metrics_on_cifar(cifar: PreparedData) -> None:
    """So it is with images in colour, with dropout, in either precision."""
    images = load_training(cifar.training_path("search"))
    few = replace(images, x_train=images.x_train[::20], y_train=images.y_train[::20])
    for precision in ("float32", "mixed_bfloat16"):
        study = cifar100.STUDY.with_settings({"epochs": 2, "precision": precision})
        once, again = (_metrics(study, few, {"dropout": 0.3, "filters": 16}) for _ in range(2))
        assert once == again


_IN_FRESH_PROCESS = """
import json, pathlib, sys
from studies.data.image_data import load_training
from studies.digits import STUDY
from studies.image_classification.training import train
images = load_training(pathlib.Path({path!r}))
epochs = []
train(STUDY.with_settings({{"epochs": 3}}), STUDY.baseline, images, seed=0,
      report=lambda epoch: not epochs.append(epoch.metrics))
print(json.dumps(epochs))
"""


@slow("imports TensorFlow in two processes")
def test_fresh_processes_give_the_same_metrics(
    digits_data: PreparedData, digits_images: TrainingImages, run_python: Callable[..., str]
) -> None:
    """A process that has trained nothing before agrees with another, and with this one."""
    code = _IN_FRESH_PROCESS.format(path=str(digits_data.training_path("search")))
    with ThreadPoolExecutor() as side_by_side:
        one, two = (json.loads(out) for out in side_by_side.map(run_python, [code, code]))
    assert one == two == _metrics(FAST, digits_images)


def test_a_report_can_stop_the_training(digits_images: TrainingImages) -> None:
    """The epoch that was answered with False is the last."""
    numbers: list[int] = []

    def report(epoch: Epoch) -> bool:
        numbers.append(epoch.number)
        return epoch.number < 2

    outcome = train(FAST, FAST.baseline, digits_images, seed=0, report=report)
    assert outcome == Stopped(2)
    assert numbers == [1, 2]


def test_divergence_is_an_outcome(digits_images: TrainingImages) -> None:
    """A loss that is no number ends the training, says where, and is never reported."""
    outcome, epochs = _epochs(FAST, digits_images, {"optimizer": "sgd", "learning_rate": 1e30})
    assert isinstance(outcome, Diverged)
    assert outcome.epoch == len(epochs) + 1
    assert "loss was nan" in outcome.reason or "loss was inf" in outcome.reason
    assert all(np.isfinite(list(epoch.metrics.values())).all() for epoch in epochs)


@slow("trains with each optimizer")
@pytest.mark.parametrize("optimizer", ["adam", "adamw", "rmsprop", "sgd"])
def test_every_optimizer_learns(optimizer: str, digits_images: TrainingImages) -> None:
    """Each optimizer lowers the training loss within three epochs."""
    _, epochs = _epochs(FAST, digits_images, {"optimizer": optimizer, "learning_rate": 0.003})
    assert epochs[-1].metrics["loss"] < epochs[0].metrics["loss"]


def test_a_saved_model_takes_raw_images(digits_images: TrainingImages, tmp_path: Path) -> None:
    """The exported file, loaded by Keras alone, answers for raw uint8 images as the model did."""
    import keras

    outcome, _ = _epochs(FAST, digits_images)
    assert isinstance(outcome, Trained)
    outcome.model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    x = digits_images.x_validation[:5]
    expected = outcome.model.predict(x)
    assert expected.dtype == np.float32
    assert expected.shape == (5, 6)
    np.testing.assert_allclose(expected.sum(axis=1), 1, atol=1e-5)
    np.testing.assert_allclose(np.asarray(loaded(x)), expected, atol=1e-6)


@slow("trains a network four times")
def test_training_leaves_nothing_behind(
    digits_images: TrainingImages, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The precision of one training is not that of the next; models and graphs that are not kept are
    freed."""
    import gc

    import keras

    def graphs() -> int:
        keras_backend.start_afresh(0)
        return sum(type(thing).__name__ == "FuncGraph" for thing in gc.get_objects())

    monkeypatch.setattr(compiled_model, "MOST_KEPT", 0)
    before = keras.config.dtype_policy().name
    one_epoch = FAST.with_settings({"epochs": 1})
    _epochs(one_epoch, digits_images)
    few = graphs()
    for precision in ("mixed_bfloat16", "float32"):
        _epochs(one_epoch.with_settings({"precision": precision}), digits_images)
        assert keras.config.dtype_policy().name == before
    assert graphs() == few
    assert not [thing for thing in gc.get_objects() if isinstance(thing, keras.Model)]


def _answering(
    units: int, activation: str | None, *, by_class: bool = False
) -> Callable[..., keras.Model]:
    """Builds a model whose last layer is this one; of a class, whose outputs nobody knows before."""

    def build(_params: Params, shape: tuple[int, int, int], _classes: int) -> keras.Model:
        import keras

        class Layered(keras.Model):  # type: ignore[misc]  # which is untyped
            """Built when it is first called."""

            def __init__(self) -> None:
                super().__init__()
                self.parts = layers

            def call(self, x: Any) -> Any:
                for part in self.parts:
                    x = part(x)
                return x

        layers = [keras.layers.Flatten(), keras.layers.Dense(units, activation=activation)]
        if by_class:
            return Layered()
        return keras.Sequential([keras.Input(shape, dtype="uint8"), *layers])

    return build


def _two_headed() -> keras.Model:
    import keras

    x = keras.Input((8, 8, 1))
    return keras.Model(x, [x, x])


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (_answering(6, None), "no probabilities: .* end build_model in a softmax"),
        (_answering(6, "sigmoid"), "no probabilities: .* end build_model in a softmax"),
        (_answering(7, "softmax"), r"the model of build_model answers \(None, 7\): it must be"),
        (_answering(1, "sigmoid"), r"the model of build_model answers \(None, 1\): it must be"),
        (_answering(6, None, by_class=True), "no probabilities: .* end build_model in a softmax"),
        (
            _answering(7, "softmax", by_class=True),
            r"have the shape \(180, 7\): it must be \(180, 6\)",
        ),
        (lambda *_: None, "build_model gives NoneType: return a keras.Model"),
        (lambda *_: _two_headed(), "answers"),
    ],
)
def test_a_model_that_gives_no_probabilities(
    build: Callable[..., keras.Model], message: str, digits_images: TrainingImages
) -> None:
    """It is found before its first epoch is told, and not by a verdict that nobody understands."""

    def report(_: Epoch) -> bool:
        raise AssertionError("told of an epoch")

    study = replace(FAST, build_model=build)
    with pytest.raises(InvalidOutput, match=message):
        study.train(study.baseline, LoadedImages(digits_images, None), seed=0, report=report)
