"""A search played on recorded curves: workers, and a clock that jumps from epoch to epoch."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum, auto
from heapq import heappop, heappush
from typing import Protocol

from benchmarks.curves.recordings import Curve


class State(Enum):
    """Where a trial stands."""

    RUNNING = auto()
    PAUSED = auto()
    PRUNED = auto()
    """Hopeless, or diverged."""
    COMPLETE = auto()


class Decision(Enum):
    """What becomes of a trial after an epoch."""

    GO_ON = auto()
    PAUSE = auto()
    PRUNE = auto()


@dataclass
class Trial:
    """A configuration that is tried: as many epochs of its curve as were played."""

    configuration: int
    curve: Curve
    epoch: int = 0
    state: State = State.RUNNING

    @property
    def accuracy(self) -> float:
        """Of validation, after the last epoch that was played; 0 where the first diverged."""
        return self.curve.val_accuracy[self.epoch - 1] if self.epoch else 0.0


class Schedule(Protocol):
    """Which trials are trained on, and how far."""

    def judge(self, trial: Trial, trials: Sequence[Trial]) -> Decision:
        """What becomes of a trial that has more epochs to go, after one of them."""
        ...

    def resume(self, trials: Sequence[Trial], to_start: int) -> Trial | None:
        """The paused trial that a free worker is to go on with; None where there is none, and one
        of the `to_start` that are left is to be started, if any are."""
        ...


class Sampler(Protocol):
    """Which configuration is tried next."""

    def propose(self, trials: Sequence[Trial]) -> int:
        """The number of one that is not among the trials."""
        ...


@dataclass(frozen=True)
class Completion:
    """A trial has come to its end: what the whole search had cost by then."""

    trial: Trial
    epochs: int
    cpu_seconds: float
    seconds: float


@dataclass
class Played:
    """A search as it went: its trials, those that came to the end as they did, and what all of it
    cost; `seconds` are of the clock on the wall."""

    trials: list[Trial] = field(default_factory=list)
    completions: list[Completion] = field(default_factory=list)
    epochs: int = 0
    cpu_seconds: float = 0.0
    seconds: float = 0.0


def play(
    curves: Sequence[Curve],
    schedule: Schedule,
    sampler: Sampler,
    *,
    trials: int,
    workers: int,
    epochs: int,
) -> Played:
    """Plays a search of so many `trials` over `curves`, one for each configuration.

    An epoch takes as long as its CPU seconds; nothing else takes any time. A curve that has
    fewer than `epochs` diverges in the next.
    """
    played = Played()
    ends: list[tuple[float, int, Trial]] = []
    """When each running trial has its next epoch; the second is of no meaning, and never equal."""
    order = 0

    def go_on(trial: Trial) -> None:
        nonlocal order
        trial.state, order = State.RUNNING, order + 1
        ends_at = played.seconds + trial.curve.cpu_seconds[trial.epoch]
        heappush(ends, (ends_at, order, trial))

    def claim() -> Trial | None:
        to_start = trials - len(played.trials)
        if (paused := schedule.resume(played.trials, to_start)) is not None or not to_start:
            return paused
        number = sampler.propose(played.trials)
        played.trials.append(new := Trial(number, curves[number]))
        return new

    while True:
        while len(ends) < workers and (claimed := claim()) is not None:
            go_on(claimed)
        if not ends:
            return played
        played.seconds, _, trial = heappop(ends)
        played.cpu_seconds += trial.curve.cpu_seconds[trial.epoch]
        played.epochs += 1
        if trial.epoch == len(trial.curve.val_loss):
            trial.state = State.PRUNED
            continue
        trial.epoch += 1
        if trial.epoch == epochs:
            trial.state = State.COMPLETE
            costs = played.epochs, played.cpu_seconds, played.seconds
            played.completions.append(Completion(trial, *costs))
        else:
            match schedule.judge(trial, played.trials):
                case Decision.GO_ON:
                    go_on(trial)
                case Decision.PAUSE:
                    trial.state = State.PAUSED
                case Decision.PRUNE:
                    trial.state = State.PRUNED
