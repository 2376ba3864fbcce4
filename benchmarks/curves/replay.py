"""What a search costs until it knows a good configuration, by schedule and sampler.

    python -m benchmarks.curves.replay cifar100 --trials 24 --workers 1 4 16 --replays 100

Plays searches on the recorded curves, on a virtual clock. A replay draws which of its seeds each
configuration is searched with; the others are those that `select` trains again. The baseline is left
out: it is among the best itself, and being the first trial it would end every search at once.

The target is the 95th percentile of what the recorded configurations answer on the holdout, as mean over
their seeds. It is reached when the best by validation of the trials that have come to their end is that
good. Where a search ends without, another is begun: the expected cost is that of all searches, until they
reach it or end, over the number that reach it (Hansen et al., "COCO: performance assessment", 2016).
"""

import argparse
import math
import os
import random
import statistics
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import groupby, product
from pathlib import Path
from typing import NamedTuple

import numpy as np
import optuna
from optuna.pruners import MedianPruner, PercentilePruner
from rich import box
from rich.console import Console
from rich.table import Table

from benchmarks.curves import recordings
from benchmarks.curves.clock import Completion, Played, Sampler, Schedule, play
from benchmarks.curves.recordings import Curve
from benchmarks.curves.samplers import QmcSampler, RandomSampler, TpeSampler
from benchmarks.curves.schedules import (
    AllEpochs,
    HopelessEnd,
    Promotion,
    Pruned,
    StoppingHalving,
    by_accuracy,
    by_best_loss,
)
from benchmarks.curves.service_promotion import ServedPromotion
from hpo import definition_loader
from hpo.search.seeds import derive_seed
from studies.space import Space

EPOCHS = 20
"""Of every recorded training."""
PERCENTILE = 95
TOP = 5
"""Of the completed trials, those that `select` trains again."""


