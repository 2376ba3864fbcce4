"""The story of a study: all that its report tells, read at once."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import optuna

from hpo import definitions
from hpo.answer import finish as finishes
from hpo.answer import result as results
from hpo.answer.finish import Finish
from hpo.answer.result import Result
from hpo.errors import DefinitionError, NoResult
from hpo.history import SamplersStudy
from hpo.provenance import Provenance
from hpo.report import diagram, samples
from hpo.report.diagram import Layer
from hpo.report.samples import Sample
from hpo.settings import Settings
from hpo.status import Status, first_line, read_status
from storage import artifacts, attempts
from storage.database import Database
from storage.errors import BadPlace, StoreUnavailable
from storage.history import History
from storage.records import AttemptRecord, JobRecord, StudyRecord
from storage.states import ArtifactKind, DataSet, Phase, Split
from studies import dataset
from studies.dataset import PreparedData
from studies.errors import DataError, SettingsError

log = logging.getLogger(__name__)
PREPARED = "manifest.json"
"""What stands in a folder of prepared data last."""
FindData = Callable[[StudyRecord], PreparedData | None]


@dataclass(frozen=True)
class Story:
    """A study of which a trial has been completed. `trials` is Optuna's study with what is recalled
    of its trials (hpo.history); what only a study that is done has is None or empty before."""

    status: Status
    attempts: Sequence[AttemptRecord]
    trials: optuna.Study
    best: JobRecord
    """The best of the search, or what was compared with the baseline in the end."""
    finish: Finish | None
    result: Result | None
    layers: tuple[Layer, ...]
    samples: tuple[Sample, ...]
    provenance: Provenance | None
    """Of the training that gave the model."""

    @property
    def study(self) -> StudyRecord:
        return self.status.study

    @property
    def title(self) -> str:
        kind = "" if self.study.definition == self.study.name else f" of {self.study.definition}"
        return f"{self.study.name}{kind}"


def read(db: Database, name: str, find: FindData | None = None) -> Story:
    """Reads the story as it stands; of a study that is done also pictures, from the data that `find`
    finds.

    Raises:
        StudyNotFound, DatabaseUnavailable
        NoResult: no trial has been completed yet.
    """
    status = read_status(db, name)
    if status.best is None:
        raise NoResult(
            f"study '{name}' has nothing to report yet, no trial has been completed:"
            f" `hpo status {name}` shows how it stands"
        )
    with db.reading() as tx:
        made = attempts.of_study(tx, status.study.id)
    known = {job.id for job in status.jobs}  # others were made since
    finish = result = None
    if status.study.phase == Phase.DONE:
        finish = finishes.read(db, name)
        try:
            result = results.assemble(finish)
        except NoResult as error:  # a side has no model: the search is told all the same
            log.warning("%s", error)
    job = None if finish is None else finish.exported
    return Story(
        status=status,
        attempts=[each for each in made if each.job_id in known],
        trials=_trials(db, name),
        best=_best(status, finish),
        finish=finish,
        result=result,
        layers=() if job is None else _layers(db, job),
        samples=() if find is None else _pictures(finish, result, find),
        provenance=None if job is None else _provenance(status, job),
    )


def find_data(
    study: StudyRecord, settings: Settings, references: Sequence[str] = (), *, fetch: bool = True
) -> PreparedData | None:
    """The study's data as this machine has it; None where it has not, for which no report fails.
    Without `fetch` nothing is downloaded or prepared."""
    try:
        definition = definitions.find(study, references).with_settings(study.settings)
        source = definition.study.data
        if not fetch and not (settings.cache_dir / source.key() / PREPARED).exists():
            return None
        return dataset.prepare(source, settings.cache_dir, settings.data_dir)
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
        return diagram.read(model_of(db, job) or b"")
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


def _pictures(finish: Finish | None, result: Result | None, find: FindData) -> tuple[Sample, ...]:
    if finish is None or result is None or (data := find(finish.study)) is None:
        return ()
    answers = finish.answers(finish.winner, DataSet.SEARCH, Split.HOLDOUT)
    assert answers is not None, "a result has both sides' answers"
    try:
        images = dataset.load_holdout(data.holdout_path("search"))
    except DataError as error:
        log.warning("the report shows no pictures: %s", first_line(str(error)))
        return ()
    if not np.array_equal(images.y, answers.labels):
        log.warning("the report shows no pictures: this machine's data is not the study's")
        return ()
    return samples.choose(images, answers, result.class_names["search"])


def _best(status: Status, finish: Finish | None) -> JobRecord:
    if finish is not None:
        trained = [
            job for job in status.of_phase(Phase.SEARCH) if job.configuration == finish.winner
        ]
        if trained:
            return trained[-1]
    assert status.best is not None
    return status.best


def _provenance(status: Status, job: JobRecord) -> Provenance | None:
    made_by = (each.provenance for each in status.workers if each.id == job.worker_id)
    found = next(made_by, None)
    return None if found is None else Provenance.model_validate(found)
