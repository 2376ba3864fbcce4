"""The verdict where a training gives one number and no more: how sure one can be that two configurations
differ, from what each gave with several seeds.

The interval is Welch's, of two means whose spreads may differ (Welch 1947, Biometrika 34:28). No bounds are
known for a number of which nothing is known. docs/objectives.md tells how this was tested.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from hpo.statistics.interim_looks import CONFIDENCE
from hpo.statistics.intervals import Interval, error_of_sum, term


@dataclass(frozen=True)
class ValueDifference:
    """The winner's mean value minus the baseline's; the interval is None where a side has one seed alone, or
    where no seed made any difference on either side."""

    winner: float
    baseline: float
    interval: Interval | None
    is_without_chance: bool = False

    @property
    def mean(self) -> float:
        return self.winner - self.baseline

    @property
    def is_reliable(self) -> bool:
        """Whether the interval leaves zero out."""
        return self.interval is not None and self.interval.leaves_out_zero


def compare_values(
    winner: Sequence[float], baseline: Sequence[float], confidence: float = CONFIDENCE
) -> ValueDifference:
    """How the values of n_w seeds differ from those of n_b others; one look of several has the `confidence`
    that it is planned with.

    Raises:
        ValueError: a side has no value.
    """
    if not (winner and baseline):
        raise ValueError("the mean of no values is not defined: give one or more of each")
    sides = [np.asarray(side, np.float64) for side in (winner, baseline)]
    means = [float(side.mean()) for side in sides]
    if min(map(len, sides)) > 1 and all((side == side[0]).all() for side in sides):
        return ValueDifference(means[0], means[1], None, is_without_chance=True)
    error = error_of_sum([term(side) for side in sides], confidence=confidence)
    interval = None
    if error is not None:
        low, high = (means[0] - means[1] + side * error.reach for side in (-1, 1))
        interval = Interval(low, high, error.standard_error, error.degrees_of_freedom)
    return ValueDifference(means[0], means[1], interval)
