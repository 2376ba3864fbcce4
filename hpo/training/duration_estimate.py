"""How long a study will take here: measured on a few short trainings before it begins."""

import tempfile
from collections.abc import Callable, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass

import optuna

from hpo.definition_loader import Definition
from hpo.devices.discovery import Device
from hpo.errors import WorkFailed
from hpo.search.promotion import expected_epochs, rungs_of
from hpo.search.proposals import propose
from hpo.search.trial_history import SamplersStudy
from hpo.statistics.interim_looks import plan
from hpo.study import racing
from hpo.training import one_off_work
from hpo.training.one_off_work import Heard
from hpo.training.protocol import Diverged, Report, Work
from storage.records import NewStudy
from storage.states import Pruner
from studies.data.prepared_data import PreparedData
from studies.space import Params

SAMPLES = 3
# The first epoch pays for compilation, the second shows the pace.
EPOCHS = 2
# What is left of the epochs of a search when those that fall behind are pruned; a rule of thumb.
KEPT_BY_PERCENTILE = 0.7


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

    def seconds(self, epochs: int, study: NewStudy) -> float:
        """The estimate for a whole study of so many epochs a training, in seconds."""
        base = self._full(self.baseline, epochs)
        others = self.samples or (self.baseline,)
        other = sum(self._full(sample, epochs) for sample in others) / len(others)
        search = base + other * _full_trainings(study, epochs)
        entered = min(study.select_top, study.trials - 1)
        select = sum(racing.fields(entered, study.select_seeds)) * other
        on_new = plan(study.final_seeds)[0].seeds if study.settings.get("new_classes") else 0
        final = (study.final_seeds + on_new) * (other + base)
        return (search + select + final) / self.slots

    @staticmethod
    def _full(sample: Sample, epochs: int) -> float:
        return sample.seconds + (epochs - EPOCHS) * sample.epoch_seconds


def _full_trainings(study: NewStudy, epochs: int) -> float:
    """As how many full ones the trainings of a search beside the baseline count."""
    others = study.trials - 1
    match study.pruner:
        case Pruner.HALVING:
            return expected_epochs(others, rungs_of(study), epochs) / epochs
        case Pruner.PERCENTILE:
            return others * KEPT_BY_PERCENTILE
        case Pruner.NONE:
            return others


def measure(
    definition: Definition,
    data: PreparedData,
    devices: Sequence[Device],
    tell: Callable[[Sample | None], None] = lambda _: None,
    *,
    stall_seconds: float,
) -> Pace:
    """Trains the baseline and a few random configurations for two epochs each, all slots at work
    as they will be, and has the baseline's model saved. `tell` hears of each as it is done, and of None
    now and then meanwhile.

    Raises:
        WorkFailed: the definition raises, its baseline diverges, or a child is lost or hangs.
    """
    trials: list[Params] = [dict(definition.study.baseline), *_random(definition, SAMPLES)]
    works = [_work(definition, data, params) for params in trials]
    last: dict[int, Report] = {}
    samples: list[Sample] = []
    with ExitStack() as stack:
        # Else that it cannot be saved would be found when all has been trained.
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="hpo-model-"))
        works[0] = works[0].model_copy(update={"model_file": f"{folder}/baseline.keras"})
        heards = stack.enter_context(closing(one_off_work.run_all(devices, works, stall_seconds)))
        for heard in heards:
            sample = None
            match heard:
                case Heard(number=number, said=Report() as report):
                    last[number] = report
                case Heard(number=0, said=Diverged(epoch=epoch, reason=reason)):
                    raise WorkFailed(
                        f"the baseline diverged in epoch {epoch}: {reason}",
                        "a study of it would stop after its first trial: choose another",
                    )
                case Heard(number=number, seconds=seconds):
                    sample = _sample(trials[number], last.get(number), seconds)
                    samples.append(sample)
            tell(sample)
    baseline = next(one for one in samples if one.params == definition.study.baseline)
    return Pace(baseline, tuple(one for one in samples if one is not baseline), len(devices))


def _sample(params: Params, last: Report | None, seconds: float) -> Sample:
    if last is None:  # diverged in its first epoch
        return Sample(params, None, seconds, seconds)
    return Sample(params, last.score, seconds, last.seconds)


def _random(definition: Definition, count: int) -> list[Params]:
    made, chance = optuna.create_study(), optuna.samplers.RandomSampler(seed=0)
    study = SamplersStudy(study_name=made.study_name, storage=made._storage)
    space = definition.study.space
    return [propose(study, chance, space, number) for number in range(count)]


def _work(definition: Definition, data: PreparedData, params: Params) -> Work:
    return Work(
        definition=definition.reference,
        definition_hash=definition.hash,
        settings=definition.study.settings() | {"epochs": EPOCHS, "rungs": None},
        params=dict(params),
        seed=0,
        training_file=str(data.training_path("search")),
    )
