"""The verdict: how sure one can be of a score, and of a difference between two configurations.

Chance enters twice: through the seeds a configuration was trained with, and through the images it
was judged on. Seeds are drawn anew for each configuration; images are the same for both, and so
are paired. With s_w and s_b the standard deviations of accuracy over n_w and n_b seeds, and d_i
the correctness of image i averaged over seeds, winner minus baseline, of m images:

    SE^2 = s_w^2 / n_w + s_b^2 / n_b + var(d_i) / m

with the degrees of freedom of Welch and Satterthwaite (Satterthwaite 1946, Biometrics Bulletin
2:110), and bounds that no share can leave (hpo.statistics.intervals). So that images which are all alike do not
pass for certainty, variances over images are those with two images more, a half for each way in
which an image can come out (Agresti and Min 2005, Statistics in Medicine 24:729). docs/background/verdict.md
tells how this was tested.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy import special

from hpo.statistics.interim_looks import CONFIDENCE
from hpo.statistics.intervals import (
    Error,
    Interval,
    Term,
    error_of_sum,
    in_points,
    of_amount,
    of_difference,
    of_share,
    point,
    term,
)

Correct = NDArray[np.bool_]
"""Whether each image was classified rightly: bool (n seeds, m images), images in equal order."""
Values = NDArray[np.bool_] | NDArray[np.float64]
"""Anything measured of each image: (n seeds, m images)."""
# The sum of squares of these is one, as that of the halves of better and worse.
_MORE_DIFFERENCES = (-(0.5**0.5), 0.5**0.5)
_MORE_ANSWERS = (0.0, 1.0)


@dataclass(frozen=True)
class Estimate:
    """A mean over seeds and images. `sd` over seeds and `interval` are None where one seed is all
    there is."""

    mean: float
    sd: float | None
    n_seeds: int
    n_images: int
    interval: Interval | None


@dataclass(frozen=True)
class ModelAccuracy:
    """The mean accuracy of models that are given, 0 to 1; its standard error is that of the choice
    of images alone."""

    mean: float
    standard_error: float
    n_images: int


@dataclass(frozen=True)
class Gap:
    """One accuracy minus another, -1 to 1; 0.01 is one point."""

    mean: float
    interval: Interval | None

    @property
    def is_reliable(self) -> bool:
        """Whether the interval leaves zero out."""
        return self.interval is not None and self.interval.leaves_out_zero


Direction = Literal["better", "worse"]


@dataclass(frozen=True)
class Difference(Gap):
    """Mean accuracy of the winner minus that of the baseline, on the same images."""

    n_images: int

    @property
    def direction(self) -> Direction | None:
        """Which way the winner differs, None where that is not sure."""
        if not self.is_reliable:
            return None
        return "better" if self.mean > 0 else "worse"

    @property
    def sentence(self) -> str:
        """The verdict in words, for images that no choice was made with."""
        where = f"on {self.n_images:,} unseen images"
        if self.interval is None:
            return f"no verdict {where} ({points(self.mean)} points, but one seed has no interval)"
        if self.direction is None:
            return (
                f"no reliable difference ({points(self.mean)} points,"
                f" 95% interval {self.interval.in_points}) {where}"
            )
        low, high = sorted((abs(self.interval.low), abs(self.interval.high)))
        return (
            f"{self.direction} by {100 * abs(self.mean):.1f} points"
            f" (95% interval {in_points(low)} to {in_points(high)}) {where}"
        )


def points(difference: float) -> str:
    """A difference of accuracies in percentage points, signed, to a tenth."""
    return f"{100 * difference:+z.1f}"


def estimate_accuracy(correct: Correct) -> Estimate:
    """The mean accuracy of one configuration, 0 to 1; its interval covers the choice of seeds and of
    images: s^2 / n + var(p_i) / m, with p_i the correctness of image i averaged over seeds.

    Raises:
        ValueError: there is no seed or no image.
    """
    by_seed, by_image = _means(correct)
    more = np.append(by_image, _MORE_ANSWERS)
    error = error_of_sum([term(by_seed), term(more)])
    mean = float(by_seed.mean())
    interval = None if error is None else of_share(mean, error, float(more.mean()))
    return Estimate(mean, _sd(by_seed), len(by_seed), len(by_image), interval)


def estimate_loss(losses: NDArray[np.float64]) -> Estimate:
    """The mean cross-entropy of one configuration, in nats; its interval covers seeds and images
    likewise. It never goes below zero: its bounds are Wilson's, for what has no upper end.

    Raises:
        ValueError: there is no seed or no image.
    """
    by_seed, by_image = _means(losses)
    mean = float(by_seed.mean())
    error = error_of_sum([term(by_seed), term(by_image)])
    interval = None if error is None else of_amount(mean, error)
    return Estimate(mean, _sd(by_seed), len(by_seed), len(by_image), interval)


def compare(
    winner: Correct, baseline: Correct, comparisons: int = 1, confidence: float = CONFIDENCE
) -> Difference:
    """The verdict on a winner (n_w seeds, m images) and the baseline (n_b seeds, the same m).

    A side with a single seed gives no interval. The intervals of several `comparisons` hold in 95%
    of cases all together (Bonferroni); one look of several has the `confidence` that it is planned with.

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
    more = np.append(winner_by_image - baseline_by_image, _MORE_DIFFERENCES)
    terms = [term(winner_scores), term(baseline_scores), term(more)]
    error = error_of_sum(terms, comparisons, confidence)
    interval = None if error is None else of_difference(mean, error, float(more.mean()))
    return Difference(mean, interval, winner.shape[1])


