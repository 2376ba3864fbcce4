"""How long a study will take here: measured on a few short trainings before it begins."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from multiprocessing.connection import wait

import optuna

from hpo.creation import Budget
from hpo.definitions import Definition
from hpo.errors import WorkFailed
from hpo.machine.devices import Device
from hpo.machine.messages import (
    Answer,
    Diverged,
    Faulty,
    Pruned,
    Raised,
    Ready,
    Report,
    Trained,
    Unfit,
    Work,
)
from hpo.machine.slot import ChildLost, Slot
from hpo.trials import suggest
from studies.dataset import PreparedData
from studies.space import Params

SAMPLES = 3
# The first epoch pays for compilation, the second shows the pace.
EPOCHS = 2
PATIENCE_SECONDS = 4.0
# What is left of the epochs of a search when hopeless trials are pruned; a rule of thumb.
KEPT_BY_PRUNING = 0.7


@dataclass(frozen=True)
class Sample:
    """A short training: `seconds` for all of it, `epoch_seconds` for its last epoch."""

    params: Params
    score: float | None
    seconds: float
    epoch_seconds: float


@dataclass(frozen=True)
class Pace:
    """How fast this machine trains this definition."""

    baseline: Sample
    samples: tuple[Sample, ...]
    slots: int

    def seconds(self, epochs: int, trials: int, budget: Budget) -> float:
        """The estimate for a whole study, in seconds."""
        base = self._full(self.baseline, epochs)
        others = self.samples or (self.baseline,)
        other = sum(self._full(sample, epochs) for sample in others) / len(others)
        search = base + (trials - 1) * other * KEPT_BY_PRUNING
        select = budget.select_seeds * (min(budget.select_top, trials - 1) * other + base)
        final = 2 * budget.final_seeds * (other + base)
        return (search + select + final) / self.slots

    @staticmethod
    def _full(sample: Sample, epochs: int) -> float:
        return sample.seconds + (epochs - EPOCHS) * sample.epoch_seconds


def measure(
    definition: Definition,
    data: PreparedData,
    devices: Sequence[Device],
    tell: Callable[[Sample | None], None] = lambda _: None,
) -> Pace:
    """Trains the baseline and a few random configurations for two epochs each, all slots at work
    as they will be. `tell` hears of each, and of None where it has heard nothing for some seconds.

    Raises:
        WorkFailed: the definition raises, or a child is lost.
    """
    waiting: list[Params] = [dict(definition.study.baseline), *_random(definition, SAMPLES)]
    slots = [Slot(device) for device in devices[: len(waiting)]]
    working: dict[Slot, tuple[Params, float]] = {}
    last: dict[Slot, Report | None] = {}
    samples: list[Sample] = []
    spoke_at = time.monotonic()

    def say(sample: Sample | None) -> None:
        nonlocal spoke_at
        tell(sample)
        spoke_at = time.monotonic()

    try:
        for slot in slots:
            slot.start()
        while waiting or working:
            for slot in slots:
                if slot.ready and slot not in working and waiting:
                    params = waiting.pop(0)
                    working[slot] = params, time.monotonic()
                    last[slot] = None
                    slot.send(_work(definition, data, params))
            pipes = {slot.pipe: slot for slot in slots}
            patience = max(0.0, spoke_at + PATIENCE_SECONDS - time.monotonic())
            for pipe in wait([pipe for pipe in pipes if pipe is not None], timeout=patience):
                slot = pipes[pipe]  # type: ignore[index]  # wait gives back what it was given
                match slot.receive():
                    case Ready():
                        slot.ready = True
                    case Report() as report:
                        last[slot] = report
                        slot.send(Answer(go_on=True))
                    case Trained() | Diverged() | Pruned():
                        params, began = working.pop(slot)
                        took = time.monotonic() - began
                        match last[slot]:
                            case Report(score=score, seconds=seconds):
                                samples.append(Sample(params, score, took, seconds))
                            case None:  # diverged in its first epoch
                                samples.append(Sample(params, None, took, took))
                        say(samples[-1])
                    case Raised(error=error, traceback=traceback):
                        raise WorkFailed.of_definition(error, traceback)
                    case Faulty(error=error, traceback=traceback):
                        raise WorkFailed.of_machine(error, traceback)
                    case Unfit(reason=reason):
                        raise WorkFailed(reason)
                    case ChildLost(reason=reason):
                        raise WorkFailed(
                            f"{reason}; run it again, with fewer slots if memory ran out"
                        )
            if time.monotonic() - spoke_at >= PATIENCE_SECONDS:
                say(None)
    finally:
        for slot in slots:
            slot.stop()
    baseline = next(one for one in samples if one.params == definition.study.baseline)
    return Pace(baseline, tuple(one for one in samples if one is not baseline), len(devices))


def _random(definition: Definition, count: int) -> list[dict[str, str | int | float]]:
    study = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=0))
    space = definition.study.space
    drawn = [study.ask() for _ in range(count)]
    return [{name: suggest(trial, name, space[name]) for name in space} for trial in drawn]


def _work(definition: Definition, data: PreparedData, params: Params) -> Work:
    return Work(
        definition=definition.reference,
        definition_hash=definition.hash,
        settings=definition.study.settings() | {"epochs": EPOCHS},
        params=dict(params),
        seed=0,
        training_file=str(data.training_path("search")),
    )
