"""A study of seconds: scikit-learn's handwritten digits, to try the system and to test it."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import ClassVar

import numpy as np

from studies.data.image_source import ImageSource, Labels, Pools
from studies.data.splits import PerClass
from studies.errors import DataError
from studies.image_classification import convnet
from studies.image_classification.study import ImageClassification
from studies.space import Choice, Real, Whole

_SHA256 = "631cb83de3a2ab62bb6a6377fd0959c2622ce06102218671940106ad649966d0"
_POOL_PER_CLASS = 140
_CLASS_NAMES = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


class Digits(ImageSource):
    """1,797 grey images of 8 x 8, at least 174 of each digit, bundled with scikit-learn.

    The first 140 of each digit serve as its training pool (80 train, 60 are held out), the others
    as its test pool (30 validate).
    """

    per_class: ClassVar = PerClass(train=80, validation=30)
    checksums: ClassVar = {"digits": _SHA256}
    class_names: ClassVar = _CLASS_NAMES

    def read(self, data_dir: Path | None, cache_folder: Path) -> Pools:  # noqa: ARG002 - bundled
        """Read the bundled images; neither folder is looked into."""
        from sklearn.datasets import load_digits  # type: ignore[import-untyped]  # no types

        bundled = load_digits()
        # Grey levels come as 0 to 16.
        images = (bundled.images * 15).astype(np.uint8)[..., np.newaxis]
        labels = bundled.target.astype(np.int64)
        if hashlib.sha256(images.tobytes() + labels.tobytes()).hexdigest() != _SHA256:
            raise DataError(
                "scikit-learn's digits.csv.gz is not the one known", "install scikit-learn anew"
            )
        in_pool = _rank_within_class(labels) < _POOL_PER_CLASS
        return Pools(images[in_pool], labels[in_pool], images[~in_pool], labels[~in_pool])


def _rank_within_class(labels: Labels) -> Labels:
    """How many earlier images show the same digit."""
    rank = np.empty_like(labels)
    for label in np.unique(labels):
        rank[labels == label] = np.arange(np.count_nonzero(labels == label))
    return rank


STUDY = ImageClassification(
    name="digits",
    space={
        "activation": Choice(("relu", "tanh")),
        "optimizer": Choice(("adam", "sgd")),
        "learning_rate": Real(1e-4, 1e-2, log=True),
        "conv_layers": Whole(1, 2),
        "filters": Choice((4, 8, 16)),
        "dense_units": Choice((16, 32)),
        "batch_size": Choice((16, 32)),
    },
    baseline={
        "activation": "relu",
        "optimizer": "adam",
        "learning_rate": 1e-3,
        "conv_layers": 1,
        "filters": 8,
        "dense_units": 32,
        "batch_size": 32,
    },
    epochs=10,
    data=Digits(classes=_CLASS_NAMES[:6], new_classes=_CLASS_NAMES[6:]),
    build_model=convnet.build,
)
