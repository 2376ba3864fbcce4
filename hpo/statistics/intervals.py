"""Intervals that never leave what they are of: a share 0 to 1, a difference of shares -1 to 1, an
amount 0 and more.

Mean +- t SE, with t the point of Student's distribution, may. So the bounds are Wilson's (1927, JASA
22:209): with p the share, all those shares q that lie within t standard errors as they would be at q,

    (p - q)^2 <= t^2 SE^2 q (1 - q) / (p (1 - p))

which is his interval for as many images as would give this SE, as surveys have it (Dean and Pagano
2015, Journal of Survey Statistics and Methodology 3:484). A difference d of shares has the bounds of
the share (1 + d) / 2, and an amount those of a share that is small.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

from hpo.statistics.interim_looks import CONFIDENCE


@dataclass(frozen=True)
class Interval:
    """A 95% interval, with the standard error and the degrees of freedom it was made from. That of one
    look holds in 95% of cases together with those of the others (hpo.statistics.interim_looks)."""

    low: float
    high: float
    standard_error: float
    degrees_of_freedom: float

    @property
    def leaves_out_zero(self) -> bool:
        """Whether the bounds, as they are shown, are on one side of zero."""
        return self.low > 0 or self.high < 0

    @property
    def in_points(self) -> str:
        """The bounds of a difference of accuracies in percentage points."""
        return f"{in_points(self.low)} to {in_points(self.high)}"


@dataclass(frozen=True)
class Term:
    """The variance of a mean of independent values, with its degrees of freedom."""

    variance: float
    degrees_of_freedom: int


@dataclass(frozen=True)
class Error:
    """A standard error with its degrees of freedom, and what t standard errors are."""

    standard_error: float
    degrees_of_freedom: float
    reach: float


def in_points(bound: float) -> str:
    """A bound in percentage points, to a tenth; none that is not zero is shown as zero, or it would not
    be seen on which side it lies."""
    shown = f"{100 * bound:z.1f}"
    if float(shown) or not bound:
        return shown
    return np.format_float_positional(100 * bound, precision=1, unique=False, fractional=False)


def term(values: NDArray[np.float64]) -> Term | None:
    """That of these values' mean; None where there is but one."""
    if len(values) < 2:
        return None
    return Term(float(values.var(ddof=1)) / len(values), len(values) - 1)


def error_of_sum(
    terms: Iterable[Term | None], comparisons: int = 1, confidence: float = CONFIDENCE
) -> Error | None:
    """That of a sum of independent means; None where the variance of one is not known. The intervals of
    several `comparisons` hold in 95% of cases all together (Bonferroni), or as often as `confidence`
    says."""
    known: list[Term] = []
    for each in terms:
        if each is None:
            return None
        known.append(each)
    variance = sum(each.variance for each in known)
    # Variances that are all zero leave the degrees of freedom undefined; nothing comes of them.
    degrees = float(min(each.degrees_of_freedom for each in known))
    if variance > 0:
        # As shares, because squares of tiny variances would vanish.
        shares = [(each.variance / variance, each.degrees_of_freedom) for each in known]
        degrees = 1 / sum(share**2 / df for share, df in shares)
    error = float(np.sqrt(variance))
    return Error(error, degrees, point(degrees, comparisons, confidence) * error)


def point(degrees_of_freedom: float, comparisons: int = 1, confidence: float = CONFIDENCE) -> float:
    """How many standard errors an interval reaches to either side."""
    outside = (1 - confidence) / 2 / comparisons
    return float(special.stdtrit(degrees_of_freedom, 1 - outside))


def of_share(share: float, error: Error, near: float) -> Interval:
    """Bounds within 0 to 1; `near` is the share for which the error was found, neither of these."""
    low, high = _wilson(share, error.reach, near)
    return Interval(low, high, error.standard_error, error.degrees_of_freedom)


def of_difference(mean: float, error: Error, near: float) -> Interval:
    """Bounds within -1 to 1, likewise."""
    low, high = _wilson((1 + mean) / 2, error.reach / 2, (1 + near) / 2)
    return Interval(2 * low - 1, 2 * high - 1, error.standard_error, error.degrees_of_freedom)


def of_amount(amount: float, error: Error) -> Interval:
    """Bounds of 0 or more."""
    low = high = amount
    if amount > 0:
        k = error.reach**2 / amount
        middle, reach = amount + k / 2, float(np.sqrt(k * amount + k**2 / 4))
        low, high = max(middle - reach, 0.0), middle + reach
    return Interval(low, high, error.standard_error, error.degrees_of_freedom)


def _wilson(share: float, reach: float, near: float) -> tuple[float, float]:
    k = reach**2 / (near * (1 - near))
    middle = (share + k / 2) / (1 + k)
    half = float(np.sqrt(k * share * (1 - share) + k**2 / 4)) / (1 + k)
    # Rounding puts neither bound beyond the share, or what it can be.
    return min(max(middle - half, 0.0), share), max(min(middle + half, 1.0), share)
