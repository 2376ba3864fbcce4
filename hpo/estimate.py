"""How long a study will take here: measured on a few short trainings before it begins."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from multiprocessing.connection import wait

import optuna

from hpo.creation import Budget
from hpo.definitions import Definition
from hpo.devices import Device
from hpo.errors import WorkFailed
from hpo.messages import Answer, Diverged, Pruned, Raised, Ready, Report, Trained, Work
from hpo.slot import ChildLost, Slot
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
class Trial:
    """A short training: `seconds` for all of it, `epoch_seconds` for its last epoch."""

    params: Params
    score: float | None
    seconds: float
    epoch_seconds: float


@dataclass(frozen=True)
class Pace:
    """How fast this machine trains this definition."""

    baseline: Trial
    samples: tuple[Trial, ...]
    slots: int

    def seconds(self, epochs: int, trials: int, budget: Budget) -> float:
        """The estimate for a whole study, in seconds."""
        base = self._full(self.baseline, epochs)
        others = self.samples or (self.baseline,)
        other = sum(self._full(trial, epochs) for trial in others) / len(others)
        search = base + (trials - 1) * other * KEPT_BY_PRUNING
        select = budget.select_seeds * (min(budget.select_top, trials - 1) * other + base)
        final = 2 * budget.final_seeds * (other + base)
        return (search + select + final) / self.slots

    @staticmethod
    def _full(trial: Trial, epochs: int) -> float:
        return trial.seconds + (epochs - EPOCHS) * trial.epoch_seconds


def measure(
    definition: Definition,
    data: PreparedData,
    devices: Sequence[Device],
    tell: Callable[[Trial | None], None] = lambda _: None,
) -> Pace:
    """Trains the baseline and a few random configurations for two epochs each, all slots at work
    as they will be. `tell` hears of each, and of None where some seconds passed without one.

    Raises:
        WorkFailed: the definition raises, or a child is lost.
    """
    waiting: list[Params] = [dict(definition.study.baseline), *_random(definition, SAMPLES)]
    slots = [Slot(device) for device in devices[: len(waiting)]]
    working: dict[Slot, tuple[Params, float]] = {}
    last: dict[Slot, Report | None] = {}
    trials: list[Trial] = []
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
            ready = wait([pipe for pipe in pipes if pipe is not None], timeout=PATIENCE_SECONDS)
            if not ready:
                tell(None)
            for pipe in ready:
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
                                trials.append(Trial(params, score, took, seconds))
                            case None:  # diverged in its first epoch
                                trials.append(Trial(params, None, took, took))
                        tell(trials[-1])
                    case Raised(error=error, traceback=traceback):
                        raise WorkFailed(f"the definition raises {error}\n{traceback}")
                    case ChildLost(reason=reason):
                        raise WorkFailed(
                            f"{reason}; run it again, with fewer slots if memory ran out"
                        )
    finally:
        for slot in slots:
            slot.stop()
    baseline = next(trial for trial in trials if trial.params == definition.study.baseline)
    samples = tuple(trial for trial in trials if trial is not baseline)
    return Pace(baseline, samples, len(devices))


def _random(definition: Definition, count: int) -> list[dict[str, str | int | float]]:
    study = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=0))
    space = definition.study.space
    drawn = [study.ask() for _ in range(count)]
    return [{name: suggest(trial, name, space[name]) for name in space} for trial in drawn]


def _work(definition: Definition, data: PreparedData, params: Params) -> Work:
    return Work(
        definition=definition.reference,
        settings=definition.study.settings() | {"epochs": EPOCHS},
        params=dict(params),
        seed=0,
        training_file=str(data.training_path("search")),
    )
