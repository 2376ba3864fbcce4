"""The result of a finished study: winner and baseline, on images the search never saw."""

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
from pydantic import BaseModel, ConfigDict, computed_field

from hpo.answer.verdict import Correct, Difference, Estimate, compare, estimate, estimate_accuracy
from hpo.errors import NoResult
from hpo.status import first_line
from storage import evaluations, jobs, studies
from storage.database import Database
from storage.records import BASELINE, EvaluationRecord, JobRecord, Params, StudyRecord
from storage.states import DataSet, JobState, Phase, Split


class _Model(BaseModel):
    # A loss may be inf or NaN, which JSON proper lacks; as strings they survive a round trip.
    model_config = ConfigDict(frozen=True, ser_json_inf_nan="strings")


class Configuration(_Model):
    """A configuration and what it scored on validation before the final phase.

    `number` is that of its search job, 0 the baseline; `search_score` is of one training, `select`
    of fresh seeds. Either is None where such a training did not come to its end.
    """

    number: int
    trial_number: int | None
    params: Params
    search_score: float | None
    select: Estimate | None


class Score(_Model):
    """What the final phase's models of one configuration scored on one split.

    `accuracies` and `losses` stand in the order of `seeds`; losses are in nats.
    """

    seeds: tuple[int, ...]
    accuracies: tuple[float, ...]
    losses: tuple[float, ...]
    accuracy: Estimate
    loss: Estimate


class Comparison(_Model):
    """Winner and baseline on the same images."""

    winner: Score
    baseline: Score
    difference: Difference

    @property
    def n_images(self) -> int:
        return self.difference.n_images


class Change(_Model):
    """A parameter of which the winner has another value than the baseline; None is absent."""

    name: str
    baseline: str | int | float | None
    winner: str | int | float | None


class LostTraining(_Model):
    """A training of the final phase that gave no model: it diverged, failed or was cancelled."""

    configuration: int
    data_set: DataSet
    seed: int
    reason: str


class Result(_Model):
    """What a study found, and the evidence. On the new classes both configurations were trained
    from scratch; that pair is None where one of them has no model there."""

    study: str
    definition: str
    definition_hash: str
    settings: Mapping[str, Any]
    generation: int
    trials: Mapping[JobState, int]
    search_ended: str | None
    winner: Configuration
    baseline: Configuration
    validation: Comparison
    holdout: Comparison
    new_validation: Comparison | None
    new_holdout: Comparison | None
    lost_trainings: tuple[LostTraining, ...]
    earlier_openings: int
    """For how many trainings of earlier generations the holdout had been opened before."""

    @computed_field  # type: ignore[prop-decorator]  # pydantic's own recipe
    @property
    def verdict(self) -> str:
        """The one primary comparison, in words."""
        lost = sum(training.data_set == DataSet.SEARCH for training in self.lost_trainings)
        left_out = f"; {lost} final training{'s' * (lost > 1)} gave no model" if lost else ""
        return f"{self.holdout.difference.sentence}{left_out}"

    @computed_field  # type: ignore[prop-decorator]
    @property
    def changes(self) -> tuple[Change, ...]:
        """In which parameters the winner differs from the baseline."""
        before, after = self.baseline.params, self.winner.params
        return tuple(
            Change(name=name, baseline=before.get(name), winner=after.get(name))
            for name in {**before, **after}
            if before.get(name) != after.get(name)
        )

    @computed_field  # type: ignore[prop-decorator]
    @property
    def seed_luck(self) -> float | None:
        """How much accuracy the winner's search score promised beyond its mean over new seeds."""
        if self.winner.search_score is None or self.winner.select is None:
            return None
        return self.winner.search_score - self.winner.select.mean

    @computed_field  # type: ignore[prop-decorator]
    @property
    def image_luck(self) -> float | None:
        """How much the mean on the validation images promised beyond that on the holdout."""
        if self.winner.select is None:
            return None
        return self.winner.select.mean - self.holdout.winner.accuracy.mean


