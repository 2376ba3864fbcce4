"""Two looks at what grows, which err together no more often than one."""

from itertools import pairwise

import numpy as np
import pytest
from scipy import stats

from hpo.statistics.interim_looks import CONFIDENCE, FIRST_CONFIDENCE, Look, plan
from hpo.statistics.intervals import point


@pytest.mark.parametrize("most", [1, 2, 3])
def test_few_seeds_are_looked_at_once(most: int) -> None:
    """At the level of the verdict itself."""
    assert plan(most) == (Look(1, 1, most, CONFIDENCE),)


@pytest.mark.parametrize(
    ("most", "half"), [(4, 3), (5, 3), (6, 3), (7, 3), (8, 4), (10, 5), (1_000_000, 500_000)]
)
def test_more_are_looked_at_twice(most: int, half: int) -> None:
    """The first time after half of them, but three at the least; what the last gives away is less than the
    first has."""
    first, last = plan(most)
    assert first == Look(1, 2, half, FIRST_CONFIDENCE)
    assert (last.number, last.of, last.seeds) == (2, 2, most)
    assert CONFIDENCE < last.confidence < CONFIDENCE + 1 - FIRST_CONFIDENCE + 1e-5


def test_the_last_look_is_the_nearer_to_one_alone_the_more_both_have_in_common() -> None:
    """If both saw all the same seeds the first would take nothing from it."""
    found = [plan(most)[-1].confidence for most in (4, 5, 6, 7)]
    assert all(fewer < more for fewer, more in pairwise(found))
    assert plan(6)[-1].confidence == plan(10)[-1].confidence  # half is half


@pytest.mark.parametrize("most", [4, 5, 10])
def test_both_err_in_five_percent_where_variances_are_known(most: int) -> None:
    """Of means of so many normal values, by the joint distribution as scipy has it."""
    first, last = plan(most)
    bounds = [stats.norm.ppf((1 + look.confidence) / 2) for look in (first, last)]
    root = (first.seeds / last.seeds) ** 0.5
    joint = stats.multivariate_normal([0, 0], [[1, root], [root, 1]])
    held = joint.cdf(bounds, lower_limit=[-bound for bound in bounds])
    assert 1 - held == pytest.approx(0.05, abs=2e-5)


@pytest.mark.parametrize(("most", "share"), [(5, 1.0), (10, 1.0), (10, 3.0)])
def test_both_err_in_little_more_than_five_percent_where_variances_are_estimated(
    most: int, share: float
) -> None:
    """Simulated normal scores of two equal configurations, the second of which may vary more: with
    the points of Student's t and Welch's degrees of freedom, 40,000 times."""
    rng = np.random.default_rng(5)
    scores = rng.normal(size=(2, 40_000, most)) * np.array([1.0, share])[:, None, None]
    errs = np.zeros(40_000, dtype=bool)
    for look in plan(most):
        seen = scores[:, :, : look.seeds]
        variances = seen.var(axis=2, ddof=1) / look.seeds
        degrees = variances.sum(axis=0) ** 2 / (variances**2 / (look.seeds - 1)).sum(axis=0)
        reach = stats.t.ppf((1 + look.confidence) / 2, degrees) * np.sqrt(variances.sum(axis=0))
        errs |= abs(seen[0].mean(axis=1) - seen[1].mean(axis=1)) > reach
    # Welch's test itself errs a little more often where few seeds a side vary unequally.
    assert errs.mean() < (0.052 if share == 1.0 else 0.058)
    assert errs.mean() > 0.03


def test_the_point_is_that_of_its_level() -> None:
    """Of Student's t with 4 degrees of freedom, 0.5% lie above 4.604."""
    assert point(4, confidence=FIRST_CONFIDENCE) == pytest.approx(4.604, abs=1e-3)
