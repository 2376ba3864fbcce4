"""A training that has learned nothing is told from one that has, or still may."""

from __future__ import annotations

import math

import numpy as np
import pytest

from studies.image_classification import training_checks

TEN = np.repeat(np.arange(10), 40)
GUESSING = math.log(10)


def _why(
    loss: float, val_loss: float, val_accuracy: float, epoch: int = 5, epochs: int = 20
) -> str | None:
    metrics = {"loss": loss, "val_loss": val_loss, "val_accuracy": val_accuracy}
    return training_checks.why_hopeless(metrics, TEN, epoch, epochs)


# Epoch 5 of trainings that were recorded to their end: loss and accuracy on validation, and what came of
# them on held-out images.
@pytest.mark.parametrize(
    "metrics",
    [
        pytest.param((2.3009, 2.3000, 0.2450), id="never leaves the start: 0.23"),
        pytest.param((4.6579, 3.8411, 0.1000), id="falls, to guessing: 0.10"),
        pytest.param((2.8418, 3.1965, 0.1000), id="had learned, and lost it: 0.10"),
    ],
)
def test_what_came_to_nothing_is_hopeless(metrics: tuple[float, float, float]) -> None:
    """It is told with its losses, and what guessing has."""
    why = _why(*metrics)
    assert why == (
        f"it has learned nothing: its loss is {metrics[0]:.3f}, on validation {metrics[1]:.3f}, and"
        " 2.303 is that of guessing"
    )


@pytest.mark.parametrize(
    "metrics",
    [
        pytest.param((1.6901, 1.5795, 0.3975), id="slow: 0.56"),
        pytest.param((1.7557, 1.6186, 0.4200), id="late: 0.62"),
        pytest.param((2.2795, 2.2474, 0.1575), id="nearest to guessing after 1 epoch: 0.62"),
        pytest.param((0.1000, 3.5000, 0.6000), id="knows by heart what it trains on"),
        pytest.param((2.5000, 3.0000, 0.4000), id="right, and too sure of it"),
        pytest.param((2.5000, 1.9000, 0.3500), id="its loss has a penalty added"),
    ],
)
def test_what_learns_is_not(metrics: tuple[float, float, float]) -> None:
    """However bad it looks by one of them."""
    assert _why(*metrics) is None


@pytest.mark.parametrize(
    ("epoch", "epochs", "judged"), [(4, 20, False), (5, 20, True), (19, 20, True), (20, 20, False),
                                    (2, 4, False), (3, 4, True), (1, 2, False), (1, 1, False)],
)  # fmt: skip
def test_the_first_quarter_the_first_two_and_the_last_epoch_are_not_judged(
    epoch: int, epochs: int, judged: bool
) -> None:
    """Some leave a plateau late; and what has come to its end is complete."""
    assert (_why(GUESSING, GUESSING, 0.1, epoch, epochs) is not None) is judged


def test_who_does_not_say_its_own_loss_is_not_judged() -> None:
    """A trainer of the study's own may report what it likes beside the validation."""
    metrics = {"val_loss": GUESSING, "val_accuracy": 0.1}
    assert training_checks.why_hopeless(metrics, TEN, 5, 20) is None


def test_of_uneven_classes_guessing_is_better() -> None:
    """Nine in ten of one class: a loss of 0.6 is worse than always answering with the shares, and nine
    in ten right is what always naming that class gives."""
    labels = np.repeat([0, 1], [360, 40])
    metrics = {"loss": 0.6, "val_loss": 0.6, "val_accuracy": 0.9}
    why = training_checks.why_hopeless(metrics, labels, 5, 20)
    assert why is not None and why.endswith("and 0.325 is that of guessing")
    assert training_checks.why_hopeless(metrics | {"val_accuracy": 0.96}, labels, 5, 20) is None
    assert training_checks.why_hopeless(metrics | {"loss": 0.3}, labels, 5, 20) is None
