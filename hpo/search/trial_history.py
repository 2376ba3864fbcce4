"""The history of a study as its sampler and its pruner see it, at a cost that does not grow with it.

The sampler is shown of many trials a few hundred that tell the same: the tree-structured Parzen
estimator splits the trials into its at most 25 best and all others, and takes time for each of them
(Bergstra et al., "Algorithms for hyper-parameter optimization", 2011).
"""

import copy
import time
from collections.abc import Container, Mapping, Sequence
from heapq import nsmallest
from typing import Any

import numpy as np
import optuna
from optuna.study._constrained_optimization import _get_feasible_trials
from optuna.study._multi_objective import _fast_non_domination_rank
from optuna.trial import FrozenTrial, TrialState

from storage.states import Direction
from studies.space import Params

BEST = 100
"""So many of the best are always looked at; more than the sampler ever takes for the best."""
REST = 400
"""So many of the others, evenly spread from the first to the last: their density stays the same."""
MOST_SHARE = 0.005
"""Of a worker's time, what it takes at most to read what others completed, for its pruner."""


def recall(trials: Sequence[FrozenTrial], *directions: Direction) -> list[FrozenTrial]:
    """Those of a study's trials that its sampler looks at, in their order: all that are not
    finished, the best, and so many of the others. The best are feasible, where any is; of several directions
    they are those that fewest others are better than in all (Deb et al., "A fast and elitist multiobjective
    genetic algorithm", 2002)."""
    if len(trials) <= BEST + REST:
        return list(trials)
    complete = _complete(trials)
    complete = _get_feasible_trials(complete) or complete
    keys = [
        [direction.key(value) for direction, value in zip(directions, trial.values, strict=True)]
        for trial in complete
    ]
    ranks = [key[0] for key in keys] if len(directions) == 1 else _ranks(keys)
    numbers = (trial.number for trial in complete)
    kept = {number for _, number in nsmallest(BEST, zip(ranks, numbers, strict=True))}
    kept |= {trial.number for trial in trials if not trial.state.is_finished()}
    others = [trial.number for trial in trials if trial.number not in kept]
    step = max(1.0, len(others) / REST)
    kept |= {others[int(index * step)] for index in range(min(REST, len(others)))}
    return [trial for trial in trials if trial.number in kept]


def _ranks(keys: Sequence[Sequence[float]]) -> list[int]:
    ranks: list[int] = _fast_non_domination_rank(np.asarray(keys), n_below=BEST).tolist()
    return ranks


def numbered(trials: Sequence[FrozenTrial]) -> list[FrozenTrial]:
    """Copies with the numbers that they have in this order."""
    copies = [copy.copy(trial) for trial in trials]
    for number, trial in enumerate(copies):
        trial.number = number
    return copies


class SamplersStudy(optuna.Study):
    """Optuna's study with what is recalled of its trials, read once. Those that came to a rung and have
    not ended, of which the last epoch and its score are given as `reports` by Optuna's ids, are shown as
    pruned there, for what is known of them is known. `earlier` ones, of another study, are shown before its
    own, and are none of its own: they may be tried again. What is `given` to those that are not begun yet is as
    good as tried."""

    def __init__(
        self,
        *,
        reports: Mapping[int, tuple[int, float]] | None = None,
        earlier: Sequence[FrozenTrial] = (),
        given: Sequence[Params] = (),
        **parts: Any,
    ) -> None:
        super().__init__(**parts)
        self._given = given
        known = reports or {}
        trials = self._storage.get_all_trials(self._study_id, deepcopy=False)
        self._all = [_as_known(trial, known.get(trial._trial_id)) for trial in trials]
        self._recalled = recall(
            numbered([*earlier, *self._all]) if earlier else self._all,
            *(Direction(each.name.lower()) for each in self.directions),
        )

    @property
    def newest_id(self) -> int:
        """Optuna's id of the newest of its trials; below all where it has none."""
        return max((trial._trial_id for trial in self._all), default=-1)

    def has_tried(self, params: Params) -> bool:
        """Whether it has a trial of this configuration, wherever that stands, or is going to have one."""
        return params in self._given or any(trial.params == params for trial in self._all)

    def _get_trials(
        self,
        deepcopy: bool = True,  # noqa: ARG002 - samplers only read, and ask for no copies
        states: Container[TrialState] | None = None,
        use_cache: bool = False,  # noqa: ARG002 - this is a cache
    ) -> list[FrozenTrial]:
        return [trial for trial in self._recalled if states is None or trial.state in states]


class PrunersStudy(optuna.Study):
    """Optuna's study with the trials that were complete a moment ago: the more there are, and the
    longer it takes to read them, the seldomer that is done, but for what is completed here. What a
    pruner says is advice."""

    def __init__(self, **parts: Any) -> None:
        super().__init__(**parts)
        self._completed: list[FrozenTrial] = []
        self.forget()

    def forget(self) -> None:
        """A trial was completed here."""
        self._due_at = 0.0

    def _get_trials(
        self,
        deepcopy: bool = True,  # noqa: ARG002 - pruners only read, and ask for no copies
        states: Container[TrialState] | None = None,  # noqa: ARG002 - they ask for complete ones
        use_cache: bool = False,  # noqa: ARG002 - this is a cache
    ) -> list[FrozenTrial]:
        began = time.monotonic()
        if began >= self._due_at:
            trials = self._storage.get_all_trials(self._study_id, deepcopy=False)
            self._completed = _complete(trials)
            now = time.monotonic()
            self._due_at = now + (now - began) / MOST_SHARE
        return self._completed


def _as_known(trial: FrozenTrial, report: tuple[int, float] | None) -> FrozenTrial:
    if report is None or trial.state.is_finished():
        return trial
    epoch, score = report
    shown = copy.copy(trial)
    shown.state = TrialState.PRUNED
    shown.intermediate_values = {epoch: score}
    shown.value = score
    return shown


def _complete(trials: Sequence[FrozenTrial]) -> list[FrozenTrial]:
    return [trial for trial in trials if trial.state == TrialState.COMPLETE]
