"""Verifying the bundle of a classifier that is not Keras: what can be checked is, and what cannot is
said."""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import sqlalchemy as sa

from hpo.bundle import best_json, exporter, manifest, verifier
from hpo.bundle.exporter import Export
from hpo.definition_loader import Definition
from hpo.errors import BadBundle
from hpo.result import finished_study
from hpo.settings import Settings
from hpo.statistics.interim_looks import plan
from hpo.study import creation
from storage import schema
from storage.database import Database
from storage.records import BASELINE
from storage.states import DataSet, JobState, Phase, Split
from storage.tables import jobs
from studies.data.prepared_data import PreparedData
from tests.support.bundles import Bundle
from tests.support.done import Done
from tests.support.finished import (
    BUDGET,
    TOLD_APART_AT_ONCE,
    TOLD_APART_LATE,
    carry_out,
    right_on,
    seed_index,
)


@pytest.fixture
def bundle(toy_export: Export, tmp_path: Path) -> Bundle:
    """That of a toy study that was trained, to be damaged."""
    toy_export.write(tmp_path / "toy")
    return Bundle(tmp_path / "toy")


@pytest.fixture
def settings(toy_data: PreparedData) -> Settings:
    """Of a machine that has the data."""
    return Settings(cpu_slots=1, cache_dir=toy_data.folder.parent)


def test_all_but_its_model_is_checked(bundle: Bundle, settings: Settings, toy: Definition) -> None:
    """Hashes, evidence, definition, data and the holdout's labels; that its model, and what its trainer
    said of itself, were not is said, with what tells more."""
    said = list(verifier.verify(bundle.folder, settings, toy.reference))
    assert said[0].endswith("files are what the manifest says")
    assert "stored predictions give the stated scores" in said[1]
    assert "the stored predictions are of the 40 images of the holdout" in said
    unchecked = [sentence for sentence in said if sentence.startswith("not checked: ")]
    texts, told, model = unchecked
    assert "what README.md and report.html say" in texts
    assert "the trainer of 'toy' told of itself, which only --retrain tells" in told
    assert "model.bin is no Keras model" in model
    assert model.endswith("--retrain trains it again")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"holdout.winner.accuracies": [1.0, 1.0]}, "scores on holdout do not follow"),
        ({"verdict": "better"}, "'verdict' is not what follows"),
        ({"training.tolerance": 1.0}, "tolerance does not follow"),
        ({"final_seeds": 10}, "do not follow"),
        ({"looks": []}, "0 looks at 3 seeds a side are none of ours"),
        ({"image_shape": [3, 3, 1]}, "another shape of images"),
    ],
)
def test_what_does_not_follow_is_found(
    bundle: Bundle, settings: Settings, toy: Definition, changes: Mapping[str, object], said: str
) -> None:
    """As in any other bundle."""
    bundle.alter(changes)
    with pytest.raises(BadBundle, match=said):
        list(verifier.verify(bundle.folder, settings, toy.reference))


@pytest.fixture
def looked_twice(db: Database, toy: Definition, toy_data: PreparedData, tmp_path: Path) -> Bundle:
    """That of a study whose winner three seeds could not tell from the baseline, and five could."""
    study = creation.create(db, "twice", toy, replace(BUDGET, final_seeds=5))
    carry_out(db, study, right_on(TOLD_APART_LATE))
    finished = finished_study.read(db, "twice")
    exporter.collect(db, toy, toy_data, finished).write(tmp_path / "twice")
    return Bundle(tmp_path / "twice")


def test_both_looks_are_in_the_bundle_and_follow(
    looked_twice: Bundle, settings: Settings, toy: Definition
) -> None:
    """With the boundary of each; so far as the images are not those of the data here, all holds."""
    with pytest.raises(BadBundle, match="are not those of the holdout"):
        list(verifier.verify(looked_twice.folder, settings, toy.reference))
    best = best_json.read(looked_twice.folder / manifest.BEST)
    assert [look.confidence for look in best.looks] == [look.confidence for look in plan(5)]
    assert best.looks[-1].difference == best.holdout.difference


