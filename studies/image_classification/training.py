"""Training one configuration, epoch by epoch."""

from __future__ import annotations

import math
import time
from functools import partial
from typing import TYPE_CHECKING, Protocol

import numpy as np

from studies.checkpoint import Checkpoint
from studies.data.image_data import TrainingImages
from studies.errors import CheckpointError, InvalidOutput
from studies.image_classification import augmentation, targets
from studies.image_classification.evaluation import evaluate
from studies.keras_training import (
    compiled_epoch,
    compiled_model,
    keras_backend,
    optimizers,
    training_state,
)
from studies.keras_training.compiled_model import CompiledModel
from studies.keras_training.trained_model import KerasModel
from studies.space import Params
from studies.training_outcomes import Diverged, Epoch, Outcome, Report, Stopped, Trained

if TYPE_CHECKING:
    from studies.image_classification.study import ImageClassification


METRICS = ("loss", "accuracy", "val_loss", "val_accuracy")
"""What `train` tells of an epoch."""


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

    Of `params` it reads what `optimizers`, `targets` and `augmentation` say; the rest is the model's.
    Nothing but these arguments bears on the result, and after each epoch the whole state is in
    Keras's variables: the order of the images is drawn from (seed, epoch), and so is what happens to
    each.
    """
    compiled = _compile(study, params, images, seed)
    model, n_images = compiled.model, len(images.x_train)
    wanted = targets.targets(params, images.y_train, images.n_classes)
    completed, metrics = 0, dict[str, float]()
    if resume is not None:
        if resume.epoch > study.epochs:
            raise CheckpointError(
                f"a checkpoint after epoch {resume.epoch} of a training of {study.epochs}"
            )
        training_state.put_back(model, resume.arrays)
        completed, metrics = resume.epoch, dict(resume.metrics)
    classifier = KerasModel(model)
    for number in range(completed + 1, study.epochs + 1):
        start = time.perf_counter()
        order = np.random.default_rng([seed, number]).permutation(n_images)
        drawn = augmentation.draw(params, images.x_train.shape[1:], n_images, seed, number)
        of_each = {name: values[order] for name, values in drawn.items()}
        trained = compiled.train_epoch(images.x_train[order], wanted[order], of_each)
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


def _compile(
    study: ImageClassification, params: Params, images: TrainingImages, seed: int
) -> CompiledModel:
    """Raises:
    InvalidOutput: build_model gives no classifier of these classes.
    """
    facts = study.epochs, study.policy, images.x_train.shape, images.n_classes
    kind = compiled_model.kind_of(study.build_model, params, *facts)
    return compiled_model.make(partial(_build, study, params, images), kind, seed)


def _build(study: ImageClassification, params: Params, images: TrainingImages) -> CompiledModel:
    batch_size = optimizers.batch_size(params)
    steps_per_epoch = math.ceil(len(images.x_train) / batch_size)
    optimizers.check(params, steps_per_epoch * study.epochs)
    augmentation.check(params, images.x_train.shape[1:])
    with keras_backend.dtype_policy(study.policy):
        model = study.build_model(params, images.x_train.shape[1:], images.n_classes)
    _check(model, images.n_classes)
    if model.compiled:
        optimizer, loss = model.optimizer, model.loss
    else:
        optimizer = optimizers.build_optimizer(params, steps_per_epoch, study.epochs)
        loss = targets.loss_of(params)
    train_epoch = compiled_epoch.compiled(
        model,
        images.x_train[:1],
        targets.targets(params, images.y_train[:1], images.n_classes),
        batch_size,
        partial(augmentation.apply, params),
        optimizer=optimizer,
        loss=loss,
        metrics=["accuracy"],
    )
    return CompiledModel(model, train_epoch, training_state.unseeded())


def _check(model: object, n_classes: int) -> None:
    import keras  # type: ignore[import-untyped]  # Keras ships no types

    if not isinstance(model, keras.Model):
        raise InvalidOutput(f"build_model gives {type(model).__name__}", "return a keras.Model")
    # One that is built as it is called shows it with its first answers.
    answers = getattr(model, "output_shape", None)
    if answers is not None and tuple(answers)[1:] not in ((n_classes,), (None,)):
        raise InvalidOutput(
            f"the model of build_model answers {answers}",
            f"it must be {(None, n_classes)}, a probability for each class",
        )
