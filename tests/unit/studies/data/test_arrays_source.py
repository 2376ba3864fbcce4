"""Arrays in a file are a source of images, converted as asked for and not otherwise."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from studies.data.arrays_source import Arrays
from studies.data.image_data import load_holdout, load_training, prepare
from studies.data.prepared_data import PreparedData
from studies.errors import DataError, SettingsError, StudyError

Y = np.arange(30) % 3
# Each image is one grey, from 0 to 145.
X = np.broadcast_to(5 * np.arange(30)[:, None, None], (30, 4, 6)).astype(np.uint8)


def _prepare(folder: Path, arrays: dict[str, Any], **settings: object) -> PreparedData:
    np.savez(folder / "mine.npz", **arrays)
    source = Arrays(data=str(folder / "mine.npz")).with_settings(settings)
    return prepare(source, folder / "cache")


def _greys(data: PreparedData) -> dict[int, int]:
    """The labels of all images by what grey they are."""
    training = load_training(data.training_path("search"))
    holdout = load_holdout(data.holdout_path("search"))
    assert training.x_train.shape[1:] == holdout.x.shape[1:] == (4, 6, 1)
    x = np.concatenate([training.x_train, training.x_validation, holdout.x])
    y = np.concatenate([training.y_train, training.y_validation, holdout.y])
    return dict(zip(x[:, 0, 0, 0].tolist(), y.tolist(), strict=True))


EXPECTED = dict(zip(range(0, 150, 5), Y.tolist(), strict=True))


@pytest.mark.parametrize(
    ("x", "white"),
    [
        (X, 255),
        (X.astype(np.float32), "255"),
        ((X / 255).astype(np.float32), "1"),
        (X / 255, 1),
        (X.astype(np.uint16) * 257, 65535),
    ],
    ids=["bytes", "floats", "float32 to 1", "float64 to 1", "16 bits"],
)
def test_images_are_the_same_from_whatever_they_are_kept_as(
    tmp_path: Path, x: Any, white: object
) -> None:
    """Where it is said what white is."""
    assert _greys(_prepare(tmp_path, {"x": x, "y": Y}, white=white)) == EXPECTED


@pytest.mark.parametrize(
    "y", [Y, Y[:, None], Y.astype(np.uint8), 7 * Y - 7, np.array(["ant", "bee", "cat"])[Y],
          np.array([b"ant", b"bee", b"cat"])[Y]],
)  # fmt: skip
def test_classes_are_called_as_their_labels(tmp_path: Path, y: Any) -> None:
    """Numbers stand in their order, texts in that of the alphabet."""
    data = _prepare(tmp_path, {"x": X, "y": y})
    assert _greys(data) == EXPECTED
    names = Arrays().with_settings({"data": str(tmp_path / "mine.npz")}).classes
    assert names in (("0", "1", "2"), ("-7", "0", "7"), ("ant", "bee", "cat"))


def test_some_of_the_classes(tmp_path: Path) -> None:
    """In the order in which they are named; others may be new."""
    y = np.arange(30) % 5
    data = _prepare(tmp_path, {"x": X, "y": y}, classes="4,1", new_classes="0,2")
    assert _greys(data) == {5 * number: (4, 1).index(number % 5) for number in range(30) if number % 5 in (4, 1)}  # fmt: skip
    assert "new.npz" in data.manifest.files
    with pytest.raises(DataError, match=r"mine.npz has no 7, 8: it has 0, 1, 2, 3, 4"):
        _prepare(tmp_path, {"x": X, "y": y}, classes="7,8")


def test_a_test_pool_is_held_out(tmp_path: Path) -> None:
    """As Keras's own data sets are kept."""
    arrays = {"x_train": X[:21], "y_train": Y[:21], "x_test": X[21:], "y_test": Y[21:]}
    data = _prepare(tmp_path, arrays)
    held_out = load_holdout(data.holdout_path("search")).x[:, 0, 0, 0]
    assert sorted(held_out.tolist()) == list(range(105, 150, 5))
    assert _greys(data) == EXPECTED


def test_another_file_is_other_data(tmp_path: Path) -> None:
    """Though it has the name of the one before."""
    before = _prepare(tmp_path, {"x": X, "y": Y}).sha256
    assert _prepare(tmp_path, {"x": X + 1, "y": Y}).sha256 != before
    assert _prepare(tmp_path, {"x": X, "y": Y}).sha256 == before


@pytest.mark.parametrize(
    ("arrays", "settings", "said"),
    [
        ({"x": X / 255, "y": Y}, {}, r"x of \S+mine.npz is float64 between 0 and .*: say white=1 if"),
        ({"x": X - 128.0, "y": Y}, {"white": 1}, r"x of \S+ holds -128 to 17: give 0 to white"),
        ({"x": X, "y": Y}, {"white": 16}, r"holds 0 to 145: give 0 to white, which is 16"),
        ({"x": X * np.nan, "y": Y}, {"white": 1}, r"holds nan to nan"),
        ({"x": X[1:], "y": Y}, {}, r"has 29 images x, and 30 labels y: give as many"),
        ({"x": X}, {}, r"mine.npz has the arrays x: save x and y, or x_train"),
        ({"x": X, "y": np.eye(3)[Y]}, {}, r"y of \S+ is float64 of the shape \(30, 3\): give a whole"),
        ({"x": X, "y": np.zeros(30, int)}, {}, r"mine.npz holds one class alone, 0: name a FILE"),
        ({"x": X, "y": np.array([object()] * 30)}, {}, r"cannot be read as arrays \(Object arrays"),
        ({"x": X, "y": np.array(["a\nb", "c"] * 15)}, {}, r"a class of Arrays is 'a\\nb'"),
        ({"x": X[:, 0], "y": Y}, {}, r"x_train of Arrays has the shape \(30, 6\)"),
    ],
)  # fmt: skip
def test_what_could_mean_two_things_is_refused(
    tmp_path: Path, arrays: dict[str, Any], settings: dict[str, object], said: str
) -> None:
    """In one line, with the mend, and nothing is prepared."""
    with pytest.raises(StudyError, match=said) as caught:
        _prepare(tmp_path, arrays, **settings)
    assert "\n" not in str(caught.value)
    assert not list(tmp_path.glob("cache/*/*"))


@pytest.mark.parametrize("content", [None, b"", b"x" * 100, b"PK\3\4" + b"x" * 100])
def test_a_file_that_holds_no_arrays(tmp_path: Path, content: bytes | None) -> None:
    """Or that is not there."""
    file = tmp_path / "mine.npz"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(SettingsError, match=r"mine.npz cannot be read as|there is no \S+mine.npz"):
        Arrays().with_settings({"data": str(file)})
