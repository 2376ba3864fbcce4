"""A model is judged by its answers alone."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from studies.evaluation import evaluate


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
    judged = evaluate(model, X, np.array([0, 2]))
    assert judged.accuracy == 0.5
    assert judged.loss == pytest.approx((math.log(2) + math.log(4)) / 2)
    assert judged.predictions.tolist() == [0, 0]
    assert judged.losses.dtype == np.float32
    assert judged.losses.tolist() == pytest.approx([math.log(2), math.log(4)])


def test_sure_and_wrong_costs_a_finite_loss() -> None:
    """A probability of zero for the truth counts as 1e-7, as it does in Keras."""
    judged = evaluate(_Answers([1.0, 0.0], [1.0, 0.0]), X, np.array([1, 1]))
    assert judged.accuracy == 0.0
    assert judged.loss == pytest.approx(-math.log(1e-7))


def test_a_broken_model_has_no_finite_loss() -> None:
    """Answers that are not numbers give a loss that is none either."""
    judged = evaluate(_Answers([math.nan] * 2, [0.5, 0.5]), X, np.array([0, 0]))
    assert math.isnan(judged.loss)
