"""What is said of a run, and of several: plain arithmetic."""

import math
import statistics
from collections.abc import Iterable, Sequence

from benchmarks.peers.runs import EpochAt

TARGETS = (0.60, 0.65, 0.70)
"""Accuracies on validation."""


def seconds_to(target: float, epochs: Iterable[EpochAt]) -> float:
    """When the first epoch came to the target; infinite where none did."""
    # A share of 400 images, which some tools tell in single precision.
    there = (each.seconds for each in epochs if each.val_accuracy > target - 1e-6)
    return min(there, default=math.inf)


def first_epoch(epochs: Iterable[EpochAt]) -> float:
    """When the first epoch ended; infinite where none did."""
    return min((each.seconds for each in epochs), default=math.inf)


def images_per_second(n_epochs: int, training_images: int, seconds: float) -> float:
    """Over all of the run, the start included."""
    return n_epochs * training_images / seconds


def median(values: Sequence[float]) -> float:
    """That of two in the middle is their mean, infinite where one of them is; of none it is not a
    number."""
    return statistics.median(values) if values else math.nan
