"""Promotion as the service itself decides it, played on recorded curves."""

from collections.abc import Sequence

from benchmarks.curves.clock import Decision, State, Trial
from hpo.search import promotion
from hpo.search.promotion import Advice
from storage.states import Direction
from storage.summary_records import Rung, SearchOutline

_DECISIONS = {
    Advice.GO_ON: Decision.GO_ON,
    Advice.PAUSE: Decision.PAUSE,
    Advice.PRUNE: Decision.PRUNE,
}


class ServedPromotion:
    """Asks what a worker asks, of an outline that is made of the trials that are played."""

    def __init__(self, trials: int, epochs: int) -> None:
        self._trials = trials
        self._epochs = epochs
        self._rungs = promotion.derive_rungs(epochs)

    def judge(self, trial: Trial, trials: Sequence[Trial]) -> Decision:
        if trial.epoch not in self._rungs:
            return Decision.GO_ON
        at = self._rungs.index(trial.epoch)
        ahead = self._ranked(trial.epoch, trials).index(trial)
        outline = self._outline(trials, self._trials - len(trials))
        advice = promotion.advise(outline, trials.index(trial) + 1, at, ahead, resumable=True)
        return _DECISIONS[advice]

    def resume(self, trials: Sequence[Trial], to_start: int) -> Trial | None:
        due = promotion.next_due(self._outline(trials, to_start))
        return None if due is None else trials[due - 1]

    def _outline(self, trials: Sequence[Trial], to_start: int) -> SearchOutline:
        """Jobs have the numbers of their trials, from 1."""
        working = sum(trial.state is State.RUNNING for trial in trials)
        return SearchOutline(
            is_ending=False,
            unbegun=to_start,
            working=working,
            complete=sum(trial.state is State.COMPLETE for trial in trials),
            is_unfinished=working > 0 or to_start > 0,
            rungs=tuple(self._rung(rung, trials) for rung in self._rungs),
        )

    def _rung(self, rung: int, trials: Sequence[Trial]) -> Rung:
        ranked = self._ranked(rung, trials)
        for ahead, trial in enumerate(ranked):
            if trial.state is State.PAUSED and trial.epoch == rung:
                return Rung(len(ranked), trials.index(trial) + 1, ahead)
        return Rung(len(ranked))

    def _ranked(self, rung: int, trials: Sequence[Trial]) -> list[Trial]:
        """Those that came to the rung, the best first, of equals the older."""

        def standing(trial: Trial) -> float:
            loss, score = trial.curve.val_loss[rung - 1], trial.curve.val_accuracy[rung - 1]
            return promotion.standing(loss, score, rung, self._epochs, Direction.MAXIMIZE)

        return sorted((trial for trial in trials if trial.epoch >= rung), key=standing)