def _percentile_pruner(trials: int) -> PercentilePruner:
    """As `hpo create --pruner percentile` has it."""
    startup_trials = min(5, max(2, trials // 4))
    return PercentilePruner(75.0, n_startup_trials=startup_trials, n_warmup_steps=EPOCHS // 4)


SCHEDULES: Mapping[str, Callable[[int], Schedule]] = {
    "all epochs": lambda _: AllEpochs(),
    "all epochs, hopeless end": lambda _: HopelessEnd(EPOCHS),
    "percentile pruner": lambda trials: Pruned(_percentile_pruner(trials)),
    "median pruner": lambda _: Pruned(MedianPruner()),
    "ASHA, stops at 1/4/16, 1/4": lambda _: StoppingHalving((1, 4, 16), 4, by_accuracy),
    "halving 2/5/10, 1/2, all wait": lambda _: Promotion((2, 5, 10), 2, patient=True),
    "promotion 2/5/10, 1/2": lambda trials: ServedPromotion(trials, EPOCHS),
    "promotion 2/5/10, 1/2, by accuracy": lambda _: Promotion((2, 5, 10), 2, by_accuracy),
    "promotion 2/5/10, 1/2, by best loss": lambda _: Promotion((2, 5, 10), 2, by_best_loss),
    "promotion 1/3/9, 1/2": lambda _: Promotion((1, 3, 9), 2),
    "promotion 3/8, 1/2": lambda _: Promotion((3, 8), 2),
    "promotion 4/10, 1/2": lambda _: Promotion((4, 10), 2),
    "promotion 5/10, 1/2": lambda _: Promotion((5, 10), 2),
    "promotion 5/10, 1/2, by accuracy": lambda _: Promotion((5, 10), 2, by_accuracy),
    "promotion 10, 1/2": lambda _: Promotion((10,), 2),
    "promotion 10, 1/2, by accuracy": lambda _: Promotion((10,), 2, by_accuracy),
    "promotion 12, 1/2": lambda _: Promotion((12,), 2),
    "promotion 15, 1/2": lambda _: Promotion((15,), 2),
    "promotion 2/6, 1/3": lambda _: Promotion((2, 6), 3),
    "promotion 3/8, 1/3": lambda _: Promotion((3, 8), 3),
    "promotion 2/5, 1/4": lambda _: Promotion((2, 5), 4),
}
"""By name, for a search of so many trials."""
SAMPLERS = {"random": RandomSampler, "TPE": TpeSampler, "QMC": QmcSampler}


@dataclass(frozen=True)
class Recorded:
    """The configurations that are searched, each with a curve for each of its seeds."""

    curves: Sequence[Sequence[Curve]]
    space: Space

    @property
    def holdout(self) -> list[float]:
        """What each configuration answers, mean over its seeds; one that diverged guesses."""
        return [statistics.fmean(map(_holdout, curves)) for curves in self.curves]

    @property
    def target(self) -> float:
        return float(np.percentile(self.holdout, PERCENTILE))


def _holdout(curve: Curve) -> float:
    return 0.1 if curve.holdout_accuracy is None else curve.holdout_accuracy


def _last_accuracy(curve: Curve) -> float:
    """Of validation; nothing where it diverged."""
    return curve.val_accuracy[-1] if len(curve.val_accuracy) == EPOCHS else 0.0


class Cell(NamedTuple):
    """What is compared: each has its costs."""

    trials: int
    schedule: str
    sampler: str
    workers: int


@dataclass(frozen=True)
class Found:
    """What one search came to: its cost until the target, or all of it, and whether it came there;
    the holdout accuracy of what `select` would pick, and all that was spent."""

    epochs: float
    cpu_seconds: float
    seconds: float
    reached: bool
    pick: float
    all_epochs: int


def read(file: Path, space: Space, seeds: int = 2) -> Recorded:
    """The configurations of a space, but for the baseline, of which so many seeds are recorded.

    Raises:
        ValueError: a line is no curve.
    """
    by_configuration = groupby(recordings.read(file), key=lambda curve: curve.configuration)
    groups = [list(curves) for number, curves in by_configuration if number != 0]
    return Recorded([curves[:seeds] for curves in groups if len(curves) >= seeds], space)


def replay(recorded: Recorded, cell: Cell, seed: int) -> Found:
    """Plays one search. Equal seeds draw equal curves, whatever the schedule and sampler."""
    chance = random.Random(derive_seed(seed, "replay"))  # noqa: S311 - no secret
    searched = [chance.randrange(len(curves)) for curves in recorded.curves]
    played = play(
        [curves[at] for curves, at in zip(recorded.curves, searched, strict=True)],
        SCHEDULES[cell.schedule](cell.trials),
        _sampler(recorded, cell.sampler, seed),
        trials=cell.trials,
        workers=cell.workers,
        epochs=EPOCHS,
    )
    holdout = recorded.holdout
    reached = _first_at(played, holdout, recorded.target)
    costs = reached or played
    return Found(
        costs.epochs,
        costs.cpu_seconds,
        costs.seconds,
        reached is not None,
        holdout[_pick(recorded, searched, played)],
        played.epochs,
    )


def _sampler(recorded: Recorded, name: str, seed: int) -> Sampler:
    configurations = [curves[0].params for curves in recorded.curves]
    return SAMPLERS[name](configurations, recorded.space, derive_seed(seed, name))


def _first_at(played: Played, holdout: Sequence[float], target: float) -> Completion | None:
    """The completion with which the best by validation is as good as the target."""
    best = -math.inf
    for completion in played.completions:
        if completion.trial.accuracy > best:
            best = completion.trial.accuracy
            if holdout[completion.trial.configuration] >= target:
                return completion
    return None


def _pick(recorded: Recorded, searched: Sequence[int], played: Played) -> int:
    """The best of the top few by the validation of the seeds that were not searched with."""

    def again(number: int) -> float:
        curves = recorded.curves[number]
        others = [curve for at, curve in enumerate(curves) if at != searched[number]]
        return statistics.fmean(map(_last_accuracy, others or curves))

    complete = [completion.trial for completion in played.completions]
    top = sorted(complete, key=lambda trial: trial.accuracy, reverse=True)[:TOP]
    return max((trial.configuration for trial in top), key=again)


@dataclass(frozen=True)
class Cost:
    """What is to be expected until the target is known, over many searches; infinite where none
    reached it."""

    epochs: float
    cpu_seconds: float
    seconds: float
    reached: float
    pick: float
    all_epochs: float


def expect(found: Sequence[Found]) -> Cost:
    """Over searches that differ in their seed."""
    reached = sum(each.reached for each in found)

    def until(cost: Callable[[Found], float]) -> float:
        return sum(map(cost, found)) / reached if reached else math.inf

    return Cost(
        until(lambda each: each.epochs),
        until(lambda each: each.cpu_seconds),
        until(lambda each: each.seconds),
        reached / len(found),
        statistics.fmean(each.pick for each in found),
        statistics.fmean(each.all_epochs for each in found),
    )


def compare(
    recorded: Recorded,
    schedules: Sequence[str],
    samplers: Sequence[str],
    trials: Sequence[int],
    workers: Sequence[int],
    replays: int,
) -> Mapping[Cell, Cost]:
    """The cost of each combination, over the same replays."""
    cells = [Cell(*each) for each in product(trials, schedules, samplers, workers)]
    with ProcessPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        costs = pool.map(partial(_cost, recorded, replays), cells)
        return dict(zip(cells, costs, strict=True))


def _cost(recorded: Recorded, replays: int, cell: Cell) -> Cost:
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    return expect([replay(recorded, cell, seed) for seed in range(replays)])


def main() -> None:
    """Prints one Markdown table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("study", choices=definition_loader.BUILT_IN)
    parser.add_argument("--seeds", type=int, default=2, help="Recorded, of each configuration.")
    parser.add_argument("--trials", type=int, nargs="+", default=[24])
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 4, 16])
    parser.add_argument("--replays", type=int, default=100)
    parser.add_argument("--schedules", nargs="+", choices=SCHEDULES, default=list(SCHEDULES))
    parser.add_argument("--samplers", nargs="+", choices=SAMPLERS, default=list(SAMPLERS))
    asked = parser.parse_args()
    space = definition_loader.load(asked.study).study.space
    if any(parameter.when for parameter in space.values()) and asked.samplers != ["random"]:
        parser.error(
            "where parameters have conditions, --samplers random is all that can be played"
        )
    recorded = read(recordings.file_of(asked.study), space, asked.seeds)
    costs = compare(
        recorded, asked.schedules, asked.samplers, asked.trials, asked.workers, asked.replays
    )
    console = Console(width=240)
    console.print(
        f"{len(recorded.curves)} configurations, {asked.seeds} seeds of each;"
        f" target {recorded.target:.4f}, the best {max(recorded.holdout):.4f}"
    )
    console.print(tabulate(costs))


def tabulate(costs: Mapping[Cell, Cost]) -> Table:
    """A line for each trials, schedule and sampler; numbers of workers stand beside each other."""
    workers = sorted({cell.workers for cell in costs})
    each = " / ".join(map(str, workers))
    table = Table(box=box.MARKDOWN)
    for title in ("trials", "schedule", "sampler"):
        table.add_column(title)
    for title in (
        "epochs in all", "reach the target", f"epochs to it with {each} workers", "in CPU s",
        f"seconds to it with {each} workers", "holdout of the pick",
    ):  # fmt: skip
        table.add_column(title, justify="right")
    for trials, schedule, sampler in dict.fromkeys(cell[:3] for cell in costs):
        row = [costs[Cell(trials, schedule, sampler, number)] for number in workers]
        table.add_row(
            str(trials),
            schedule,
            sampler,
            f"{row[0].all_epochs:.0f}",
            f"{row[0].reached:.0%}",
            _beside(cost.epochs for cost in row),
            _beside([row[0].cpu_seconds]),
            _beside(cost.seconds for cost in row),
            _beside((cost.pick for cost in row), 4),
        )
    return table


def _beside(values: Iterable[float], digits: int = 0) -> str:
    return " / ".join(f"{value:.{digits}f}" for value in values)


if __name__ == "__main__":
    main()
