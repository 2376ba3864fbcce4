"""A study that is done, as the database holds it: its jobs, their answers, the seal."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from hpo.errors import NoResult
from hpo.formatting import first_line
from hpo.result.scores import Answers, Comparison, contrast
from hpo.statistics.interim_looks import CONFIDENCE, Look
from hpo.study import final_looks
from storage.database import Database
from storage.records import BASELINE, EvaluationRecord, JobRecord, OpeningRecord, StudyRecord
from storage.states import DataSet, JobState, Phase, Split
from storage.tables import evaluations, holdout_uses, jobs, studies


@dataclass(frozen=True)
class FinishedStudy:
    """A study that is done. `holdouts` are the hashes of those it was judged on; `openings` are
    those of its searched classes' holdout by any study, oldest first."""

    study: StudyRecord
    jobs: Sequence[JobRecord]
    holdouts: Mapping[DataSet, str]
    openings: Sequence[OpeningRecord]
    _judged: Mapping[tuple[int, Split], EvaluationRecord]

    @cached_property
    def final(self) -> list[JobRecord]:
        """The jobs of the final phase, in the order of their seeds."""
        return self.of_phase(Phase.FINAL)

    @cached_property
    def looks(self) -> list[Look]:
        """The looks that were taken, the last of which is the verdict's."""
        return [look for look, _ in final_looks.taken(self.study, self.final)]

    def look_of(self, job: JobRecord) -> int:
        """The number of the first look that saw a job of the final phase; the first is all that there is
        on new classes."""
        taken = final_looks.taken(self.study, self.final)
        return next((look.number for look, seen in taken if job in seen), 1)

    @property
    def judged(self) -> Mapping[int, EvaluationRecord]:
        """What each final job said of the holdout, by its id; empty where there is none."""
        return {job: each for (job, split), each in self._judged.items() if split == Split.HOLDOUT}

    @property
    def openings_before(self) -> list[OpeningRecord]:
        """Those of the holdout before this final phase opened it first."""
        ours = self.study.uuid, self.study.generation
        own = [
            each.origin_id or each.id
            for each in self.openings
            if (each.study_uuid, each.generation) == ours
        ]
        # What a copied study shares with another is one use, and counts where that made it.
        uses = [each for each in self.openings if each.origin_id is None]
        return [each for each in uses if own and each.id < min(own)]

    @property
    def winner(self) -> int | None:
        """The configuration that was compared with the baseline; None where none was."""
        compared = (job.configuration for job in self.final)
        return next((number for number in compared if number != BASELINE), None)

    def of_phase(self, phase: Phase) -> list[JobRecord]:
        """The jobs of a phase: of its present generation, and for the search of all."""
        return of_phase(self.study, self.jobs, phase)

    def trained(self, configuration: int | None, data_set: DataSet) -> list[JobRecord]:
        """The final jobs that gave a model of that configuration."""
        return [
            job
            for job in self.final
            if (job.configuration, job.data_set) == (configuration, data_set)
            and job.state == JobState.SUCCEEDED
        ]

    @property
    def exported(self) -> JobRecord | None:
        """The training whose model is exported: the winner's first, whatever its score; None where
        the winner has no model."""
        return next(iter(self.trained(self.winner, DataSet.SEARCH)), None)

    def answers(self, configuration: int | None, data_set: DataSet, split: Split) -> Answers | None:
        """What its final models answered on a split; None where it has no model.

        Raises:
            NoResult: they were judged on different images.
        """
        trained = self.trained(configuration, data_set)
        if not trained:
            return None
        records = [self._judged[job.id, split] for job in trained]
        # Images are paired by their place in the file: other labels are another file.
        if len({record.labels for record in records}) > 1:
            raise _different_images(data_set, split)
        return Answers(
            seeds=tuple(job.seed for job in trained),
            labels=np.frombuffer(records[0].labels, np.uint8),
            predictions=np.stack([np.frombuffer(one.predictions, np.uint8) for one in records]),
            losses=np.stack([np.frombuffer(one.losses, "<f4") for one in records]),
        )

    def comparison(self, data_set: DataSet, split: Split) -> Comparison | None:
        """The winner on a split, beside the baseline where that has a model; None where the winner has
        none.

        Raises:
            NoResult: they were judged on different images.
        """
        winner, baseline = (self.answers(each, data_set, split) for each in (self.winner, BASELINE))
        if winner is None:
            return None
        try:
            is_looked_at = data_set == DataSet.SEARCH
            return contrast(
                winner, baseline, self.looks[-1].confidence if is_looked_at else CONFIDENCE
            )
        except ValueError as error:
            raise _different_images(data_set, split) from error


def read(db: Database, name: str) -> FinishedStudy:
    """Reads a study that is done.

    Raises:
        StudyNotFound: there is no such study.
        NoResult: it is not done, or it stopped.
    """
    with db.reading() as tx:
        study = studies.get(tx, name)
        all_jobs = jobs.of_study(tx, study.id)
        judged = evaluations.of_study(tx, study.id, study.generation)
        data_sets = {job.id: job.data_set for job in of_phase(study, all_jobs, Phase.FINAL)}
        holdouts = {
            data_sets[opening.job_id]: opening.holdout_sha256
            for opening in holdout_uses.of_study(tx, study.uuid)
            if opening.job_id in data_sets
        }
        opened = holdout_uses.of_holdout(tx, holdouts.get(DataSet.SEARCH, ""))
    _refuse_unfinished(study, all_jobs)
    by_job = {(record.job_id, record.split): record for record in judged}
    return FinishedStudy(study, all_jobs, holdouts, opened, by_job)


def search_alone(study: StudyRecord) -> NoResult:
    """What to say of a study whose search nothing followed."""
    if study.has_front:
        return NoResult(
            f"study '{study.name}' has several directions, and no trial that is the best"
        )
    if study.is_imported:
        return NoResult(
            f"study '{study.name}' was imported, and is a search alone",
            f"`hpo run FILE.py:FUNCTION --from {study.name} --name NEW` goes on from it",
        )
    if study.is_called:
        return NoResult(
            f"study '{study.name}' is a search alone, of an objective",
            "with --baseline FILE and --final-seeds N one is judged with fresh seeds",
        )
    return NoResult(
        f"study '{study.name}' is a search alone, with --final-seeds 0",
        f"`hpo create NAME --from {study.name}` makes one that judges what it found",
    )


def of_phase(study: StudyRecord, all_jobs: Sequence[JobRecord], phase: Phase) -> list[JobRecord]:
    """The jobs of a phase: of the present generation, and for the search of all."""
    return [
        job
        for job in all_jobs
        if job.phase == phase and (phase == Phase.SEARCH or job.generation == study.generation)
    ]


def _refuse_unfinished(study: StudyRecord, all_jobs: Sequence[JobRecord]) -> None:
    if study.phase == Phase.STOPPED:
        raise NoResult(
            f"study '{study.name}' stopped without a result ({first_line(study.reason)})",
            f"mend that; `hpo create {study.name} --extend --trials {study.trials}` goes on",
        )
    if study.phase != Phase.DONE:
        here = of_phase(study, all_jobs, study.phase)
        ended = sum(job.state.is_final for job in here)
        raise NoResult(
            f"study '{study.name}' has no result yet, its {study.phase} phase has ended"
            f" {ended} of {len(here)} trainings",
            "`hpo worker` or `hpo run` carries it on",
        )


def _different_images(data_set: DataSet, split: Split) -> NoResult:
    return NoResult(
        f"final models were judged on different {split} images of the {data_set} classes",
        "give all workers the same data and run a study of another name",
    )
