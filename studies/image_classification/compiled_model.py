"""A model that is ready to be trained, and kept for the next training of its kind: to trace a network
takes as long as one to five of its epochs, and a configuration is trained with several seeds, or goes on
where it was paused."""

from __future__ import annotations

import json
import math
from collections import OrderedDict
from dataclasses import dataclass
from functools import partial
from types import FunctionType
from typing import TYPE_CHECKING, Any

from studies import keras_backend
from studies.data.image_data import TrainingImages
from studies.errors import CheckpointError, InvalidOutput
from studies.image_classification import augmentation, compiled_epoch, recipe, training_state
from studies.image_classification.compiled_epoch import TrainEpoch
from studies.space import Params

if TYPE_CHECKING:
    import keras  # type: ignore[import-untyped]  # Keras ships no types

    from studies.image_classification.study import ImageClassification

MOST_KEPT = 8
MOST_KEPT_BYTES = 256 << 20
"""Of the variables of all that are kept: a large network is not worth its memory."""


@dataclass(frozen=True)
class CompiledModel:
    """A compiled model with all its variables, and how it is trained for an epoch."""

    model: keras.Model
    train_epoch: TrainEpoch
    unseeded: Any
    """What it draws from where it was given no seed."""


def make(
    study: ImageClassification, params: Params, images: TrainingImages, seed: int
) -> CompiledModel:
    """The model of `params` as a training with this seed begins with it, whatever this process trained
    before.

    Raises:
        InvalidOutput: build_model gives no classifier of these classes.
    """
    keras_backend.start_afresh(seed)
    fresh = _build(study, params, images)
    if (kind := _kind_of(study, params, images)) is None:
        return fresh
    if (kept := _kept.pop(kind, None)) is None:
        kept = fresh
    else:
        arrays = training_state.take(fresh.model)
        training_state.draw_from(kept.unseeded)
        try:
            training_state.put_back(kept.model, arrays)
        except CheckpointError:  # its build_model gave another one, of equal arguments
            training_state.draw_from(fresh.unseeded)
            kept = fresh
    _kept[kind] = kept
    while len(_kept) > MOST_KEPT or sum(map(_size_bytes, _kept.values())) > MOST_KEPT_BYTES:
        _kept.popitem(last=False)
    return kept


def _build(study: ImageClassification, params: Params, images: TrainingImages) -> CompiledModel:
    batch_size = recipe.batch_size(params)
    steps_per_epoch = math.ceil(len(images.x_train) / batch_size)
    recipe.check(params, steps_per_epoch * study.epochs)
    augmentation.check(params, images.x_train.shape[1:])
    with keras_backend.dtype_policy(study.policy):
        model = study.build_model(params, images.x_train.shape[1:], images.n_classes)
    _check(model, images.n_classes)
    optimizer, loss = (
        recipe.build_optimizer(params, steps_per_epoch, study.epochs),
        recipe.loss_of(params),
    )
    if model.compiled:
        optimizer, loss = model.optimizer, model.loss
    train_epoch = compiled_epoch.compiled(
        model,
        images.x_train[:1],
        recipe.targets(params, images.y_train[:1], images.n_classes),
        batch_size,
        partial(augmentation.apply, params),
        optimizer=optimizer,
        loss=loss,
        metrics=["accuracy"],
    )
    return CompiledModel(model, train_epoch, training_state.unseeded())


def _check(model: object, n_classes: int) -> None:
    import keras

    if not isinstance(model, keras.Model):
        raise InvalidOutput(f"build_model gives {type(model).__name__}", "return a keras.Model")
    # One that is built as it is called shows it with its first answers.
    answers = getattr(model, "output_shape", None)
    if answers is not None and tuple(answers)[1:] not in ((n_classes,), (None,)):
        raise InvalidOutput(
            f"the model of build_model answers {answers}",
            f"it must be {(None, n_classes)}, a probability for each class",
        )


def _kind_of(study: ImageClassification, params: Params, images: TrainingImages) -> str | None:
    """Equal where one program trains both; None where that cannot be told. A function of a definition's
    file is known by its module, whose name follows from the source."""
    build = study.build_model
    if not isinstance(build, FunctionType) or build.__closure__ or "<" in build.__qualname__:
        return None
    of_data = (*images.x_train.shape, images.n_classes)
    made = (build.__module__, build.__qualname__, study.epochs, study.policy, of_data)
    return json.dumps((made, dict(params)), sort_keys=True)


def _size_bytes(compiled: CompiledModel) -> int:
    model = compiled.model
    variables = (*model.variables, *model.optimizer.variables)
    return sum(4 * math.prod(variable.shape) for variable in variables)


_kept: OrderedDict[str, CompiledModel] = OrderedDict()
