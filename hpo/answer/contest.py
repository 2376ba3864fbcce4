"""The contest: the winners of two studies on the same unseen images."""

from pydantic import computed_field

from hpo.answer.evidence import Answers, Frozen, Score, score
from hpo.answer.finish import Finish
from hpo.answer.result import caveats, earlier_openings, lost_trainings
from hpo.answer.verdict import Difference, compare
from hpo.errors import NoResult, UsageError
from storage.records import Params
from storage.states import DataSet, Split


class Contender(Frozen):
    """The winner of a study."""

    study: str
    trial_number: int | None
    params: Params


class Round(Frozen):
    """Both on the same images; the difference is the first minus the second."""

    first: Score
    second: Score
    difference: Difference


class Contest(Frozen):
    """Two winners. `new_holdout` is None where they were not judged on the same new classes."""

    first: Contender
    second: Contender
    holdout: Round
    new_holdout: Round | None
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


def hold(first: Finish, second: Finish) -> Contest:
    """Compares the winners of two finished studies, as winner and baseline of one are compared.

    Raises:
        UsageError: it is one study.
        NoResult: a winner has no final model, or they were judged on different images.
    """
    if first.study.id == second.study.id:
        raise UsageError(
            f"'{first.study.name}' is one study: name two, `hpo export` compares with the baseline"
        )
    for finish in (first, second):
        if not finish.trained(finish.winner, DataSet.SEARCH):
            raise NoResult(f"the winner of study '{finish.study.name}' has no final model")
    holdout = _round(first, second, DataSet.SEARCH)
    if holdout is None:
        raise NoResult(
            f"'{first.study.name}' and '{second.study.name}' were judged on different images: run"
            " both on the same classes, with the same split seed"
        )
    return Contest(
        first=_contender(first),
        second=_contender(second),
        holdout=holdout,
        new_holdout=_round(first, second, DataSet.NEW),
        caveats=tuple(
            f"of {finish.study.name}, {caveat}"
            for finish in (first, second)
            for caveat in caveats(lost_trainings(finish), earlier_openings(finish))
        ),
        shared_seeds=len(set(holdout.first.seeds) & set(holdout.second.seeds)),
    )


def _round(first: Finish, second: Finish, data_set: DataSet) -> Round | None:
    """None where they were not given the same holdout: labels alone would not tell."""
    holdouts = first.holdouts.get(data_set), second.holdouts.get(data_set)
    if None in holdouts or holdouts[0] != holdouts[1]:
        return None
    ours, theirs = _answers(first, data_set), _answers(second, data_set)
    if ours is None or theirs is None:
        return None
    return Round(
        first=score(ours),
        second=score(theirs),
        difference=compare(ours.correct, theirs.correct),
    )


def _answers(finish: Finish, data_set: DataSet) -> Answers | None:
    return finish.answers(finish.winner, data_set, Split.HOLDOUT)


def _contender(finish: Finish) -> Contender:
    job = next(job for job in finish.final if job.configuration == finish.winner)
    return Contender(
        study=finish.study.name, trial_number=job.trial_number, params=job.params or {}
    )
