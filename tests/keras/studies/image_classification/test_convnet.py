"""The network takes raw images and gives probabilities, all over its spaces."""

from __future__ import annotations

import numpy as np
import pytest

from studies import cifar100, cifar100_wide, digits, images
from studies.image_classification.study import ImageClassification
from studies.space import Choice, Params, Space, active


def _corner(space: Space, end: int) -> Params:
    """The first (0) or last (-1) value of each parameter."""
    every = {
        name: parameter.options[end]
        if isinstance(parameter, Choice)
        else (parameter.low, parameter.high)[end]
        for name, parameter in space.items()
    }
    return active(space, every)


@pytest.mark.parametrize("end", [0, -1], ids=["smallest", "largest"])
@pytest.mark.parametrize(
    ("study", "shape"),
    [
        (cifar100.STUDY, (32, 32, 3)),
        (cifar100_wide.STUDY, (32, 32, 3)),
        (digits.STUDY, (8, 8, 1)),
        (images.STUDY, (8, 8, 3)),
        (images.STUDY, (3, 50, 1)),
    ],
    ids=["cifar100", "cifar100-wide", "digits", "images", "images of any shape"],
)
def test_both_ends_of_the_space_can_be_built(
    study: ImageClassification, shape: tuple[int, int, int], end: int
) -> None:
    """The smallest and the largest network give float32 probabilities for uint8 images."""
    model = study.build_model(_corner(study.space, end), shape, 7)
    answers = np.asarray(model(np.full((2, *shape), 255, np.uint8)))
    assert answers.shape == (2, 7)
    assert answers.dtype == np.float32
    np.testing.assert_allclose(answers.sum(axis=1), 1, atol=1e-5)


def test_filters_double_from_layer_to_layer() -> None:
    """The baseline's three layers have 32, 64 and 128 filters, and no dropout."""
    model = cifar100.STUDY.build_model(cifar100.STUDY.baseline, (32, 32, 3), 10)
    assert [layer.filters for layer in model.layers if "conv" in layer.name] == [32, 64, 128]
    assert not [layer for layer in model.layers if "dropout" in layer.name]


@pytest.mark.parametrize("asked", [{"batch_norm": True}, {"batch_norm": False}, {}])
@pytest.mark.parametrize(("block", "convolutions"), [("plain", 1), ("double", 2), ("residual", 3)])
def test_a_block_has_its_convolutions(block: str, convolutions: int, asked: Params) -> None:
    """One, two, or two with another around them; each is normalised where that is asked for, where
    nothing is asked if there is more than one, and a mean of each filter needs no dense layer."""
    params = {**cifar100.STUDY.baseline, "block": block, "head": "pooling", **asked}
    layers = cifar100.STUDY.build_model(params, (32, 32, 3), 10).layers
    kinds = [type(layer).__name__ for layer in layers]
    assert kinds.count("Conv2D") == 3 * convolutions
    normalised = asked.get("batch_norm", block != "plain")
    assert kinds.count("BatchNormalization") == (3 * convolutions if normalised else 0)
    assert kinds.count("Add") == (3 if block == "residual" else 0)
    assert kinds.count("Dense") == kinds.count("GlobalAveragePooling2D") == 1


def test_the_wide_baseline_is_the_published_network() -> None:
    """Layer by layer."""
    ours, published = (
        study.build_model(study.baseline, (32, 32, 3), 10).get_config()
        for study in (cifar100_wide.STUDY, cifar100.STUDY)
    )
    told = [
        [(each["class_name"], each["config"].get("units")) for each in made["layers"]]
        for made in (ours, published)
    ]
    assert told[0] == told[1]
