"""A study without code, of a person's own pictures: `hpo run images --set data=FOLDER`."""

from __future__ import annotations

from studies.data.folder_source import Folder
from studies.image_classification import convnet
from studies.image_classification.study import ImageClassification
from studies.keras_training import optimizers
from studies.space import Choice, Real, Whole

STUDY = ImageClassification(
    name="images",
    space={
        "block": Choice(("plain", "double", "residual")),
        "activation": Choice(("relu", "swish", "elu")),
        "conv_layers": Whole(2, 4),
        "filters": Choice((16, 32, 48)),
        "head": Choice(("flatten", "pooling")),
        "dense_units": Choice((64, 128, 256), when={"head": "flatten"}),
        "dropout": Real(0.0, 0.4),
        "optimizer": Choice(optimizers.OPTIMIZERS),
        "base_learning_rate": Real(3e-4, 1e-2, log=True),
        "schedule": Choice(("constant", "cosine")),
        "batch_size": Choice((16, 32, 64)),
        "flip": Choice((True, False)),
        "shift": Whole(0, 4),
    },
    baseline={
        "block": "plain",
        "activation": "relu",
        "conv_layers": 3,
        "filters": 32,
        "head": "flatten",
        "dense_units": 128,
        "dropout": 0.0,
        "optimizer": "adam",
        "base_learning_rate": 1e-3,
        "schedule": "constant",
        "batch_size": 32,
        "flip": False,
        "shift": 0,
    },
    epochs=20,
    data=Folder(),
    build_model=convnet.build,
)
