"""What augmentation does to images, and that it is the same whoever asks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from studies.errors import SettingsError
from studies.image_classification import augmentation
from studies.space import Params

SHAPE = (6, 5, 3)
IMAGES = np.random.default_rng(0).integers(0, 256, (40, *SHAPE)).astype(np.uint8)


def _changed(params: Params, drawn: Mapping[str, NDArray[Any]]) -> NDArray[np.uint8]:
    changed = np.asarray(augmentation.apply(params, IMAGES, drawn))
    assert changed.dtype == np.uint8 and changed.shape == IMAGES.shape
    return changed


def _by_hand(image: NDArray[np.uint8], drawn: Mapping[str, Any], erase: int) -> NDArray[np.uint8]:
    """One image, as anybody would do it."""
    height, width, _ = image.shape
    if drawn.get("flipped"):
        image = image[:, ::-1]
    if "down" in drawn:
        widest = 4
        padded = np.pad(image, ((widest,) * 2, (widest,) * 2, (0, 0)), mode="reflect")
        top, left = widest - drawn["down"], widest - drawn["right"]
        image = padded[top : top + height, left : left + width]
    image = image.copy()
    if "top" in drawn:
        top, left = drawn["top"], drawn["left"]
        image[top : top + erase, left : left + erase] = 127
    return image


@pytest.mark.parametrize(
    "params",
    [
        {"flip": True},
        {"shift": 2},
        {"erase": 3},
        {"flip": True, "shift": 4, "erase": 2},
    ],
)
def test_each_image_is_changed_as_was_drawn(params: Params) -> None:
    """Flipped, shifted with its edges mirrored, a square erased; in the midst of a batch as alone."""
    drawn = augmentation.draw(params, SHAPE, len(IMAGES), 3, 1)
    changed = _changed(params, drawn)
    assert (changed != IMAGES).any()
    for number, image in enumerate(IMAGES):
        of_one = {name: values[number] for name, values in drawn.items()}
        expected = _by_hand(image, of_one, int(params.get("erase", 0)))
        np.testing.assert_array_equal(changed[number], expected)


@pytest.mark.parametrize("params", [{}, {"flip": False, "shift": 0, "erase": 0}])
def test_where_nothing_is_asked_for_nothing_is_drawn(params: Params) -> None:
    """The images stay as they are."""
    drawn = augmentation.draw(params, SHAPE, len(IMAGES), 3, 1)
    assert drawn == {}
    assert augmentation.apply(params, IMAGES, drawn) is IMAGES


def test_what_is_drawn_follows_from_seed_and_epoch() -> None:
    """For each image, whatever was drawn before; within the bounds that were asked for, which are met."""
    params: Params = {"flip": True, "shift": 2, "erase": 3}
    drawn = augmentation.draw(params, SHAPE, 1000, 3, 7)
    for seed, epoch, equal in ((3, 7, True), (3, 8, False), (4, 7, False)):
        again = augmentation.draw(params, SHAPE, 1000, seed, epoch)
        assert again.keys() == drawn.keys()
        assert all(np.array_equal(again[name], drawn[name]) is equal for name in drawn)
    for name, low, high in (("down", -2, 2), ("right", -2, 2), ("top", 0, 3), ("left", 0, 2)):
        assert (drawn[name].min(), drawn[name].max()) == (low, high)
    assert 0.4 < drawn["flipped"].mean() < 0.6


@pytest.mark.parametrize(("name", "most"), [("shift", 4), ("erase", 4)])
def test_what_leaves_nothing_of_an_image_is_refused(name: str, most: int) -> None:
    """By name, with what would do."""
    augmentation.check({name: most}, SHAPE)
    with pytest.raises(SettingsError, match=f"{name} is 5 pixels, and images are 6 x 5: .* {most}"):
        augmentation.check({name: most + 1}, SHAPE)
