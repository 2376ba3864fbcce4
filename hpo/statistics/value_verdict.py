"""The verdict where a training gives a number, or one for each example, of which no more is known than which way
is better: how sure one can be that two configurations differ.

With s_w and s_b the standard deviations of the values over n_w and n_b seeds, and d_i the value of example i
averaged over seeds, winner minus baseline, of m examples, if there are any:

    SE^2 = s_w^2 / n_w + s_b^2 / n_b (+ var(d_i) / m)

with the degrees of freedom of Welch and Satterthwaite, as for images (hpo.statistics.verdict): without examples
it is Welch's interval (1947, Biometrika 34:28). Of a number of which nothing is known there are no bounds that it
could leave. docs/objectives.md tells how this was tested.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hpo.statistics.interim_looks import CONFIDENCE
from hpo.statistics.intervals import Interval, error_of_sum, term


@dataclass(frozen=True)
class ValueDifference:
    """The winner's mean value minus the baseline's, over so many examples; a single one is a number a seed.
    The interval is None where a side has one seed alone, or where no seed made any difference to a number on
    either side."""

    winner: float
    baseline: float
    n_examples: int
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
    winner: ArrayLike, baseline: ArrayLike, confidence: float = CONFIDENCE
) -> ValueDifference:
    """How the values of n_w seeds differ from those of n_b others: (n,) numbers, or (n, m) of the same m
    examples. One look of several has the `confidence` that it is planned with.

    Raises:
        ValueError: a side has no value, or the examples differ in number.
    """
    best, other = (_by_example(side) for side in (winner, baseline))
    if best.shape[1] != other.shape[1]:
        raise ValueError(
            f"{best.shape[1]} and {other.shape[1]} examples cannot be paired: judge both on the same ones"
        )
    seeds = best.mean(axis=1), other.mean(axis=1)
    mean, baseline_mean = (float(side.mean()) for side in seeds)
    n_examples = best.shape[1]
    has_seeds = min(map(len, seeds)) > 1
    if n_examples == 1 and has_seeds and all((side == side[0]).all() for side in seeds):
        return ValueDifference(mean, baseline_mean, n_examples, None, is_without_chance=True)
    terms = [term(side) for side in seeds]
    if n_examples > 1:
        terms.append(term(best.mean(axis=0) - other.mean(axis=0)))
    error = error_of_sum(terms, confidence=confidence)
    interval = None
    if error is not None:
        low, high = (mean - baseline_mean + side * error.reach for side in (-1, 1))
        interval = Interval(low, high, error.standard_error, error.degrees_of_freedom)
    return ValueDifference(mean, baseline_mean, n_examples, interval)


def _by_example(values: ArrayLike) -> NDArray[np.float64]:
    """(n, m)"""
    given = np.asarray(values, np.float64)
    if not given.size:
        raise ValueError("the mean of no values is not defined: give one or more of each")
    return given[:, None] if given.ndim == 1 else given
