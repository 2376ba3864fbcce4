"""Verifying a bundle: what was changed since its export is found, and so is what was forged so
that every hash matches."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hpo import definition_loader
from hpo.bundle import best_json, manifest
from tests.support.bundles import MODEL, Bundle, Finished, Reader, bytes_changed
from tests.support.marks import slow

pytestmark = slow("trains networks for a bundle")

OWN = '''
"""A definition of a user's own."""

from dataclasses import replace

from studies import digits
from studies.image_classification import convnet

STUDY = replace(digits.STUDY, name="own", build_model=convnet.build)
'''


def test_a_bundle_is_verified_without_any_database(reader: Reader, bundle: Bundle) -> None:
    """Where HPO_STORAGE names a server that is not there. The model gives all predictions, to the
    last digit on the same device, and it is said that the holdout was opened."""
    out = reader.succeed("verify", bundle.folder)
    best = best_json.read(bundle.folder / manifest.BEST)
    assert "7 files are what the manifest says" in out or "8 files" in out
    assert best.verdict in out
    assert "the holdout is opened for this, outside any database" in out
    assert "360 of 360 stored predictions on the holdout, and their losses exactly" in out
    assert out.splitlines()[-1] == f"{bundle.folder}: verified"


def test_every_byte_counts(reader: Reader, bundle: Bundle) -> None:
    """A byte changed in any file is found, and the file named."""
    seen = []
    for file in bytes_changed(bundle.folder):
        line = reader.refute(bundle.folder)
        assert file.name in line
        assert "damaged manifest" in line or f"{file.name} was changed" in line
        assert file.name in reader.fail("predict", bundle.folder, "x.png", code=1)
        seen.append(file.name)
    assert {"best.json", MODEL, "predictions.npz", "manifest.json"} < set(seen)
    assert reader.succeed("verify", bundle.folder)


def test_a_missing_file_is_named(reader: Reader, bundle: Bundle) -> None:
    """Whichever it is; the manifest, too."""
    files = sorted(bundle.folder.iterdir())
    assert {"best.json", MODEL, "manifest.json"} < {file.name for file in files}
    for file in files:
        content = file.read_bytes()
        file.unlink()
        assert file.name in reader.refute(bundle.folder)
        file.write_bytes(content)


def test_what_is_no_bundle_is_not_verified(reader: Reader, tmp_path: Path) -> None:
    """A folder that does not exist, or holds other things: exit 1, as the answer is no. What
    cannot be meant: exit 2."""
    assert "there is no folder" in reader.refute(tmp_path / "none")
    (tmp_path / "other").mkdir()
    assert "has no manifest.json" in reader.refute(tmp_path / "other")
    assert "cpu_slots" in reader.fail("verify", tmp_path / "other", "--cpu", "0", code=2)


@pytest.mark.parametrize("name", ["validation", "holdout", "new_validation", "new_holdout"])
def test_a_score_that_does_not_follow_is_found(reader: Reader, bundle: Bundle, name: str) -> None:
    """Though the hashes match."""
    bundle.alter({f"{name}.winner.accuracies": [1.0, 1.0]})
    line = reader.refute(bundle.folder)
    assert f"the scores on {name} do not follow from predictions.npz" in line


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("verdict", "better by 99 points"),
        ("image_luck", 0.0),
        ("praise", "the best of all"),
    ],
)
def test_a_conclusion_that_does_not_follow_is_found(
    reader: Reader, bundle: Bundle, path: str, value: object
) -> None:
    """What the file says in words must be what its numbers say."""
    bundle.alter({path: value})
    assert f"'{path}' is not what follows" in reader.refute(bundle.folder)


def test_a_tolerance_that_lets_everything_pass_is_found(reader: Reader, bundle: Bundle) -> None:
    """It follows from the scores of the seeds."""
    bundle.alter({"training.tolerance": 1.0})
    assert "the tolerance does not follow" in reader.refute(bundle.folder)


def test_evidence_that_was_taken_away_is_missed(reader: Reader, bundle: Bundle) -> None:
    """A score that was left without its predictions, and predictions without their score."""
    file = bundle.folder / "predictions.npz"
    with np.load(file) as held:
        arrays = {name: held[name] for name in held if not name.startswith("new_holdout")}
    np.savez(file, allow_pickle=False, **arrays)
    bundle.sign()
    assert "no answers on new_holdout" in reader.refute(bundle.folder)
    bundle.alter({"new_holdout": None, "new_validation": None})
    assert "on new_validation do not follow" in reader.refute(bundle.folder)


def test_predictions_that_the_model_does_not_give_are_found(reader: Reader, bundle: Bundle) -> None:
    """All predictions of the winner made right, and scores, verdict and hashes made to match."""
    labels = bundle.array("holdout.winner.labels")
    predictions = bundle.array("holdout.winner.predictions")
    bundle.alter_answers({"holdout.winner.predictions": np.tile(labels, (len(predictions), 1))})
    best = best_json.read(bundle.folder / manifest.BEST)
    assert best.holdout.winner.accuracies == (1.0, 1.0)
    line = reader.refute(bundle.folder)
    assert f"{MODEL} does not give the stored predictions" in line


def test_losses_that_the_model_does_not_give_are_found(reader: Reader, bundle: Bundle) -> None:
    """Lower ones, with scores and hashes made to match."""
    losses = bundle.array("holdout.winner.losses")
    bundle.alter_answers({"holdout.winner.losses": losses / 2})
    assert "losses do" in reader.refute(bundle.folder)


def test_labels_that_are_not_the_holdouts_are_found(reader: Reader, bundle: Bundle) -> None:
    """The model's real answers declared right, with all else made to match."""
    answers = bundle.array("holdout.winner.predictions")[0]
    sides = ("holdout.winner.labels", "holdout.baseline.labels")
    bundle.alter_answers(dict.fromkeys(sides, answers))
    best = best_json.read(bundle.folder / manifest.BEST)
    assert best.holdout.winner.accuracies[0] == 1.0
    line = reader.refute(bundle.folder)
    assert "labels in predictions.npz are not those of the holdout" in line


def test_fewer_images_than_the_holdout_has_are_found(reader: Reader, bundle: Bundle) -> None:
    """Only those that suit."""
    changes = {}
    for side in ("winner", "baseline"):
        for name in ("labels", "predictions", "losses"):
            path = f"holdout.{side}.{name}"
            changes[path] = bundle.array(path)[..., :100]
    bundle.alter_answers(changes)
    assert "not those of the holdout" in reader.refute(bundle.folder)


def test_the_model_of_another_seed_is_found(
    reader: Reader, bundle: Bundle, finished: Finished
) -> None:
    """Though it is one of the same configuration."""
    bundle.write(MODEL, finished.model_of_another_seed.read_bytes())
    assert "does not give the stored" in reader.refute(bundle.folder)


def test_a_bundle_without_a_model_is_verified_as_far_as_it_goes(
    reader: Reader, bundle: Bundle
) -> None:
    """The study kept none, which is no fault of the bundle; that it was not checked is said."""
    (bundle.folder / MODEL).unlink()
    bundle.unlist(MODEL)
    out = reader.succeed("verify", bundle.folder)
    assert "not checked: the model, for the study kept none; --retrain trains it again" in out
    assert "the stored predictions are of the 360 images of the holdout" in out


def test_a_keras_definition_is_not_let_off_with_another_model(
    reader: Reader, bundle: Bundle
) -> None:
    """By another name its model would not be looked at."""
    content = (bundle.folder / MODEL).read_bytes()
    (bundle.folder / MODEL).rename(bundle.folder / manifest.OTHER_MODEL)
    bundle.unlist(MODEL)
    bundle.list(manifest.OTHER_MODEL)
    assert "model.bin is no Keras model" in reader.refute(bundle.folder)
    (bundle.folder / MODEL).write_bytes(content)
    bundle.list(MODEL)
    assert "it has two models" in reader.refute(bundle.folder)


def test_splits_that_are_not_the_datas_are_found(reader: Reader, bundle: Bundle) -> None:
    """An image said to be held out that was trained on."""
    splits = json.loads((bundle.folder / "splits.json").read_bytes())
    splits["search"]["holdout"]["indices"][0] = splits["search"]["train"]["indices"][0]
    bundle.write("splits.json", json.dumps(splits, separators=(",", ":")).encode())
    assert "splits.json does not say" in reader.refute(bundle.folder)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"class_names.search": ["a", "b", "c", "d", "e", "f"]}, "class_names are not"),
        ({"class_names.search": []}, "class_names are not"),
        ({"settings.classes": None}, "class_names are not"),
        ({"settings.epochs": "many\nlines"}, "setting epochs cannot be"),
        ({"settings.split_seed": 5}, "the data of 'digits' here is not"),
        ({"settings.colour": "red"}, "unknown setting colour"),
        ({"image_shape": [8, 8, 3]}, "another shape of images"),
        ({"image_shape": [8, 8]}, "image_shape.2: Field required"),
        ({"image_shape": [10**9, 10**9, 3]}, "image_shape.0"),
        ({"winner.params": {"filters": [1]}}, "winner.params.filters"),
        ({"definition": "../evil.py"}, "is not built in"),
        ({"definition_hash": "0" * 64}, "another version of 'digits'"),
        ({"data_sha256": "0" * 64}, "the data of 'digits' here is not"),
        ({"training.seed": -1}, "no answers of seed -1"),
        ({"training.seed": 10**30}, "no answers of seed"),
        ({"training.score": 0.99}, "score of the exported training does not follow"),
        ({"training.score": "NaN"}, "training.score"),
        ({"training.tolerance": "NaN"}, "the tolerance does not follow"),
        ({"holdout": None}, "holdout"),
        ({"holdout.difference.n_images": 0}, "scores on holdout"),
        ({"validation.difference.n_images": 0}, "scores on validation"),
        ({"validation.winner.accuracy.n_images": 0}, "scores on validation"),
        ({"holdout.winner.of_models.mean": 0.1}, "scores on holdout"),
        ({"holdout.baseline": None}, "scores on holdout"),
        ({"winner.final_scores": [0.1, 0.2]}, "'seed_luck' is not what follows"),
        ({"winner.search_score": 1e308}, "'seed_luck' is not what follows"),
        ({"created": "yesterday\nor so"}, "created"),
        ({"format": 2}, "has format 2, this hpo reads 5"),
        ({"format": "3\n4"}, "has format"),
    ],
)
def test_an_altered_value_is_one_line(
    reader: Reader, bundle: Bundle, changes: dict[str, Any], said: str
) -> None:
    """Whatever stands in best.json, with hashes that match: never a traceback."""
    bundle.alter(changes)
    assert said in reader.refute(bundle.folder)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"winner.params.filters": "x"}, "parameter 'filters' cannot be 'x'"),
        ({"winner.params.filters": 16}, "does not hold the weights of this model"),
        ({"winner.params.colour": "red"}, "parameter 'colour' is not in the space"),
        ({"winner.params": {}}, "has no value"),
    ],
)
def test_parameters_of_another_model_are_one_line(
    reader: Reader, bundle: Bundle, changes: dict[str, Any], said: str
) -> None:
    """Of one that cannot be built, or cannot hold the weights; with all conclusions to match."""
    bundle.alter(changes)
    bundle.conclude()
    assert said in reader.refute(bundle.folder)


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda text: text.replace('"score":', '"score": NaN, "old":', 1), "NaN is no number"),
        (lambda text: text[: len(text) // 2], "is not JSON"),
        (lambda text: "[" * 100_000, "is not JSON"),
        (lambda text: "[1, 2]", "is no exported configuration"),
        (lambda text: "{}", "study: Field required"),
        (lambda text: "\udcff", "is not JSON"),
    ],
)
def test_a_best_json_that_is_none_is_one_line(
    reader: Reader, bundle: Bundle, damage: Callable[[str], str], said: str
) -> None:
    """Not JSON, or JSON of something else, with hashes that match."""
    text = (bundle.folder / manifest.BEST).read_text(encoding="utf-8")
    bundle.write(manifest.BEST, damage(text).encode(errors="surrogateescape"))
    line = reader.refute(bundle.folder)
    assert said in line
    assert manifest.BEST in line


def test_a_users_own_definition_must_be_at_hand(
    reader: Reader, bundle: Bundle, tmp_path: Path
) -> None:
    """Its file with the same hash, named by --study; another version is refused."""
    file = tmp_path / "own.py"
    file.write_text(OWN)
    own = definition_loader.load(str(file))
    bundle.alter({"definition": own.name, "definition_hash": own.hash})
    line = reader.refute(bundle.folder)
    assert "'own' is not built in: give its file with --study" in line
    assert "defines 'digits'" in reader.refute(bundle.folder, "--study", "digits")
    assert "360 of 360" in reader.succeed("verify", bundle.folder, "--study", file)
    file.write_text(OWN + "another = True\n")
    line = reader.refute(bundle.folder, "--study", file)
    assert "another version of 'own'" in line
