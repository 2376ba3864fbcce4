"""A training by Keras's own `fit`, for a trainer of the definition's own: with whatever optimizer, loss, callbacks and
class weights it likes."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from studies.checkpoint import Checkpoint
from studies.errors import CheckpointError, InvalidOutput
from studies.keras_training import keras_backend, training_state
from studies.keras_training.trained_model import BATCH_SIZE, KerasModel
from studies.training_outcomes import Diverged, Epoch, Outcome, Report, Stopped, Trained

if TYPE_CHECKING:
    import keras  # type: ignore[import-untyped]  # Keras ships no types

Examples = tuple[NDArray[Any], NDArray[Any]]
"""x (n, ...) and y (n, ...)."""


def fit(
    build: Callable[[], keras.Model],
    train: Examples,
    validation: Examples,
    *,
    seed: int,
    epochs: int,
    batch_size: int,
    report: Report,
    resume: Checkpoint | None = None,
    precision: str = "float32",
    callbacks: Sequence[keras.callbacks.Callback] = (),
    **how: Any,
) -> Outcome:
    """Trains the compiled model that `build` gives, and reports each epoch with the metrics that it was compiled
    with; `how` is what else `Model.fit` takes, such as `class_weight`.

    The order of the examples is drawn from (seed, epoch), so that a resumed training goes on as it would have.
    What callbacks remember is in no checkpoint: with them a training that was interrupted begins anew. One that
    a callback ends early is complete, and its model is judged as the callback left it.

    Raises:
        InvalidOutput: `build` gives no compiled model.
        CheckpointError: `resume` is of another training.
    """
    import keras

    keras_backend.start_afresh(seed)
    with keras_backend.dtype_policy(precision):
        model: object = build()
    if not isinstance(model, keras.Model) or not model.compiled:
        raise InvalidOutput(
            f"build gives {type(model).__name__}", "return a keras.Model that was compiled"
        )
    x, y = train
    # It makes these variables when it first trains, of the metrics when it first sees answers.
    model.compute_metrics(x[:1], y[:1], model(x[:1]))
    model.optimizer.build(model.trainable_variables)
    completed = 0
    if resume is not None:
        if callbacks or resume.epoch > epochs:
            raise CheckpointError(f"a checkpoint after epoch {resume.epoch} of another training")
        training_state.put_back(model, resume.arrays)
        completed = resume.epoch
    state = None if callbacks else partial(training_state.take, model)
    reporting = _make_reporting(report, state)
    model.fit(
        _make_batches(x, y, batch_size, seed, range(completed + 1, epochs + 1)),
        steps_per_epoch=math.ceil(len(x) / batch_size),
        shuffle=False,
        validation_data=validation,
        validation_batch_size=BATCH_SIZE,
        epochs=epochs,
        initial_epoch=completed,
        callbacks=[*callbacks, reporting],
        verbose=0,
        **how,
    )
    if reporting.stopped_after is not None:
        return Stopped(reporting.stopped_after)
    # Averages of weights, and the best ones that a callback restores, come at the very end.
    found = model.evaluate(*validation, batch_size=BATCH_SIZE, verbose=0, return_dict=True)
    metrics = {**reporting.metrics, **{f"val_{name}": value for name, value in found.items()}}
    for name, value in metrics.items():
        if not math.isfinite(value):
            return Diverged(epochs, f"{name} was {value} in the end")
    return Trained(metrics, KerasModel(model))


def _make_reporting(report: Report, state: Callable[[], Mapping[str, NDArray[Any]]] | None) -> Any:
    import keras

    class Reporting(keras.callbacks.Callback):  # type: ignore[misc]  # Keras ships no types
        """Tells of each epoch, and ends a training that is not to go on."""

        def __init__(self) -> None:
            super().__init__()
            self.metrics: Mapping[str, float] = {}
            self.stopped_after: int | None = None
            self._began = 0.0

        def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:  # noqa: ARG002 - Keras gives it
            self._began = time.perf_counter()

        def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
            self.metrics = {name: float(value) for name, value in logs.items()}
            seconds = time.perf_counter() - self._began
            if not report(Epoch(epoch + 1, self.metrics, seconds, state)):
                self.stopped_after = epoch + 1
                self.model.stop_training = True

    return Reporting()


def _make_batches(
    x: NDArray[Any], y: NDArray[Any], batch_size: int, seed: int, epochs: range
) -> Any:
    import keras

    steps_per_epoch = math.ceil(len(x) / batch_size)

    class Batches(keras.utils.PyDataset):  # type: ignore[misc]  # Keras ships no types
        """Those of all epochs, each in an order of its own: who reads ahead finds the same."""

        def __len__(self) -> int:
            return steps_per_epoch * len(epochs)

        def __getitem__(self, index: int) -> Examples:
            epoch, step = divmod(index, steps_per_epoch)
            chosen = order(epochs[epoch])[step * batch_size : (step + 1) * batch_size]
            return x[chosen], y[chosen]

    @lru_cache(maxsize=2)
    def order(epoch: int) -> NDArray[np.int64]:
        return np.random.default_rng([seed, epoch]).permutation(len(x))

    return Batches()
