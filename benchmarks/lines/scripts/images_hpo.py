"""A convolutional network for the images of a file of arrays, for hpo."""

from pathlib import Path

from studies.data.arrays_source import Arrays
from studies.image_classification import convnet
from studies.image_classification.study import ImageClassification
from studies.space import Choice, Real, Whole

STUDY = ImageClassification(
    name="images_of_mine",
    space={
        "activation": Choice(["relu", "swish", "tanh"]),
        "optimizer": Choice(["adam", "rmsprop", "sgd"]),
        "learning_rate": Real(1e-4, 1e-2, log=True),
        "conv_layers": Whole(1, 4),
        "filters": Choice([16, 32, 64]),
        "dense_units": Choice([64, 128, 256]),
        "batch_size": Choice([16, 32, 64]),
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
    data=Arrays(data=Path(__file__).with_name("mine.npz")),
    build_model=convnet.build,
)
