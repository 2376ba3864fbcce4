"""The network takes raw images and gives probabilities, all over its spaces."""

from __future__ import annotations

import numpy as np
import pytest

from studies import cifar100, digits
from studies.image_classification.study import ImageClassification
from studies.space import Choice, Params, Space


def _corner(space: Space, end: int) -> Params:
    """The first (0) or last (-1) value of each parameter."""
    return {
        name: parameter.options[end]
        if isinstance(parameter, Choice)
        else (parameter.low, parameter.high)[end]
        for name, parameter in space.items()
    }


@pytest.mark.parametrize("end", [0, -1], ids=["smallest", "largest"])
@pytest.mark.parametrize(
    ("study", "shape"),
    [(cifar100.STUDY, (32, 32, 3)), (digits.STUDY, (8, 8, 1))],
    ids=["cifar100", "digits"],
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
