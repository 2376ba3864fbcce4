"""The result of a finished study: winner and baseline, on images the search never saw."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from pydantic import AwareDatetime, computed_field

from hpo.errors import NoResult
from hpo.formatting import first_line
from hpo.result.finished_study import FinishedStudy, search_alone
from hpo.result.look_results import LookTaken, LostTraining, look_back
from hpo.result.scores import Comparison, Frozen
from hpo.result.value_verdict import ValueVerdict, conclude_on_values
from hpo.statistics.verdict import Gap, gap_of_models, gap_of_seed
from storage.records import BASELINE, CheckedParams, JobRecord, OpeningRecord
from storage.states import DataSet, JobState, Phase, Split


class Configuration(Frozen):
    """A configuration and what its trainings scored on validation, each by its last epoch.

    `number` is that of its search job, 0 the baseline; `search_score` is of that one training, None
    where it did not come to its end, `select_scores` and `final_scores` are of fresh seeds.
    """

    number: int
    trial_number: int | None
    params: CheckedParams
    search_score: float | None
    select_scores: tuple[float, ...]
    final_scores: tuple[float, ...]

    @property
    def fresh_scores(self) -> tuple[float, ...]:
        """Those of all seeds that the search did not choose by."""
        return *self.select_scores, *self.final_scores


class Change(Frozen):
    """A parameter of which the winner has another value than the baseline. None is absent; a value that is
    None is said as a text."""

    name: str
    baseline: str | bool | int | float | None
    winner: str | bool | int | float | None


class EarlierOpening(Frozen):
    """A final phase that had opened the same holdout before: for which winner, for how many trainings
    of it and its baseline, and when first."""

    study: str
    generation: int
    configuration: int
    params: CheckedParams
    trainings: int
    first_opened: AwareDatetime


class Result(Frozen):
    """What a study found, and the evidence. On the new classes, if it has any, both configurations were
    trained from scratch; that pair is None where the winner has no model there."""

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
    final_seeds: int
    """How many seeds a side there may have been on the searched classes."""
    looks: tuple[LookTaken, ...]
    """At the holdout, while those seeds were added; the verdict is the last one's."""
    lost_trainings: tuple[LostTraining, ...]
    earlier_openings: tuple[EarlierOpening, ...]
    """Empty while the holdout's seal was whole."""

    @computed_field  # type: ignore[prop-decorator]  # pydantic's own recipe
    @property
    def verdict(self) -> str:
        """The one primary comparison, in words."""
        lost = [one for one in self.lost_trainings if one.data_set == DataSet.SEARCH]
        if self.holdout.difference is not None:
            found = self.holdout.difference.sentence
        else:
            reasons = dict.fromkeys(one.reason for one in lost if one.configuration == BASELINE)
            lost = [one for one in lost if one.configuration != BASELINE]
            found = (
                f"no verdict on {self.holdout.n_images:,} unseen images, because the baseline gave"
                f" no model to compare with ({', '.join(reasons) or 'no reason is known'})"
            )
        return "; ".join((found, *caveats(lost, self.earlier_openings)))

    @computed_field  # type: ignore[prop-decorator]  # pydantic's own recipe
    @property
    def changes(self) -> tuple[Change, ...]:
        """In which parameters the winner differs from the baseline."""
        before, after = (
            {name: "None" if value is None else value for name, value in of.params.items()}
            for of in (self.baseline, self.winner)
        )
        return tuple(
            Change(name=name, baseline=before.get(name), winner=after.get(name))
            for name in {**before, **after}
            if before.get(name) != after.get(name)
        )

    @computed_field  # type: ignore[prop-decorator]  # pydantic's own recipe
    @property
    def seed_luck(self) -> Gap | None:
        """How much accuracy the winner's search score promised beyond its mean over fresh seeds, all on
        the validation images."""
        best = self.winner
        if best.search_score is None or not best.fresh_scores:
            return None
        return gap_of_seed(best.search_score, best.fresh_scores, self.validation.n_images)

    @computed_field  # type: ignore[prop-decorator]  # pydantic's own recipe
    @property
    def image_luck(self) -> Gap:
        """How much more accurate the winner's final models are on the validation images, by which it
        was chosen, than on the holdout."""
        return gap_of_models(self.validation.winner.of_models, self.holdout.winner.of_models)