def assemble(db: Database, name: str) -> Result:
    """The result of a study that is done.

    Raises:
        StudyNotFound: there is no such study.
        NoResult: it is not done, it stopped, or winner or baseline has no final model.
    """
    with db.reading() as tx:
        study = studies.get(tx, name)
        all_jobs = jobs.of_study(tx, study.id)
        judged = evaluations.of_study(tx, study.id, study.generation)
    _refuse_unfinished(study, all_jobs)
    final = _of_phase(all_jobs, study, Phase.FINAL)
    winner = next(job.configuration for job in final if job.configuration != BASELINE)
    by_job = {(record.job_id, record.split): record for record in judged}
    comparison = partial(_compare, final, by_job, winner)
    search = [job for job in all_jobs if job.phase == Phase.SEARCH]
    select = _of_phase(all_jobs, study, Phase.SELECT)
    states = Counter(job.state for job in search)
    lost = [job for job in final if job.state != JobState.SUCCEEDED]
    validation = comparison(DataSet.SEARCH, Split.VALIDATION)
    holdout = comparison(DataSet.SEARCH, Split.HOLDOUT)
    if validation is None or holdout is None:
        reasons = "; ".join(sorted({first_line(job.reason) for job in lost}))
        raise NoResult(
            f"study '{name}' cannot compare winner and baseline, one has no final model"
            f" ({reasons}): mend that and run a study of another name"
        )
    return Result(
        study=study.name,
        definition=study.definition,
        definition_hash=study.definition_hash,
        settings=study.settings,
        generation=study.generation,
        trials={state: states[state] for state in JobState if states[state]},
        search_ended=study.reason,
        winner=_configuration(winner, search, select, final),
        baseline=_configuration(BASELINE, search, select, final),
        validation=validation,
        holdout=holdout,
        new_validation=comparison(DataSet.NEW, Split.VALIDATION),
        new_holdout=comparison(DataSet.NEW, Split.HOLDOUT),
        lost_trainings=tuple(
            LostTraining(
                configuration=job.configuration,
                data_set=job.data_set,
                seed=job.seed,
                reason=first_line(job.reason),
            )
            for job in lost
        ),
        earlier_openings=sum(
            job.opened_ms is not None and job.generation < study.generation for job in all_jobs
        ),
    )


def _refuse_unfinished(study: StudyRecord, all_jobs: Sequence[JobRecord]) -> None:
    if study.phase == Phase.STOPPED:
        raise NoResult(
            f"study '{study.name}' stopped without a result ({first_line(study.reason)}):"
            " mend that and run a study of another name"
        )
    if study.phase != Phase.DONE:
        here = [job for job in all_jobs if job.phase == study.phase]
        here = here if study.phase == Phase.SEARCH else _of_phase(here, study, study.phase)
        ended = sum(job.state.is_final for job in here)
        raise NoResult(
            f"study '{study.name}' has no result yet, its {study.phase} phase has ended"
            f" {ended} of {len(here)} trainings: `hpo worker` or `hpo run` carries it on"
        )


def _of_phase(all_jobs: Sequence[JobRecord], study: StudyRecord, phase: Phase) -> list[JobRecord]:
    """Jobs of the present generation, in the order of their seeds."""
    return [job for job in all_jobs if job.phase == phase and job.generation == study.generation]


def _configuration(
    number: int,
    search: Sequence[JobRecord],
    select: Sequence[JobRecord],
    final: Sequence[JobRecord],
) -> Configuration:
    trial = next((job for job in search if job.configuration == number), None)
    scores = [_final_score(job) for job in select if job.configuration == number]
    known = [score for score in scores if score is not None]
    return Configuration(
        number=number,
        trial_number=trial and trial.trial_number,
        params=next(job.params or {} for job in final if job.configuration == number),
        search_score=trial and _final_score(trial),
        # As in ranking: a configuration that lost a seed has no mean one could rely on.
        select=estimate(known) if known and len(known) == len(scores) else None,
    )


def _final_score(job: JobRecord) -> float | None:
    # A job that was cut short has the score of its last report, which is no result.
    return job.score if job.state == JobState.SUCCEEDED else None


# One configuration's final models on one split: each job with what its model answered.
_Side = Sequence[tuple[JobRecord, EvaluationRecord]]


def _compare(
    final: Sequence[JobRecord],
    by_job: Mapping[tuple[int, Split], EvaluationRecord],
    winner: int,
    data_set: DataSet,
    split: Split,
) -> Comparison | None:
    ours, theirs = (
        [
            (job, record)
            for job in final
            if (job.configuration, job.data_set) == (number, data_set)
            and (record := by_job.get((job.id, split))) is not None
        ]
        for number in (winner, BASELINE)
    )
    if not ours or not theirs:
        return None
    # Images are paired by their place in the file: other labels are another file.
    if len({record.labels for _, record in (*ours, *theirs)}) > 1:
        raise NoResult(
            f"final models were judged on different {split} images of the {data_set} classes:"
            " give all workers the same data and run a study of another name"
        )
    difference = compare(_correct(ours), _correct(theirs))
    return Comparison(winner=_score(ours), baseline=_score(theirs), difference=difference)


def _correct(side: _Side) -> Correct:
    return np.stack(
        [
            np.frombuffer(record.labels, np.uint8) == np.frombuffer(record.predictions, np.uint8)
            for _, record in side
        ]
    )


def _score(side: _Side) -> Score:
    return Score(
        seeds=tuple(job.seed for job, _ in side),
        accuracies=tuple(record.accuracy for _, record in side),
        losses=tuple(record.loss for _, record in side),
        accuracy=estimate_accuracy(_correct(side)),
        loss=estimate([record.loss for _, record in side]),
    )
