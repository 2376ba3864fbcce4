"""Which image serves for what: a pure function of labels, classes and a seed."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

from studies.errors import DataError, SettingsError
from studies.json_values import check_json, check_text, plain

Indices = NDArray[np.int64]

# What a model answered is stored as one byte an image.
MAX_CLASSES = 256
MOST_NAME = 255
"""In characters."""


@dataclass(frozen=True)
class PerClass:
    """How many images of each class train and validate; the rest of the training pool is held
    out."""

    train: int
    validation: int

    def __post_init__(self) -> None:
        for name, count in asdict(self).items():
            if type(plain(count)) is not int or count < 1:
                raise SettingsError(
                    f"{count!r} images of a class cannot be for {name}", "at least 1"
                )
            object.__setattr__(self, name, plain(count))


@dataclass(frozen=True)
class Split:
    """Indices into the training pool (`train`, `holdout`) and the test pool (`validation`).

    Each holds the classes one after another, in the order they were asked for.
    """

    train: Indices
    validation: Indices
    holdout: Indices


def check_facts(source: str, class_names: object, per_class: object, checksums: object) -> None:
    """Raise SettingsError, naming the source, for what it says of its data and cannot be meant."""
    if not isinstance(class_names, tuple | list):
        raise SettingsError(
            f"class_names of {source} is {class_names!r}", "give a tuple: ('apple', 'boy')"
        )
    for name in class_names:
        check_text(f"a class of {source}", name, MOST_NAME)
    if repeated := sorted({name for name in class_names if class_names.count(name) > 1}):
        raise SettingsError(
            f"class_names of {source} repeats {', '.join(repeated)}", "name each once"
        )
    if not isinstance(per_class, PerClass):
        raise SettingsError(f"per_class of {source} is {per_class!r}", "give a PerClass")
    if not isinstance(checksums, Mapping):
        raise SettingsError(f"checksums of {source} is {checksums!r}", "map names to checksums")
    check_json(f"checksums of {source}", dict(checksums))


def check_classes(
    classes: Sequence[str], new_classes: Sequence[str], class_names: Sequence[str]
) -> None:
    """Raise SettingsError, naming the classes, if one is unknown, repeated or in both sets, or if
    a set has more than can be told apart."""
    if unknown := [name for name in (*classes, *new_classes) if name not in class_names]:
        known = ", ".join(class_names)
        raise SettingsError(f"unknown class {', '.join(unknown)}", f"the data has {known}")
    for key, names in (("classes", classes), ("new_classes", new_classes)):
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


def split(
    train_labels: NDArray[np.int64],
    test_labels: NDArray[np.int64],
    wanted: Sequence[int],
    split_seed: int,
    per_class: PerClass,
) -> Split:
    """Split the images whose label is in `wanted`.

    A class is split the same way whatever classes stand beside it. Raises DataError if the pools
    hold too few images of a class.
    """
    train, validation, holdout = [], [], []
    for label in wanted:
        ours = hash_order(train_labels, label, split_seed, "train")
        tests = hash_order(test_labels, label, split_seed, "test")
        if len(ours) <= per_class.train or len(tests) < per_class.validation:
            raise DataError(
                f"label {label} has {len(ours)} training and {len(tests)} test images",
                f"more than {per_class.train} and at least {per_class.validation} are needed",
            )
        train.append(ours[: per_class.train])
        holdout.append(ours[per_class.train :])
        validation.append(tests[: per_class.validation])
    return Split(np.concatenate(train), np.concatenate(validation), np.concatenate(holdout))


def hash_order(labels: NDArray[np.int64], label: int, split_seed: int, pool: str) -> Indices:
    """The indices of one label in an order drawn by hashing.

    A hash, unlike a random generator, gives the same order in every version of every library;
    the splits of a study must not change under a fleet that is being upgraded.
    """
    found = np.flatnonzero(labels == label).tolist()
    found.sort(key=lambda index: hashlib.sha256(f"{split_seed}/{pool}/{index}".encode()).digest())
    return np.array(found, dtype=np.int64)
