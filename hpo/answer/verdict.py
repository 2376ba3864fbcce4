"""The verdict: how sure one can be of a score, and of a difference between two configurations.

Chance enters twice: through the seeds a configuration was trained with, and through the images it
was judged on. Seeds are drawn anew for each configuration; images are the same for both, and so
are paired. With s_w and s_b the standard deviations of accuracy over n_w and n_b seeds, and d_i
the correctness of image i averaged over seeds, winner minus baseline, of m images:

    SE^2 = s_w^2 / n_w + s_b^2 / n_b + var(d_i) / m

with a t interval whose degrees of freedom are Welch's and Satterthwaite's (Satterthwaite 1946,
Biometrics Bulletin 2:110). Without the last term this is Welch's t test.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

CONFIDENCE = 0.95

Correct = NDArray[np.bool_]
"""Whether each image was classified rightly: bool (n seeds, m images), images in equal order."""
Values = Correct | NDArray[np.float64]
"""Anything measured of each image: (n seeds, m images)."""


@dataclass(frozen=True)
class Interval:
    """A 95% t interval, with the standard error and the degrees of freedom it was made from."""

    low: float
    high: float
    standard_error: float
    degrees_of_freedom: float

    @property
    def half_width(self) -> float:
        """What stands behind a plus-minus sign."""
        return (self.high - self.low) / 2

    @property
    def in_points(self) -> str:
        """The bounds of a difference of accuracies in percentage points, to a tenth."""
        return f"{100 * self.low:z.1f} to {100 * self.high:z.1f}"


@dataclass(frozen=True)
class Estimate:
    """A mean over seeds. `sd` over seeds and `interval` are None where one seed is all there is;
    `n_images` is None where the interval leaves the choice of images out."""

    mean: float
    sd: float | None
    n_seeds: int
    n_images: int | None
    interval: Interval | None


@dataclass(frozen=True)
class Difference:
    """Mean accuracy of the winner minus that of the baseline, -1 to 1; 0.01 is one point."""

    mean: float
    n_images: int
    interval: Interval | None

    @property
    def is_reliable(self) -> bool:
        """Whether the interval leaves zero out."""
        return self.interval is not None and (self.interval.low > 0 or self.interval.high < 0)

    @property
    def sentence(self) -> str:
        """The verdict in words, for images that no choice was made with."""
        where = f"on {self.n_images:,} unseen images"
        if self.interval is None:
            return f"no verdict {where} ({points(self.mean)} points, but one seed has no interval)"
        if not self.is_reliable:
            return (
                f"no reliable difference ({points(self.mean)} points,"
                f" 95% interval {self.interval.in_points}) {where}"
            )
        word = "better" if self.mean > 0 else "worse"
        low, high = sorted((abs(self.interval.low), abs(self.interval.high)))
        return (
            f"{word} by {100 * abs(self.mean):.1f} points"
            f" (95% interval {100 * low:.1f} to {100 * high:.1f}) {where}"
        )


def points(difference: float) -> str:
    """A difference of accuracies in percentage points, signed, to a tenth."""
    return f"{100 * difference:+z.1f}"


def estimate(scores: Sequence[float]) -> Estimate:
    """The mean of one score for each seed (n,), in the scores' own unit.

    Its interval covers the choice of seeds alone.

    Raises:
        ValueError: there is no score.
    """
    if not len(scores):
        raise ValueError("the mean of no scores is not defined: give one or more")
    values = np.asarray(scores, dtype=np.float64)
    mean = float(values.mean())
    return Estimate(mean, _sd(values), len(values), None, _interval(mean, [_term(values)]))


def estimate_images(values: Values) -> Estimate:
    """The mean of one value for each seed and image (n seeds, m images): of correctness, the mean
    accuracy, 0 to 1; of cross-entropies, the mean loss.

    Its interval covers the choice of seeds and of images: s^2 / n + var(v_i) / m, with v_i the
    value of image i averaged over seeds.

    Raises:
        ValueError: there is no seed or no image.
    """
    by_seed, by_image = _means(values)
    mean = float(by_seed.mean())
    interval = _interval(mean, [_term(by_seed), _term(by_image)])
    n_seeds, n_images = values.shape
    return Estimate(mean, _sd(by_seed), n_seeds, n_images, interval)


def reach_of_next(scores: Sequence[float]) -> float | None:
    """How far the score of one further seed lies from that of a known one, at most, in 99% of
    cases: with s the standard deviation of the n >= 2 scores, t(n - 1) * s * sqrt(2), both being
    draws from one normal distribution. None where there is but one score."""
    if len(scores) < 2:
        return None
    sd = float(np.std(scores, ddof=1))
    return float(stats.t.ppf(0.995, len(scores) - 1) * sd * np.sqrt(2))


def compare(winner: Correct, baseline: Correct) -> Difference:
    """The verdict on a winner (n_w seeds, m images) and the baseline (n_b seeds, the same m).

    A side with a single seed gives no interval. Where nothing varies the interval has no width.

    Raises:
        ValueError: a side has no seed, there is no image, or the images differ in number.
    """
    if winner.shape[1:] != baseline.shape[1:]:
        raise ValueError(
            f"{winner.shape[1:]} and {baseline.shape[1:]} images cannot be paired:"
            " judge both configurations on the same ones"
        )
    winner_scores, winner_by_image = _means(winner)
    baseline_scores, baseline_by_image = _means(baseline)
    mean = float(winner_scores.mean() - baseline_scores.mean())
    terms = [winner_scores, baseline_scores, winner_by_image - baseline_by_image]
    return Difference(mean, winner.shape[1], _interval(mean, [_term(values) for values in terms]))


@dataclass(frozen=True)
class _Term:
    """The variance of a mean of independent values, with its degrees of freedom."""

    variance: float
    degrees_of_freedom: int


def _means(values: Values) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    if values.ndim != 2 or not values.size:
        raise ValueError(f"{values.shape} is not seeds by images: give one or more of each")
    exact = values.astype(np.float64)
    return exact.mean(axis=1), exact.mean(axis=0)


def _sd(values: NDArray[np.float64]) -> float | None:
    return float(values.std(ddof=1)) if len(values) > 1 else None


def _term(values: NDArray[np.float64]) -> _Term | None:
    if len(values) < 2:
        return None
    return _Term(float(values.var(ddof=1)) / len(values), len(values) - 1)


def _interval(mean: float, terms: Sequence[_Term | None]) -> Interval | None:
    known = [term for term in terms if term is not None]
    if len(known) < len(terms):
        return None
    variance = sum(term.variance for term in known)
    # Variances that are all zero leave the degrees of freedom undefined; the width is zero anyway.
    degrees = float(min(term.degrees_of_freedom for term in known))
    if variance > 0:
        # As shares, because squares of tiny variances would vanish.
        shares = [(term.variance / variance, term.degrees_of_freedom) for term in known]
        degrees = 1 / sum(share**2 / df for share, df in shares)
    error = float(np.sqrt(variance))
    reach = float(stats.t.ppf((1 + CONFIDENCE) / 2, degrees)) * error
    return Interval(mean - reach, mean + reach, error, degrees)