def accuracy_of_models(correct: Correct) -> ModelAccuracy:
    """The accuracy of these very models (n, m images).

    Raises:
        ValueError: there is no model or no image.
    """
    by_seed, by_image = _means(correct)
    of_images = term(np.append(by_image, _MORE_ANSWERS))
    assert of_images is not None, "there is more than one image"
    error = float(np.sqrt(of_images.variance))
    return ModelAccuracy(float(by_seed.mean()), error, correct.shape[1])


def gap_of_models(first: ModelAccuracy, second: ModelAccuracy, comparisons: int = 1) -> Gap:
    """How much more accurate the same models are on some images than on some others, with no image
    in both; of several `comparisons` the intervals hold all together."""
    terms = [Term(each.standard_error**2, each.n_images + 1) for each in (first, second)]
    error = error_of_sum(terms, comparisons)
    mean = first.mean - second.mean
    assert error is not None, "two terms are known"
    fewest = min(first.n_images, second.n_images)
    return Gap(mean, of_difference(mean, error, mean * fewest / (fewest + 2)))


def gap_of_seed(score: float, others: Sequence[float], n_images: int) -> Gap:
    """How much higher one training scored than others of its configuration with seeds of their own, on
    the same `n_images`. The interval is that of one draw beside the mean of n >= 2 others, with s
    their standard deviation t s sqrt(1 + 1 / n), and t s no less than one image.

    Raises:
        ValueError: there are no others.
    """
    values = np.asarray(others, np.float64)
    if not len(values):
        raise ValueError("the mean of no scores is not defined: give one or more")
    mean = score - float(values.mean())
    # What a trainer of somebody's own calls a score need not be a share.
    are_shares = 0 <= score <= 1 and ((values >= 0) & (values <= 1)).all()
    if not are_shares or (sd := _sd(values)) is None:
        return Gap(mean, None)
    n = len(values)
    times = point(n - 1)
    spread = max(sd, 1 / n_images / times) * float(np.sqrt(1 + 1 / n))
    error = Error(spread, n - 1, times * spread)
    return Gap(mean, of_difference(mean, error, mean * n_images / (n_images + 2)))


def reach_of_next(scores: Sequence[float]) -> float | None:
    """How far the score of one further seed lies from that of a known one, at most, in 99% of
    cases: with s the standard deviation of the n >= 2 scores, t(n - 1) * s * sqrt(2), both being
    draws from one normal distribution. None where there is but one score."""
    if len(scores) < 2:
        return None
    sd = float(np.std(scores, ddof=1))
    return float(special.stdtrit(len(scores) - 1, 0.995) * sd * np.sqrt(2))


def _means(values: Values) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    if values.ndim != 2 or not values.size:
        raise ValueError(f"{values.shape} is not seeds by images: give one or more of each")
    exact = values.astype(np.float64)
    return exact.mean(axis=1), exact.mean(axis=0)


def _sd(values: NDArray[np.float64]) -> float | None:
    return float(values.std(ddof=1)) if len(values) > 1 else None