@pytest.mark.parametrize(
    "change",
    [
        lambda looks: [looks[0] | {"confidence": 0.95}, looks[1]],
        lambda looks: [looks[0] | {"winner_models": 2}, looks[1]],
        lambda looks: [looks[0] | {"difference": looks[1]["difference"]}, looks[1]],
        lambda looks: [looks[0], looks[1] | {"confidence": 0.9}],
        lambda looks: [looks[0], looks[1] | {"seeds": 4}],
        lambda looks: looks[:1],
        lambda looks: looks[1:],
        lambda looks: [*looks, looks[1]],
    ],
)
def test_an_altered_look_is_found(
    looked_twice: Bundle,
    settings: Settings,
    toy: Definition,
    change: Callable[[list[dict[str, Any]]], list[dict[str, Any]]],
) -> None:
    """Whatever of it, and one that was left out, or comes after the last."""
    looks = json.loads((looked_twice.folder / manifest.BEST).read_bytes())["looks"]
    looked_twice.alter({"looks": change(looks)})
    with pytest.raises(BadBundle, match=r"look|scores on (holdout|validation) do not follow"):
        list(verifier.verify(looked_twice.folder, settings, toy.reference))


def test_seeds_that_came_after_the_verdict_are_found(
    db: Database, toy: Definition, toy_data: PreparedData, settings: Settings, tmp_path: Path
) -> None:
    """Three seeds had decided: those who went on could choose what they like better. And what three
    did not decide cannot have ended there."""
    for name, right, others in (
        ("decided", TOLD_APART_AT_ONCE, TOLD_APART_LATE),
        ("open", TOLD_APART_LATE, TOLD_APART_AT_ONCE),
    ):
        study = creation.create(db, name, toy, replace(BUDGET, final_seeds=5))
        carry_out(db, study, right_on(others))
        with db.transaction() as tx:
            done = jobs.of_study(tx, study.id)
            for job in done:
                if job.phase == Phase.FINAL and job.data_set == DataSet.SEARCH:
                    index = seed_index(study, job)
                    count = right[job.configuration][index]
                    predictions = (np.arange(40) >= count).astype(np.uint8) ^ (np.arange(40) % 2)
                    of_job = schema.evaluations.c.job_id == job.id
                    on_holdout = schema.evaluations.c.split == Split.HOLDOUT
                    altered = sa.update(schema.evaluations).where(of_job, on_holdout)
                    tx.execute(altered.values(predictions=predictions.astype(np.uint8).tobytes()))
        finished = finished_study.read(db, name)
        exporter.collect(db, toy, toy_data, finished).write(tmp_path / name)
        with pytest.raises(BadBundle, match="looks at the holdout do not follow"):
            list(verifier.verify(tmp_path / name, settings, toy.reference))


def test_labels_that_are_not_the_holdouts_are_found(
    bundle: Bundle, settings: Settings, toy: Definition
) -> None:
    """Though the model cannot be asked, the data can."""
    labels = 1 - bundle.array("holdout.winner.labels")
    sides = ("holdout.winner.labels", "holdout.baseline.labels")
    bundle.alter_answers(dict.fromkeys(sides, labels.astype(np.uint8)))
    with pytest.raises(BadBundle, match="are not those of the holdout"):
        list(verifier.verify(bundle.folder, settings, toy.reference))


def test_a_changed_model_is_found(bundle: Bundle, settings: Settings, toy: Definition) -> None:
    """By its hash."""
    (bundle.folder / manifest.OTHER_MODEL).write_bytes(b"of another seed")
    with pytest.raises(BadBundle, match=r"model\.bin was changed"):
        list(verifier.verify(bundle.folder, settings, toy.reference))


def test_a_winner_without_a_baseline_is_verified(
    toy_done: Done, toy: Definition, toy_data: PreparedData, settings: Settings, tmp_path: Path
) -> None:
    """Had all final trainings of the baseline failed: its scores follow from what is stored, and the
    verdict is that there is none."""
    bundle = Bundle(tmp_path / "toy")
    with toy_done.copy() as url:
        db = Database.open(url)
        of_baseline = (schema.jobs.c.phase == Phase.FINAL, schema.jobs.c.configuration == BASELINE)
        lost = sa.update(schema.jobs).where(*of_baseline)
        with db.transaction() as tx:
            tx.execute(lost.values(state=JobState.FAILED, reason="ValueError: no"))
        exporter.collect(db, toy, toy_data, finished_study.read(db, "toy")).write(bundle.folder)
        db.close()
    said = list(verifier.verify(bundle.folder, settings, toy.reference))
    assert said[1].endswith("because the baseline gave no model to compare with (ValueError: no)")
    bundle.alter({"holdout.winner.accuracies": [1.0, 1.0, 1.0]})
    with pytest.raises(BadBundle, match="scores on holdout do not follow"):
        list(verifier.verify(bundle.folder, settings, toy.reference))
