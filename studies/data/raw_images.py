"""What a source gave, checked once, before anything is made of it.

Converted is what stays the same images and labels whatever is converted: other types of the same whole
numbers, grey images without a channel, labels in a column. Whatever could mean two things is refused:
pictures between 0 and 1, above all, whose model may or may not scale them itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from studies.data.image_source import Labels, Pixels, Pools
from studies.errors import DataError


def checked(pools: object, source: str, class_names: Sequence[str]) -> Pools:
    """What `source` gave: the same images and labels, of the types that Pools says.

    Raises:
        DataError: they are none, naming what is wrong with which.
    """
    if not isinstance(pools, Pools):
        raise DataError(f"{source}.read gives {type(pools).__name__}", "return Pools")
    made: dict[str, Any] = {}
    for part in ("train",) if pools.x_test is None and pools.y_test is None else ("train", "test"):
        x = _images(f"x_{part} of {source}", getattr(pools, f"x_{part}"))
        y = _labels(f"y_{part} of {source}", getattr(pools, f"y_{part}"), class_names)
        if len(x) != len(y):
            raise DataError(
                f"x_{part} of {source} has {len(x)} images, and y_{part} {len(y)} labels",
                "give as many",
            )
        made |= {f"x_{part}": x, f"y_{part}": y}
    if "x_test" in made and made["x_train"].shape[1:] != made["x_test"].shape[1:]:
        raise DataError(
            f"images in x_train of {source} are {_size(made['x_train'])}, and in x_test"
            f" {_size(made['x_test'])}",
            "they must be of one size",
        )
    return Pools(**made)


def _images(name: str, given: object) -> Pixels:
    images = _array(name, given)
    if images.ndim == 3:  # grey
        images = images[..., np.newaxis]
    if images.ndim != 4 or 0 in images.shape:
        raise DataError(
            f"{name} has the shape {np.shape(images)}", "give images (n, height, width, channels)"
        )
    if images.shape[1] in _CHANNELS and images.shape[3] not in _CHANNELS:
        raise DataError(
            f"{name} has the shape {images.shape}, as if its channels came first",
            "put them last: np.moveaxis(x, 1, -1)",
        )
    low, high = _range(name, images)
    if low == high:
        raise DataError(f"{name} holds nothing but {low:g}", "give images that differ")
    if images.dtype.kind != "f" and low >= 0 and high <= 1:
        raise DataError(
            f"{name} holds nothing but 0 and 1, as if images between 0 and 1 had been cut to whole"
            " numbers",
            "give whole numbers from 0 to 255, as (x * 255).round() may be",
        )
    if images.dtype == np.uint8:
        return images
    if images.dtype.kind == "f" and low >= -1 and high <= 1:
        raise DataError(
            f"{name} is {images.dtype} between {low:g} and {high:g}",
            "give raw images, whole numbers from 0 to 255, as (x * 255).round() may be; what scales them"
            " belongs into the model (keras.layers.Rescaling)",
        )
    mend = "give whole numbers from 0 to 255"
    _check_whole(name, images, mend)
    if low < 0 or high > 255:
        raise DataError(f"{name} holds {low:g} to {high:g}", mend)
    return images.astype(np.uint8)


def _labels(name: str, given: object, class_names: Sequence[str]) -> Labels:
    labels = _array(name, given)
    if labels.ndim == 2 and labels.shape[1] == 1:  # as Keras's own data sets have them
        labels = labels[:, 0]
    if labels.ndim != 1 or not len(labels):
        raise DataError(
            f"{name} has the shape {labels.shape}",
            "give one label for each image, (n,); for a row of 0 and 1 that is y.argmax(axis=1)",
        )
    low, high = _range(name, labels)
    _check_whole(name, labels, "give whole numbers from 0 on, one a class")
    if low < 0 or high >= len(class_names):
        raise DataError(
            f"{name} holds labels from {low:g} to {high:g}",
            f"a label is an index into the {len(class_names)} names of class_names,"
            f" 0 to {len(class_names) - 1}",
        )
    return labels.astype(np.int64)


def _array(name: str, given: object) -> NDArray[Any]:
    if isinstance(given, np.ma.MaskedArray):
        raise DataError(f"{name} is masked", "leave out what is masked, and give plain arrays")
    try:
        array = np.asarray(given)
    except (TypeError, ValueError, RuntimeError) as error:  # of whatever library it is
        raise DataError(f"{name} is no array ({error})", "give NumPy's") from error
    if array.dtype.kind not in "uif":
        raise DataError(f"{name} is {array.dtype}", "give an array of numbers")
    return array


def _range(name: str, array: NDArray[Any]) -> tuple[Any, Any]:
    """The lowest and the highest, which are numbers."""
    low, high = array.min(), array.max()
    if not (np.isfinite(low) and np.isfinite(high)):
        raise DataError(f"{name} holds values that are not finite", "leave those images out")
    return low, high


def _check_whole(name: str, array: NDArray[Any], mend: str) -> None:
    if array.dtype.kind == "f" and not np.array_equal(array, np.rint(array)):
        raise DataError(f"{name} holds numbers that are not whole", mend)


def _size(images: Pixels) -> str:
    return " x ".join(map(str, images.shape[1:]))


# Grey, with transparency, in colour, both.
_CHANNELS = (1, 2, 3, 4)
