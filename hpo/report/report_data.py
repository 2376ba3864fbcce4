"""The contents of a report: all that it tells of a study, read at once."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import optuna

from hpo import definition_finder
from hpo.errors import DefinitionError, NoResult
from hpo.formatting import first_line
from hpo.provenance import Provenance
from hpo.report import model_diagram, sample_images
from hpo.report.model_diagram import Layer
from hpo.report.sample_images import Sample
from hpo.result import finished_study
from hpo.result.finished_study import FinishedStudy
from hpo.result.result import Conclusion, Result, conclude
from hpo.result.result_tables import study_title
from hpo.search.trial_history import SamplersStudy
from hpo.settings import Settings
from hpo.status.study_status import Status, read_status
from storage.database import Database
from storage.errors import BadPlace, StoreUnavailable
from storage.optuna_trial_cache import History
from storage.records import AttemptRecord, JobRecord, StudyRecord
from storage.states import ArtifactKind, DataSet, Phase, Split
from storage.tables import artifacts, attempts
from studies.data import image_data
from studies.data.prepared_data import PreparedData
from studies.errors import DataError, SettingsError

log = logging.getLogger(__name__)
FindData = Callable[[StudyRecord], PreparedData | None]


@dataclass(frozen=True)
class Contents:
    """A study of which a trial has been completed. `trials` is Optuna's study with what is recalled
    of its trials (hpo.search.trial_history); what only a study that is done has is None or empty before."""

    status: Status
    attempts: Sequence[AttemptRecord]
    trials: optuna.Study
    best: JobRecord | None
    """The best of the search, or what was compared with the baseline in the end; None where no trial is
    feasible."""
    finished: FinishedStudy | None
    conclusion: Conclusion | None
    layers: tuple[Layer, ...]
    samples: tuple[Sample, ...]
    provenance: Provenance | None
    """Of the training that gave the model."""

    @property
    def result(self) -> Result | None:
        """None where the winner has no model, too."""
        return None if self.conclusion is None else self.conclusion.result

    @property
    def has_branches(self) -> bool:
        """Whether the model's layers are more than a chain."""
        return not model_diagram.is_chain(self.layers)

    @property
    def study(self) -> StudyRecord:
        return self.status.study

    @property
    def title(self) -> str:
        study = self.study
        return study_title(study.name, study.name if study.is_imported else study.definition)


def read_contents(db: Database, name: str, find: FindData | None = None) -> Contents:
    """Reads a study as it stands; of one that is done also pictures, from the data that `find`
    finds.

    Raises:
        StudyNotFound, DatabaseUnavailable
        NoResult: no trial has been completed yet.
    """
    status = read_status(db, name, with_attributes=True)
    if not status.completed:
        raise NoResult(
            f"study '{name}' has nothing to report yet, no trial has been completed",
            f"`hpo status {name}` shows how it stands",
        )
    with db.reading() as tx:
        made = attempts.of_study(tx, status.study.id)
    known = {job.id for job in status.jobs}  # others were made since
    finished = conclusion = None
    if status.study.phase == Phase.DONE:
        finished = finished_study.read(db, name)
        conclusion = conclude(finished)
    job = None if finished is None else finished.exported
    return Contents(
        status=status,
        attempts=[each for each in made if each.job_id in known],
        trials=_trials(db, name),
        best=status.winner or status.best,
        finished=finished,
        conclusion=conclusion,
        layers=() if job is None else _layers(db, job),
        samples=() if find is None else _pictures(finished, conclusion, find),
        provenance=None if job is None else _provenance(status, job),
    )


def find_data(
    study: StudyRecord, settings: Settings, references: Sequence[str] = (), *, fetch: bool = True
) -> PreparedData | None:
    """The study's data as this machine has it; None where it has not, for which no report fails.
    Without `fetch` nothing is downloaded or prepared."""
    try:
        found = definition_finder.find(study, settings, references)
        definition = found.with_settings(study.trained_settings)
        if not fetch:
            return definition.study.find_data(settings.cache_folder)
        return definition.study.prepare(settings.cache_folder, settings.data_dir)
    except (DefinitionError, DataError, SettingsError) as error:
        log.warning("the report shows no pictures: %s", first_line(str(error)))
        return None


def model_of(db: Database, job: JobRecord) -> bytes | None:
    """The model that a final training gave, where it was kept and is whole."""
    with db.reading() as tx:
        kept = artifacts.find(tx, job.id, ArtifactKind.MODEL)
    if not kept:
        return None
    with db.translated():
        return artifacts.take(db.artifacts, kept[0])


def _layers(db: Database, job: JobRecord) -> tuple[Layer, ...]:
    try:
        return model_diagram.read(model_of(db, job) or b"")
    except (BadPlace, StoreUnavailable, OSError) as error:  # a machine of which it is not asked
        log.warning("the report shows no model: %s", error)
        return ()


def _trials(db: Database, name: str) -> optuna.Study:
    with db.translated():
        try:
            return SamplersStudy(study_name=name, storage=History(db))
        except KeyError:
            log.warning("the report shows no trials: Optuna's study '%s' was removed", name)
            return optuna.create_study()


def _pictures(
    finished: FinishedStudy | None, conclusion: Conclusion | None, find: FindData
) -> tuple[Sample, ...]:
    if finished is None or conclusion is None or (result := conclusion.result) is None:
        return ()
    if (data := find(finished.study)) is None:
        return ()
    answers = finished.answers(finished.winner, DataSet.SEARCH, Split.HOLDOUT)
    assert answers is not None, "a result has its winner's answers"
    try:
        images = image_data.load_holdout(data.holdout_path("search"))
    except DataError as error:
        log.warning("the report shows no pictures: %s", first_line(str(error)))
        return ()
    if not np.array_equal(images.y, answers.labels):
        log.warning("the report shows no pictures: this machine's data is not the study's")
        return ()
    return sample_images.choose(images, answers, result.class_names["search"])


def _provenance(status: Status, job: JobRecord) -> Provenance | None:
    made_by = (each.provenance for each in status.workers if each.id == job.worker_id)
    found = next(made_by, None)
    return None if found is None else Provenance.model_validate(found)
