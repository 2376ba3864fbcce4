"""What each look of a final phase at the holdout said, computed again from the evidence."""

from collections.abc import Iterable
from dataclasses import asdict

from hpo.result.scores import Answers, Frozen
from hpo.statistics.interim_looks import Look
from hpo.statistics.verdict import Difference, compare
from storage.records import BASELINE
from storage.states import DataSet


class LostTraining(Frozen):
    """A training of the final phase that gave no model: it diverged, failed or was cancelled. `look` is
    the first that it would have been part of."""

    configuration: int
    data_set: DataSet
    look: int
    seed: int
    reason: str


class LookTaken(Frozen):
    """One look at winner and baseline, the `number`-th of up to `of`, after so many `seeds` a side, not all
    of which need have given a model. `confidence` is its boundary: it decides where its interval, which
    is of that level by itself, leaves out zero. The difference is None where a side has no model."""

    number: int
    of: int
    seeds: int
    confidence: float
    winner_models: int
    baseline_models: int
    difference: Difference | None

    @property
    def decides(self) -> bool:
        """Whether no other look comes after it."""
        is_told = self.difference is not None and self.difference.is_reliable
        return self.number == self.of or self.difference is None or is_told


def look_back(
    looks: Iterable[Look], winner: Answers, baseline: Answers | None, lost: Iterable[LostTraining]
) -> tuple[LookTaken, ...]:
    """What these looks at the holdout said; both sides answered on the same images, and stand in the order
    in which their seeds were asked for."""
    missing = [each for each in lost if each.data_set == DataSet.SEARCH]

    def see(look: Look) -> LookTaken:
        without = [each.configuration == BASELINE for each in missing if each.look <= look.number]
        models = [max(look.seeds - without.count(is_baseline), 0) for is_baseline in (False, True)]
        difference = None
        if baseline is not None and all(models):
            ours, theirs = winner.correct[: models[0]], baseline.correct[: models[1]]
            difference = compare(ours, theirs, confidence=look.confidence)
        return LookTaken(
            **asdict(look),
            winner_models=models[0],
            baseline_models=models[1],
            difference=difference,
        )

    return tuple(map(see, looks))
