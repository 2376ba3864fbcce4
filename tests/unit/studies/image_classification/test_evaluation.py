"""A model is judged by its answers alone."""

from __future__ import annotations

import math
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import ml_dtypes
import numpy as np
import pytest
from numpy.typing import NDArray

from studies.errors import InvalidOutput
from studies.image_classification.evaluation import evaluate


class _Answers:
    """Gives the same probabilities whatever it is shown."""

    def __init__(self, *rows: list[float]) -> None:
        self._rows = np.array(rows, dtype=np.float32)

    def predict(self, x: NDArray[np.uint8]) -> NDArray[np.float32]:
        assert len(x) == len(self._rows)
        return self._rows

    def save(self, path: Path) -> None:
        raise AssertionError("judging saves nothing")


X = np.zeros((2, 8, 8, 1), np.uint8)


def test_accuracy_and_loss() -> None:
    """Accuracy is the share of right answers; loss the mean of -ln p(truth) in nats, which is
    there for each image too."""
    model = _Answers([0.5, 0.25, 0.25], [0.5, 0.25, 0.25])
    judged = evaluate(model, X, np.array([0, 2]), 3)
    assert judged.accuracy == 0.5
    assert judged.loss == pytest.approx((math.log(2) + math.log(4)) / 2)
    assert judged.predictions.tolist() == [0, 0]
    assert judged.losses.dtype == np.float32
    assert judged.losses.tolist() == pytest.approx([math.log(2), math.log(4)])


def test_sure_and_wrong_costs_a_finite_loss() -> None:
    """A probability of zero for the truth counts as 1e-7, as it does in Keras."""
    judged = evaluate(_Answers([1.0, 0.0], [1.0, 0.0]), X, np.array([1, 1]), 2)
    assert judged.accuracy == 0.0
    assert judged.loss == pytest.approx(-math.log(1e-7))


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (
            [[2.0, -1.0], [0.5, 0.5]],
            "are no probabilities: the lowest is -1, .* a softmax",
        ),  # logits
        ([[0.9, 0.8], [0.5, 0.5]], "those of an image add up to 1.7: end build_model in a softmax"),
        ([[0.0, 0.0], [0.5, 0.5]], "those of an image add up to 0"),
        ([[0.5, 0.25, 0.25]] * 2, r"have the shape \(2, 3\): it must be \(2, 2\)"),
        ([[0.5], [0.5]], r"have the shape \(2, 1\)"),
        ([[0.5, 0.5]], r"have the shape \(1, 2\)"),
        ([1.0, 0.0], r"have the shape \(2,\)"),
        ([["a", "b"], ["c", "d"]], "are no numbers"),
        (None, "are no numbers|have the shape"),
    ],
)
def test_answers_that_are_no_probabilities(rows: Any, message: str) -> None:
    """They are refused where they are first seen: the accuracy of logits may be right, and their
    loss means nothing."""
    model: Any = SimpleNamespace(predict=lambda _: rows)
    with pytest.raises(InvalidOutput, match=message) as refused:
        evaluate(model, X, np.array([0, 1]), 2)
    assert "\n" not in str(refused.value)


def test_probabilities_of_little_precision() -> None:
    """A softmax in bfloat16 adds up to 1 but for its rounding."""
    share = ml_dtypes.bfloat16(1 / 6)
    model: Any = SimpleNamespace(predict=lambda x: np.full((len(x), 6), share))
    assert evaluate(model, X, np.array([0, 5]), 6).accuracy == 0.5


@pytest.mark.parametrize("row", [[math.nan, 0.5], [0.5, math.inf], [math.nan] * 2])
def test_one_answer_that_is_no_number(row: list[float]) -> None:
    """Whichever class it is of, the loss is none: the model has diverged."""
    for truth in (0, 1):
        judged = evaluate(_Answers(row, [0.5, 0.5]), X, np.array([truth, 0]), 2)
        assert math.isnan(judged.loss)


@pytest.mark.parametrize("truth", [0, 1])
def test_an_answer_that_is_no_number_is_wrong(truth: int) -> None:
    """And as far off as can be: who is judged by many images is not lost over one of them."""
    judged = evaluate(_Answers([math.nan, 0.5], [0.5, 0.5]), X, np.array([truth, 0]), 2)
    assert judged.accuracy == 0.5
    assert judged.predictions.tolist() == [1 - truth, 0]
    assert judged.losses.tolist() == pytest.approx([-math.log(1e-7), math.log(2)])


def test_a_broken_model_has_no_finite_loss() -> None:
    """Answers that are not numbers give a loss that is none either."""
    judged = evaluate(_Answers([math.nan] * 2, [0.5, 0.5]), X, np.array([0, 0]), 2)
    assert math.isnan(judged.loss)