def assemble(finished: FinishedStudy) -> Result:
    """The result of a study that is done.

    Raises:
        NoResult: the winner has no final model, or the study has no winner.
    """
    study, winner = finished.study, finished.winner
    if winner is None:
        raise search_alone(study)
    if study.is_judged_by_values:
        why = (
            "of an objective, which gives no model"
            if study.is_called
            else "no classifier of images"
        )
        raise NoResult(
            f"study '{study.name}' is {why}: it has no bundle",
            f"`hpo export {study.name} --format json` has what was found"
            + ("" if study.is_called else ", --model FILE the model"),
        )
    lost = lost_trainings(finished)
    validation = finished.comparison(DataSet.SEARCH, Split.VALIDATION)
    holdout = finished.comparison(DataSet.SEARCH, Split.HOLDOUT)
    best, baseline = (
        finished.answers(number, DataSet.SEARCH, Split.HOLDOUT) for number in (winner, BASELINE)
    )
    if validation is None or holdout is None or best is None:
        of_winner = (training for training in lost if training.configuration == winner)
        reasons = "; ".join(sorted({training.reason for training in of_winner}))
        raise NoResult(
            f"study '{study.name}' has no result, the winner has no final model ({reasons})",
            "mend that and run a study of another name",
        )
    states = Counter(job.state for job in finished.of_phase(Phase.SEARCH))
    return Result(
        study=study.name,
        definition=study.definition,
        definition_hash=study.definition_hash,
        settings=study.trained_settings,
        generation=study.generation,
        class_names={
            "search": tuple(study.settings["classes"]),
            "new": tuple(study.settings.get("new_classes") or ()),
        },
        trials={state: states[state] for state in JobState if states[state]},
        search_ended=study.reason,
        winner=_configuration(finished, winner),
        baseline=_configuration(finished, BASELINE),
        validation=validation,
        holdout=holdout,
        new_validation=finished.comparison(DataSet.NEW, Split.VALIDATION),
        new_holdout=finished.comparison(DataSet.NEW, Split.HOLDOUT),
        final_seeds=study.planned_seeds,
        looks=look_back(finished.looks, best, baseline, lost),
        lost_trainings=tuple(lost),
        earlier_openings=tuple(earlier_openings(finished)),
    )


@dataclass(frozen=True)
class Conclusion:
    """What there is to say in the end; `result` is None where there is no winner, it has no model, or the study
    is judged by values: then that is `by_values`."""

    verdict: str
    result: Result | None = None
    by_values: ValueVerdict | None = None


def conclude(finished: FinishedStudy) -> Conclusion:
    """The verdict on a study that is done, or why there is none."""
    try:
        if finished.study.is_judged_by_values:
            by_values = conclude_on_values(finished)
            return Conclusion(by_values.sentence, by_values=by_values)
        result = assemble(finished)
    except NoResult as error:
        return Conclusion(f"no verdict: {error.cause}")
    return Conclusion(result.verdict, result)


def caveats(lost: Sequence[LostTraining], earlier: Iterable[EarlierOpening]) -> Iterator[str]:
    """What takes from a verdict's force: trainings that would have been part of it, and openings."""
    if number := len(lost):
        yield f"{_trainings(number, 'final ')} gave no model"
    if times := sum(opening.trainings for opening in earlier):
        yield f"the holdout had been opened before, for {_trainings(times)}"


def lost_trainings(finished: FinishedStudy) -> list[LostTraining]:
    """The trainings of the final phase that gave no model."""
    return [
        LostTraining(
            configuration=job.configuration,
            data_set=job.data_set,
            look=finished.look_of(job),
            seed=job.seed,
            reason=first_line(job.reason),
        )
        for job in finished.final
        if job.state != JobState.SUCCEEDED
    ]


def _trainings(number: int, kind: str = "") -> str:
    return f"{number} {kind}training{'s' * (number != 1)}"


def earlier_openings(finished: FinishedStudy) -> Iterator[EarlierOpening]:
    """The final phases, of this study and of any other, that opened this holdout before this one: they
    may have told something of these images to whoever made this study. For the same configuration
    they count as well: who looks again until it is better will see it."""

    by_phase: dict[tuple[str, int], list[OpeningRecord]] = {}
    for opening in finished.openings_before:
        by_phase.setdefault((opening.study_uuid, opening.generation), []).append(opening)
    for opened in by_phase.values():
        # One that was cut short may have opened it for the baseline alone.
        shown = max(opened, key=lambda opening: opening.configuration != BASELINE)
        yield EarlierOpening(
            study=shown.study,
            generation=shown.generation,
            configuration=shown.configuration,
            params=shown.params,
            trainings=len(opened),
            first_opened=datetime.fromtimestamp(opened[0].opened_ms / 1000, UTC),
        )


def _configuration(finished: FinishedStudy, number: int) -> Configuration:
    search = [job for job in finished.of_phase(Phase.SEARCH) if job.configuration == number]
    trial = search[-1] if search else None  # the last: one that failed may have been run again
    select = [job for job in finished.of_phase(Phase.SELECT) if job.configuration == number]
    return Configuration(
        number=number,
        trial_number=trial and trial.trial_number,
        params=next(job.params or {} for job in finished.final if job.configuration == number),
        search_score=trial and _final_score(trial),
        select_scores=_final_scores(select),
        final_scores=_final_scores(finished.trained(number, DataSet.SEARCH)),
    )


def _final_scores(trained: Iterable[JobRecord]) -> tuple[float, ...]:
    return tuple(score for job in trained if (score := _final_score(job)) is not None)


def _final_score(job: JobRecord) -> float | None:
    # A job that was cut short has the score of its last report, which is no result.
    return job.score if job.state == JobState.SUCCEEDED else None
