"""The study of a model that tells a number from the columns of a table."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import TypeAdapter

from studies.checkpoint import Checkpoint
from studies.data import table
from studies.data.prepared_data import PreparedData
from studies.data.table import Rows, Table, TrainingRows
from studies.errors import InvalidOutput, SettingsError
from studies.keras_study import KerasStudy
from studies.keras_training import checked_training
from studies.space import Params
from studies.study import Study
from studies.tabular_regression import training
from studies.training_outcomes import Diverged, Model, Outcome, Report, Trained, ValueEvidence

if TYPE_CHECKING:
    import keras  # type: ignore[import-untyped]  # Keras ships no types

Metric = Literal["mse", "mae"]
BuildModel = Callable[[Params, int], "keras.Model"]
"""(params, number of columns) -> model that takes float32 (n, columns) and gives float32 (n, 1), both as
numbers of mean 0 and deviation 1: what scales them is put around it. One that is compiled is trained with its own
optimizer and loss, any other as `optimizers` says, by the metric."""


@dataclass(frozen=True)
class LoadedRows:
    """Those that train and validate, and, for a model that is to be judged, those held out."""

    training: TrainingRows
    holdout: Rows | None


@dataclass(frozen=True, kw_only=True)
class TabularRegression(KerasStudy):
    """A model that tells a number from others, compared by the mean of its squared errors, or of the absolute
    ones where `metric` is "mae". `epochs` and every field of `data` are settings."""

    kind_of_source: ClassVar = (Table, "a Table")

    data: Table
    build_model: BuildModel
    metric: Metric = "mse"
    direction: Literal["minimize"] = "minimize"
    trainer: training.Trainer = field(default=training.train)

    own_settings: ClassVar = {**Study.own_settings, "metric": TypeAdapter(Metric)}

    def __post_init__(self) -> None:
        super().__post_init__()
        if taken := sorted(type(self.data).model_fields.keys() & {*self.own_settings, *OF_IMAGES}):
            raise SettingsError(
                f"{type(self.data).__name__} has a field {taken[0]}, which is a setting of studies",
                "call it otherwise",
            )
        if self.needs_keras:
            self._check_bounded(("loss", "val_loss", self.score_key))
        if self.direction != "minimize":
            raise SettingsError(
                f"direction cannot be {self.direction!r}", "the lower an error, the better it is"
            )

    @property
    def needs_keras(self) -> bool:
        return self.trainer is training.train

    def prepare(self, cache_folder: Path, data_dir: Path | None = None) -> PreparedData:
        return table.prepare(self.data, cache_folder, data_dir)

    def load(self, training_file: Path, holdout_file: Path | None = None) -> LoadedRows:
        return LoadedRows(
            table.load_training(training_file),
            None if holdout_file is None else table.load_holdout(holdout_file),
        )

    def train(
        self,
        params: Params,
        data: LoadedRows,
        *,
        seed: int,
        report: Report,
        resume: Checkpoint | None = None,
    ) -> Outcome:
        rows = data.training

        def train(report: Report) -> Outcome:
            return self.trainer(self, params, rows, seed=seed, report=report, resume=resume)

        outcome = checked_training.run(
            train,
            report,
            completed=0 if resume is None else resume.epoch,
            epochs=self.epochs,
            needed=("val_loss", self.score_key),
            shares=(),
        )
        if isinstance(outcome, Trained) and self.trainer is not training.train:
            found = float(self.errors(outcome.model, rows.validation).mean())
            if not math.isfinite(found):
                return Diverged(self.epochs, f"the trained model has a {self.metric} of {found}")
            told = outcome.metrics[self.score_key]
            least = _MOST_APART * np.abs(rows.validation.y - rows.validation.y.mean()).mean()
            if not math.isclose(
                told,
                found,
                rel_tol=_MOST_APART,
                abs_tol=least**2 if self.metric == "mse" else least,
            ):
                raise InvalidOutput(
                    f"the trainer tells {self.score_key} {told:.4g}, and its model has {found:.4g}",
                    "give the model of which that is true, or in Trained the metrics of that model",
                )
        return outcome

    def judge(self, model: Model, data: LoadedRows) -> Mapping[str, ValueEvidence]:
        parts = {"validation": data.training.validation, "holdout": data.holdout}
        return {
            name: ValueEvidence(self.errors(model, rows).astype(np.float32))
            for name, rows in parts.items()
            if rows is not None
        }

    def errors(self, model: Model, rows: Rows) -> NDArray[np.float64]:
        """How far off the model is for each row (n,), squared or not as the metric says.

        Raises:
            InvalidOutput: it does not tell a number of each.
        """
        try:
            told = np.asarray(model.predict(rows.x)).astype(np.float64)
        except (TypeError, ValueError) as error:
            raise InvalidOutput(f"the model's answers are no numbers ({error})") from error
        if told.shape not in ((len(rows.y),), (len(rows.y), 1)):
            raise InvalidOutput(
                f"the model's answers for {len(rows.y)} rows have the shape {told.shape}",
                f"it must be {(len(rows.y), 1)}",
            )
        off = told.reshape(-1) - rows.y
        return np.square(off) if self.metric == "mse" else np.abs(off)


OF_IMAGES = ("classes", "new_classes", "precision")
"""Settings by which a study of images is known."""
_MOST_APART = 0.01
"""Of each other; errors that are closer may be one and the same, computed in another order."""
