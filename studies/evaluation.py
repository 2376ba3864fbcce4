"""Judging a trained model on labelled images."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray


class Classifier(Protocol):
    """A trained model as the rest of the system sees it."""

    def predict(self, x: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Class probabilities (n, k) of raw images uint8 (n, height, width, channels)."""
        ...

    def save(self, path: Path) -> None:
        """Write the model to `path`, whose name ends in .keras for a Keras model."""
        ...


@dataclass(frozen=True)
class Evaluation:
    """How a model did on n images."""

    accuracy: float
    """Share of images whose most probable class is the right one, 0 to 1."""
    loss: float
    """Mean cross-entropy in nats; not finite where the model's output is not."""
    predictions: NDArray[np.int64]
    """The most probable class of each image (n,); the lowest label among equals."""
    losses: NDArray[np.float32]
    """The cross-entropy of each image (n,), in nats."""


# Keras's own clipping: a sure but wrong answer costs 16 nats and not an infinity.
_SMALLEST_PROBABILITY = 1e-7


def evaluate(model: Classifier, x: NDArray[np.uint8], y: NDArray[np.int64]) -> Evaluation:
    """Compare the model's answers for images `x` (n, ...) with labels `y` (n,)."""
    return judge(model.predict(x), y)


def judge(probabilities: NDArray[np.float32], y: NDArray[np.int64]) -> Evaluation:
    """Compare class probabilities (n, k) with labels `y` (n,)."""
    exact = probabilities.astype(np.float64)
    predictions = exact.argmax(axis=1).astype(np.int64)
    of_truth = exact[np.arange(len(y)), y]
    losses = -np.log(np.clip(of_truth, _SMALLEST_PROBABILITY, 1.0))
    return Evaluation(
        accuracy=float((predictions == y).mean()),
        loss=float(losses.mean()),
        predictions=predictions,
        losses=losses.astype(np.float32),
    )
