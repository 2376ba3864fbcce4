"""The result of a finished study: winner and baseline, on images the search never saw."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Literal

from pydantic import AwareDatetime, computed_field

from hpo.answer.evidence import Comparison, Frozen
from hpo.answer.finish import Finish
from hpo.answer.verdict import Estimate, estimate
from hpo.errors import NoResult
from hpo.status import first_line
from storage.records import BASELINE, JobRecord, OpeningRecord, Params
from storage.states import DataSet, JobState, Phase, Split


class Configuration(Frozen):
    """A configuration and what it scored on validation before the final phase.

    `number` is that of its search job, 0 the baseline; `search_score` is of one training, `select`
    of fresh seeds. Either is None where such a training did not come to its end.
    """

    number: int
    trial_number: int | None
    params: Params
    search_score: float | None
    select: Estimate | None


class Change(Frozen):
    """A parameter of which the winner has another value than the baseline; None is absent."""

    name: str
    baseline: str | int | float | None
    winner: str | int | float | None


class LostTraining(Frozen):
    """A training of the final phase that gave no model: it diverged, failed or was cancelled."""

    configuration: int
    data_set: DataSet
    seed: int
    reason: str


class EarlierOpening(Frozen):
    """A finish that had opened the same holdout before: for which winner, for how many trainings
    of it and its baseline, and when first."""

    study: str
    generation: int
    configuration: int
    params: Params
    trainings: int
    first_opened: AwareDatetime


class Result(Frozen):
    """What a study found, and the evidence. On the new classes both configurations were trained
    from scratch; that pair is None where one of them has no model there."""

    study: str
    definition: str
    definition_hash: str
    settings: Mapping[str, Any]
    generation: int
    class_names: Mapping[Literal["search", "new"], tuple[str, ...]]
    """The class that each label stands for."""
    trials: Mapping[JobState, int]
    search_ended: str | None
    winner: Configuration
    baseline: Configuration
    validation: Comparison
    holdout: Comparison
    new_validation: Comparison | None
    new_holdout: Comparison | None
    lost_trainings: tuple[LostTraining, ...]
    earlier_openings: tuple[EarlierOpening, ...]
    """Empty while the holdout's seal was whole."""

    @computed_field  # type: ignore[prop-decorator]  # pydantic's own recipe
    @property
    def verdict(self) -> str:
        """The one primary comparison, in words."""
        doubts = caveats(self.lost_trainings, self.earlier_openings)
        return "; ".join((self.holdout.difference.sentence, *doubts))

    @computed_field  # type: ignore[prop-decorator]  # pydantic's own recipe
    @property
    def changes(self) -> tuple[Change, ...]:
        """In which parameters the winner differs from the baseline."""
        before, after = self.baseline.params, self.winner.params
        return tuple(
            Change(name=name, baseline=before.get(name), winner=after.get(name))
            for name in {**before, **after}
            if before.get(name) != after.get(name)
        )

    @computed_field  # type: ignore[prop-decorator]  # pydantic's own recipe
    @property
    def seed_luck(self) -> float | None:
        """How much accuracy the winner's search score promised beyond its mean over new seeds."""
        if self.winner.search_score is None or self.winner.select is None:
            return None
        return self.winner.search_score - self.winner.select.mean

    @computed_field  # type: ignore[prop-decorator]  # pydantic's own recipe
    @property
    def image_luck(self) -> float | None:
        """How much the mean on the validation images promised beyond that on the holdout."""
        if self.winner.select is None:
            return None
        return self.winner.select.mean - self.holdout.winner.accuracy.mean


