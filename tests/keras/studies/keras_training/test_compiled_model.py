"""A model that is kept trains as a new one does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from studies import digits
from studies.data.image_data import TrainingImages
from studies.image_classification import training
from studies.keras_training import compiled_model
from studies.space import Params
from studies.training_outcomes import Epoch
from tests.support.marks import slow

if TYPE_CHECKING:
    import keras  # type: ignore[import-untyped]  # Keras ships no types

PARAMS: Params = {"optimizer": "sgd", "learning_rate": 0.01, "batch_size": 16}


def noisy(params: Params, image_shape: tuple[int, int, int], n_classes: int) -> keras.Model:
    """With running means, and with noise of a seed and of none."""
    import keras

    class Noise(keras.layers.Layer):  # type: ignore[misc]  # Keras ships no types
        def call(self, x: Any, training: bool = False) -> Any:
            return x + keras.random.normal((12,), stddev=0.3) if training else x

    return keras.Sequential(
        [
            keras.layers.Input(image_shape, dtype="uint8"),
            keras.layers.Rescaling(1 / 255),
            keras.layers.Flatten(),
            keras.layers.Dense(12),
            Noise(),
            keras.layers.Dropout(0.3),
            keras.layers.BatchNormalization(),
            keras.layers.Dense(n_classes, activation="softmax"),
        ]
    )


STUDY = replace(digits.STUDY, build_model=noisy, epochs=2)


@pytest.fixture(scope="module")
def images() -> TrainingImages:
    """Some of noise."""
    draws = np.random.default_rng(0)
    x, y = draws.integers(0, 256, (40, 4, 4, 1)).astype(np.uint8), draws.integers(0, 3, 40)
    return TrainingImages(x, y, x[:20], y[:20], 3)


@pytest.fixture(autouse=True)
def nothing_kept() -> Iterator[None]:
    """Before and after."""
    compiled_model._kept.clear()
    yield
    compiled_model._kept.clear()


def train(images: TrainingImages, seed: int, **changes: Any) -> list[dict[str, float]]:
    """The metrics of each epoch."""
    epochs: list[dict[str, float]] = []

    def report(epoch: Epoch) -> bool:
        epochs.append(dict(epoch.metrics))
        return True

    training.train(STUDY, {**PARAMS, **changes}, images, seed=seed, report=report)
    return epochs


def test_it_begins_as_a_new_one(images: TrainingImages) -> None:
    """Weights, running means, the optimizer, and all chance are those of the seed."""
    first = train(images, 1)
    other = train(images, 2)
    (kept,) = compiled_model._kept.values()
    assert train(images, 1) == first != other
    assert list(compiled_model._kept.values()) == [kept]
    compiled_model._kept.clear()
    assert train(images, 2) == other


def test_another_configuration_has_its_own(images: TrainingImages) -> None:
    """A learning rate may be a number in the program."""
    usual = train(images, 1)
    assert train(images, 1, learning_rate=0.02) != usual
    assert len(compiled_model._kept) == 2


@slow("builds three networks")
def test_no_more_are_kept_than_there_is_room_for(
    images: TrainingImages, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The one that was longest not used goes first; what is too large is not kept at all."""
    monkeypatch.setattr(compiled_model, "MOST_KEPT", 2)
    made = [
        training._compile(STUDY, {**PARAMS, "learning_rate": rate}, images, 0)
        for rate in (0.1, 0.2, 0.1, 0.3)
    ]
    assert made[2] is made[0]
    assert list(compiled_model._kept.values()) == [made[2], made[3]]
    monkeypatch.setattr(compiled_model, "MOST_KEPT_BYTES", 100)
    training._compile(STUDY, PARAMS, images, 0)
    assert not compiled_model._kept


def test_what_cannot_be_told_apart_is_not_kept(images: TrainingImages) -> None:
    """A function that is made anew, with whatever it holds."""
    study = replace(STUDY, build_model=lambda *of: noisy(*of))
    training._compile(study, PARAMS, images, 0)
    assert not compiled_model._kept


def test_a_model_that_is_compiled_is_trained_with_what_it_was_compiled_with(
    images: TrainingImages,
) -> None:
    """With its own optimizer and loss: the very training that others have with the same."""
    import keras

    asked: Params = {"optimizer": "rmsprop", "learning_rate": 0.003, "batch_size": 16}

    def build(params: Params, image_shape: tuple[int, int, int], n_classes: int) -> keras.Model:
        model = noisy(params, image_shape, n_classes)
        model.compile(keras.optimizers.RMSprop(0.003), keras.losses.SparseCategoricalCrossentropy())
        return model

    def metrics(study: Any, params: Params) -> list[Any]:
        told: list[Any] = []

        def report(epoch: Epoch) -> bool:
            told.append(dict(epoch.metrics))
            return True

        training.train(study, params, images, seed=1, report=report)
        return told

    own = metrics(replace(STUDY, build_model=build), {"batch_size": 16})
    assert own == metrics(STUDY, asked)
    assert own != metrics(STUDY, {"batch_size": 16})
