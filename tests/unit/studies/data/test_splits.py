"""Splits are a pure function of labels, classes and a seed."""

from __future__ import annotations

import numpy as np
import pytest

from studies.data.splits import PerClass, Shares, check_classes, split
from studies.errors import DataError, SettingsError

TRAIN = np.repeat(np.arange(4), 10)
NAMED = {"a": 0, "b": 1, "c": 2, "d": 3}
TEST = np.repeat(np.arange(4), 5)
PER_CLASS = PerClass(train=6, validation=3)


def test_every_class_gives_its_share_and_no_image_serves_twice() -> None:
    """Per class 6 train, 3 validate, and the other 4 of 10 are held out."""
    found = split(TRAIN, TEST, {"c": 2, "a": 0}, 0, PER_CLASS)
    assert TRAIN[found.train.indices].tolist() == [2] * 6 + [0] * 6
    assert TEST[found.validation.indices].tolist() == [2] * 3 + [0] * 3
    assert TRAIN[found.holdout.indices].tolist() == [2] * 4 + [0] * 4
    together = np.concatenate([found.train.indices, found.holdout.indices])
    assert sorted(together) == np.flatnonzero((TRAIN == 0) | (TRAIN == 2)).tolist()
    assert len(set(found.validation.indices)) == 6


@pytest.mark.parametrize(
    ("n", "train", "validation", "holdout"),
    [(3, 1, 1, 1), (5, 3, 1, 1), (10, 6, 2, 2), (1000, 600, 200, 200)],
)
def test_shares_of_a_class_of_any_size(n: int, train: int, validation: int, holdout: int) -> None:
    """Of one pool, of which all serve for something, and once."""
    found = split(np.zeros(n, np.int64), None, {"a": 0}, 0, Shares())
    parts = [each.indices for each in (found.train, found.validation, found.holdout)]
    assert [len(part) for part in parts] == [train, validation, holdout]
    assert sorted(np.concatenate(parts)) == list(range(n))
    assert {part.pool for part in vars(found).values()} == {"train"}


def test_a_test_pool_is_held_out_where_there_are_shares() -> None:
    """Whoever set it apart meant it so; the other pool trains and validates."""
    found = split(TRAIN, TEST, NAMED, 0, Shares())
    assert (found.holdout.pool, len(found.holdout.indices)) == ("test", len(TEST))
    assert np.bincount(TRAIN[found.train.indices]).tolist() == [8] * 4
    together = np.concatenate([found.train.indices, found.validation.indices])
    assert sorted(together) == list(range(len(TRAIN)))


def test_numbers_of_one_pool() -> None:
    """Where there is no test pool, what validates comes from it, too."""
    found = split(TRAIN, None, {"a": 0}, 0, PER_CLASS)
    parts = [each.indices for each in (found.train, found.validation, found.holdout)]
    assert [len(part) for part in parts] == [6, 3, 1]
    assert sorted(np.concatenate(parts)) == list(range(10))


def test_shares_that_leave_nothing_are_refused() -> None:
    """For training, validation or the holdout."""
    for shares in ((0.8, 0.2), (0.0, 0.5), (0.5, -0.1), (float("nan"), 0.1)):
        with pytest.raises(SettingsError, match="leave nothing for some part"):
            Shares(*shares)


def test_equal_seeds_give_equal_splits() -> None:
    """The same arguments give the same images, today and in any version."""
    once, again = (split(TRAIN, TEST, {"b": 1}, 5, PER_CLASS) for _ in range(2))
    assert once.train.indices.tolist() == again.train.indices.tolist()
    assert once.validation.indices.tolist() == again.validation.indices.tolist()


def test_another_seed_gives_another_split() -> None:
    """The split seed decides which images train, which validate and which are held out."""
    one, two = (split(TRAIN, TEST, NAMED, seed, PER_CLASS) for seed in (0, 1))
    assert set(one.train.indices) != set(two.train.indices)
    assert set(one.validation.indices) != set(two.validation.indices)
    assert set(one.holdout.indices) != set(two.holdout.indices)


def test_a_class_is_split_alike_in_any_company() -> None:
    """Changing one class leaves the images of the others where they were."""
    alone = split(TRAIN, TEST, {"d": 3}, 0, PER_CLASS)
    second = split(TRAIN, TEST, {"b": 1, "d": 3}, 0, PER_CLASS)
    assert second.train.indices[6:].tolist() == alone.train.indices.tolist()


def test_too_few_images_are_refused() -> None:
    """A pool that cannot give the numbers is an error, not a smaller split."""
    with pytest.raises(
        DataError,
        match="class 'a' has 10 training and 5 test images: it needs at least 10 to train, 3 to validate",
    ):
        split(TRAIN, TEST, {"a": 0}, 0, PerClass(train=10, validation=3))
    with pytest.raises(
        DataError, match="class 'b' has 2 images: it needs at least 1 to train, 1 to"
    ):
        split(np.array([0, 1, 0, 1, 0]), None, {"a": 0, "b": 1}, 0, Shares())


def test_unknown_classes_are_named() -> None:
    """The message gives the unknown names and the known ones."""
    with pytest.raises(SettingsError, match="unknown class owl, yak: the data has ant, bee"):
        check_classes(("bee", "owl"), ("yak", "ant"), ("ant", "bee"))


def test_one_class_alone_is_refused() -> None:
    """There would be nothing to tell apart; of new ones there may be none."""
    with pytest.raises(SettingsError, match="setting new_classes cannot be 'cat' alone: name two"):
        check_classes(("ant", "bee"), ("cat",), ())
    check_classes(("ant", "bee"), (), ())


def test_repeated_and_shared_classes_are_named() -> None:
    """A class stands once, in the searched or in the new set."""
    with pytest.raises(SettingsError, match="new_classes repeats bee"):
        check_classes(("ant", "cat"), ("bee", "bee"), ("ant", "bee", "cat"))
    with pytest.raises(SettingsError, match="shares ant"):
        check_classes(("ant", "bee"), ("cat", "ant"), ("ant", "bee", "cat"))


def test_more_classes_than_a_byte_can_tell_apart_are_refused() -> None:
    """256 is the most, in either set."""
    names = tuple(map(str, range(400)))
    check_classes(names[:256], names[256:300], names)
    with pytest.raises(SettingsError, match="classes has 257 classes: a label is stored as one"):
        check_classes(names[:257], names[300:], names)
