"""The exporter: writes the best configuration of a study with its proof, as a bundle."""

import json
import logging
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from hpo import definition_finder, provenance
from hpo.bundle import (
    best_json,
    manifest,
    model_card,
    parameter_formats,
    predictions_npz,
    standalone_script,
)
from hpo.bundle.best_json import BestConfiguration, Training
from hpo.bundle.model_loading import name_of_model
from hpo.definition_loader import Definition, version_of
from hpo.errors import NoResult, UsageError
from hpo.provenance import Provenance
from hpo.report import html
from hpo.report.report_data import read_contents
from hpo.result import result as results
from hpo.result.finished_study import FinishedStudy
from hpo.result.finished_study import read as read_finished
from hpo.settings import Settings
from storage.database import Database
from storage.records import JobRecord
from storage.states import ArtifactKind
from storage.tables import artifacts, studies, workers
from studies.data import image_data
from studies.data.prepared_data import PreparedData, write_whole

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Export:
    """What a bundle is made of, before it is written."""

    best: BestConfiguration
    contents: dict[str, bytes]
    """The files by name, in the order people read them."""

    def write(self, folder: Path) -> list[Path]:
        """Writes all files into `folder`, or none.

        Raises:
            UsageError: the folder holds other files, or cannot be written.
        """
        return manifest.write(folder, self.contents)


def export(settings: Settings, name: str, folder: Path, references: Sequence[str]) -> Export:
    """Writes the bundle of a study that is done into `folder`; its definition is built in, or one of
    the files in `references`.

    Raises:
        NoResult: the study is not done, or has nothing to export.
        UsageError: no bundle can stand there, or the definition is another version.
        DataError, DataMismatch: this machine does not have the data.
    """
    with closing(_open(settings)) as db:
        finished, definition = _find(settings, db, name, references)
        manifest.reserve(folder, name)
        data = definition.study.prepare(settings.cache_folder, settings.data_dir)
        exported = collect(db, definition, data, finished)
    exported.write(folder)
    return exported


def render(settings: Settings, name: str, target: str, references: Sequence[str]) -> str:
    """The best configuration of a study that is done, alone: in one of the `formats`, for which
    nothing but the database is needed, or as a standalone script.

    Raises:
        NoResult: the study is not done, or has nothing to export.
        UsageError: the definition is another version.
        DataError, DataMismatch: this machine does not have the data.
    """
    with closing(_open(settings)) as db:
        if target in set(parameter_formats.Format):
            document = parameter_formats.describe(read_finished(db, name))
            return parameter_formats.render(document, parameter_formats.Format(target))
        finished, definition = _find(settings, db, name, references)
        data = definition.study.prepare(settings.cache_folder, settings.data_dir)
        return standalone_script.standalone(definition, describe(db, definition, data, finished))


def write_model(settings: Settings, name: str, file: Path) -> None:
    """Writes the model that a study kept, the winner's first of the final phase, whatever it is of: nothing but
    the database is needed.

    Raises:
        NoResult: the study is not done, or kept no model.
        UsageError: the file cannot be written.
    """
    try:
        with closing(_open(settings)) as db:
            job = read_finished(db, name).exported
            if job is None:
                raise _NoModel("no training of the winner gave one")
            model = _model(db, job)
        write_whole(file, partial(Path.write_bytes, data=model))
    except _NoModel as reason:
        raise NoResult(f"study '{name}' has no model, {reason}") from reason
    except OSError as error:
        raise UsageError(f"{file} cannot be written ({error.strerror})", "name another") from error


def _open(settings: Settings) -> Database:
    return Database.open(settings.storage_url, settings.artifacts)


def _find(
    settings: Settings, db: Database, name: str, references: Sequence[str]
) -> tuple[FinishedStudy, Definition]:
    """Whether there is anything to export is known before any data is sought."""
    finished = read_finished(db, name)
    found = results.assemble(finished)
    definition = definition_finder.find(finished.study, settings, references)
    return finished, definition.with_settings(found.settings)


