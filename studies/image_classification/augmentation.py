"""Images that are a little different each time they are trained on: flipped, shifted, with a part erased.

What happens to an image is drawn from the seed, the epoch and its place among the images, a few numbers each;
the images themselves are changed where they are trained on, in one step for all of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from studies.errors import SettingsError
from studies.keras_training.compiled_epoch import Draws
from studies.space import Choice, Params, Space, Whole

_IN_PIXELS = ("shift", "erase")


def strongest(space: Space) -> Params:
    """The most that a configuration of the space may ask for; raises SettingsError, naming the parameter,
    for what is no number of pixels."""
    most: dict[str, int] = {}
    for name in _IN_PIXELS:
        match space.get(name):
            case Choice(options=options) if all(type(option) is int for option in options):
                most[name] = max(int(option or 0) for option in options)
            case Whole(high=high):
                most[name] = high
            case None:
                pass
            case other:
                raise SettingsError(f"{name} is {other}", "give whole numbers of pixels")
    return most


def check(params: Params, image_shape: tuple[int, ...]) -> None:
    """Raise SettingsError, naming the parameter, where it would leave nothing of an image."""
    smallest = min(image_shape[:2])
    for name in _IN_PIXELS:
        if int(params.get(name, 0)) >= smallest:
            raise SettingsError(
                f"{name} is {params[name]} pixels, and images are {image_shape[0]} x {image_shape[1]}",
                f"give at most {smallest - 1}",
            )


def is_asked(params: Params) -> bool:
    """Whether a configuration changes images at all."""
    return any(params.get(name) for name in ("flip", *_IN_PIXELS))


def draw(
    params: Params, image_shape: tuple[int, int, int], n_images: int, seed: int, epoch: int
) -> Draws:
    """What happens to each image in an epoch.

    As `flip` (True or False), `shift` and `erase` (pixels, 0 for not at all) of `params` say; what they lack
    is not done. Half of the images are flipped from left to right. All are then shifted by up to so many
    pixels along both axes, and what is missing at an edge is filled by reflection. In every image one square
    with sides of so many pixels is erased, wholly inside it (DeVries and Taylor 2017, "Improved
    regularization of convolutional neural networks with cutout", where it may lie half outside).
    """
    height, width, _ = image_shape
    chance = np.random.default_rng([seed, epoch, 1])
    drawn: dict[str, NDArray[Any]] = {}
    if params.get("flip"):
        drawn["flipped"] = chance.random(n_images) < 0.5
    if shift := int(params.get("shift", 0)):
        drawn["down"] = chance.integers(-shift, shift + 1, n_images)
        drawn["right"] = chance.integers(-shift, shift + 1, n_images)
    if size := int(params.get("erase", 0)):
        drawn["top"] = chance.integers(0, height - size + 1, n_images)
        drawn["left"] = chance.integers(0, width - size + 1, n_images)
    return drawn


def apply(params: Params, x: Any, drawn: Mapping[str, Any]) -> Any:
    """The images `x`, uint8 (n, height, width, channels), with what was drawn done to them.

    A part of a program of Keras's, whatever its backend.
    """
    from keras import ops  # type: ignore[import-untyped]  # Keras ships no types

    n, (height, width, channels) = ops.shape(x)[0], x.shape[1:]
    rows, columns = ops.arange(height)[None, :], ops.arange(width)[None, :]
    if "flipped" in drawn or "down" in drawn:
        from_rows, from_columns = rows, columns
        if "down" in drawn:
            from_rows = ops.abs(rows - ops.cast(drawn["down"], "int32")[:, None])
            from_rows = height - 1 - ops.abs(height - 1 - from_rows)
            from_columns = ops.abs(columns - ops.cast(drawn["right"], "int32")[:, None])
            from_columns = width - 1 - ops.abs(width - 1 - from_columns)
        if "flipped" in drawn:
            is_flipped = ops.cast(drawn["flipped"], "bool")[:, None]
            from_columns = ops.where(is_flipped, width - 1 - from_columns, from_columns)
        row = ops.arange(n)[:, None] * height + from_rows
        place = row[:, :, None] * width + from_columns[:, None, :]
        x = ops.take(ops.reshape(x, (-1, channels)), place, axis=0)
    if "top" in drawn:
        below = rows - ops.cast(drawn["top"], "int32")[:, None]
        beside = columns - ops.cast(drawn["left"], "int32")[:, None]
        size = int(params["erase"])
        in_rows, in_columns = (ops.logical_and(i >= 0, i < size) for i in (below, beside))
        is_erased = ops.logical_and(in_rows[:, :, None], in_columns[:, None, :])
        x = ops.where(is_erased[..., None], ops.cast(127, "uint8"), x)
    return x
