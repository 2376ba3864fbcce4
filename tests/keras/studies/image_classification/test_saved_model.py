"""Weights read back: the numbers of a file and nothing else, in a model that our code builds."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from studies import digits
from studies.data.image_data import TrainingImages
from studies.errors import ModelError, Unreadable
from studies.image_classification.evaluation import Classifier
from studies.image_classification.saved_model import restore
from studies.image_classification.study import ImageClassification
from studies.image_classification.training import train
from studies.training_outcomes import Trained
from tests.support.handles import none_left
from tests.support.marks import slow

QUICK = digits.STUDY.with_settings({"epochs": 1})
Rewrite = Callable[..., Path]


def _trained(study: ImageClassification, images: TrainingImages) -> Classifier:
    outcome = train(study, study.baseline, images, seed=0, report=lambda _: True)
    assert isinstance(outcome, Trained)
    return outcome.model


@pytest.fixture(scope="module")
def model(digits_images: TrainingImages) -> Classifier:
    """A small model that was trained."""
    return _trained(QUICK, digits_images)


@pytest.fixture(scope="module")
def file(model: Classifier, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """That model, saved."""
    made = tmp_path_factory.mktemp("models") / "model.keras"
    model.save(made)
    return made


@pytest.fixture
def rewrite(file: Path, tmp_path: Path) -> Rewrite:
    """The file with these members replaced, None for removed, as (name=content, ...)."""

    def _rewrite(**contents: bytes | None) -> Path:
        made = tmp_path / "rewritten.keras"
        changed = {name.replace("_json", ".json"): content for name, content in contents.items()}
        with zipfile.ZipFile(file) as before, zipfile.ZipFile(made, "w") as after:
            for name in before.namelist():
                content = changed.get(name, before.read(name))
                if content is not None:
                    after.writestr(name, content)
        return made

    return _rewrite


def _restore(file: Path, study: ImageClassification = QUICK, **params: int) -> Classifier:
    return restore(study, {**study.baseline, **params}, (8, 8, 1), 6, file)


def _refusal(file: Path, study: ImageClassification = QUICK, **params: int) -> str:
    with pytest.raises(ModelError) as refused:
        _restore(file, study, **params)
    message = str(refused.value)
    assert "\n" not in message
    assert message.startswith(str(file))
    return message


def test_a_restored_model_answers_exactly_as_before(
    model: Classifier, file: Path, digits_images: TrainingImages
) -> None:
    """To the last bit, and unlike a model whose weights were not read."""
    x = digits_images.x_validation
    expected = model.predict(x)
    np.testing.assert_array_equal(_restore(file).predict(x), expected)
    import keras  # type: ignore[import-untyped]  # Keras ships no types

    keras.utils.set_random_seed(1)
    fresh = QUICK.build_model(QUICK.baseline, (8, 8, 1), 6)
    assert not np.allclose(np.asarray(fresh(x)), expected)


@slow("trains a network in half precision")
def test_so_it_does_in_half_precision(digits_images: TrainingImages, tmp_path: Path) -> None:
    """The study's precision is that of the model, whatever this process computes in; and it is
    not that of what comes after."""
    import keras

    study = QUICK.with_settings({"precision": "mixed_bfloat16"})
    model = _trained(study, digits_images)
    model.save(tmp_path / "model.keras")
    x, before = digits_images.x_validation, keras.config.dtype_policy().name
    found = _restore(tmp_path / "model.keras", study).predict(x)
    np.testing.assert_array_equal(found, model.predict(x))
    assert keras.config.dtype_policy().name == before
    assert not np.array_equal(_restore(tmp_path / "model.keras").predict(x), found)


def test_another_version_of_keras_is_refused(rewrite: Rewrite) -> None:
    """Its numbers might mean something else: the mend names the version; of one minor version
    all are taken."""
    import keras

    major, minor, patch = keras.__version__.split(".")[:3]

    def saved_by(version: str) -> Path:
        return rewrite(metadata_json=json.dumps({"keras_version": version}).encode())

    for version in (f"{major}.{int(minor) + 1}.0", f"{int(major) - 1}.{minor}.{patch}"):
        message = _refusal(saved_by(version))
        assert f"saved by Keras {version}, and this is {keras.__version__}" in message
        assert f"install keras=={version}" in message
    _restore(saved_by(f"{major}.{minor}.{int(patch) + 1}"))


def test_what_is_no_model_is_refused(rewrite: Rewrite, tmp_path: Path) -> None:
    """A text, a folder, nothing, an archive of something else, and one that says no version,
    says more than one, or more than anybody would."""
    other = tmp_path / "other.keras"
    other.write_text("no model")
    assert "is no Keras model, or a damaged one" in _refusal(other)
    assert "is no Keras model" in _refusal(tmp_path)
    assert "is no Keras model" in _refusal(tmp_path / "absent.keras")
    too_much = json.dumps({"keras_version": "3.15.1", "more": "x" * (1 << 20)}).encode()
    odd = b'{"keras_version": "3.15.1 --index-url http://evil"}'
    for metadata in (None, b"{", b"[]", b"{}", b"\xff", too_much, odd):
        assert "is no Keras model" in _refusal(rewrite(metadata_json=metadata))


def test_one_that_cannot_be_read_is_not_called_damaged(file: Path) -> None:
    """It may be well."""
    _restore(file)  # which imports what it takes
    with pytest.raises(Unreadable, match=r"cannot be read \(Too many open files\)"), none_left():
        _restore(file)


def test_a_file_that_was_changed_is_refused(file: Path, rewrite: Rewrite, tmp_path: Path) -> None:
    """Cut short, with a byte changed where the numbers or the version are, or without numbers."""
    content = file.read_bytes()
    damaged = tmp_path / "damaged.keras"
    damaged.write_bytes(content[: len(content) // 2])
    assert "a damaged one" in _refusal(damaged)
    with zipfile.ZipFile(file) as archive:
        weights = archive.read("model.weights.h5")
    for part in (b'"keras_version"', weights[-64:]):
        at = content.rindex(part) + 3
        damaged.write_bytes(content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :])
        assert "use the file that was exported" in _refusal(damaged)
    changed = {"model.weights.h5": None}
    assert "does not hold the weights of this model" in _refusal(rewrite(**changed))


def test_an_archive_that_cannot_be_unpacked_is_refused(file: Path, tmp_path: Path) -> None:
    """Compressed and then changed, or said to be encrypted, which zipfile tells by errors of
    quite different kinds."""
    with zipfile.ZipFile(file) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    packed = tmp_path / "packed.keras"
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in ("metadata.json", "config.json", "model.weights.h5"):
            archive.writestr(name, members[name])
        start = archive.getinfo("metadata.json").header_offset + 30 + len("metadata.json")
    content = packed.read_bytes()
    packed.write_bytes(content[:start] + b"\xff" * 8 + content[start + 8 :])
    assert "a damaged one" in _refusal(packed)
    directory = content.index(b"PK\x01\x02")
    packed.write_bytes(content[: directory + 8] + b"\1" + content[directory + 9 :])
    assert "a damaged one" in _refusal(packed)


def test_weights_of_another_model_are_refused(file: Path) -> None:
    """Other sizes, more layers, and a definition whose model is none of Keras's."""
    for name, value in (("dense_units", 17), ("filters", 4), ("conv_layers", 2)):
        assert "does not hold the weights of this model" in _refusal(file, QUICK, **{name: value})
    toy = replace(QUICK, name="toy", build_model=lambda params, shape, classes: None)
    with pytest.raises(ModelError, match="'toy' builds no Keras model"):
        _restore(file, toy)


