"""What a child is told: of a job that it is to begin, and of what an objective asks for while it runs."""

import logging
from dataclasses import replace
from pathlib import Path

from optuna.distributions import json_to_distribution

from hpo import provenance
from hpo.errors import WorkFailed
from hpo.provenance import Provenance
from hpo.search.called_trials import given_to
from hpo.search.promotion import Advice
from hpo.training.protocol import (
    Answer,
    Attribute,
    Call,
    Paused,
    Pruned,
    Refused,
    Suggest,
    Suggested,
    Work,
)
from hpo.worker.assignments import Assignment
from hpo.worker.job_artifacts import JobArtifacts
from hpo.worker.journal import Journal
from hpo.worker.served_studies import ServedStudies
from hpo.worker.wait_times import Pace
from storage.database import Database
from storage.errors import TextRefused
from storage.records import BASELINE
from storage.states import DataSet, Phase
from storage.tables import attempts, holdout_uses, jobs
from studies.errors import SettingsError
from studies.objective import Objective

log = logging.getLogger(__name__)


class Instructions:
    """Every method raises DatabaseUnavailable where the database does not answer; calling it again
    is then right."""

    def __init__(
        self,
        db: Database,
        served: ServedStudies,
        journal: Journal,
        job_artifacts: JobArtifacts,
        pace: Pace,
    ) -> None:
        self._db = db
        self._served = served
        self._journal = journal
        self._provenance = served.made_by
        self._pace = pace
        self._job_artifacts = job_artifacts

    def begin(self, assignment: Assignment) -> Work | Call | Pruned | Paused:
        """Makes an assignment ready: what its child is to be told, or that the trial was hopeless
        already, or was to be paused, when the worker before us was lost.

        Raises:
            LeaseLost: another has the job.
            StudyMismatch: Optuna's study is gone.
            WorkFailed: this machine's disk takes nothing.
        """
        prepared, job, lease = assignment.prepared, assignment.job, assignment.lease
        trials = self._served.trials(job.study_id)
        if isinstance(prepared.definition.searched, Objective):
            return self._call(assignment)
        if job.phase == Phase.SEARCH:
            job = assignment.job = trials.begin(job, lease, prepared.definition.study.space)
            if job.epoch and trials.judge(job) is Advice.PRUNE:
                return Pruned(epoch=job.epoch)
        elif job.phase == Phase.FINAL:
            self._open_holdout(assignment, prepared.data.holdout_sha256(assignment.data_set))
        if (found := self._fetch_checkpoint(assignment)) is None:
            return self._work(assignment, None)
        file, epoch = found
        if job.phase == Phase.SEARCH and trials.resume(job, lease, epoch) is Advice.PAUSE:
            return Paused(epoch=epoch)
        return self._work(assignment, file)

    def _call(self, assignment: Assignment) -> Call:
        """Of select and final, as of the baseline, all parameters are given, and are to be asked for."""
        job, definition = assignment.job, assignment.prepared.definition
        known = set(job.params or {}) if self._is_given_all(assignment) else set()
        if job.phase == Phase.SEARCH:
            found = self._served.called_trials(job.study_id).begin_empty(job, assignment.lease)
            known |= set(found.params or {})
            # What was given to the job stays given, until it asks.
            job = assignment.job = replace(found, params=job.params)
        judged = None
        searched = definition.searched
        assert isinstance(searched, Objective), "it is called"
        if job.phase == Phase.FINAL and searched.holdout_sha256 is not None:
            judged = dict(job.params or {})
            self._open_holdout(assignment, searched.holdout_sha256)
        assert job.started_ms is not None, "it was begun"
        kept = self._fetch_checkpoint(assignment) if job.attempts > 1 else None
        return Call(
            definition=definition.reference,
            definition_hash=definition.hash,
            settings=dict(assignment.prepared.study.settings),
            study=assignment.prepared.study.name,
            known=tuple(sorted(known)),
            judged=judged,
            seed=job.seed,
            number=job.trial_number or 0,
            began_ms=job.started_ms,
            checkpoint_file=str(kept[0]) if kept is not None else None,
            checkpoint_number=kept[1] if kept is not None else 0,
            checkpoint_stem=str(self._journal.files_of(assignment.lease, "")),
            checkpoint_seconds=self._pace.checkpoint_seconds,
        )

    def _open_holdout(self, assignment: Assignment, sha256: str) -> None:
        """Breaks the seal, for all to see."""
        study, account = assignment.prepared.study, provenance.account()
        with self._db.transaction() as tx:
            holdout_uses.add(tx, study, assignment.job, assignment.lease, sha256, account)

    def _is_given_all(self, assignment: Assignment) -> bool:
        study, job = assignment.prepared.study, assignment.job
        return job.phase != Phase.SEARCH or study.is_baseline(job.configuration)

    def answer(
        self, assignment: Assignment, asked: Suggest | Attribute
    ) -> Suggested | Answer | Refused:
        """What an objective is told that asked for something.

        Raises:
            LeaseLost: another has the job.
        """
        job, lease = assignment.job, assignment.lease
        trials = self._served.called_trials(job.study_id)
        try:
            match asked:
                case Suggest(name=name, distribution=text):
                    distribution = json_to_distribution(text)
                    if self._is_given_all(assignment):
                        given = given_to(job, name, distribution)
                        if job.phase != Phase.SEARCH:
                            return Suggested(internal=given)
                    return Suggested(internal=trials.suggest(job, lease, name, distribution))
                case Attribute() if job.phase != Phase.SEARCH:
                    return Answer(go_on=True)  # it has no trial to keep it with
                case Attribute() as kept:
                    trials.keep(
                        job, lease, kept.key, kept.value,
                        is_constraint=kept.is_constraint, is_systems=kept.is_systems,
                    )  # fmt: skip
                    return Answer(go_on=True)
        except (ValueError, TypeError, SettingsError, TextRefused) as error:
            return Refused(reason=str(error))

    def _fetch_checkpoint(self, assignment: Assignment) -> tuple[Path, int] | None:
        """Brings the job's newest checkpoint here, and notes what was otherwise where it was
        written; gives its file and its epoch."""
        job = assignment.job
        found = self._job_artifacts.newest_checkpoint(job)
        if found is None:
            return None
        artifact, content = found
        written_by = Provenance.model_validate(artifact.provenance)
        assignment.across = "; ".join(written_by.differences(self._provenance)) or None
        file = self._journal.files_of(assignment.lease, "-resume.checkpoint")
        try:
            file.write_bytes(content)
        except OSError as error:
            raise WorkFailed.of_disk(file, error) from error
        with self._db.transaction() as tx:
            jobs.write(tx, assignment.lease)
            attempts.resume(tx, job.id, artifact.epoch or 0)
        if not assignment.prepared.study.is_called:
            log.info("%s goes on from epoch %s", assignment.title, artifact.epoch)
        else:
            log.info("%s goes on from its folder, kept %s times", assignment.title, artifact.epoch)
        return file, artifact.epoch or 0

    def _work(self, assignment: Assignment, checkpoint: Path | None) -> Work:
        """Only a final job is given a holdout; of the models only the winner's on the searched
        classes are kept, one of which is exported. The first trial's is saved, and thrown away: that
        it cannot be is not to be found when all has been trained."""
        job, files = assignment.job, self._journal
        definition, data = assignment.prepared.definition, assignment.prepared.data
        final = job.phase == Phase.FINAL
        kept = final and job.data_set == DataSet.SEARCH and job.configuration != BASELINE
        tried = job.phase == Phase.SEARCH and job.configuration == BASELINE
        holdout = data.holdout_path(assignment.data_set)
        return Work(
            definition=definition.reference,
            definition_hash=definition.hash,
            settings=dict(assignment.prepared.study.trained_settings),
            params=dict(job.params or {}),
            seed=job.seed,
            training_file=str(data.training_path(assignment.data_set)),
            holdout_file=str(holdout) if final else None,
            model_file=str(files.files_of(assignment.lease, ".keras")) if kept or tried else None,
            checkpoint_file=str(checkpoint) if checkpoint else None,
            checkpoint_stem=str(files.files_of(assignment.lease, "")),
            checkpoint_seconds=self._pace.checkpoint_seconds,
        )
