"""Exporting: best.json and the model, both or neither."""

import hashlib
import json
import logging
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from hpo import creation
from hpo.answer.result import assemble
from hpo.bundle import best
from hpo.bundle.exporter import ExportedFiles, export
from hpo.creation import Budget
from hpo.definitions import Definition
from hpo.errors import NoResult, UsageError
from hpo.machine.courier import MODEL
from hpo.provenance import git_commit
from storage import artifacts, jobs
from storage.database import Database
from storage.records import ArtifactRecord, JobRecord, StudyRecord
from storage.states import DataSet, JobState, Phase
from studies.dataset import PreparedData
from tests.hpo.finished import VERSIONS, WINNER, Outcome, carry_out, seed_index, usual
from tests.marks import on

Export = Callable[[], ExportedFiles]


@pytest.fixture
def study(db: Database, toy: Definition) -> StudyRecord:
    """A study in which all trials come to select."""
    return creation.create(db, "toy", toy, Budget(trials=4))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder that does not exist yet."""
    return tmp_path / "exports" / "toy"


@pytest.fixture
def exported(
    db: Database, toy: Definition, toy_data: PreparedData, study: StudyRecord, folder: Path
) -> Export:
    """Exports that study."""
    return lambda: export(db, toy, toy_data, study.name, folder)


def _models(db: Database, study: StudyRecord, tmp_path: Path) -> list[JobRecord]:
    """Stores a model for each final training of the winner; returns those, in order of seeds."""
    with db.reading() as tx:
        final = [
            job
            for job in jobs.of_study(tx, study.id)
            if (job.phase, job.configuration) == (Phase.FINAL, WINNER)
            and (job.data_set, job.state) == (DataSet.SEARCH, JobState.SUCCEEDED)
        ]
    for job in final:
        name = f"model-{job.id}.keras"
        size, digest = artifacts.put(db.artifacts, name, _content(job))
        with db.transaction() as tx:
            artifacts.record(tx, ArtifactRecord(name, job.id, MODEL, size, digest))
    return final


def _content(job: JobRecord) -> bytes:
    return b"model of seed %d" % job.seed


def test_the_files_hold_the_result_and_the_first_seeds_model(
    db: Database,
    study: StudyRecord,
    exported: Export,
    toy_data: PreparedData,
    folder: Path,
    tmp_path: Path,
) -> None:
    """The first final seed's model is exported though the second scored better."""
    finished = carry_out(db, study)
    first, second, _ = _models(db, study, tmp_path)
    assert (second.score or 0) > (first.score or 0)
    files = exported()
    assert files.paths == (folder / "best.json", folder / "model.keras")
    assert files.model is not None
    assert files.model.read_bytes() == _content(first)
    found = best.read(files.config)
    assert found == files.best
    assert found.training.seed == first.seed
    assert (found.training.score, found.training.loss) == (first.score, first.loss)
    assert found.training.versions == VERSIONS
    assert found.training.model is not None
    assert found.training.model.sha256 == hashlib.sha256(_content(first)).hexdigest()
    assert found.data_sha256 == toy_data.sha256
    assert found.class_names == {"search": ("a", "b"), "new": ("c", "d")}
    assert found.git_commit == git_commit()
    for name, value in assemble(db, finished.name):
        assert getattr(found, name) == value


@on("sqlite")
def test_the_file_reads_well_without_this_program(
    db: Database, study: StudyRecord, exported: Export
) -> None:
    """Plain JSON with a format number, the parameters, the verdict and an ISO time in UTC."""
    carry_out(db, study)
    content = json.loads(exported().config.read_text(encoding="utf-8"))
    assert content["format"] == 1
    assert content["winner"]["params"] == {"x": 0.2, "kind": "good"}
    assert content["verdict"].startswith("better by 15.0 points")
    assert content["settings"]["epochs"] == 8
    assert content["created"].endswith("Z")