def assemble(finish: Finish) -> Result:
    """The result of a finish.

    Raises:
        NoResult: winner or baseline has no final model.
    """
    study, winner = finish.study, finish.winner
    lost = lost_trainings(finish)
    validation = finish.comparison(DataSet.SEARCH, Split.VALIDATION)
    holdout = finish.comparison(DataSet.SEARCH, Split.HOLDOUT)
    if validation is None or holdout is None:
        reasons = "; ".join(sorted({training.reason for training in lost}))
        raise NoResult(
            f"study '{study.name}' cannot compare winner and baseline, one has no final model"
            f" ({reasons}): mend that and run a study of another name"
        )
    states = Counter(job.state for job in finish.of_phase(Phase.SEARCH))
    return Result(
        study=study.name,
        definition=study.definition,
        definition_hash=study.definition_hash,
        settings=study.settings,
        generation=study.generation,
        class_names={
            "search": tuple(study.settings["classes"]),
            "new": tuple(study.settings["new_classes"]),
        },
        trials={state: states[state] for state in JobState if states[state]},
        search_ended=study.reason,
        winner=_configuration(finish, winner),
        baseline=_configuration(finish, BASELINE),
        validation=validation,
        holdout=holdout,
        new_validation=finish.comparison(DataSet.NEW, Split.VALIDATION),
        new_holdout=finish.comparison(DataSet.NEW, Split.HOLDOUT),
        lost_trainings=tuple(lost),
        earlier_openings=tuple(earlier_openings(finish)),
    )


def caveats(lost: Iterable[LostTraining], earlier: Iterable[EarlierOpening]) -> Iterator[str]:
    """What takes from a verdict's force."""
    if number := sum(one.data_set == DataSet.SEARCH for one in lost):
        yield f"{_trainings(number, 'final ')} gave no model"
    if times := sum(opening.trainings for opening in earlier):
        yield f"the holdout had been opened before, for {_trainings(times)}"


def lost_trainings(finish: Finish) -> list[LostTraining]:
    """The trainings of the final phase that gave no model."""
    return [
        LostTraining(
            configuration=job.configuration,
            data_set=job.data_set,
            seed=job.seed,
            reason=first_line(job.reason),
        )
        for job in finish.final
        if job.state != JobState.SUCCEEDED
    ]


def _trainings(number: int, kind: str = "") -> str:
    return f"{number} {kind}training{'s' * (number != 1)}"


def earlier_openings(finish: Finish) -> Iterator[EarlierOpening]:
    """The finishes, of this study and of any other, that opened this holdout before this one: they
    may have told something of these images to whoever made this study. For the same configuration
    they count as well: who looks again until it is better will see it."""

    def source(opening: OpeningRecord) -> tuple[str, int]:
        return opening.study_uuid, opening.generation

    ours = finish.study.uuid, finish.study.generation
    own = [opening.id for opening in finish.openings if source(opening) == ours]
    before = [opening for opening in finish.openings if own and opening.id < min(own)]
    by_finish: dict[tuple[str, int], list[OpeningRecord]] = {}
    for opening in before:
        by_finish.setdefault(source(opening), []).append(opening)
    for opened in by_finish.values():
        # A finish that was cut short may have opened it for the baseline alone.
        shown = max(opened, key=lambda opening: opening.configuration != BASELINE)
        yield EarlierOpening(
            study=shown.study,
            generation=shown.generation,
            configuration=shown.configuration,
            params=shown.params,
            trainings=len(opened),
            first_opened=datetime.fromtimestamp(opened[0].opened_ms / 1000, UTC),
        )


def _configuration(finish: Finish, number: int) -> Configuration:
    search = [job for job in finish.of_phase(Phase.SEARCH) if job.configuration == number]
    trial = search[-1] if search else None  # the last: one that failed may have been run again
    select = [job for job in finish.of_phase(Phase.SELECT) if job.configuration == number]
    scores = [_final_score(job) for job in select]
    known = [score for score in scores if score is not None]
    return Configuration(
        number=number,
        trial_number=trial and trial.trial_number,
        params=next(job.params or {} for job in finish.final if job.configuration == number),
        search_score=trial and _final_score(trial),
        # As in ranking: a configuration that lost a seed has no mean one could rely on.
        select=estimate(known) if known and len(known) == len(scores) else None,
    )


def _final_score(job: JobRecord) -> float | None:
    # A job that was cut short has the score of its last report, which is no result.
    return job.score if job.state == JobState.SUCCEEDED else None
