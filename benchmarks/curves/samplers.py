"""The samplers that are compared, each choosing among the configurations that were recorded."""

import random
from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray
from optuna.samplers._tpe.parzen_estimator import _ParzenEstimator
from optuna.trial import FrozenTrial, TrialState, create_trial

from benchmarks.curves.clock import State, Trial
from benchmarks.curves.configurations import Points, distance
from benchmarks.curves.schedules import Shown
from hpo.search.proposals import distributions, draw
from hpo.search.samplers import MAX_STARTUP_TRIALS, Estimator
from hpo.search.seeds import derive_seed
from studies.space import Params, Space


class RandomSampler:
    """Each that was not tried is as likely as any."""

    def __init__(self, configurations: Sequence[Params], space: Space, seed: int) -> None:
        self._configurations = configurations
        self._space = space
        self._seed = seed
        self._order = list(range(len(configurations)))
        random.Random(seed).shuffle(self._order)  # noqa: S311 - no secret

    def propose(self, trials: Sequence[Trial]) -> int:
        return self._untried(trials)[0]

    def _untried(self, trials: Sequence[Trial]) -> list[int]:
        tried = {trial.configuration for trial in trials}
        return [number for number in self._order if number not in tried]


class QmcSampler(RandomSampler):
    """The nearest, of those not tried, to the next point of a scrambled Sobol sequence."""

    def __init__(self, configurations: Sequence[Params], space: Space, seed: int) -> None:
        super().__init__(configurations, space, seed)
        self._points = Points(space, seed)

    def propose(self, trials: Sequence[Trial]) -> int:
        [point] = self._points.next(1)
        return min(
            self._untried(trials),
            key=lambda number: distance(point, self._configurations[number], self._space),
        )


class TpeSampler(RandomSampler):
    """The service's own, of which nothing is changed but where its candidates come from: it draws
    them, as likely as its density of the good ones says, from the configurations not tried."""

    def __init__(self, configurations: Sequence[Params], space: Space, seed: int) -> None:
        super().__init__(configurations, space, seed)
        self._study = Shown()
        self._distributions = distributions(space)
        self._numbers = {_key(params): number for number, params in enumerate(configurations)}

    def propose(self, trials: Sequence[Trial]) -> int:
        untried = self._untried(trials)
        self._study.trials_shown = [self._shown(*each) for each in enumerate(trials)]
        seed = derive_seed(self._seed, "sampler", len(trials))
        sampler = Estimator(n_startup_trials=MAX_STARTUP_TRIALS, seed=seed)
        rows = partial(_Recorded, rows=self._rows(untried))
        sampler._parzen_estimator_cls = rows  # type: ignore[assignment] # is called as a class is
        drawn = draw(self._study, sampler, self._space)
        # What it draws by chance alone, as the first ones, is none of them, or was tried.
        number = self._numbers.get(_key(drawn))
        return untried[0] if number not in untried else number

    def _shown(self, number: int, trial: Trial) -> FrozenTrial:
        """One that waits is shown as pruned where it does, with its value."""
        states = {State.RUNNING: TrialState.RUNNING, State.COMPLETE: TrialState.COMPLETE}
        state = states.get(trial.state, TrialState.PRUNED)
        shown = create_trial(
            state=state,
            value=None if state is TrialState.RUNNING else trial.accuracy,
            params=dict(self._configurations[trial.configuration]),
            distributions=self._distributions,
            intermediate_values=dict(enumerate(trial.curve.val_accuracy[: trial.epoch], start=1)),
        )
        shown.number = number
        return shown

    def _rows(self, numbers: Sequence[int]) -> dict[str, NDArray[np.float64]]:
        return {
            name: np.array(
                [each.to_internal_repr(self._configurations[number][name]) for number in numbers]
            )
            for name, each in self._distributions.items()
        }


class _Recorded(_ParzenEstimator):
    """A density of which only some points can be drawn, with their values as columns."""

    def __init__(self, *parts: Any, rows: dict[str, NDArray[np.float64]]) -> None:
        super().__init__(*parts)
        self._rows = rows

    def sample(self, rng: np.random.RandomState, size: int) -> dict[str, NDArray[np.float64]]:
        log_densities = self.log_pdf(self._rows)
        weights = np.exp(log_densities - log_densities.max())
        chosen = rng.choice(len(weights), size, p=weights / weights.sum())
        return {name: column[chosen] for name, column in self._rows.items()}


def _key(params: Params) -> tuple[tuple[str, object], ...]:
    return tuple(sorted(params.items()))
