"""Training one configuration, epoch by epoch."""

from __future__ import annotations

import math
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from studies.checkpoint import Checkpoint
from studies.data.image_data import TrainingImages
from studies.errors import CheckpointError
from studies.image_classification import augmentation, compiled_model, recipe, training_state
from studies.image_classification.evaluation import evaluate
from studies.space import Params
from studies.training_outcomes import Diverged, Epoch, Outcome, Report, Stopped, Trained

if TYPE_CHECKING:
    import keras  # type: ignore[import-untyped]  # Keras ships no types

    from studies.image_classification.study import ImageClassification


class Trainer(Protocol):
    """How a study trains a configuration; `train` unless the study brings its own."""

    def __call__(
        self,
        study: ImageClassification,
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
    study: ImageClassification,
    params: Params,
    images: TrainingImages,
    *,
    seed: int,
    report: Report,
    resume: Checkpoint | None = None,
) -> Outcome:
    """Train `study`'s model on `images` until `study.epochs` epochs are complete.

    Of `params` it reads what `recipe` and `augmentation` say; the rest is the model's.
    Nothing but these arguments bears on the result, and after each epoch the whole state is in
    Keras's variables: the order of the images is drawn from (seed, epoch), and so is what happens to
    each.
    """
    compiled = compiled_model.make(study, params, images, seed)
    model, n_images = compiled.model, len(images.x_train)
    targets = recipe.targets(params, images.y_train, images.n_classes)
    completed, metrics = 0, dict[str, float]()
    if resume is not None:
        if resume.epoch > study.epochs:
            raise CheckpointError(
                f"a checkpoint after epoch {resume.epoch} of a training of {study.epochs}"
            )
        training_state.put_back(model, resume.arrays)
        completed, metrics = resume.epoch, dict(resume.metrics)
    classifier = KerasClassifier(model)
    for number in range(completed + 1, study.epochs + 1):
        start = time.perf_counter()
        order = np.random.default_rng([seed, number]).permutation(n_images)
        drawn = augmentation.draw(params, images.x_train.shape[1:], n_images, seed, number)
        of_each = {name: values[order] for name, values in drawn.items()}
        trained = compiled.train_epoch(images.x_train[order], targets[order], of_each)
        with training_state.averaged(model, for_good=number == study.epochs):
            validation = evaluate(
                classifier, images.x_validation, images.y_validation, images.n_classes
            )
        metrics = {
            "loss": trained["loss"],
            "accuracy": trained["accuracy"],
            "val_loss": validation.loss,
            "val_accuracy": validation.accuracy,
        }
        for name, value in metrics.items():
            if not math.isfinite(value):
                return Diverged(number, f"{name} was {value} after epoch {number}")
        seconds = time.perf_counter() - start
        if not report(Epoch(number, metrics, seconds, partial(training_state.take, model))):
            return Stopped(number)
    return Trained(metrics, classifier)


class KerasClassifier:
    """A Keras model as a `Classifier`."""

    # A constant, because results may differ in the last digit between sizes.
    _BATCH_SIZE = 400

    def __init__(self, model: keras.Model) -> None:
        self._model = model

    def predict(self, x: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Class probabilities (n, k) of n >= 1 raw images uint8 (n, height, width, channels)."""
        size = self._BATCH_SIZE
        # Keras's `predict` makes a pipeline of its own each time: of 400 images, a third of its time.
        answers = [
            self._model.predict_on_batch(x[start : start + size])
            for start in range(0, len(x), size)
        ]
        return np.concatenate(answers).astype(np.float32)

    def save(self, path: Path) -> None:
        """Write the model, optimizer included, as a .keras file."""
        self._model.save(path)
