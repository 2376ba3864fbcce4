"""Looking twice at what grows, without erring more often: group-sequential testing.

Who tests at 5% after half of the seeds, and again after all, errs in more than 5% of cases. So the first look
has 1% of its own, as a fixed boundary far out (Haybittle 1971, British Journal of Radiology 44:793; Peto
et al. 1976, British Journal of Cancer 34:585): few seeds tell large differences alone, and nearly all is
left for the last look. That has what makes both err in 5% together, from the joint normal distribution of
the two, whose correlation is the root of the share of seeds that both saw (Jennison and Turnbull 2000,
Group Sequential Methods, chapter 2). Variances are estimated from few seeds: each look takes the point of
Student's t with the same level (Pocock 1977, Biometrika 64:191; Jennison and Turnbull, 4.4).

The interval of a look is at its own level. Those of both looks hold the truth in 95% of cases together,
whenever and for whatever reason one stops: repeated confidence intervals (Jennison and Turnbull 1989,
JRSS B 51:305). docs/background/verdict.md tells how this was tested.
"""

from bisect import bisect_right
from dataclasses import dataclass
from functools import cache
from statistics import NormalDist

import numpy as np

CONFIDENCE = 0.95
LEAST_SEEDS = 3
"""Fewer tell hardly anything of their own spread."""
FIRST_CONFIDENCE = 0.99
# Levels are found to so many parts of one.
_STEPS = 100_000


@dataclass(frozen=True)
class Look:
    """One of up to `of` looks, at so many seeds a side; its interval has that confidence."""

    number: int
    of: int
    seeds: int
    confidence: float

    @property
    def is_last(self) -> bool:
        return self.number == self.of


@cache
def plan(most_seeds: int) -> tuple[Look, ...]:
    """The looks at up to that many seeds a side: after half of them and after all; a single one where there
    are no more than three. After three of ten an interval at 99% may be four times as wide as after five."""
    if most_seeds <= LEAST_SEEDS:
        return (Look(1, 1, most_seeds, CONFIDENCE),)
    first = max(LEAST_SEEDS, most_seeds // 2)
    last = _last_confidence(first / most_seeds)
    return Look(1, 2, first, FIRST_CONFIDENCE), Look(2, 2, most_seeds, last)


def _last_confidence(seen: float) -> float:
    """That of the last look, where the first saw that share of the seeds."""
    normal = NormalDist()
    cdf = np.vectorize(normal.cdf)
    first = normal.inv_cdf((1 + FIRST_CONFIDENCE) / 2)
    nodes, weights = np.polynomial.legendre.leggauss(64)
    at = first * nodes
    density = first * weights * np.exp(-(at**2) / 2) / np.sqrt(2 * np.pi)

    def errs(step: int) -> float:
        """How often either interval misses, the last being at a level of so many steps."""
        last = normal.inv_cdf(1 - step / _STEPS / 2)
        high, low = (
            cdf((bound - np.sqrt(seen) * at) / np.sqrt(1 - seen)) for bound in (last, -last)
        )
        return float(1 - density @ (high - low))

    # No less than what is left if both never erred together, and no more than all.
    least, most = round((FIRST_CONFIDENCE - CONFIDENCE) * _STEPS), round((1 - CONFIDENCE) * _STEPS)
    found = bisect_right(range(least, most + 1), 1 - CONFIDENCE, key=errs) - 1
    return round(1 - (least + found) / _STEPS, 5)
