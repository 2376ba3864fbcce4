"""Splits are a pure function of labels, classes and a seed."""

from __future__ import annotations

import numpy as np
import pytest

from studies.data.splits import PerClass, check_classes, split
from studies.errors import DataError, SettingsError

TRAIN = np.repeat(np.arange(4), 10)
TEST = np.repeat(np.arange(4), 5)
PER_CLASS = PerClass(train=6, validation=3)


def test_every_class_gives_its_share_and_no_image_serves_twice() -> None:
    """Per class 6 train, 3 validate, and the other 4 of 10 are held out."""
    found = split(TRAIN, TEST, (2, 0), 0, PER_CLASS)
    assert TRAIN[found.train].tolist() == [2] * 6 + [0] * 6
    assert TEST[found.validation].tolist() == [2] * 3 + [0] * 3
    assert TRAIN[found.holdout].tolist() == [2] * 4 + [0] * 4
    together = np.concatenate([found.train, found.holdout])
    assert sorted(together) == np.flatnonzero((TRAIN == 0) | (TRAIN == 2)).tolist()
    assert len(set(found.validation)) == 6


def test_equal_seeds_give_equal_splits() -> None:
    """The same arguments give the same images, today and in any version."""
    once, again = (split(TRAIN, TEST, (1,), 5, PER_CLASS) for _ in range(2))
    assert once.train.tolist() == again.train.tolist()
    assert once.validation.tolist() == again.validation.tolist()


def test_another_seed_gives_another_split() -> None:
    """The split seed decides which images train, which validate and which are held out."""
    one, two = (split(TRAIN, TEST, (0, 1, 2, 3), seed, PER_CLASS) for seed in (0, 1))
    assert set(one.train) != set(two.train)
    assert set(one.validation) != set(two.validation)
    assert set(one.holdout) != set(two.holdout)


def test_a_class_is_split_alike_in_any_company() -> None:
    """Changing one class leaves the images of the others where they were."""
    alone = split(TRAIN, TEST, (3,), 0, PER_CLASS)
    second = split(TRAIN, TEST, (1, 3), 0, PER_CLASS)
    assert second.train[6:].tolist() == alone.train.tolist()


def test_too_few_images_are_refused() -> None:
    """A pool that cannot give the numbers is an error, not a smaller split."""
    with pytest.raises(DataError, match="label 0 has 10 training and 5 test images"):
        split(TRAIN, TEST, (0,), 0, PerClass(train=10, validation=3))


def test_unknown_classes_are_named() -> None:
    """The message gives the unknown names and the known ones."""
    with pytest.raises(SettingsError, match="unknown class owl, yak: the data has ant, bee"):
        check_classes(("bee", "owl"), ("yak",), ("ant", "bee"))


def test_repeated_and_shared_classes_are_named() -> None:
    """A class stands once, in the searched or in the new set."""
    with pytest.raises(SettingsError, match="new_classes repeats bee"):
        check_classes(("ant",), ("bee", "bee"), ("ant", "bee"))
    with pytest.raises(SettingsError, match="shares ant"):
        check_classes(("ant", "bee"), ("cat", "ant"), ("ant", "bee", "cat"))


def test_more_classes_than_a_byte_can_tell_apart_are_refused() -> None:
    """256 is the most, in either set."""
    names = tuple(map(str, range(400)))
    check_classes(names[:256], names[256:300], names)
    with pytest.raises(SettingsError, match="classes has 257 classes: a label is stored as one"):
        check_classes(names[:257], names[300:], names)
