"""A trainer of the definition's own in a few lines: Keras's `fit`, reported, resumed and ended as any other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import keras  # type: ignore[import-untyped]  # Keras ships no types
import numpy as np
import pytest

from studies import digits
from studies.checkpoint import Checkpoint
from studies.data.image_data import TrainingImages
from studies.errors import CheckpointError, InvalidOutput
from studies.image_classification import convnet
from studies.image_classification.study import LoadedImages
from studies.keras_training.fitting import fit
from studies.training_outcomes import Epoch, Outcome, Stopped, Trained

PARAMS = {**digits.STUDY.baseline, "dropout": 0.3}


def _make(how: Callable[[], dict[str, Any]] = dict, optimizer: Any = keras.optimizers.Lion) -> Any:
    """A trainer with an optimizer that no space of ours knows, and `how` fit is to be done."""

    def train(
        study: Any,
        params: Any,
        images: TrainingImages,
        *,
        seed: int,
        report: Any,
        resume: Any = None,
    ) -> Outcome:
        def build() -> keras.Model:
            model = convnet.build(params, images.x_train.shape[1:], images.n_classes)
            model.compile(optimizer(), "sparse_categorical_crossentropy", metrics=["accuracy"])
            return model

        return fit(
            build, (images.x_train, images.y_train), (images.x_validation, images.y_validation),
            seed=seed, epochs=study.epochs, batch_size=params["batch_size"], report=report,
            resume=resume, **how(),
        )  # fmt: skip

    return train


def _train(
    images: TrainingImages, trainer: Any, resume: Checkpoint | None = None, until: int = 99
) -> tuple[Outcome, list[dict[str, float]], Checkpoint | None]:
    study = replace(digits.STUDY, trainer=trainer, epochs=3)
    metrics, kept = list[dict[str, float]](), list[Checkpoint]()

    def report(epoch: Epoch) -> bool:
        metrics.append(dict(epoch.metrics))
        if epoch.state is not None:
            kept.append(Checkpoint(epoch.number, epoch.metrics, epoch.state()))
        return epoch.number < until

    data = LoadedImages(images, None)
    outcome = study.train(PARAMS, data, seed=7, report=report, resume=resume)
    return outcome, metrics, kept[-1] if kept else None


def test_it_is_reported_and_resumed_to_the_bit(digits_images: TrainingImages) -> None:
    """With class weights, dropout, and weights that are averaged in the end."""
    trainer = _make(
        lambda: {"class_weight": {0: 2.0, 1: 1.0, 2: 1.0, 3: 1.0, 4: 1.0, 5: 1.0}},
        optimizer=lambda: keras.optimizers.Lion(1e-3, use_ema=True),
    )
    outcome, whole, _ = _train(digits_images, trainer)
    assert isinstance(outcome, Trained)
    assert [set(each) for each in whole] == [{"loss", "accuracy", "val_loss", "val_accuracy"}] * 3
    stopped, _, kept = _train(digits_images, trainer, until=2)
    assert stopped == Stopped(2) and kept is not None
    resumed, rest, _ = _train(digits_images, trainer, resume=kept)
    assert rest == whole[2:]
    assert isinstance(resumed, Trained) and resumed.metrics == outcome.metrics
    assert _train(digits_images, _make())[1] != whole


def test_what_callbacks_remember_is_in_no_checkpoint(digits_images: TrainingImages) -> None:
    """One that ends early, and takes back what was worse, is judged by the model that it leaves."""

    def stopping() -> dict[str, Any]:
        stop = keras.callbacks.EarlyStopping(
            "val_accuracy", mode="min", patience=1, restore_best_weights=True
        )
        return {"callbacks": [stop]}

    outcome, epochs, kept = _train(digits_images, _make(stopping))
    assert isinstance(outcome, Trained) and len(epochs) == 2 and kept is None
    assert outcome.metrics["val_accuracy"] == pytest.approx(epochs[0]["val_accuracy"])
    with pytest.raises(CheckpointError, match="of another training"):
        fit(
            _compiled, (X, Y), (X, Y), seed=0, epochs=2, batch_size=4, report=lambda _: True,
            resume=Checkpoint(1, {}, {}), **stopping(),
        )  # fmt: skip


X, Y = np.arange(8.0)[:, None], np.arange(8.0)


def _compiled() -> keras.Model:
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    model.compile("adam", "mse")
    return model


def test_a_model_must_be_compiled() -> None:
    """For it says by what it is trained; and it need not be a classifier."""
    trained = fit(_compiled, (X, Y), (X, Y), seed=0, epochs=2, batch_size=4, report=lambda _: True)
    assert isinstance(trained, Trained) and set(trained.metrics) == {"loss", "val_loss"}
    assert trained.model.predict(X).shape == (8, 1)
    bare: Any = lambda: keras.Sequential([keras.Input((1,))])  # noqa: E731 - as a definition may have it
    with pytest.raises(InvalidOutput, match=r"build gives Sequential: return a keras.Model"):
        fit(bare, (X, Y), (X, Y), seed=0, epochs=2, batch_size=4, report=lambda _: True)
