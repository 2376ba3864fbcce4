"""The exporter: writes the best configuration with its proof, and the trained model."""

import hashlib
import logging
import uuid
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from optuna.artifacts.exceptions import ArtifactNotFound

from hpo import provenance
from hpo.answer.result import Result, assemble
from hpo.bundle.best import BestConfiguration, ModelFile, Training
from hpo.definitions import Definition
from hpo.errors import UsageError
from hpo.machine.courier import MODEL
from storage import artifacts, jobs, studies, workers
from storage.database import Database
from storage.records import JobRecord
from storage.states import DataSet, Phase
from studies.dataset import PreparedData

CONFIG_FILE = "best.json"
MODEL_FILE = "model.keras"

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class ExportedFiles:
    """What was written; `model` is None where the study kept no model, which was logged."""

    best: BestConfiguration
    config: Path
    model: Path | None

    @property
    def paths(self) -> tuple[Path, ...]:
        """All files, the configuration first."""
        return (self.config,) if self.model is None else (self.config, self.model)


def export(
    db: Database, definition: Definition, data: PreparedData, name: str, folder: Path
) -> ExportedFiles:
    """Writes `best.json` and `model.keras` into `folder`, both or neither.

    The model is that of the winner's first seed of the final phase: chosen before any was
    trained, not for its score.

    Raises:
        StudyNotFound: there is no such study.
        NoResult: it has no result.
        UsageError: the definition is another version, or the folder cannot be written.
    """
    result = assemble(db, name)
    if definition.hash != result.definition_hash:
        raise UsageError(
            f"study '{name}' was made with another version of '{result.definition}':"
            " export it with the version it was made with"
        )
    job, versions = _first_training(db, result)
    model = None
    try:
        model = _model(db, job)
    except _NoModel as reason:
        again = f"`hpo train --config {folder / CONFIG_FILE} --out {folder / MODEL_FILE}`"
        log.warning("no %s is exported, %s: %s trains it again", MODEL_FILE, reason, again)
    best = BestConfiguration(
        **dict(result),
        created=datetime.now(UTC),
        git_commit=provenance.git_commit(),
        data_sha256=data.sha256,
        class_names=data.manifest.classes,
        training=Training(
            seed=job.seed,
            score=job.score,
            loss=job.loss,
            versions=versions,
            model=model and _facts(model),
        ),
    )
    text = best.model_dump_json(indent=2) + "\n"
    # The configuration last: where it stands, the model beside it is the one it speaks of.
    contents = {MODEL_FILE: model, CONFIG_FILE: text.encode()}
    _replace(folder, {file: content for file, content in contents.items() if content is not None})
    return ExportedFiles(best, folder / CONFIG_FILE, folder / MODEL_FILE if model else None)


def _first_training(db: Database, result: Result) -> tuple[JobRecord, Mapping[str, str]]:
    """The training whose model is exported, with the versions of the worker that did it."""
    with db.reading() as tx:
        study = studies.get(tx, result.study)
        trained = jobs.of_study(tx, study.id)
        seen = workers.of_study(tx, study.id)
    key = (Phase.FINAL, result.generation, result.winner.number, DataSet.SEARCH)
    seed = result.holdout.winner.seeds[0]
    job = next(
        job
        for job in trained
        if (job.phase, job.generation, job.configuration, job.data_set) == key and job.seed == seed
    )
    return job, next((worker.versions for worker in seen if worker.id == job.worker_id), {})


class _NoModel(Exception):
    """Why there is no whole model to export."""


def _model(db: Database, job: JobRecord) -> bytes:
    with db.reading() as tx:
        artifact = artifacts.find(tx, job.id, MODEL)
    if artifact is None:
        raise _NoModel("the study kept none")
    try:
        with db.translated(), db.artifacts.open_reader(artifact.id) as reader:
            content = reader.read()
    except ArtifactNotFound:
        raise _NoModel(f"the stored file {artifact.id} is gone") from None
    if hashlib.sha256(content).hexdigest() != artifact.sha256:
        raise _NoModel(f"the stored file {artifact.id} is damaged")
    return content


def _facts(model: bytes) -> ModelFile:
    return ModelFile(
        name=MODEL_FILE, size_bytes=len(model), sha256=hashlib.sha256(model).hexdigest()
    )


def _replace(folder: Path, contents: Mapping[str, bytes]) -> None:
    """Writes all files under temporary names, then renames them in order."""
    suffix = uuid.uuid4().hex
    temporary = {file: folder / f".{file}.{suffix}" for file in contents}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for file, content in contents.items():
            temporary[file].write_bytes(content)
        # An older export must not stand beside a part of this one.
        for file in (CONFIG_FILE, MODEL_FILE):
            (folder / file).unlink(missing_ok=True)
        for file, path in temporary.items():
            path.replace(folder / file)
    except OSError as error:
        raise UsageError(
            f"cannot write to {folder} ({error.strerror}): name another folder with --out"
        ) from error
    finally:
        for path in temporary.values():
            with suppress(OSError):
                path.unlink()
