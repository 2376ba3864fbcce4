"""Exporting: the best configuration with its proof and the model, all of it or nothing."""

import hashlib
import io
import json
import logging
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from hpo import provenance
from hpo.bundle import best_json, exporter, manifest, predictions_npz
from hpo.bundle.exporter import Export
from hpo.bundle.model_loading import name_of_model
from hpo.definition_loader import Definition
from hpo.errors import NoResult, UsageError
from hpo.result import finished_study
from hpo.result.result import assemble
from hpo.study import creation
from storage.database import Database
from storage.errors import DataMismatch
from storage.records import ArtifactRecord, JobRecord, StudyRecord
from storage.states import ArtifactKind, DataSet, JobState, Phase, Split
from storage.tables import artifacts, jobs, studies
from studies.data.prepared_data import PreparedData
from tests.support.finished import (
    BUDGET,
    PROVENANCE,
    WINNER,
    Outcome,
    carry_out,
    seed_index,
    usual,
)
from tests.support.marks import on

Collect = Callable[[], Export]


@pytest.fixture
def study(db: Database, toy: Definition) -> StudyRecord:
    """A study for `carry_out`."""
    return creation.create(db, "toy", toy, BUDGET)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder that does not exist yet."""
    return tmp_path / "exports" / "toy"


@pytest.fixture
def collect(db: Database, toy: Definition, toy_data: PreparedData, study: StudyRecord) -> Collect:
    """Collects what is exported of that study."""
    return lambda: exporter.collect(db, toy, toy_data, finished_study.read(db, study.name))


def _models(db: Database, study: StudyRecord) -> list[JobRecord]:
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
        digest = hashlib.sha256(_content(job)).hexdigest()
        size = len(_content(job))
        model = ArtifactRecord(name, job.id, ArtifactKind.MODEL, size, digest)
        artifacts.put(db.artifacts, name, _content(job))
        with db.transaction() as tx:
            artifacts.announce(tx, model)
            artifacts.validate(tx, model)
    return final


def _content(job: JobRecord) -> bytes:
    return b"model of seed %d" % job.seed


def test_a_bundle_holds_the_result_its_evidence_and_the_first_seeds_model(
    db: Database,
    study: StudyRecord,
    collect: Collect,
    toy_data: PreparedData,
    folder: Path,
) -> None:
    """The first final seed's model is exported though the second scored better. Everything reads
    back, and is whole."""
    carry_out(db, study)
    first, second, _ = _models(db, study)
    assert (second.score or 0) > (first.score or 0)
    exported = collect()
    paths = exported.write(folder)
    files = manifest.NAMES - {manifest.MODEL}
    assert {path.name for path in paths} == files == {p.name for p in folder.iterdir()}
    assert paths[-1].name == manifest.MANIFEST
    assert manifest.check(folder).files.keys() == files - {manifest.MANIFEST}
    assert (folder / "model.bin").read_bytes() == _content(first)
    found = best_json.read(folder / manifest.BEST)
    assert found == exported.best
    training = found.training
    assert (training.seed, training.score, training.loss) == (first.seed, first.score, first.loss)
    assert training.provenance.model_dump() == PROVENANCE
    assert found.data_sha256 == toy_data.sha256
    assert found.image_shape == (2, 2, 1)
    assert found.class_names == {"search": ("a", "b"), "new": ("c", "d")}
    for name, value in assemble(finished_study.read(db, "toy")):
        assert getattr(found, name) == value


@on("sqlite")
def test_the_other_files_say_where_it_comes_from(
    db: Database, study: StudyRecord, collect: Collect, toy_data: PreparedData, folder: Path
) -> None:
    """The splits as they were prepared, the lock file, all that is installed, the commit."""
    carry_out(db, study)
    collect().write(folder)
    assert (folder / "splits.json").read_bytes() == toy_data.splits_path.read_bytes()
    lock = provenance.lock_file()
    assert lock is not None
    assert (folder / "uv.lock").read_bytes() == lock.read_bytes()
    environment = json.loads((folder / "environment.json").read_bytes())
    assert environment["training"] == PROVENANCE
    assert environment["export"] == {
        "git_commit": provenance.git_commit(),
        "versions": provenance.versions(),
        "packages": provenance.packages(),
    }
    sides = {name: (len(w.seeds), len(b.seeds)) for name, w, b in
             predictions_npz.unpack(folder / manifest.PREDICTIONS) if b}  # fmt: skip
    assert sides == dict.fromkeys(predictions_npz.COMPARISONS, (3, 3))


@on("sqlite")
def test_the_file_reads_well_without_this_program(
    db: Database, study: StudyRecord, collect: Collect, folder: Path
) -> None:
    """Plain JSON with a format number, the parameters, the verdict and an ISO time in UTC."""
    carry_out(db, study)
    collect().write(folder)
    content = json.loads((folder / manifest.BEST).read_text(encoding="utf-8"))
    assert content["format"] == 5
    assert content["winner"]["params"] == {"x": 0.2, "kind": "good"}
    assert content["verdict"].startswith("better by 15.0 points")
    assert content["holdout"]["winner"]["accuracy"]["interval"]["low"] < 0.85
    assert content["settings"]["epochs"] == 8
    assert content["created"].endswith("Z")


@on("sqlite")
def test_a_first_seed_without_a_model_gives_way_to_the_next(
    db: Database, study: StudyRecord, collect: Collect
) -> None:
    """The order of seeds decides, never the score."""

    def train(now: StudyRecord, job: JobRecord) -> Outcome:
        of_winner = (job.phase, job.configuration) == (Phase.FINAL, WINNER)
        if of_winner and job.data_set == DataSet.SEARCH and seed_index(now, job) == 0:
            return Outcome(JobState.DIVERGED, reason="diverged in epoch 3")
        return usual(now, job)

    carry_out(db, study, train)
    second, _ = _models(db, study)
    exported = collect()
    assert exported.best.training.seed == second.seed
    assert exported.contents["model.bin"] == _content(second)


def test_a_model_is_named_for_what_it_is() -> None:
    """A Keras file by that name; whatever else a trainer saves, another archive too, by another."""
    for member, content in (("metadata.json", b'{"keras_version": "3.0"}'), ("data.pkl", b"x")):
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w") as archive:
            archive.writestr(member, content)
        is_keras = name_of_model(file.getvalue()) == manifest.MODEL
        assert is_keras == (member == "metadata.json")
    for content in (b"", b"PK\3\4", b"\x80\x04K\x01."):
        assert name_of_model(content) == manifest.OTHER_MODEL


@on("sqlite")
def test_a_winner_is_exported_without_a_baseline(
    db: Database, study: StudyRecord, collect: Collect, folder: Path
) -> None:
    """All of the baseline's final trainings diverged: scores, evidence, model and report are there."""

    def train(now: StudyRecord, job: JobRecord) -> Outcome:
        if (job.phase, job.configuration) == (Phase.FINAL, 0):
            return Outcome(JobState.DIVERGED, reason="diverged in epoch 3")
        return usual(now, job)

    carry_out(db, study, train)
    _models(db, study)
    exported = collect()
    exported.write(folder)
    assert best_json.read(folder / manifest.BEST) == exported.best
    assert exported.best.holdout.winner.accuracy.mean == pytest.approx(34 / 40)
    told = "no verdict on 40 unseen images, because the baseline gave no model"
    for name in (manifest.CARD, manifest.REPORT, manifest.BEST):
        assert told in exported.contents[name].decode().replace("No verdict", "no verdict")
    unpacked = {name: b for name, _, b in predictions_npz.unpack(folder / manifest.PREDICTIONS)}
    assert unpacked == dict.fromkeys(predictions_npz.COMPARISONS, None)