def collect(
    db: Database, definition: Definition, data: PreparedData, finished: FinishedStudy
) -> Export:
    """All that is worth keeping of a study that is done.

    The model is the winner's first of the final phase, whatever its score. Where the study kept
    none the bundle has none, which is logged.

    Raises:
        NoResult: the winner has no final model.
        UsageError: the definition is another version.
        DataMismatch: the data is not what the study was run with.
    """
    best = describe(db, definition, data, finished)
    contents = {manifest.BEST: (best.model_dump_json(indent=2) + "\n").encode()}
    job = finished.exported
    assert job is not None, "a result has its winner's models"
    model = None
    try:
        content = _model(db, job)
        model = name_of_model(content)
        contents[model] = content
    except _NoModel as reason:
        log.warning("no model is exported, %s: `hpo train` makes it again", reason)
    contents[manifest.PREDICTIONS] = predictions_npz.pack(finished)
    contents[manifest.SPLITS] = data.splits_path.read_bytes()
    contents[manifest.ENVIRONMENT] = _environment(best)
    if (lock := provenance.lock_file()) is not None:
        contents[manifest.LOCK] = lock.read_bytes()
    told = read_contents(db, finished.study.name, lambda _study: data)
    contents[manifest.REPORT] = html.write(told).encode()
    contents[manifest.CARD] = model_card.write(best, model).encode()
    return Export(best, contents)


def describe(
    db: Database, definition: Definition, data: PreparedData, finished: FinishedStudy
) -> BestConfiguration:
    """What `best.json` says of a study that is done.

    Raises:
        NoResult: the winner has no final model.
        UsageError: the definition is another version.
        DataMismatch: the data is not what the study was run with.
    """
    result = results.assemble(finished)
    if definition.hash != result.definition_hash:
        changed, mend = definition.changes(result.definition_hash, version_of(result.study))
        raise UsageError(
            f"study '{result.study}' was made with another version of '{result.definition}'"
            f" ({changed})",
            mend,
        )
    with db.reading() as tx:
        studies.refuse_other_data(tx, finished.study, data.sha256)
    job = finished.exported
    assert job is not None, "a result has its winner's models"
    assert job.score is not None and job.loss is not None, "a training that succeeded has both"
    _, height, width, channels = image_data.load_training(
        data.training_path("search")
    ).x_train.shape
    return BestConfiguration(
        **dict(result),
        created=datetime.now(UTC),
        data_sha256=data.sha256,
        image_shape=(height, width, channels),
        training=Training(
            seed=job.seed,
            score=job.score,
            loss=job.loss,
            tolerance=best_json.tolerance(result),
            provenance=_provenance(db, finished, job),
        ),
    )


def _provenance(db: Database, finished: FinishedStudy, job: JobRecord) -> Provenance:
    """That of the worker which carried the training out. Where it had gone on from a checkpoint of
    another kind of machine no one device gives its numbers again."""
    with db.reading() as tx:
        seen = workers.of_study(tx, finished.study.id)
    made_by = Provenance.model_validate(
        next(worker.provenance for worker in seen if worker.id == job.worker_id)
    )
    return made_by.model_copy(update={"device": ""}) if job.resumed_across else made_by


def _environment(best: BestConfiguration) -> bytes:
    """Where the training was carried out, and all that is installed where it is exported."""
    content = {
        "training": best.training.provenance.model_dump(mode="json"),
        "export": {
            "git_commit": provenance.git_commit(),
            "versions": provenance.versions(),
            "packages": provenance.packages(),
        },
    }
    return (json.dumps(content, indent=2) + "\n").encode()


class _NoModel(Exception):
    """Why there is no whole model to export."""


def _model(db: Database, job: JobRecord) -> bytes:
    with db.reading() as tx:
        kept = artifacts.find(tx, job.id, ArtifactKind.MODEL)
    if not kept:
        raise _NoModel("the study kept none")
    with db.translated():
        content = artifacts.take(db.artifacts, kept[0])
    if content is None:
        raise _NoModel(f"the stored file {kept[0].id} is gone or damaged")
    return content
