"""Head to head: the winners of two studies on the same unseen images."""

from pydantic import computed_field

from hpo.errors import NoResult, UsageError
from hpo.result.finished_study import FinishedStudy, search_alone
from hpo.result.look_results import LostTraining
from hpo.result.result import caveats, earlier_openings, lost_trainings
from hpo.result.scores import Answers, Frozen, Score, score
from hpo.statistics.interim_looks import CONFIDENCE
from hpo.statistics.verdict import Difference, compare
from storage.records import CheckedParams
from storage.states import DataSet, Split


class Winner(Frozen):
    """The winner of a study."""

    study: str
    trial_number: int | None
    params: CheckedParams


class Pair(Frozen):
    """Both on the same images; the difference is the first minus the second."""

    first: Score
    second: Score
    difference: Difference


class HeadToHead(Frozen):
    """Two winners. `new_holdout` is None where they were not judged on the same new classes."""

    first: Winner
    second: Winner
    holdout: Pair
    new_holdout: Pair | None
    caveats: tuple[str, ...]
    """What takes from the verdict's force, by study."""
    shared_seeds: int
    """How many seeds both were trained with: the interval takes all seeds to be independent."""

    @computed_field  # type: ignore[prop-decorator]  # pydantic's own recipe
    @property
    def verdict(self) -> str:
        """The one primary comparison, in words."""
        names = f"{self.first.study} against {self.second.study}"
        return f"{names}: {'; '.join((self.holdout.difference.sentence, *self.caveats))}"


def compare_winners(first: FinishedStudy, second: FinishedStudy) -> HeadToHead:
    """Compares the winners of two finished studies, as winner and baseline of one are compared.

    Raises:
        UsageError: it is one study.
        NoResult: a winner has no final model, or they were judged on different images.
    """
    if first.study.id == second.study.id:
        raise UsageError(
            f"'{first.study.name}' is one study",
            "name two, `hpo export` compares with the baseline",
        )
    for finished in (first, second):
        if finished.study.is_judged_by_values:
            raise NoResult(
                f"study '{finished.study.name}' is no classifier of images, and only these are compared",
                f"`hpo status {finished.study.name}` has its verdict against its baseline",
            )
        if finished.winner is None:
            raise search_alone(finished.study)
        if not finished.trained(finished.winner, DataSet.SEARCH):
            raise NoResult(f"the winner of study '{finished.study.name}' has no final model")
    holdout = _pair(first, second, DataSet.SEARCH)
    if holdout is None:
        raise NoResult(
            f"'{first.study.name}' and '{second.study.name}' were judged on different images",
            "run both on the same classes, with the same split seed",
        )
    return HeadToHead(
        first=_winner(first),
        second=_winner(second),
        holdout=holdout,
        new_holdout=_pair(first, second, DataSet.NEW),
        caveats=tuple(
            f"of {finished.study.name}, {caveat}"
            for finished in (first, second)
            for caveat in caveats(_lost(finished), earlier_openings(finished))
        ),
        shared_seeds=len(set(holdout.first.seeds) & set(holdout.second.seeds)),
    )


def _pair(first: FinishedStudy, second: FinishedStudy, data_set: DataSet) -> Pair | None:
    """None where they were not given the same holdout: labels alone would not tell."""
    holdouts = first.holdouts.get(data_set), second.holdouts.get(data_set)
    if None in holdouts or holdouts[0] != holdouts[1]:
        return None
    ours, theirs = _answers(first, data_set), _answers(second, data_set)
    if ours is None or theirs is None:
        return None
    confidence = CONFIDENCE
    if data_set == DataSet.SEARCH:
        # Each study ended by a look of its own: the more careful of the two is careful enough.
        confidence = max(finished.looks[-1].confidence for finished in (first, second))
    return Pair(
        first=score(ours),
        second=score(theirs),
        difference=compare(ours.correct, theirs.correct, confidence=confidence),
    )


def _answers(finished: FinishedStudy, data_set: DataSet) -> Answers | None:
    return finished.answers(finished.winner, data_set, Split.HOLDOUT)


def _lost(finished: FinishedStudy) -> list[LostTraining]:
    """Of the winner alone: no baseline is part of this."""
    return [
        lost
        for lost in lost_trainings(finished)
        if (lost.configuration, lost.data_set) == (finished.winner, DataSet.SEARCH)
    ]


def _winner(finished: FinishedStudy) -> Winner:
    job = next(job for job in finished.final if job.configuration == finished.winner)
    return Winner(study=finished.study.name, trial_number=job.trial_number, params=job.params or {})