@pytest.mark.parametrize("damage", ["kept none", "is gone", "or damaged"])
def test_without_a_whole_model_the_rest_is_exported_and_that_is_said(
    db: Database,
    study: StudyRecord,
    collect: Collect,
    folder: Path,
    caplog: pytest.LogCaptureFixture,
    damage: str,
) -> None:
    """A model of an earlier export does not stay beside a configuration it does not belong to."""
    carry_out(db, study)
    manifest.write(
        folder,
        dict.fromkeys(
            manifest.NAMES - {manifest.MANIFEST, manifest.MODEL}, b"of an earlier export"
        ),
    )
    if damage != "kept none":
        first, *_ = _models(db, study)
        name = f"model-{first.id}.keras"
        db.artifacts.remove(name)
        if damage == "or damaged":
            artifacts.put(db.artifacts, name, b"other bytes")
    with caplog.at_level(logging.WARNING):
        collect().write(folder)
    assert {path.name for path in folder.iterdir()} == manifest.NAMES - manifest.MODELS
    assert manifest.check(folder)
    (record,) = [entry for entry in caplog.records if entry.name == "hpo.bundle.exporter"]
    assert damage in record.getMessage()
    assert "hpo train" in record.getMessage()


@on("sqlite")
def test_exporting_again_replaces_a_whole_bundle_and_nothing_else(
    db: Database, study: StudyRecord, collect: Collect, folder: Path
) -> None:
    """One that somebody changed since is left alone, as is a folder of other things."""
    carry_out(db, study)
    _models(db, study)
    before, after = collect(), collect()
    before.write(folder)
    after.write(folder)
    assert (
        best_json.read(folder / manifest.BEST).created == after.best.created > before.best.created
    )
    (folder / "notes.txt").write_text("mine")
    with pytest.raises(UsageError, match=r"is in the way, .*'notes.txt' is not in the manifest"):
        after.write(folder)
    assert (folder / "notes.txt").read_text() == "mine"


