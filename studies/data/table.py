"""Tables of numbers: where they come from, how their rows are split, and how they are read back."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import asdict, dataclass
from numbers import Real
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from pydantic import NonNegativeInt

from studies.data import prepared_data
from studies.data.prepared_data import Arrays, PreparedData, holdout_name, training_name
from studies.data.source import Source
from studies.data.splits import Shares, hash_order
from studies.errors import DataError

Column = NDArray[np.float64]
LEAST_ROWS = 10


@dataclass(frozen=True)
class Rows:
    """x float64 (n, columns), y float64 (n,), which is to be told from x."""

    x: Column
    y: Column


@dataclass(frozen=True)
class TrainingRows:
    """What a training sees."""

    train: Rows
    validation: Rows


class Table(Source):
    """Rows of numbers with one that is to be told of each; a row is drawn for training, validation or
    the holdout by a hash of its place and `split_seed`."""

    shares: ClassVar[Shares] = Shares(train=0.6, validation=0.2)
    """What is left over is held out."""

    split_seed: NonNegativeInt = 0

    @abstractmethod
    def read(self, data_dir: Path | None, cache_folder: Path) -> tuple[Any, Any]:
        """x (n, columns) and y (n,) of numbers, as arrays or whatever NumPy makes one of, such as a frame of
        pandas; and as `Source` says."""

    def facts(self) -> dict[str, object]:
        """With the shares of its parts."""
        return super().facts() | {"shares": asdict(self.shares)}


def prepare(table: Table, cache_folder: Path, data_dir: Path | None = None) -> PreparedData:
    """The prepared data of `table` under `cache_folder`, made now unless it is there already, and made
    again where a file that was read for it has changed. Its splits say which rows train, validate and are
    held out.

    Raises DataError for bad raw data or a cache that cannot be written, Unreadable for one of which nothing
    is known.
    """
    folder = cache_folder / table.key()
    if (there := prepared_data.find(folder, data_dir)) is not None:
        return there
    given, raw = table.read_watched(data_dir, cache_folder)
    rows = _checked(given, type(table).__name__)
    order = hash_order(np.zeros(len(rows.y), np.int64), 0, table.split_seed, "rows")
    train, validation, holdout = table.shares.divide(order, None)
    if not len(train):
        raise DataError(
            f"{type(table).__name__} has {len(order)} rows, of which none is left to train",
            "choose other shares",
        )
    contents: dict[str, Arrays] = {
        training_name("search"): {
            "x_train": rows.x[train], "y_train": rows.y[train],
            "x_validation": rows.x[validation], "y_validation": rows.y[validation],
        },
        holdout_name("search"): {"x": rows.x[holdout], "y": rows.y[holdout]},
    }  # fmt: skip
    parts = {"train": train, "validation": validation, "holdout": holdout}
    splits = {name: indices.tolist() for name, indices in parts.items()}
    return prepared_data.write(folder, contents, {"search": splits}, raw)


def load_training(path: Path) -> TrainingRows:
    """Read a training file; DataError naming it if it is damaged, Unreadable if nothing is known."""
    with prepared_data.reading(path) as arrays:
        return TrainingRows(
            _rows(arrays, "x_train", "y_train"), _rows(arrays, "x_validation", "y_validation")
        )


def load_holdout(path: Path) -> Rows:
    """Read a holdout file; DataError naming it if it is damaged, Unreadable if nothing is known."""
    with prepared_data.reading(path) as arrays:
        return _rows(arrays, "x", "y")


def _rows(arrays: Arrays, x: str, y: str) -> Rows:
    columns, wanted = arrays[x], arrays[y]
    if columns.ndim != 2 or wanted.shape != columns.shape[:1]:
        raise ValueError(f"{x} and {y} are no rows with a number each")
    return Rows(columns.astype(np.float64), wanted.astype(np.float64))


def _checked(given: object, source: str) -> Rows:
    """Raises DataError, naming what is wrong with which."""
    if not isinstance(given, tuple) or len(given) != 2:
        raise DataError(f"{source}.read gives {type(given).__name__}", "return x, y")
    x, y = (_numbers(f"{name} of {source}", each) for name, each in zip("xy", given, strict=True))
    if x.ndim == 1:
        x = x[:, None]
    if y.ndim == 2 and y.shape[1] == 1:
        y = y[:, 0]
    if x.ndim != 2 or y.shape != x.shape[:1] or not x.shape[1]:
        raise DataError(
            f"x of {source} has the shape {x.shape}, and y {y.shape}",
            "give x (n, columns) and y (n,)",
        )
    if len(y) < LEAST_ROWS:
        raise DataError(f"{source} has {len(y)} rows", f"give {LEAST_ROWS} or more")
    if (y == y[0]).all():
        raise DataError(f"y of {source} is {y[0]:g} in all rows", "give what there is to be told")
    return Rows(x, y)


def _numbers(name: str, given: Any) -> Column:
    if isinstance(given, np.ma.MaskedArray):
        raise DataError(f"{name} is masked", "leave out those rows, or fill them in")
    try:
        numbers = np.asarray(given)
        if numbers.dtype == object and all(
            isinstance(each, Real | np.bool_) for each in numbers.flat
        ):
            numbers = numbers.astype(np.float64)  # as of a frame with truths beside numbers
    except (TypeError, ValueError, RuntimeError) as error:  # of whatever library it is
        raise DataError(f"{name} is no array ({error})", "give NumPy's") from error
    if numbers.dtype.kind not in "uifb":
        raise DataError(
            f"{name} is {numbers.dtype}", "give numbers; what is text may be a column for each word"
        )
    if not np.isfinite(numbers).all():
        raise DataError(
            f"{name} holds values that are not finite", "leave out those rows, or fill them in"
        )
    return numbers.astype(np.float64)
