"""The first study: ten classes of CIFAR-100, and ten entirely different ones."""

from __future__ import annotations

from studies.data.cifar100_source import Cifar100
from studies.image_classification import convnet
from studies.image_classification.study import ImageClassification
from studies.keras_training import optimizers
from studies.space import Choice, Real, Whole

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

STUDY = ImageClassification(
    name="cifar100",
    space={
        "activation": Choice(("relu", "swish", "gelu", "elu", "tanh")),
        "optimizer": Choice(optimizers.OPTIMIZERS),
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