@on("sqlite")
def test_the_tolerance_is_what_one_further_seed_may_reach(
    db: Database, study: StudyRecord, collect: Collect
) -> None:
    """By hand: on validation the winner is right on 16, 18 and 17 of 20 images, so s = .05, and
    t(2) at 99% is 9.9248."""
    carry_out(db, study)
    tolerance = collect().best.training.tolerance
    assert tolerance == pytest.approx(9.9248 * 0.05 * 2**0.5, rel=1e-4)


@on("sqlite")
def test_the_tolerance_is_one_image_where_seeds_agree(
    db: Database, study: StudyRecord, collect: Collect
) -> None:
    """Another device may put one image on the other side."""

    def train(now: StudyRecord, job: JobRecord) -> Outcome:
        done = usual(now, job)
        right = done.right and {**done.right, Split.VALIDATION: 15}
        return replace(done, score=0.75 if right else done.score, right=right)

    carry_out(db, study, train)
    assert collect().best.training.tolerance == 1 / 20


@on("sqlite")
def test_there_is_no_tolerance_that_anything_meets(
    db: Database, study: StudyRecord, collect: Collect
) -> None:
    """Of seeds so different that the next could have any accuracy."""

    def train(now: StudyRecord, job: JobRecord) -> Outcome:
        done = usual(now, job)
        if job.phase != Phase.FINAL or done.right is None:
            return done
        first = job.id % 4 < 2
        right = {**done.right, Split.VALIDATION: 5 if first else 20}
        return replace(done, right=right, score=0.25 if first else 1.0)

    carry_out(db, study, train)
    assert collect().best.training.tolerance is None


@on("sqlite")
def test_another_version_of_the_definition_is_refused(
    db: Database, study: StudyRecord, toy: Definition, toy_data: PreparedData
) -> None:
    """Its data and code may not be what the study was run with."""
    carry_out(db, study)
    with pytest.raises(UsageError, match="another version of 'toy'"):
        exporter.collect(db, replace(toy, hash="0" * 64), toy_data, finished_study.read(db, "toy"))


@on("sqlite")
def test_other_data_than_the_studys_is_refused(
    db: Database, study: StudyRecord, collect: Collect
) -> None:
    """The hash that is exported is that of the data it was run with."""
    carry_out(db, study)
    with db.transaction() as tx:
        studies.agree_on_data(tx, study, "5" * 64)
    with pytest.raises(DataMismatch, match="is not that of study 'toy'"):
        collect()


@on("sqlite")
def test_a_study_without_a_result_exports_nothing(
    db: Database, study: StudyRecord, collect: Collect
) -> None:
    """Neither before it has finished nor once it has stopped."""
    with pytest.raises(NoResult, match="has no result yet"):
        collect()
    carry_out(db, study, lambda now, job: Outcome(JobState.FAILED, reason="ValueError: no"))
    with pytest.raises(NoResult, match="stopped without a result"):
        collect()
