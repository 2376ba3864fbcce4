"""Whether a classifier's training is what it says, and whether anything can be expected of it."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from studies.data.image_source import Labels
from studies.errors import InvalidOutput

TOLERANCE = 0.01
"""A loss within this share of that of guessing is that of guessing."""
CHANCE = 0.001
"""As many right answers as guesses give more seldom than this are not guessed."""
LEAST_APART = 0.01
"""Scores that are closer may be one and the same, computed in another order."""
LEAST_SHARE = 0.25
"""Of the epochs, so many are trained before any is judged: some leave a plateau late, and a learning
rate that is warmed up is still low."""
LEAST_EPOCHS = 3
"""And never fewer than so many: a small network needs two to leave the start."""


def refuse_other_score(name: str, told: float, found: float, n_images: int) -> None:
    """What a trainer tells of its last epoch is what its model answers on the same `n_images`, but for an
    image, or a percent, that rounding may decide.

    Raises:
        InvalidOutput: it is not.
    """
    if abs(told - found) > max(LEAST_APART, 1 / n_images) * (1 + 1e-6):
        raise InvalidOutput(
            f"the trainer tells {name} {told:.4g}, and its model has {found:.4g}",
            "give the model of which that is true, or in Trained the metrics of that model",
        )


def why_hopeless(
    metrics: Mapping[str, float], labels: Labels, epoch: int, epochs: int
) -> str | None:
    """Why nothing can be expected of a training with these metrics after `epoch` of `epochs`, of which
    `labels` (n,) are those that it is validated on; None where something can, or the training's own
    `loss` in nats is not among the metrics.

    Who always answers with the shares of the classes has their entropy as loss, which no constant
    answer is below (Cover and Thomas, "Elements of information theory", 2006, theorem 2.6.3). A training
    of which neither loss is below that, on the images it trains on and on others, has learned
    nothing. To tell it from one that is right and too sure of it, either the validation loss is that of
    guessing, or no more answers are right than guesses of the largest class give.

    Of 20 recorded trainings of 20 epochs that ends the three that came to nothing (accuracies of 0.10,
    0.10 and 0.23 on held-out images of ten classes) after 5, and no other, not even after 1.
    """
    if "loss" not in metrics or not max(LEAST_EPOCHS, LEAST_SHARE * epochs) <= epoch < epochs:
        return None
    counts = np.unique(labels, return_counts=True)[1]
    shares = counts / len(labels)
    guessing = float(-(shares * np.log(shares)).sum())
    loss, validation_loss = metrics["loss"], metrics["val_loss"]
    if min(loss, validation_loss) < guessing * (1 - TOLERANCE):
        return None
    if validation_loss > guessing * (1 + TOLERANCE):
        from scipy import stats  # late: this is seldom asked

        right = round(metrics["val_accuracy"] * len(labels))
        if stats.binom.sf(right - 1, len(labels), shares.max()) < CHANCE:
            return None
    return (
        f"it has learned nothing: its loss is {loss:.3f}, on validation {validation_loss:.3f}, and"
        f" {guessing:.3f} is that of guessing"
    )
