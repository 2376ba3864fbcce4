"""The first study: ten classes of CIFAR-100, and ten entirely different ones."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

import numpy as np

from studies import cifar_files, convnet, optimizers
from studies.source import ImageSource, Pixels, Pools
from studies.space import Choice, Real, Whole
from studies.splits import PerClass
from studies.study import Study

CLASS_NAMES = tuple(
    """
    apple aquarium_fish baby bear beaver bed bee beetle bicycle bottle bowl boy bridge bus
    butterfly camel can castle caterpillar cattle chair chimpanzee clock cloud cockroach couch
    crab crocodile cup dinosaur dolphin elephant flatfish forest fox girl hamster house kangaroo
    keyboard lamp lawn_mower leopard lion lizard lobster man maple_tree motorcycle mountain
    mouse mushroom oak_tree orange orchid otter palm_tree pear pickup_truck pine_tree plain
    plate poppy porcupine possum rabbit raccoon ray road rocket rose sea seal shark shrew skunk
    skyscraper snail snake spider squirrel streetcar sunflower sweet_pepper table tank telephone
    television tiger tractor train trout tulip turtle wardrobe whale willow_tree wolf woman worm
    """.split()  # noqa: SIM905 - a hundred names read better as text
)


class Cifar100(ImageSource):
    """500 training and 100 test images of 32 x 32 in colour for each of 100 classes.

    Of each class 200 training images train, 40 test images validate, and the 300 training images
    left over are held out.
    """

    per_class: ClassVar = PerClass(train=200, validation=40)
    checksums: ClassVar = cifar_files.OFFICIAL.members
    class_names: ClassVar = CLASS_NAMES

    def read(self, data_dir: Path | None, cache_folder: Path) -> Pools:
        """Read the official files; `cifar_files.read` says where they are sought."""
        files = cifar_files.read(data_dir, cache_folder / "downloads")
        train, test = files["train"], files["test"]
        return Pools(
            _images(train[b"data"]),
            np.array(train[b"fine_labels"], dtype=np.int64),
            _images(test[b"data"]),
            np.array(test[b"fine_labels"], dtype=np.int64),
        )


def _images(rows: Pixels) -> Pixels:
    """Rows of 3072 bytes, all red before all green before all blue, as (n, 32, 32, 3)."""
    return rows.reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1)


CLASSES = (
    "apple",
    "aquarium_fish",
    "bicycle",
    "bridge",
    "castle",
    "motorcycle",
    "orange",
    "sunflower",
    "tank",
    "wardrobe",
)
NEW_CLASSES = (
    "bear",
    "bed",
    "bee",
    "bottle",
    "bus",
    "camel",
    "clock",
    "cloud",
    "dolphin",
    "rose",
)

STUDY = Study(
    name="cifar100",
    space={
        "activation": Choice(("relu", "swish", "gelu", "elu", "tanh")),
        "optimizer": Choice(optimizers.NAMES),
        "learning_rate": Real(1e-4, 1e-2, log=True),
        "conv_layers": Whole(1, 4),
        "filters": Choice((16, 32, 48, 64)),
        "dense_units": Choice((64, 128, 256)),
        "batch_size": Choice((16, 32, 64, 128)),
    },
    baseline={
        "activation": "relu",
        "optimizer": "adam",
        "learning_rate": 1e-3,
        "conv_layers": 3,
        "filters": 32,
        "dense_units": 128,
        "batch_size": 32,
    },
    epochs=20,
    data=Cifar100(classes=CLASSES, new_classes=NEW_CLASSES),
    build_model=convnet.build,
)
