"""Which image serves for what: a pure function of labels, classes and a seed."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from studies.errors import DataError, SettingsError, nearest_first
from studies.json_values import check_json, check_text, plain

Indices = NDArray[np.int64]

# What a model answered is stored as one byte an image.
MAX_CLASSES = 256
MOST_NAME = 255
"""In characters."""


Pool = Literal["train", "test"]
Parts = tuple[Indices, Indices, Indices]
"""What trains, what validates, and what is held out."""


@dataclass(frozen=True)
class PerClass:
    """How many images of each class train and validate; the rest of the training pool is held
    out. Those that validate are of the test pool, where there is one."""

    pools: ClassVar[tuple[Pool, Pool, Pool]] = ("train", "test", "train")

    train: int
    validation: int

    def __post_init__(self) -> None:
        for name, count in asdict(self).items():
            if type(plain(count)) is not int or count < 1:
                raise SettingsError(
                    f"{count!r} images of a class cannot be for {name}", "at least 1"
                )
            object.__setattr__(self, name, plain(count))

    @property
    def least(self) -> tuple[int, int, int]:
        """How many of each class there must be of each part."""
        return self.train, self.validation, 1

    def divide(self, ours: Indices, tests: Indices | None) -> Parts:
        """The parts of a class of which these are in the training pool, and in the test pool."""
        train, left = ours[: self.train], ours[self.train :]
        if tests is None:
            return train, left[: self.validation], left[self.validation :]
        return train, tests[: self.validation], left


@dataclass(frozen=True)
class Shares:
    """Which share of each class trains, and which validates, so that classes may be of any size; the
    rest is held out. Where there is a test pool that is held out, and these two share the other."""

    pools: ClassVar[tuple[Pool, Pool, Pool]] = ("train", "train", "test")
    least: ClassVar = (1, 1, 1)

    train: float = 0.6
    validation: float = 0.2

    def __post_init__(self) -> None:
        for name, share in asdict(self).items():
            if type(plain(share)) is not float:
                raise SettingsError(
                    f"the share {name} is {share!r}", "give a number between 0 and 1"
                )
            object.__setattr__(self, name, plain(share))
        if not (min(self.train, self.validation) > 0 and self.train + self.validation < 1):
            raise SettingsError(
                f"the shares {self.train} and {self.validation} leave nothing for some part",
                "give two above 0 that are less than 1 together",
            )

    def divide(self, ours: Indices, tests: Indices | None) -> Parts:
        """The parts of a class of which these are in the training pool, and in the test pool."""
        if tests is None:
            n_held_out = max(1, round(len(ours) * (1 - self.train - self.validation)))
            tests, ours = ours[:n_held_out], ours[n_held_out:]
        n_validation = max(1, round(len(ours) * self.validation / (self.train + self.validation)))
        return ours[n_validation:], ours[:n_validation], tests


@dataclass(frozen=True)
class Part:
    """Images of a pool that serve for the same, one class after another in the order they were asked
    for."""

    pool: Pool
    indices: Indices


@dataclass(frozen=True)
class Split:
    """Which images train, which validate, and which are held out."""

    train: Part
    validation: Part
    holdout: Part


def check_facts(source: str, class_names: object, per_class: object, checksums: object) -> None:
    """Raise SettingsError, naming the source, for what it says of its data and cannot be meant."""
    if not isinstance(class_names, tuple | list):
        raise SettingsError(
            f"class_names of {source} is {class_names!r}", "give a tuple: ('apple', 'boy')"
        )
    check_names(source, class_names)
    if repeated := sorted({name for name in class_names if class_names.count(name) > 1}):
        raise SettingsError(
            f"class_names of {source} repeats {', '.join(repeated)}", "name each once"
        )
    if not isinstance(per_class, PerClass | Shares):
        raise SettingsError(f"per_class of {source} is {per_class!r}", "give a PerClass or Shares")
    if not isinstance(checksums, Mapping):
        raise SettingsError(f"checksums of {source} is {checksums!r}", "map names to checksums")
    check_json(f"checksums of {source}", dict(checksums))


def check_names(source: str, names: Sequence[object]) -> None:
    """Raise SettingsError, naming the source, for a class whose name cannot be stored."""
    for name in names:
        check_text(f"a class of {source}", name, MOST_NAME)


def check_classes(
    classes: Sequence[str], new_classes: Sequence[str], class_names: Sequence[str]
) -> None:
    """Raise SettingsError, naming the classes, if one is repeated or in both sets, if a set has more
    than can be told apart, or one alone, or if one is not among `class_names`, where these are known."""
    asked = (*classes, *new_classes)
    if class_names and (unknown := [name for name in asked if name not in class_names]):
        raise SettingsError(
            f"unknown class {', '.join(unknown)}",
            nearest_first(unknown[0], class_names, f"the data has {', '.join(class_names)}"),
        )
    for key, names in (("classes", classes), ("new_classes", new_classes)):
        if len(names) == 1:
            raise SettingsError(
                f"setting {key} cannot be {names[0]!r} alone", "name two classes or more"
            )
        if len(names) > MAX_CLASSES:
            raise SettingsError(
                f"setting {key} has {len(names)} classes",
                f"a label is stored as one byte, so name {MAX_CLASSES} at most",
            )
        if repeated := sorted({name for name in names if names.count(name) > 1}):
            raise SettingsError(f"setting {key} repeats {', '.join(repeated)}", "name each once")
    if shared := sorted(set(classes) & set(new_classes)):
        raise SettingsError(
            f"setting new_classes shares {', '.join(shared)} with classes", "they must differ"
        )


def hash_order(labels: NDArray[np.int64], label: int, split_seed: int, pool: str) -> Indices:
    """The indices of one label in an order drawn by hashing.

    A hash, unlike a random generator, gives the same order in every version of every library;
    the splits of a study must not change under a fleet that is being upgraded.
    """
    found = np.flatnonzero(labels == label).tolist()
    found.sort(key=lambda index: hashlib.sha256(f"{split_seed}/{pool}/{index}".encode()).digest())
    return np.array(found, dtype=np.int64)


def hash_order_within(labels: NDArray[np.int64], label: int, split_seed: int, pool: str) -> Indices:
    """The same by places among the images of that label alone: of a pool that holds but the classes that were
    asked for, or grows."""
    found = np.flatnonzero(labels == label)
    return found[hash_order(np.zeros(len(found), np.int64), 0, split_seed, pool)]


def split(
    train_labels: Indices,
    test_labels: Indices | None,
    wanted: Mapping[str, int],
    split_seed: int,
    per_class: PerClass | Shares,
    order: Callable[[Indices, int, int, str], Indices] = hash_order,
) -> Split:
    """Split the images of the classes that are `wanted`, each by its label, in the `order` of those of a label.

    A class is split the same way whatever classes stand beside it. Raises DataError if there are
    too few images of a class.
    """
    found: list[Parts] = []
    for name, label in wanted.items():
        ours = order(train_labels, label, split_seed, "train")
        tests = None if test_labels is None else order(test_labels, label, split_seed, "test")
        parts = per_class.divide(ours, tests)
        if any(len(part) < least for part, least in zip(parts, per_class.least, strict=True)):
            there = (
                f"{len(ours)}" if tests is None else f"{len(ours)} training and {len(tests)} test"
            )
            train, validation, holdout = per_class.least
            raise DataError(
                f"class '{name}' has {there} image{'s' * (len(ours) != 1)}",
                f"it needs at least {train} to train, {validation} to validate and {holdout} to be"
                " held out",
            )
        found.append(parts)
    pools = per_class.pools if test_labels is not None else ("train",) * 3
    return Split(*map(Part, pools, map(np.concatenate, zip(*found, strict=True))))
