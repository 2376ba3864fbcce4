"""The task of `cifar100` as people would set it up: its seven parameters, and with them what a good recipe has.

Its baseline is that of `cifar100`, the published configuration with nothing of that, so that a verdict says what
tuning is worth.
"""

from __future__ import annotations

from studies import cifar100
from studies.data.cifar100_source import Cifar100
from studies.image_classification import convnet
from studies.image_classification.study import ImageClassification
from studies.keras_training import optimizers
from studies.space import Choice, Real, Whole

STUDY = ImageClassification(
    name="cifar100-wide",
    space={
        # The network.
        "block": Choice(("plain", "double", "residual")),
        "conv_layers": Whole(3, 4),
        "filters": Choice((16, 24, 32)),
        # The others are normalised always: of 17 that were not, the best was two points behind.
        "batch_norm": Choice((True, False), when={"block": "plain"}),
        "activation": Choice(("relu", "swish", "elu")),
        "head": Choice(("flatten", "pooling")),
        "dense_units": Choice((64, 128, 256), when={"head": "flatten"}),
        "dropout": Real(0.0, 0.4),
        # How it is trained. What a rate does depends on the batch, so it is told for one of 32.
        "optimizer": Choice(("adam", "rmsprop", "sgd")),
        "momentum": Real(0.8, 0.98, when={"optimizer": "sgd"}),
        "base_learning_rate": Real(5e-4, 1e-2, log=True),
        "schedule": Choice(optimizers.SCHEDULES),
        "warmup": Real(0.05, 0.4, when={"schedule": "one_cycle"}),
        "weight_decay": Choice((0.0, 0.003, 0.01, 0.03)),
        "averaging": Choice((0, 1)),
        "batch_size": Choice((16, 32, 64)),
        # On what.
        "flip": Choice((True, False)),
        "shift": Whole(0, 4),
        "erase": Choice((0, 4, 8)),
        "label_smoothing": Choice((0.0, 0.05, 0.1)),
    },
    baseline={
        "block": "plain",
        "conv_layers": 3,
        "filters": 32,
        "batch_norm": False,
        "activation": "relu",
        "head": "flatten",
        "dense_units": 128,
        "dropout": 0.0,
        "optimizer": "adam",
        "base_learning_rate": 1e-3,
        "schedule": "constant",
        "weight_decay": 0.0,
        "averaging": 0,
        "batch_size": 32,
        "flip": False,
        "shift": 0,
        "erase": 0,
        "label_smoothing": 0.0,
    },
    epochs=20,
    # How good a schedule is shows late (docs/background/search.md).
    rungs=(10,),
    data=Cifar100(classes=cifar100.CLASSES, new_classes=cifar100.NEW_CLASSES),
    build_model=convnet.build,
)
