"""All that a Keras training goes on from: its variables, taken out and put back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from studies.errors import CheckpointError

if TYPE_CHECKING:
    import keras  # type: ignore[import-untyped]  # Keras ships no types


def take(model: keras.Model) -> dict[str, NDArray[Any]]:
    """A copy of every variable."""
    return {name: np.asarray(variable).copy() for name, variable in _variables(model).items()}


def put_back(model: keras.Model, arrays: Mapping[str, NDArray[Any]]) -> None:
    """Give every variable the value that `take` found.

    Raises:
        CheckpointError: they are not those of this model, which is left as it was.
    """
    variables = _variables(model)
    ours = {name: (tuple(v.shape), str(v.dtype)) for name, v in variables.items()}
    theirs = {name: (array.shape, array.dtype.name) for name, array in arrays.items()}
    if wrong := [name for name in {**ours, **theirs} if ours.get(name) != theirs.get(name)]:
        raise CheckpointError(
            f"a checkpoint of another model: {wrong[0]} is {theirs.get(wrong[0])} in it and"
            f" {ours.get(wrong[0])} in this one"
        )
    for name, variable in variables.items():
        variable.assign(arrays[name])


@contextmanager
def averaged(model: keras.Model, *, for_good: bool) -> Iterator[None]:
    """Inside the block the model has the averaged weights, where its optimizer averages them; with `for_good`
    it keeps them."""
    if not model.optimizer.use_ema:
        yield
        return
    weights = model.trainable_variables
    held = [np.asarray(weight).copy() for weight in weights]
    model.optimizer.finalize_variable_values(weights)
    for weight in weights:
        # A copy: JAX shares one array between both, and frees it when the model next predicts.
        weight.assign(np.asarray(weight).copy())
    yield
    if not for_good:
        for weight, value in zip(weights, held, strict=True):
            weight.assign(value)


def unseeded() -> Any:
    """What is drawn from where no seed is given."""
    # Keras has no public way to it.
    from keras.src.random.seed_generator import (  # type: ignore[import-untyped]  # no types
        global_seed_generator,
    )

    return global_seed_generator()


def draw_from(seeds: Any) -> None:
    """Let that be `seeds`, which `unseeded` gave: a program that was traced draws from no other."""
    from keras.src.backend.common.global_state import (  # type: ignore[import-untyped]  # no types
        set_global_attribute,
    )
    from keras.src.random.seed_generator import (
        GLOBAL_SEED_GENERATOR,
    )

    set_global_attribute(GLOBAL_SEED_GENERATOR, seeds)


def _variables(model: keras.Model) -> dict[str, keras.Variable]:
    """Those of the model, seed generators included, of its optimizer, and the one that is drawn
    from where no seed is given; numbered, because two may have the same name."""
    found = [*model.variables, *model.optimizer.variables, unseeded().state]
    return {f"{number} {variable.path}": variable for number, variable in enumerate(found)}