def test_what_a_file_says_of_its_layers_is_not_looked_at(
    model: Classifier, rewrite: Rewrite, digits_images: TrainingImages
) -> None:
    """Whatever stands there, the model is the one that our code builds."""
    x = digits_images.x_validation
    for content in (b"\0garbage", b"", None):
        found = _restore(rewrite(config_json=content)).predict(x)
        np.testing.assert_array_equal(found, model.predict(x))


def test_code_in_a_file_is_never_run(
    model: Classifier, rewrite: Rewrite, digits_images: TrainingImages, tmp_path: Path
) -> None:
    """A layer that makes a file when it is built: Keras, told to trust, makes that file; we read
    the numbers beside it and do not."""
    import keras

    bait = tmp_path / "bait"
    source = f"lambda x: x if open({str(bait)!r}, 'w') else x"
    inputs = keras.Input((8, 8, 1))
    outputs = keras.layers.Lambda(eval(source))(inputs)  # noqa: S307 - it is ours
    keras.Model(inputs, outputs).save(tmp_path / "trap.keras")
    with zipfile.ZipFile(tmp_path / "trap.keras") as archive:
        trap = rewrite(config_json=archive.read("config.json"))
    bait.unlink()
    with suppress(Exception):
        keras.saving.load_model(trap, safe_mode=False)
    assert bait.exists()
    bait.unlink()
    x = digits_images.x_validation
    np.testing.assert_array_equal(_restore(trap).predict(x), model.predict(x))
    assert not bait.exists()
