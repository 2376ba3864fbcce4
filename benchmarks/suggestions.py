"""What it costs to suggest from a few hundred recalled trials instead of all, and what it is worth.

    python -m benchmarks.suggestions

Two searches with the same seeds, on each of two made-up objectives: they are alike until there is
more than is recalled, and told apart from there on by the trials that follow.
"""

import argparse
import math
import statistics
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial

import numpy as np
import optuna
from optuna.trial import TrialState, create_trial
from rich import box
from rich.console import Console
from rich.table import Table

from hpo.search.proposals import distributions, draw
from hpo.search.samplers import MAX_STARTUP_TRIALS, Estimator
from hpo.search.seeds import derive_seed
from hpo.search.trial_history import BEST, REST, SamplersStudy
from hpo.statistics.intervals import error_of_sum, term
from studies.cifar100 import STUDY
from studies.space import Params, Real, Space

LAST = 200
"""Of the trials, whose suggestions are timed."""


@dataclass(frozen=True)
class Objective:
    """A space, and what is to be maximised in it."""

    space: Space
    value: Callable[[Params, np.random.Generator], float]


@dataclass(frozen=True)
class Search:
    """The best value that a search found, the median of those after all could be recalled, and the
    time of one of its last suggestions."""

    best: float
    later_median: float
    suggestion_seconds: float


def _network(params: Params, chance: np.random.Generator) -> float:
    """An accuracy as one of the study's networks might have: each optimizer wants its own learning
    rate, the deep networks want smaller ones, and seeds differ by a point."""
    best_rate = {"adam": -3.0, "adamw": -2.9, "rmsprop": -3.3, "sgd": -2.0}
    place = best_rate[str(params["optimizer"])] - 0.15 * (int(params["conv_layers"]) - 2)
    miss = math.log10(float(params["learning_rate"])) - place
    activation = {"relu": 0.0, "swish": 0.01, "gelu": 0.012, "elu": 0.005, "tanh": -0.03}
    accuracy = 0.6 - 0.06 * miss**2 + activation[str(params["activation"])]
    accuracy += 0.02 * math.log2(int(params["filters"]) / 16)
    accuracy -= 0.015 * (int(params["conv_layers"]) - 3) ** 2
    accuracy += 0.005 * math.log2(int(params["dense_units"]) / 64)
    accuracy -= 0.008 * abs(math.log2(int(params["batch_size"]) / 32))
    return accuracy + 0.01 * float(chance.standard_normal())


def _rosenbrock(params: Params, _: np.random.Generator) -> float:
    x = np.array([float(value) for value in params.values()])
    return -float(np.sum(100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2))


OBJECTIVES = {
    "network": Objective(STUDY.space, _network),
    "rosenbrock": Objective({f"x{i}": Real(-2.0, 3.0) for i in range(5)}, _rosenbrock),
}


def search(name: str, kind: type[optuna.Study], trials: int, seed: int) -> Search:
    """Suggests, evaluates and tells trial by trial, as a study with one worker does."""
    objective = OBJECTIVES[name]
    storage = optuna.storages.InMemoryStorage()
    study_id = storage.create_new_study([optuna.study.StudyDirection.MAXIMIZE], "benchmark")
    chance = np.random.default_rng(seed)
    values: list[float] = []
    seconds: list[float] = []
    for number in range(trials):
        began = time.perf_counter()
        sampler = Estimator(
            n_startup_trials=MAX_STARTUP_TRIALS, seed=derive_seed(seed, "sampler", number)
        )
        study = kind(study_name="benchmark", storage=storage)
        params = draw(study, sampler, objective.space)
        seconds.append(time.perf_counter() - began)
        begun = create_trial(
            state=TrialState.RUNNING,
            params=dict(params),
            distributions=distributions({each: objective.space[each] for each in params}),
        )
        trial_id = storage.create_new_trial(study_id, begun)
        values.append(objective.value(params, chance))
        storage.set_trial_state_values(trial_id, TrialState.COMPLETE, [values[-1]])
    later = values[BEST + REST :]
    return Search(max(values), statistics.median(later), statistics.fmean(seconds[-LAST:]))


def _difference(pairs: Sequence[float]) -> str:
    error = error_of_sum([term(np.asarray(pairs))])
    assert error is not None, "one pair has no interval"
    mean = statistics.fmean(pairs)
    return f"{mean:+.4f} ({mean - error.reach:+.4f} to {mean + error.reach:+.4f})"


def main() -> None:
    """Prints a Markdown table: recalled minus all, in pairs of equal seeds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trials", type=int, default=900, help="More than are recalled.")
    parser.add_argument("--seeds", type=int, default=8, help="Two or more.")
    parser.add_argument("--processes", type=int, default=2)
    asked = parser.parse_args()
    table = Table(box=box.MARKDOWN)
    for title in (
        "objective", "best, all", "best, recalled minus all", "later median, all",
        "later median, recalled minus all", "a suggestion, all", "recalled",
    ):  # fmt: skip
        table.add_column(title, justify="right")
    with ProcessPoolExecutor(asked.processes) as pool:
        for name in OBJECTIVES:
            seeds = range(asked.seeds)
            of_all, recalled = (
                list(pool.map(partial(search, name, kind, asked.trials), seeds))
                for kind in (optuna.Study, SamplersStudy)
            )
            pairs = list(zip(of_all, recalled, strict=True))
            table.add_row(
                name,
                f"{statistics.fmean(each.best for each in of_all):.4f}",
                _difference([ours.best - theirs.best for theirs, ours in pairs]),
                f"{statistics.fmean(each.later_median for each in of_all):.4f}",
                _difference([ours.later_median - theirs.later_median for theirs, ours in pairs]),
                f"{1000 * statistics.fmean(each.suggestion_seconds for each in of_all):.0f} ms",
                f"{1000 * statistics.fmean(each.suggestion_seconds for each in recalled):.0f} ms",
            )
            Console(width=200).print(table)


if __name__ == "__main__":
    main()
