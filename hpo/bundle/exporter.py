"""The exporter: writes the best configuration of a study with its proof, as a bundle."""

import json
import logging
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from hpo import provenance
from hpo.answer import result as results
from hpo.answer.finish import Finish
from hpo.bundle import best as best_file
from hpo.bundle import card, layout, manifest, predictions
from hpo.bundle.best import BestConfiguration, Training
from hpo.definitions import Definition
from hpo.errors import UsageError
from hpo.provenance import Provenance
from hpo.report import page
from hpo.report import story as stories
from storage import artifacts, studies, workers
from storage.database import Database
from storage.records import JobRecord
from storage.states import ArtifactKind
from studies import dataset
from studies.dataset import PreparedData

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


def collect(db: Database, definition: Definition, data: PreparedData, finish: Finish) -> Export:
    """All that is worth keeping of a study that is done.

    The model is the winner's first of the final phase, whatever its score. Where the study kept
    none the bundle has none, which is logged.

    Raises:
        NoResult: winner or baseline has no final model.
        UsageError: the definition is another version.
        DataMismatch: the data is not what the study was run with.
    """
    best = describe(db, definition, data, finish)
    contents = {layout.BEST: (best.model_dump_json(indent=2) + "\n").encode()}
    job = finish.exported
    assert job is not None, "a result has its winner's models"
    try:
        contents[layout.MODEL] = _model(db, job)
    except _NoModel as reason:
        log.warning("no %s is exported, %s: `hpo train` makes it again", layout.MODEL, reason)
    contents[layout.PREDICTIONS] = predictions.pack(finish)
    contents[layout.SPLITS] = data.splits_path.read_bytes()
    contents[layout.ENVIRONMENT] = _environment(best)
    if (lock := provenance.lock_file()) is not None:
        contents[layout.LOCK] = lock.read_bytes()
    told = stories.read(db, finish.study.name, lambda _study: data)
    contents[layout.REPORT] = page.write(told).encode()
    contents[layout.CARD] = card.write(best, has_model=layout.MODEL in contents).encode()
    return Export(best, contents)


def describe(
    db: Database, definition: Definition, data: PreparedData, finish: Finish
) -> BestConfiguration:
    """What `best.json` says of a study that is done.

    Raises:
        NoResult: winner or baseline has no final model.
        UsageError: the definition is another version.
        DataMismatch: the data is not what the study was run with.
    """
    result = results.assemble(finish)
    if definition.hash != result.definition_hash:
        raise UsageError(
            f"study '{result.study}' was made with another version of '{result.definition}':"
            " export it with the version it was made with"
        )
    with db.transaction() as tx:
        studies.agree_on_data(tx, finish.study, data.sha256)
    job = finish.exported
    assert job is not None, "a result has its winner's models"
    assert job.score is not None and job.loss is not None, "a training that succeeded has both"
    _, height, width, channels = dataset.load_training(data.training_path("search")).x_train.shape
    return BestConfiguration(
        **dict(result),
        created=datetime.now(UTC),
        data_sha256=data.sha256,
        image_shape=(height, width, channels),
        training=Training(
            seed=job.seed,
            score=job.score,
            loss=job.loss,
            tolerance=best_file.tolerance(result.validation),
            provenance=_provenance(db, finish, job),
        ),
    )


def _provenance(db: Database, finish: Finish, job: JobRecord) -> Provenance:
    """That of the worker which carried the training out. Where it had gone on from a checkpoint of
    another kind of machine no one device gives its numbers again."""
    with db.reading() as tx:
        seen = workers.of_study(tx, finish.study.id)
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
