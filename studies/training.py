"""Training one configuration, epoch by epoch."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from studies import backend, optimizers, state
from studies.checkpoint import Checkpoint
from studies.dataset import TrainingImages
from studies.errors import CheckpointError
from studies.evaluation import Classifier, evaluate
from studies.space import Params

if TYPE_CHECKING:
    import keras  # type: ignore[import-untyped]  # Keras ships no types

    from studies.study import Study


@dataclass(frozen=True)
class Epoch:
    """One completed epoch."""

    number: int
    """Epochs completed, 1 after the first."""
    metrics: Mapping[str, float]
    """loss, accuracy (running means while training), val_loss, val_accuracy; all finite."""
    seconds: float
    """Wall time of the epoch, validation included."""
    state: Callable[[], Mapping[str, NDArray[Any]]] | None = None
    """Gives a copy of what a checkpoint after this epoch holds, until the report returns; None
    where the training cannot go on from one."""


@dataclass(frozen=True)
class Trained:
    """Every epoch was trained."""

    metrics: Mapping[str, float]
    """Those of the last epoch."""
    model: Classifier


@dataclass(frozen=True)
class Stopped:
    """`report` asked to stop after this epoch."""

    epoch: int


@dataclass(frozen=True)
class Diverged:
    """The loss stopped being finite in this epoch, which was not reported."""

    epoch: int
    reason: str


Outcome = Trained | Stopped | Diverged
Report = Callable[[Epoch], bool]
"""Told of each epoch as it completes; False asks to stop."""


class Trainer(Protocol):
    """How a study trains a configuration; `train` unless the study brings its own."""

    def __call__(
        self,
        study: Study,
        params: Params,
        images: TrainingImages,
        *,
        seed: int,
        report: Report,
        resume: Checkpoint | None = None,
    ) -> Outcome:
        """Train from scratch, or go on after `resume`, which holds what an epoch of a training
        with the same other arguments gave as its state.

        Equal arguments on equal machines give equal metrics, and so does a training that was
        resumed. Raises CheckpointError, before anything is trained, for one of something else.
        """
        ...


def train(
    study: Study,
    params: Params,
    images: TrainingImages,
    *,
    seed: int,
    report: Report,
    resume: Checkpoint | None = None,
) -> Outcome:
    """Train `study`'s model on `images` until `study.epochs` epochs are complete.

    Of `params` it reads `optimizer`, `learning_rate` and `batch_size`; the rest is the model's.
    Nothing but these arguments bears on the result, and after each epoch the whole state is in
    Keras's variables: the order of the images is drawn from (seed, epoch).
    """
    backend.start_afresh(seed)
    with backend.dtype_policy(study.precision):
        model = study.build_model(params, images.x_train.shape[1:], images.n_classes)
    batch_size = int(params["batch_size"])
    steps_per_epoch = math.ceil(len(images.x_train) / batch_size)
    model.compile(
        optimizer=optimizers.build(params, study.epochs * steps_per_epoch),
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
        steps_per_execution=min(_STEPS_PER_CALL, steps_per_epoch),
        jit_compile=backend.jit_compile(),
    )
    state.build(model, (batch_size, *images.x_train.shape[1:]))
    completed, metrics = 0, dict[str, float]()
    if resume is not None:
        if resume.epoch > study.epochs:
            raise CheckpointError(
                f"a checkpoint after epoch {resume.epoch} of a training of {study.epochs}"
            )
        state.put_back(model, resume.arrays)
        completed, metrics = resume.epoch, dict(resume.metrics)
    classifier = KerasClassifier(model)
    for number in range(completed + 1, study.epochs + 1):
        start = time.perf_counter()
        order = np.random.default_rng([seed, number]).permutation(len(images.x_train))
        x, y = images.x_train[order], images.y_train[order]
        history = model.fit(x, y, batch_size=batch_size, shuffle=False, verbose=0).history
        validation = evaluate(classifier, images.x_validation, images.y_validation)
        metrics = {
            "loss": float(history["loss"][0]),
            "accuracy": float(history["accuracy"][0]),
            "val_loss": validation.loss,
            "val_accuracy": validation.accuracy,
        }
        for name, value in metrics.items():
            if not math.isfinite(value):
                return Diverged(number, f"{name} was {value} after epoch {number}")
        seconds = time.perf_counter() - start
        if not report(Epoch(number, metrics, seconds, partial(state.take, model))):
            return Stopped(number)
    return Trained(metrics, classifier)


class KerasClassifier:
    """A Keras model as a `Classifier`."""

    # A constant, because results may differ in the last digit between sizes.
    _BATCH_SIZE = 400

    def __init__(self, model: keras.Model) -> None:
        self._model = model

    def predict(self, x: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Class probabilities (n, k) of raw images uint8 (n, height, width, channels)."""
        probabilities = self._model.predict(x, batch_size=self._BATCH_SIZE, verbose=0)
        return np.asarray(probabilities, dtype=np.float32)

    def save(self, path: Path) -> None:
        """Write the model, optimizer included, as a .keras file."""
        self._model.save(path)


# Enough to hide the cost of a call into the backend (a third of the time when each batch is one),
# few enough that signals are noticed within a second.
_STEPS_PER_CALL = 16
