"""What a source gives is checked where it enters: converted without a doubt, or refused in one line."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from studies import digits
from studies.data import raw_images
from studies.data.image_data import load_training, prepare
from studies.data.image_source import Pools
from studies.digits import Digits
from studies.errors import DataError, DataUnavailable

NAMES = ("a", "b", "c")
X = np.arange(6 * 4 * 4 * 3).reshape(6, 4, 4, 3).astype(np.uint8)
Y = np.array([0, 1, 2, 0, 1, 2])
Changed = Callable[..., Pools]
GOOD = Pools(X, Y, X, Y)


def _checked(**given: Any) -> Pools:
    return raw_images.checked(replace(GOOD, **given), "Mine", NAMES)


def test_what_is_right_is_left_as_it_is() -> None:
    """Not even copied."""
    made = raw_images.checked(GOOD, "Mine", NAMES)
    assert made.x_train is X
    assert np.array_equal(made.of("test")[1], Y)


@pytest.mark.parametrize(
    "labels",
    [
        Y.reshape(-1, 1),  # as keras.datasets.cifar100.load_data() gives them
        Y.astype(np.uint8),
        Y.astype(np.float32),
        Y.astype(">i4"),
        Y.tolist(),
    ],
)
def test_labels_of_any_kind_of_whole_numbers(labels: object) -> None:
    """In a row or a column they are the same labels."""
    made = _checked(y_train=labels, y_test=labels)
    for each in (made.y_train, made.of("test")[1]):
        assert each.dtype == np.int64
        assert each.tolist() == Y.tolist()


@pytest.mark.parametrize("dtype", ["int8", "int64", "uint16", ">u2", "float16", "float64"])
def test_images_of_any_kind_of_whole_numbers(dtype: str) -> None:
    """From 0 to 255 they are the same images."""
    x = X % 128
    made = _checked(x_train=x.astype(dtype), x_test=x.astype(dtype).tolist())
    for each in (made.x_train, made.of("test")[0]):
        assert each.dtype == np.uint8
        assert np.array_equal(each, x)


def test_one_pool_is_enough() -> None:
    """Labels that are one short are missed all the same; those of a pool alone are no pool."""
    made = raw_images.checked(Pools(X, Y), "Mine", NAMES)
    assert made.x_test is None and made.y_test is None
    with pytest.raises(DataError, match="x_train of Mine has 6 images, and y_train 5 labels"):
        raw_images.checked(Pools(X, Y[1:]), "Mine", NAMES)
    with pytest.raises(DataError, match="x_test of Mine is object"):
        raw_images.checked(Pools(X, Y, None, Y), "Mine", NAMES)


def test_grey_images_are_given_their_channel() -> None:
    """(n, height, width), as keras.datasets.mnist gives them; the two pools may differ in that."""
    made = _checked(x_train=X[..., 0], x_test=X[..., :1])
    assert made.x_train.shape == made.of("test")[0].shape == (6, 4, 4, 1)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"x_train": (X / 255).astype(np.float32)}, "x_train of Mine is float32 between 0 and 1"),
        # Black and white: whether 1 is white nobody can tell.
        ({"x_test": (X > 99).astype(np.float32)}, "x_test of Mine is float32 between 0 and 1"),
        (
            {"x_train": X / 127.5 - 1},
            "x_train of Mine is float64 between -1 and 1: give raw images",
        ),
        ({"x_train": X + 0.5}, "x_train of Mine holds numbers that are not whole"),
        ({"x_train": X.astype(int) - 1}, "x_train of Mine holds -1 to 254: give whole numbers"),
        ({"x_test": X.astype(int) * 2}, "x_test of Mine holds 0 to 510"),
        ({"x_train": np.where(X, X, np.nan)}, "x_train of Mine holds values that are not finite"),
        ({"x_train": np.where(X, X, np.inf)}, "x_train of Mine holds values that are not finite"),
        ({"x_train": X > 99}, "x_train of Mine is bool: give an array of numbers"),
        ({"x_train": X.astype(object)}, "x_train of Mine is object"),
        ({"x_train": [[1], [1, 2]]}, "x_train of Mine is no array"),
        ({"x_test": np.ma.masked_equal(X, 0)}, "x_test of Mine is masked"),
        ({"x_train": None}, "x_train of Mine is object"),
        ({"x_train": (X / 255).astype(np.uint8)}, "x_train of Mine holds nothing but 0"),
        ({"x_test": (X > 99).astype(np.uint8)}, "x_test of Mine holds nothing but 0 and 1, as if"),
        ({"x_train": (X > 99).astype(int)}, "x_train of Mine holds nothing but 0 and 1, as if"),
        ({"x_test": np.full_like(X, 7)}, "x_test of Mine holds nothing but 7: give images that"),
        ({"x_train": X.reshape(6, -1)}, r"x_train of Mine has the shape \(6, 48\): give images"),
        ({"x_train": X[:0]}, r"x_train of Mine has the shape \(0, 4, 4, 3\)"),
        (
            {"x_train": np.zeros((6, 3, 32, 32), np.uint8)},
            "as if its channels came first: put them",
        ),
        ({"x_test": X[:, :3]}, "x_train of Mine are 4 x 4 x 3, and in x_test 3 x 4 x 3"),
        ({"x_train": X[:5]}, "x_train of Mine has 5 images, and y_train 6 labels"),
        ({"y_test": Y[:5]}, "x_test of Mine has 6 images, and y_test 5 labels"),
        ({"y_train": np.eye(3)[Y]}, r"y_train of Mine has the shape \(6, 3\): give one label"),
        ({"y_train": Y + 1}, "y_train of Mine holds labels from 1 to 3: .* 0 to 2"),
        ({"y_train": Y - 1}, "y_train of Mine holds labels from -1 to 1"),
        ({"y_train": Y / 2}, "y_train of Mine holds numbers that are not whole"),
        ({"y_train": np.where(Y, Y, np.nan)}, "y_train of Mine holds values that are not finite"),
        ({"y_train": np.array(NAMES)[Y]}, "y_train of Mine is <U1: give an array of numbers"),
    ],
)
def test_what_could_mean_two_things_is_refused(given: dict[str, Any], message: str) -> None:
    """Naming what it is, and of which."""
    with pytest.raises(DataError, match=message) as refused:
        _checked(**given)
    assert "\n" not in str(refused.value)


def test_what_read_gives_instead(tmp_path: Path) -> None:
    """Anything but pools, or an exception of whatever kind; a study's own errors pass. Nothing is
    written."""

    class Mine(Digits):
        __module__ = digits.__name__

        def read(self, data_dir: Path | None, cache_folder: Path) -> Any:
            match self.split_seed:
                case 0:
                    return X, Y
                case 1:
                    raise KeyError("images")
                case 2:
                    raise DataUnavailable("it is nowhere")

    classes = {"classes": digits.STUDY.data.classes, "new_classes": digits.STUDY.data.new_classes}
    for seed, message in enumerate(
        (
            "Mine.read gives tuple: return Pools",
            "Mine.read raises KeyError: 'images'",
            "it is nowhere",
        )
    ):
        with pytest.raises(DataError, match=message):
            prepare(Mine(**classes, split_seed=seed), tmp_path)
    assert not list(tmp_path.iterdir())


def test_labels_in_a_column_are_prepared_as_labels(tmp_path: Path) -> None:
    """The files hold what they hold of a source that gives a row."""

    class Column(Digits):
        __module__ = digits.__name__

        def read(self, data_dir: Path | None, cache_folder: Path) -> Any:
            pools = super().read(data_dir, cache_folder)
            columns: dict[str, Any] = {
                "y_train": pools.y_train[:, None],
                "y_test": pools.of("test")[1][:, None],
            }
            return replace(pools, **columns)

    ours = prepare(digits.STUDY.data, tmp_path)
    theirs = prepare(Column.model_validate(digits.STUDY.data.model_dump()), tmp_path)
    assert theirs.folder != ours.folder
    assert theirs.sha256 == ours.sha256
    assert load_training(theirs.training_path("search")).y_train.ndim == 1
