"""An epoch of a Keras model as one program of its backend, in which all its steps are taken."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from numpy.typing import NDArray

from studies.keras_training import keras_backend
from studies.keras_training.fused_normalisation import fused_normalisation

if TYPE_CHECKING:
    import keras  # type: ignore[import-untyped]  # Keras ships no types

Inputs = NDArray[Any]
"""What the model takes (n, ...), such as images (n, height, width, channels)."""
Targets = NDArray[Any]
"""Labels (n,), or whatever else of each example the loss takes."""
Draws = Mapping[str, NDArray[Any]]
"""What was drawn for each of n examples, (n, ...), by name."""
TrainEpoch = Callable[[Inputs, Targets, Draws], Mapping[str, float]]
"""Trains one epoch on examples with their targets and with what was drawn for each, batch by batch in their
order; gives the means over the epoch of `loss` and of each metric."""
Change = Callable[[Any, Mapping[str, Any]], Any]
"""Does to inputs what was drawn for them, as a part of the program."""
_Part = tuple[Inputs, Targets, Draws]
MOST_BYTES = 1 << 28
"""Of inputs that are on the device at once; a larger epoch is several calls of the program."""


def compiled(
    model: keras.Model, x: Inputs, y: Targets, batch_size: int, change: Change, **how: Any
) -> TrainEpoch:
    """Compiles `model`, `how` as `Model.compile` takes it, for epochs over inputs like `x` with targets like
    `y`, and makes all its variables: some would otherwise be made by the first batch, under other names."""
    model.compile(**how, jit_compile=keras_backend.jit_compile())
    # It makes these variables when it first trains, of the metrics when it first sees answers.
    model.compute_metrics(x[:1], y[:1], model(x[:1]))
    model.optimizer.build(model.trainable_variables)
    program = _Scanned if keras_backend.is_jax() else _Looped
    return program(model, batch_size, change)


class _Program(ABC):
    """What trains an epoch, in as few calls as the inputs have room in memory."""

    def __init__(self, model: keras.Model, batch_size: int, change: Change) -> None:
        self._model = model
        self._batch_size = batch_size
        self._change = change

    def __call__(self, x: Inputs, y: Targets, drawn: Draws) -> Mapping[str, float]:
        self._model.reset_metrics()
        self._train_on(self._parts(x, y, drawn))
        return {name: float(value) for name, value in self._model.get_metrics_result().items()}

    @abstractmethod
    def _train_on(self, parts: Iterator[_Part]) -> None:
        """Takes the steps of all parts, each of whole batches but the last."""

    def _parts(self, x: Inputs, y: Targets, drawn: Draws) -> Iterator[_Part]:
        batches = max(1, MOST_BYTES // max(1, x[: self._batch_size].nbytes))
        size = batches * self._batch_size
        for start in range(0, len(x), size):
            part = slice(start, start + size)
            yield x[part], y[part], {name: values[part] for name, values in drawn.items()}


class _Looped(_Program):
    """With TensorFlow `Model.fit` takes its batches from threads of its own, whatever
    `steps_per_execution` is: they wait for each other where there is one core for all."""

    def __init__(self, model: keras.Model, batch_size: int, change: Change) -> None:
        super().__init__(model, batch_size, change)
        import tensorflow  # type: ignore[import-untyped]  # TensorFlow ships no types

        self._tensorflow = tensorflow
        self._program = tensorflow.function(self._train, autograph=False, reduce_retracing=True)

    def _train_on(self, parts: Iterator[_Part]) -> None:
        constant = self._tensorflow.constant
        for x, y, drawn in parts:
            given = {name: constant(values) for name, values in drawn.items()}
            self._program(constant(x), constant(y), given)

    def _train(self, x: Any, y: Any, drawn: Any) -> None:
        tensorflow, size = self._tensorflow, self._batch_size
        x = self._change(x, drawn)

        def step(start: Any) -> Any:
            batch = slice(start, start + size)
            self._model.train_step((x[batch], y[batch]))
            return start + size

        n = tensorflow.shape(x)[0]
        with fused_normalisation():
            tensorflow.while_loop(lambda start: start < n, step, [0], parallel_iterations=1)


class _Scanned(_Program):
    """With JAX `steps_per_execution` is a loop in Python around a program of one step (Keras 3.15):
    here the loop is in the program."""

    def __init__(self, model: keras.Model, batch_size: int, change: Change) -> None:
        super().__init__(model, batch_size, change)
        import jax

        self._program = jax.jit(self._train, donate_argnums=0)

    def _train_on(self, parts: Iterator[_Part]) -> None:
        model = self._model
        groups = (
            model.trainable_variables,
            model.non_trainable_variables,
            model.optimizer.variables,
            model.metrics_variables,
        )
        state = tuple([variable.value for variable in group] for group in groups)
        for x, y, drawn in parts:
            state = self._program(state, x, y, drawn)
        for group, values in zip(groups, state, strict=True):
            for variable, value in zip(group, values, strict=True):
                variable.assign(value)

    def _train(self, state: Any, x: Any, y: Any, drawn: Any) -> Any:
        import jax

        x = self._change(x, drawn)

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
