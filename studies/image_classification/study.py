"""The study of a classifier of images."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import TypeAdapter

from studies.checkpoint import Checkpoint
from studies.data import image_data, prepared_data
from studies.data.image_data import Images, TrainingImages
from studies.data.image_source import ImageSource
from studies.data.prepared_data import PreparedData
from studies.errors import SettingsError
from studies.image_classification import augmentation, training, training_checks
from studies.image_classification.evaluation import Evaluation, evaluate
from studies.keras_study import KerasStudy
from studies.keras_training import checked_training
from studies.space import Params
from studies.study import Study
from studies.training_outcomes import Diverged, Epoch, Model, Outcome, Report, Trained

if TYPE_CHECKING:
    import keras  # type: ignore[import-untyped]  # Keras ships no types

Policy = Literal["float32", "mixed_bfloat16"]
BuildModel = Callable[[Params, tuple[int, int, int], int], "keras.Model"]
"""(params, image shape as height x width x channels, number of classes) -> model that takes raw
uint8 images and gives float32 class probabilities. One that is compiled is trained with its own optimizer and
loss, any other as `optimizers` and `targets` say."""


@dataclass(frozen=True)
class LoadedImages:
    """Those that train and validate, and, for a model that is to be judged, those held out."""

    training: TrainingImages
    holdout: Images | None


@dataclass(frozen=True, kw_only=True)
class ImageClassification(KerasStudy):
    """A model for images of some classes, compared by its accuracy.

    `epochs`, `precision` and every field of `data` are settings. A precision of `auto` is decided by
    the first worker of a study, for all of them.
    """

    own_settings: ClassVar = {
        **Study.own_settings,
        "precision": TypeAdapter(Policy | Literal["auto"]),
    }

    kind_of_source: ClassVar = (ImageSource, "an ImageSource")

    data: ImageSource
    build_model: BuildModel
    metric: Literal["accuracy"] = "accuracy"
    direction: Literal["maximize"] = "maximize"
    precision: Policy | Literal["auto"] = "auto"
    trainer: training.Trainer = field(default=training.train)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.needs_keras:
            self._check_bounded(training.METRICS)
        if (self.metric, self.direction) != ("accuracy", "maximize"):
            raise SettingsError(
                f"metric cannot be {self.metric!r}, nor direction {self.direction!r}",
                "classifiers are compared by their accuracy, the higher the better",
            )

    @property
    def policy(self) -> Policy:
        """The precision as Keras knows it; the exact one where none was decided."""
        return "float32" if self.precision == "auto" else self.precision

    @property
    def needs_keras(self) -> bool:
        return self.trainer is training.train

    def check_complete(self) -> None:
        self.data.check_complete()

    def prepare(self, cache_folder: Path, data_dir: Path | None = None) -> PreparedData:
        prepared = image_data.prepare(self.data, cache_folder, data_dir)
        if self.needs_keras:
            # Said before anything is created, and not by the trial that comes upon it.
            shapes = prepared.manifest.files[prepared_data.training_name("search")].shapes
            augmentation.check(augmentation.strongest(self.space), shapes["x_train"][1:])
        return prepared

    def load(self, training_file: Path, holdout_file: Path | None = None) -> LoadedImages:
        return LoadedImages(
            image_data.load_training(training_file),
            None if holdout_file is None else image_data.load_holdout(holdout_file),
        )

    def train(
        self,
        params: Params,
        data: LoadedImages,
        *,
        seed: int,
        report: Report,
        resume: Checkpoint | None = None,
    ) -> Outcome:
        study, images = replace(self, precision=self.policy), data.training

        def train(report: Report) -> Outcome:
            return self.trainer(study, params, images, seed=seed, report=report, resume=resume)

        def judged(epoch: Epoch) -> bool:
            why = training_checks.why_hopeless(
                epoch.metrics, images.y_validation, epoch.number, self.epochs
            )
            return report(replace(epoch, hopeless=why))

        outcome = checked_training.run(
            train,
            judged,
            completed=0 if resume is None else resume.epoch,
            epochs=self.epochs,
            needed=("val_loss", self.score_key),
            shares=(self.score_key,),
        )
        # Ours asks it of each epoch; of another's model it would be the last jobs that come upon it.
        if isinstance(outcome, Trained) and self.trainer is not training.train:
            found = self._on_validation(outcome.model, data)
            if not math.isfinite(found.loss):
                return Diverged(self.epochs, f"the trained model has a loss of {found.loss}")
            training_checks.refuse_other_score(
                self.score_key, outcome.metrics[self.score_key], found.accuracy, len(found.labels)
            )
        return outcome

    def judge(self, model: Model, data: LoadedImages) -> Mapping[str, Evaluation]:
        judged = {"validation": self._on_validation(model, data)}
        if (held_out := data.holdout) is not None:
            n_classes = data.training.n_classes
            judged["holdout"] = evaluate(model, held_out.x, held_out.y, n_classes)
        return judged

    @staticmethod
    def _on_validation(model: Model, data: LoadedImages) -> Evaluation:
        images = data.training
        return evaluate(model, images.x_validation, images.y_validation, images.n_classes)
