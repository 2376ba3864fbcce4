"""A table is checked where it enters, and its rows are split the same way everywhere."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from studies.data import table
from studies.data.splits import Shares
from studies.data.table import Table
from studies.errors import DataError

X = np.arange(60.0).reshape(20, 3)
Y = np.arange(20.0)


class Given(Table):
    """Gives whatever a test says."""

    def read(self, data_dir: Path | None, cache_folder: Path) -> Any:
        return GIVEN[0]


GIVEN: list[Any] = [None]


def _prepare(tmp_path: Path, *given: object, seed: int = 0) -> table.TrainingRows:
    GIVEN[0] = given
    made = table.prepare(Given(split_seed=seed), tmp_path)
    return table.load_training(made.training_path("search"))


def test_every_row_serves_for_one_thing(tmp_path: Path) -> None:
    """Three in five train, one validates, one is held out; which ones says the seed alone."""
    rows = _prepare(tmp_path, X, Y)
    held_out = table.load_holdout(table.prepare(Given(), tmp_path).holdout_path("search"))
    parts = [rows.train, rows.validation, held_out]
    assert [len(part.y) for part in parts] == [12, 4, 4]
    assert sorted(np.concatenate([part.y for part in parts])) == Y.tolist()
    for part in parts:
        assert np.array_equal(part.x, X[part.y.astype(int)])
    again = _prepare(tmp_path / "again", X, Y)
    assert np.array_equal(again.train.y, rows.train.y)
    other = _prepare(tmp_path, X, Y, seed=1)
    assert not np.array_equal(other.train.y, rows.train.y)


@pytest.mark.parametrize(
    ("x", "y"),
    [
        (X.tolist(), Y.tolist()), (X.astype("f4"), Y.astype(int)), (X, Y[:, None]), (X > 9, Y),
        (X.astype(">i4"), Y), (np.array([[row[0], row[1] > 9, 1] for row in X], object), Y),
    ],
)  # fmt: skip
def test_numbers_of_any_kind(tmp_path: Path, x: Any, y: Any) -> None:
    """Whatever NumPy makes an array of."""
    assert len(_prepare(tmp_path, x, y).train.y) == 12
    assert _prepare(tmp_path / "row", Y, Y).train.x.shape == (12, 1)


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ((X,), "Given.read gives tuple: return x, y"),
        ((X, Y[:5]), r"x of Given has the shape \(20, 3\), and y \(5,\)"),
        ((X[:, :0], Y), "shape"),
        (
            (np.where(X == 3, np.nan, X), Y),
            "x of Given holds values that are not finite: leave out",
        ),
        ((X, np.full(20, 7.0)), "y of Given is 7 in all rows"),
        ((X.astype(str), Y), "x of Given is <U"),
        (([[1, 2], [3]], Y), "x of Given is no array"),
        ((np.ma.array(X, mask=X == 3), Y), "x of Given is masked: leave out those rows"),
        ((X[:9], Y[:9]), "Given has 9 rows: give 10 or more"),
    ],
)
def test_what_is_no_table_is_refused(tmp_path: Path, given: tuple[Any, ...], named: str) -> None:
    """In a line that names what is wrong with which, and nothing is written."""
    with pytest.raises(DataError, match=named):
        _prepare(tmp_path, *given)
    assert not list(tmp_path.iterdir())


def test_no_part_is_empty(tmp_path: Path) -> None:
    """Whatever the shares are."""

    class Small(Given):
        shares = Shares(train=0.01, validation=0.49)

    GIVEN[0] = X[:10], Y[:10]
    with pytest.raises(DataError, match="Small has 10 rows, of which none is left to train"):
        table.prepare(Small(), tmp_path)
