"""Judging a trained model on labelled images."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from studies.errors import InvalidOutput
from studies.training_outcomes import ClassEvidence, Model


class Classifier(Model, Protocol):
    """A trained classifier of images."""

    def predict(self, x: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Class probabilities (n, k) of raw images uint8 (n, height, width, channels)."""
        ...


@dataclass(frozen=True, kw_only=True)
class Evaluation(ClassEvidence):
    """How a classifier did on n images: its predictions are the most probable class of each, the
    lowest label among equals, and its losses the cross-entropies, in nats. An answer that is no number is
    none: it is held to be wrong, and as far off as can be."""

    accuracy: float
    """Share of images whose most probable class is the right one, 0 to 1."""
    loss: float
    """Mean cross-entropy in nats; NaN where an answer is."""


# Keras's own clipping: a sure but wrong answer costs 16 nats and not an infinity.
_SMALLEST_PROBABILITY = 1e-7


# What rounding to bfloat16 may leave of a sum of 1 is a fifth of it.
_MOST_OFF = 0.01


def evaluate(
    model: Classifier, x: NDArray[np.uint8], y: NDArray[np.int64], n_classes: int
) -> Evaluation:
    """Compare the model's answers for images `x` (n, ...) with labels `y` (n,).

    Raises:
        InvalidOutput: the answers are no probabilities of `n_classes` classes for each image.
    """
    return judge(_probabilities(model.predict(x), len(x), n_classes), y)


def judge(probabilities: NDArray[np.floating[Any]], y: NDArray[np.int64]) -> Evaluation:
    """Compare class probabilities (n, k) with labels `y` (n,)."""
    exact = probabilities.astype(np.float64)
    is_answer = np.isfinite(exact).all(axis=1)
    some_other = (y + 1) % exact.shape[1]
    predictions = np.where(is_answer, exact.argmax(axis=1), some_other).astype(np.int64)
    of_truth = np.where(is_answer, exact[np.arange(len(y)), y], 0.0)
    losses = -np.log(np.clip(of_truth, _SMALLEST_PROBABILITY, 1.0))
    return Evaluation(
        labels=y,
        predictions=predictions,
        losses=losses.astype(np.float32),
        accuracy=float((predictions == y).mean()),
        loss=float(losses.mean()) if is_answer.all() else math.nan,
    )


def _probabilities(answers: object, n: int, n_classes: int) -> NDArray[np.float64]:
    """Where one of a row is not finite, all of it is not: no class of it is known."""
    try:
        exact = np.asarray(answers).astype(np.float64)
    except (TypeError, ValueError) as error:
        raise InvalidOutput(f"the model's answers are no numbers ({error})") from error
    if exact.shape != (n, n_classes):
        raise InvalidOutput(
            f"the model's answers for {n} images of {n_classes} classes have the shape {exact.shape}",
            f"it must be {(n, n_classes)}",
        )
    finite = np.isfinite(exact).all(axis=1)
    sums = exact[finite].sum(axis=1)
    if exact[finite].min(initial=0) < 0 or (abs(sums - 1) > _MOST_OFF).any():
        worst = sums[abs(sums - 1).argmax()]
        raise InvalidOutput(
            f"the model's answers are no probabilities: the lowest is {exact[finite].min():.3g}, those"
            f" of an image add up to {worst:.3g}",
            "end build_model in a softmax",
        )
    exact[~finite] = np.nan
    return exact
