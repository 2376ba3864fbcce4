"""The schedules that are compared: who is trained how far."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import optuna
from optuna.pruners import BasePruner
from optuna.trial import FrozenTrial, TrialState, create_trial

from benchmarks.curves.clock import Decision, State, Trial
from benchmarks.curves.recordings import Curve
from studies.image_classification.training_checks import why_hopeless

_LABELS = np.repeat(np.arange(10), 40)
"""Of validation in the recorded trainings."""
Score = Callable[[Curve, int], float]
"""How good a curve looks after so many epochs, the higher the better."""


def by_accuracy(curve: Curve, epoch: int) -> float:
    """Of validation, after that epoch."""
    return curve.val_accuracy[epoch - 1]


def by_loss(curve: Curve, epoch: int) -> float:
    """The same."""
    return -curve.val_loss[epoch - 1]


def by_best_loss(curve: Curve, epoch: int) -> float:
    """A loss that rises again tells of certainty, not of worse answers."""
    return -min(curve.val_loss[:epoch])


class AllEpochs:
    """Every trial is trained to its end."""

    def judge(self, trial: Trial, trials: Sequence[Trial]) -> Decision:  # noqa: ARG002 - a Schedule
        return Decision.GO_ON

    def resume(self, trials: Sequence[Trial], to_start: int) -> Trial | None:  # noqa: ARG002
        return None


class HopelessEnd(AllEpochs):
    """What has learned nothing is given up, as the service does with any schedule; on as many images of
    each class as of another."""

    def __init__(self, epochs: int) -> None:
        self._epochs = epochs

    def judge(self, trial: Trial, trials: Sequence[Trial]) -> Decision:  # noqa: ARG002 - a Schedule
        at, curve = trial.epoch - 1, trial.curve
        metrics = {
            "loss": curve.loss[at],
            "val_loss": curve.val_loss[at],
            "val_accuracy": curve.val_accuracy[at],
        }
        hopeless = why_hopeless(metrics, _LABELS, trial.epoch, self._epochs)
        return Decision.GO_ON if hopeless is None else Decision.PRUNE


class Shown(optuna.Study):
    """A study of the trials that are played, as Optuna's pruners and samplers see it."""

    def __init__(self) -> None:
        made = optuna.create_study(direction="maximize")
        super().__init__(study_name=made.study_name, storage=made._storage)
        self.trials_shown: list[FrozenTrial] = []

    def _get_trials(
        self,
        deepcopy: bool = True,  # noqa: ARG002 - who looks at them only reads
        states: object = None,
        use_cache: bool = False,  # noqa: ARG002 - nothing is cached
    ) -> list[FrozenTrial]:
        if not isinstance(states, tuple | list):
            return self.trials_shown
        return [trial for trial in self.trials_shown if trial.state in states]


class Pruned(AllEpochs):
    """What a pruner of Optuna's gives up is not trained any further."""

    def __init__(self, pruner: BasePruner) -> None:
        self._pruner = pruner
        self._study = Shown()

    def judge(self, trial: Trial, trials: Sequence[Trial]) -> Decision:
        complete = [each for each in trials if each.state is State.COMPLETE]
        self._study.trials_shown = [_reports(each) for each in complete]
        hopeless = self._pruner.prune(self._study, _reports(trial))
        return Decision.PRUNE if hopeless else Decision.GO_ON


def _reports(trial: Trial) -> FrozenTrial:
    reports = dict(enumerate(trial.curve.val_accuracy[: trial.epoch], start=1))
    complete = trial.state is State.COMPLETE
    return create_trial(
        state=TrialState.COMPLETE if complete else TrialState.RUNNING,
        value=trial.accuracy if complete else None,
        intermediate_values=reports,
    )


@dataclass(frozen=True)
class Rungs:
    """At a rung the best 1 in `factor` goes on (Li et al., "A system for massively parallel
    hyperparameter tuning", 2020)."""

    rungs: tuple[int, ...]
    factor: float
    score: Score = by_loss

    def best(self, rung: int, trials: Sequence[Trial], least: int = 0) -> list[Trial]:
        """Of those that came to the rung, the share that is to go on, the best first."""
        there = [each for each in trials if each.epoch >= rung]
        there.sort(key=lambda each: self.score(each.curve, rung), reverse=True)
        return there[: max(least, int(len(there) / self.factor))]


@dataclass(frozen=True)
class StoppingHalving(Rungs):
    """Asynchronous halving that never goes back: at a rung a trial goes on that is among the best of
    those which came there so far. The first is alone there, and goes on."""

    def judge(self, trial: Trial, trials: Sequence[Trial]) -> Decision:
        if trial.epoch not in self.rungs:
            return Decision.GO_ON
        going_on = self.best(trial.epoch, trials, least=1)
        return Decision.GO_ON if trial in going_on else Decision.PRUNE

    def resume(self, trials: Sequence[Trial], to_start: int) -> Trial | None:  # noqa: ARG002
        return None


@dataclass(frozen=True)
class Promotion(Rungs):
    """Trials pause at rungs, and go on when they are due: at once, where they are among the best of
    those that came there; or, with `patient`, when all have been started. At last the best of those
    that wait, until `least` have come to their end."""

    least: int = 3
    patient: bool = False

    def judge(self, trial: Trial, trials: Sequence[Trial]) -> Decision:
        if trial.epoch not in self.rungs:
            return Decision.GO_ON
        if not self.patient and trial in self.best(trial.epoch, trials):
            return Decision.GO_ON
        return Decision.PAUSE

    def resume(self, trials: Sequence[Trial], to_start: int) -> Trial | None:
        due = self._due_patiently if self.patient else self._due
        if (trial := due(trials, to_start)) is not None or to_start:
            return trial
        to_the_end = [each for each in trials if each.state in (State.COMPLETE, State.RUNNING)]
        waiting = [each for each in trials if each.state is State.PAUSED]
        if len(to_the_end) >= self.least or not waiting:
            return None
        return max(waiting, key=lambda each: (each.epoch, self.score(each.curve, each.epoch)))

    def _due(self, trials: Sequence[Trial], to_start: int) -> Trial | None:  # noqa: ARG002
        """The best that waits at the highest rung at which one is due."""
        return next(
            (each for rung in reversed(self.rungs) for each in self._at(rung, trials)), None
        )

    def _due_patiently(self, trials: Sequence[Trial], to_start: int) -> Trial | None:
        """The best that waits at the lowest rung, once all have come there that will."""
        if to_start:
            return None
        for rung in self.rungs:
            if any(each.state is State.RUNNING and each.epoch < rung for each in trials):
                return None
            for each in self._at(rung, trials):
                return each
        return None

    def _at(self, rung: int, trials: Sequence[Trial]) -> list[Trial]:
        return [
            each
            for each in self.best(rung, trials)
            if each.state is State.PAUSED and each.epoch == rung
        ]
