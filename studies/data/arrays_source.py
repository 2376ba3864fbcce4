"""Arrays of a person's own, in a file of NumPy's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from studies.data.image_source import Pools
from studies.data.local_source import LocalSource, missing
from studies.errors import DataError, StudyError, Unreadable, keeps_from_reading

_PAIRS = (("x", "y"),), (("x_train", "y_train"), ("x_test", "y_test"))
_UNDERSTOOD = "save x and y, or x_train, y_train, x_test and y_test: np.savez(FILE, x=x, y=y)"


class Arrays(LocalSource):
    """Images `x` and labels `y` of an .npz file, of which shares train, validate and are held out; or those
    in `x_train` and `y_train`, which train and validate, and in `x_test` and `y_test`, which are held out.

    Images are of any size, (n, height, width) or with channels behind. Labels are whole numbers or texts,
    and classes are called as these.
    """

    kind: ClassVar = "FILE, an .npz with x and y"

    white: Annotated[float, Field(gt=0)] = 255
    """What the lightest pixel may be, black being 0: 1 for images between 0 and 1. All are made whole numbers
    from 0 to 255, (x * 255 / white).round(), which is what models are given."""

    def look(self, place: Path) -> Sequence[str]:
        with _opened(place) as arrays:
            pairs = _pairs(place, arrays)
            known = np.unique(np.concatenate([_labels(place, arrays, y) for _, y in pairs]))
            return [str(label) for label in known.tolist()]

    def read(self, data_dir: Path | None, cache_folder: Path) -> Pools:  # noqa: ARG002 - nothing is kept
        """Read all images of the classes that are asked for."""
        file = self.find(data_dir)
        self.refuse_unknown(file, self.look(file))
        with _opened(file) as arrays:
            return Pools(
                *(
                    each
                    for x, y in _pairs(file, arrays)
                    for each in self._chosen(file, arrays, x, y)
                )
            )

    def _chosen(
        self, file: Path, arrays: Mapping[str, NDArray[Any]], x: str, y: str
    ) -> tuple[Any, Any]:
        """Those of a pool that are asked for."""
        names = _labels(file, arrays, y).astype(str)
        images = arrays[x]
        if len(images) != len(names):
            raise DataError(
                f"{file} has {len(images)} images {x}, and {len(names)} labels {y}", "give as many"
            )
        chosen = np.isin(names, self.labelled)
        index = {name: label for label, name in enumerate(self.labelled)}
        labels = np.array([index[name] for name in names[chosen].tolist()], np.int64)
        return self._as_bytes(f"{x} of {file}", images[chosen]), labels

    def _as_bytes(self, what: str, images: NDArray[Any]) -> NDArray[Any]:
        low, high = images.min(initial=0), images.max(initial=0)
        if self.white == 255:
            if images.dtype.kind == "f" and low >= 0 and high <= 1:
                raise DataError(
                    f"{what} is {images.dtype} between {low:g} and {high:g}",
                    "say white=1 if 1 is white",
                )
            return images
        if not (low >= 0 and high <= self.white):
            raise DataError(
                f"{what} holds {low:g} to {high:g}", f"give 0 to white, which is {self.white:g}"
            )
        return np.rint(images * (255 / self.white)).astype(np.uint8)


@contextmanager
def _opened(file: Path) -> Iterator[Mapping[str, NDArray[Any]]]:
    try:
        with np.load(file, allow_pickle=False) as arrays:
            yield arrays
    except (StudyError, MemoryError):
        raise
    except FileNotFoundError as error:
        raise missing(file) from error
    except Exception as error:  # what a damaged file may trip in zip and NumPy is not listed
        if isinstance(error, OSError) and keeps_from_reading(error):
            raise Unreadable.of(file, error) from error
        said = " ".join(str(error).split())
        raise DataError(f"{file} cannot be read as arrays ({said})", _UNDERSTOOD) from error


def _pairs(file: Path, arrays: Mapping[str, NDArray[Any]]) -> Sequence[tuple[str, str]]:
    """The names of images and labels, of each pool."""
    for pairs in _PAIRS:
        if all(name in arrays for pair in pairs for name in pair):
            return pairs
    raise DataError(f"{file} has the arrays {', '.join(arrays)}", _UNDERSTOOD)


def _labels(file: Path, arrays: Mapping[str, NDArray[Any]], name: str) -> NDArray[Any]:
    labels = arrays[name]
    if labels.ndim == 2 and labels.shape[1] == 1:  # as Keras's own data sets have them
        labels = labels[:, 0]
    if labels.ndim != 1 or labels.dtype.kind not in "iuUS":
        raise DataError(
            f"{name} of {file} is {labels.dtype} of the shape {labels.shape}",
            "give a whole number or a text for each image, (n,)",
        )
    return labels.astype(str) if labels.dtype.kind == "S" else labels
