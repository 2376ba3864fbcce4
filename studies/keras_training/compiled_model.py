"""A model that is ready to be trained, and kept for the next training of its kind: to trace a network
takes as long as one to five of its epochs, and a configuration is trained with several seeds, or goes on
where it was paused."""

from __future__ import annotations

import json
import math
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from types import FunctionType
from typing import TYPE_CHECKING, Any

from studies.errors import CheckpointError
from studies.keras_training import keras_backend, training_state
from studies.keras_training.compiled_epoch import TrainEpoch
from studies.space import Params

if TYPE_CHECKING:
    import keras  # type: ignore[import-untyped]  # Keras ships no types

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


def make(build: Callable[[], CompiledModel], kind: str | None, seed: int) -> CompiledModel:
    """What `build` gives, as a training with this seed begins with it, whatever this process trained
    before; what is of equal `kind`, if that is known, one program trains."""
    keras_backend.start_afresh(seed)
    fresh = build()
    if kind is None:
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


def kind_of(build_model: object, params: Params, *facts: object) -> str | None:
    """Equal where one program trains both, which are built by `build_model` of these parameters and of `facts`,
    which are JSON; None where that cannot be told. A function of a definition's file is known by its
    module, whose name follows from the source."""
    if (
        not isinstance(build_model, FunctionType)
        or build_model.__closure__
        or "<" in build_model.__qualname__
    ):
        return None
    made = (build_model.__module__, build_model.__qualname__, facts)
    return json.dumps((made, dict(params)), sort_keys=True)


def _size_bytes(compiled: CompiledModel) -> int:
    model = compiled.model
    variables = (*model.variables, *model.optimizer.variables)
    return sum(4 * math.prod(variable.shape) for variable in variables)


_kept: OrderedDict[str, CompiledModel] = OrderedDict()
