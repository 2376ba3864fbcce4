"""Training one configuration, epoch by epoch."""

from __future__ import annotations

import math
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from studies.checkpoint import Checkpoint
from studies.data.table import Rows, TrainingRows
from studies.errors import CheckpointError, InvalidOutput
from studies.keras_training import compiled_epoch, compiled_model, optimizers, training_state
from studies.keras_training.compiled_model import CompiledModel
from studies.keras_training.trained_model import KerasModel
from studies.space import Params
from studies.training_outcomes import Diverged, Epoch, Outcome, Report, Stopped, Trained

if TYPE_CHECKING:
    import keras  # type: ignore[import-untyped]  # Keras ships no types

    from studies.tabular_regression.study import TabularRegression


class Trainer(Protocol):
    """How a study trains a configuration; `train` unless the study brings its own."""

    def __call__(
        self,
        study: TabularRegression,
        params: Params,
        rows: TrainingRows,
        *,
        seed: int,
        report: Report,
        resume: Checkpoint | None = None,
    ) -> Outcome:
        """Train from scratch, or go on after `resume`; see `Study.train`."""
        ...


def train(
    study: TabularRegression,
    params: Params,
    rows: TrainingRows,
    *,
    seed: int,
    report: Report,
    resume: Checkpoint | None = None,
) -> Outcome:
    """Train `study`'s model until `study.epochs` epochs are complete.

    Of `params` it reads what `optimizers` says; the rest is the model's. Columns and what is
    to be told are scaled by the rows that train, to a mean of 0 and a deviation of 1.
    """
    scale = _Scale(rows.train)
    x, y = scale.inputs(rows.train.x), scale.target(rows.train.y)
    compiled = _compile(study, params, x, y, seed)
    completed, metrics = 0, dict[str, float]()
    if resume is not None:
        if resume.epoch > study.epochs:
            raise CheckpointError(
                f"a checkpoint after epoch {resume.epoch} of a training of {study.epochs}"
            )
        training_state.put_back(compiled.model, resume.arrays)
        completed, metrics = resume.epoch, dict(resume.metrics)
    own_loss = compiled.model.loss != study.metric
    regressor = KerasRegressor(compiled.model, scale)
    for number in range(completed + 1, study.epochs + 1):
        start = time.perf_counter()
        order = np.random.default_rng([seed, number]).permutation(len(x))
        trained = compiled.train_epoch(x[order], y[order, None], {})
        with training_state.averaged(compiled.model, for_good=number == study.epochs):
            error = float(study.errors(regressor, rows.validation).mean())
        metrics = {"val_loss": error, study.score_key: error}
        if not own_loss:  # of another it is not known in which unit that is
            metrics["loss"] = trained["loss"] * scale.deviation ** (1 + (study.metric == "mse"))
        for name, value in metrics.items():
            if not math.isfinite(value):
                return Diverged(number, f"{name} was {value} after epoch {number}")
        seconds = time.perf_counter() - start
        state = partial(training_state.take, compiled.model)
        if not report(Epoch(number, metrics, seconds, state)):
            return Stopped(number)
    return Trained(metrics, regressor)


class KerasRegressor:
    """A Keras model of scaled numbers as one of the numbers themselves."""

    def __init__(self, model: keras.Model, scale: _Scale) -> None:
        self._model = model
        self._answers = KerasModel(model)
        self._scale = scale

    def predict(self, x: NDArray[np.float64]) -> NDArray[np.float64]:
        """What it tells (n,) of columns (n, columns)."""
        told = self._answers.predict(self._scale.inputs(x)).astype(np.float64)
        return told.reshape(-1) * self._scale.deviation + self._scale.mean

    def save(self, path: Path) -> None:
        """Write it as one Keras model, what scales included, as a .keras file."""
        import keras

        scale = self._scale
        # Keras's Normalization takes a deviation below 1e-7 for that.
        scaled = keras.layers.Rescaling(
            (1 / scale.deviations).tolist(), (-scale.means / scale.deviations).tolist()
        )
        answer = keras.layers.Rescaling(scale.deviation, scale.mean)
        columns = keras.Input((len(scale.means),))
        keras.Sequential([columns, scaled, self._model, answer]).save(path)


class _Scale:
    """What makes columns, and what is to be told, numbers of mean 0 and deviation 1."""

    def __init__(self, rows: Rows) -> None:
        self.means = rows.x.mean(axis=0)
        # Of a constant column that need not be zero, for its mean is rounded.
        self.deviations = np.where(np.ptp(rows.x, axis=0) > 0, rows.x.std(axis=0), 1.0)
        self.mean = float(rows.y.mean())
        self.deviation = float(rows.y.std()) if np.ptp(rows.y) > 0 else 1.0

    def inputs(self, x: NDArray[Any]) -> NDArray[np.float32]:
        scaled: NDArray[np.float64] = (x - self.means) / self.deviations
        return scaled.astype(np.float32)

    def target(self, y: NDArray[Any]) -> NDArray[np.float32]:
        return ((y - self.mean) / self.deviation).astype(np.float32)


def _compile(
    study: TabularRegression,
    params: Params,
    x: NDArray[np.float32],
    y: NDArray[np.float32],
    seed: int,
) -> CompiledModel:
    kind = compiled_model.kind_of(study.build_model, params, study.metric, study.epochs, x.shape)
    return compiled_model.make(partial(_build, study, params, x, y), kind, seed)


def _build(
    study: TabularRegression, params: Params, x: NDArray[np.float32], y: NDArray[np.float32]
) -> CompiledModel:
    """Raises:
    InvalidOutput: build_model gives no model of so many columns that tells one number.
    """
    import keras

    batch_size = optimizers.batch_size(params)
    steps_per_epoch = math.ceil(len(x) / batch_size)
    optimizers.check(params, steps_per_epoch * study.epochs)
    model: object = study.build_model(params, x.shape[1])
    if not isinstance(model, keras.Model):
        raise InvalidOutput(f"build_model gives {type(model).__name__}", "return a keras.Model")
    answers = getattr(model, "output_shape", None)
    if answers is not None and tuple(answers)[1:] not in ((1,), (None,)):
        raise InvalidOutput(
            f"the model of build_model answers {answers}", f"it must be {(None, 1)}, one number"
        )
    if model.compiled:
        optimizer, loss = model.optimizer, model.loss
    else:
        optimizer = optimizers.build_optimizer(params, steps_per_epoch, study.epochs)
        loss = study.metric
    train_epoch = compiled_epoch.compiled(
        model,
        x[:1],
        y[:1, None],
        batch_size,
        lambda inputs, _: inputs,
        optimizer=optimizer,
        loss=loss,
    )
    return CompiledModel(model, train_epoch, training_state.unseeded())
