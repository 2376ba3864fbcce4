"""An epoch of a Keras model as one program of its backend, in which all its steps are taken."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from studies import keras_backend
from studies.image_classification.image_data import TrainingImages
from studies.image_classification.image_source import Labels, Pixels

if TYPE_CHECKING:
    import keras  # type: ignore[import-untyped]  # Keras ships no types

TrainEpoch = Callable[[Pixels, Labels], Mapping[str, float]]
"""Trains one epoch on images (n, height, width, channels) with their labels (n,), batch by batch in
their order; gives the means over the epoch of `loss` and of each metric."""
MOST_BYTES = 1 << 28
"""Of images that are on the device at once; a larger epoch is several calls of the program."""


def compiled(model: keras.Model, images: TrainingImages, batch_size: int, **how: Any) -> TrainEpoch:
    """Compiles `model`, `how` as `Model.compile` takes it, for epochs of as many images as there are
    to train on."""
    steps = math.ceil(len(images.x_train) / batch_size)
    if not keras_backend.is_jax():
        model.compile(**how, steps_per_execution=steps, jit_compile=keras_backend.jit_compile())
        return lambda x, y: {
            name: float(values[0])
            for name, values in model.fit(
                x, y, batch_size=batch_size, shuffle=False, verbose=0
            ).history.items()
        }
    model.compile(**how)
    some = slice(1)
    # It makes these variables when it first trains, of the metrics when it first sees answers.
    model.compute_metrics(images.x_train[some], images.y_train[some], model(images.x_train[some]))
    model.optimizer.build(model.trainable_variables)
    return _Scanned(model, batch_size)


class _Scanned:
    """With JAX `steps_per_execution` is a loop in Python around a program of one step (Keras 3.15):
    here the loop is in the program."""

    def __init__(self, model: keras.Model, batch_size: int) -> None:
        import jax

        self._model = model
        self._batch_size = batch_size
        self._program = jax.jit(self._train, donate_argnums=0)

    def __call__(self, x: Pixels, y: Labels) -> Mapping[str, float]:
        model = self._model
        model.reset_metrics()
        groups = (
            model.trainable_variables,
            model.non_trainable_variables,
            model.optimizer.variables,
            model.metrics_variables,
        )
        state = tuple([variable.value for variable in group] for group in groups)
        for part in self._parts(x):
            state = self._program(state, x[part], y[part])
        for group, values in zip(groups, state, strict=True):
            for variable, value in zip(group, values, strict=True):
                variable.assign(value)
        return {name: float(value) for name, value in model.get_metrics_result().items()}

    def _parts(self, x: Pixels) -> Iterator[slice]:
        batches = max(1, MOST_BYTES // max(1, x[: self._batch_size].nbytes))
        size = batches * self._batch_size
        return (slice(start, start + size) for start in range(0, len(x), size))

    def _train(self, state: Any, x: Any, y: Any) -> Any:
        import jax

        def step(state: Any, batch: Any) -> tuple[Any, None]:
            _, (trained, others, of_optimizer, of_metrics) = self._model.train_step(state, batch)
            return (list(trained), list(others), list(of_optimizer), list(of_metrics)), None

        size = self._batch_size
        whole = len(x) // size
        if whole:
            batches = tuple(
                each[: whole * size].reshape(whole, size, *each.shape[1:]) for each in (x, y)
            )
            state, _ = jax.lax.scan(step, state, batches)
        if whole * size < len(x):
            state, _ = step(state, (x[whole * size :], y[whole * size :]))
        return state