@on("sqlite")
def test_a_first_seed_without_a_model_gives_way_to_the_next(
    db: Database, study: StudyRecord, exported: Export, tmp_path: Path
) -> None:
    """The order of seeds decides, never the score."""

    def train(now: StudyRecord, job: JobRecord) -> Outcome:
        of_winner = (job.phase, job.configuration) == (Phase.FINAL, WINNER)
        if of_winner and job.data_set == DataSet.SEARCH and seed_index(now, job) == 0:
            return Outcome(JobState.PRUNED, reason="diverged in epoch 3")
        return usual(now, job)

    carry_out(db, study, train)
    second, _ = _models(db, study, tmp_path)
    assert exported().best.training.seed == second.seed


@pytest.mark.parametrize("damage", ["kept none", "is gone", "is damaged"])
def test_without_a_whole_model_the_configuration_is_exported_and_that_is_said(
    db: Database,
    study: StudyRecord,
    exported: Export,
    folder: Path,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    damage: str,
) -> None:
    """A model that an earlier export left there does not stay beside a configuration it does not
    belong to."""
    carry_out(db, study)
    if damage != "kept none":
        first, *_ = _models(db, study, tmp_path)
        name = f"model-{first.id}.keras"
        db.artifacts.remove(name)
        if damage == "is damaged":
            artifacts.put(db.artifacts, name, b"other bytes")
    folder.mkdir(parents=True)
    (folder / "model.keras").write_bytes(b"of an earlier export")
    with caplog.at_level(logging.WARNING):
        files = exported()
    assert files.paths == (folder / "best.json",)
    assert files.best.training.model is None
    assert [path.name for path in folder.iterdir()] == ["best.json"]
    (record,) = [entry for entry in caplog.records if entry.name == "hpo.bundle.exporter"]
    assert damage in record.getMessage()
    assert "hpo train --config" in record.getMessage()


@on("sqlite")
def test_exporting_again_replaces_both_files(
    db: Database, study: StudyRecord, exported: Export, folder: Path, tmp_path: Path
) -> None:
    """And leaves nothing else in the folder."""
    carry_out(db, study)
    _models(db, study, tmp_path)
    before = exported().best
    (folder / "model.keras").write_bytes(b"damaged")
    after = exported()
    assert after.best.created > before.created
    assert after.model is not None and after.model.read_bytes() != b"damaged"
    assert sorted(path.name for path in folder.iterdir()) == ["best.json", "model.keras"]


@on("sqlite")
def test_a_folder_that_cannot_be_written_is_named_and_nothing_is_left(
    db: Database, study: StudyRecord, exported: Export, folder: Path
) -> None:
    """A file stands where the folder should be."""
    carry_out(db, study)
    folder.parent.mkdir()
    folder.write_text("a file")
    with pytest.raises(UsageError, match=f"cannot write to {folder} .*another folder"):
        exported()
    assert folder.read_text() == "a file"


@on("sqlite")
def test_a_disk_that_fills_up_leaves_the_earlier_export_whole(
    db: Database,
    study: StudyRecord,
    exported: Export,
    folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Files get their names only once all of them are written."""
    carry_out(db, study)
    _models(db, study, tmp_path)
    exported()
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    write = Path.write_bytes

    def fail(path: Path, content: bytes) -> int:
        if "best.json" in path.name:
            raise OSError(28, "No space left on device")
        return write(path, content)

    monkeypatch.setattr(Path, "write_bytes", fail)
    with pytest.raises(UsageError, match="No space left on device"):
        exported()
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


@on("sqlite")
def test_another_version_of_the_definition_is_refused(
    db: Database, study: StudyRecord, toy: Definition, toy_data: PreparedData, folder: Path
) -> None:
    """Its data and code may not be what the study was run with."""
    carry_out(db, study)
    with pytest.raises(UsageError, match="another version of 'toy'"):
        export(db, replace(toy, hash="0" * 64), toy_data, "toy", folder)
    assert not folder.exists()


@on("sqlite")
def test_a_study_without_a_result_exports_nothing(exported: Export, folder: Path) -> None:
    """Not even the folder is made."""
    with pytest.raises(NoResult):
        exported()
    assert not folder.exists()
