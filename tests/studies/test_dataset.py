"""Prepared data: the right images, written whole, once, and read only by who may."""

from __future__ import annotations

import json
import multiprocessing
import shutil
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from studies import cifar100, cifar_files, digits
from studies.dataset import DataSet, PreparedData, load_holdout, load_training, prepare
from studies.errors import DataError, SettingsError
from studies.source import Pools
from studies.splits import PerClass
from tests.studies.conftest import data_dir

DATA_SETS: tuple[DataSet, ...] = ("search", "new")


def _identities(pool: NDArray[np.uint8]) -> dict[bytes, set[int]]:
    """Where in the pool each picture stands; CIFAR-100 holds a few pictures twice."""
    found: dict[bytes, set[int]] = {}
    for index, image in enumerate(pool):
        found.setdefault(image.tobytes(), set()).add(index)
    return found


def test_counts_of_the_real_files(cifar: PreparedData) -> None:
    """2,000 images train, 400 validate and 3,000 are held out, in both sets of ten classes."""
    for data_set in DATA_SETS:
        training = load_training(cifar.training_path(data_set))
        holdout = load_holdout(cifar.holdout_path(data_set))
        assert training.x_train.shape == (2000, 32, 32, 3)
        assert training.x_validation.shape == (400, 32, 32, 3)
        assert holdout.x.shape == (3000, 32, 32, 3)
        assert training.n_classes == 10
        for labels, per_class in (
            (training.y_train, 200),
            (training.y_validation, 40),
            (holdout.y, 300),
        ):
            assert np.bincount(labels).tolist() == [per_class] * 10
        for images in (training.x_train, training.x_validation, holdout.x):
            assert images.dtype == np.uint8
            assert images.max() == 255
    counts = {name: facts.counts for name, facts in cifar.manifest.files.items()}
    assert counts == {
        "search.npz": {"y_train": 2000, "y_validation": 400},
        "search-holdout.npz": {"y": 3000},
        "new.npz": {"y_train": 2000, "y_validation": 400},
        "new-holdout.npz": {"y": 3000},
    }


def test_every_image_is_of_its_class_and_serves_once(
    cifar: PreparedData, cifar_pools: Pools
) -> None:
    """Looked up in the official files, each image has the class it is said to have, training
    and holdout exhaust the class's 500 training images, and validation comes from the tests."""
    train_pool = _identities(cifar_pools.x_train)
    test_pool = _identities(cifar_pools.x_test)
    for data_set in DATA_SETS:
        names = cifar.class_names(data_set)
        training = load_training(cifar.training_path(data_set))
        holdout = load_holdout(cifar.holdout_path(data_set))
        seen: list[bytes] = []
        for pool, labels, images, ours in (
            (train_pool, cifar_pools.y_train, training.x_train, training.y_train),
            (train_pool, cifar_pools.y_train, holdout.x, holdout.y),
            (test_pool, cifar_pools.y_test, training.x_validation, training.y_validation),
        ):
            for image, label in zip(images, ours, strict=True):
                official = {cifar100.CLASS_NAMES[labels[i]] for i in pool[image.tobytes()]}
                assert names[label] in official
            if pool is train_pool:
                seen += [image.tobytes() for image in images]
        of_classes = [cifar100.CLASS_NAMES[label] in names for label in cifar_pools.y_train]
        expected = [image.tobytes() for image in cifar_pools.x_train[of_classes]]
        assert sorted(seen) == sorted(expected)


def test_the_class_names_are_those_of_the_data(tmp_path: Path) -> None:
    """What is known without reading the data is what its `meta` file says."""
    meta = cifar_files.read(data_dir(), tmp_path)["meta"]
    assert tuple(name.decode() for name in meta[b"fine_label_names"]) == cifar100.CLASS_NAMES


def test_searched_and_new_classes_differ(cifar: PreparedData) -> None:
    """The sets have the default classes, in their order, and none in common."""
    assert cifar.class_names("search") == cifar100.CLASSES
    assert cifar.class_names("new") == cifar100.NEW_CLASSES
    assert not set(cifar100.CLASSES) & set(cifar100.NEW_CLASSES)


def test_the_splits_file_says_which_image_of_the_raw_data_serves_for_what(
    cifar: PreparedData, cifar_pools: Pools
) -> None:
    """Looked up in the official files, its indices give the very images of the prepared files."""
    splits = json.loads(cifar.splits_path.read_text(encoding="utf-8"))
    assert set(splits) == set(DATA_SETS)
    pools = {
        "train": (cifar_pools.x_train, cifar_pools.y_train),
        "test": (cifar_pools.x_test, cifar_pools.y_test),
    }
    for data_set in DATA_SETS:
        said = splits[data_set]
        assert tuple(said["classes"]) == cifar.class_names(data_set)
        training = load_training(cifar.training_path(data_set))
        holdout = load_holdout(cifar.holdout_path(data_set))
        for part, x, y in (
            ("train", training.x_train, training.y_train),
            ("validation", training.x_validation, training.y_validation),
            ("holdout", holdout.x, holdout.y),
        ):
            pixels, labels = pools[said[part]["pool"]]
            indices = said[part]["indices"]
            assert np.array_equal(pixels[indices], x)
            classes = [cifar100.CLASS_NAMES[label] for label in labels[indices]]
            assert classes == [said["classes"][label] for label in y]


def test_the_splits_file_is_compact(digits_data: PreparedData) -> None:
    """One line, though it has a number for each image."""
    text = digits_data.splits_path.read_text(encoding="utf-8")
    assert not set(text) & set(" \n")


def test_the_hash_of_a_holdout_is_known_without_opening_it(digits_data: PreparedData) -> None:
    """It is what the manifest says; the data sets have different ones."""
    facts = digits_data.manifest.files
    hashes = {data_set: digits_data.holdout_sha256(data_set) for data_set in DATA_SETS}
    assert hashes["search"] == facts["search-holdout.npz"].sha256
    assert hashes["new"] == facts["new-holdout.npz"].sha256
    assert hashes["search"] != hashes["new"]


def test_preparing_again_reads_nothing(
    digits_data: PreparedData, cache_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the files there, neither raw data nor any prepared image is opened."""

    def refuse(*_: object, **__: object) -> None:
        pytest.fail("an image file was read")

    monkeypatch.setattr(digits.Digits, "read", refuse)
    monkeypatch.setattr(np, "load", refuse)
    for data_set in DATA_SETS:
        digits_data.training_path(data_set).chmod(0)
        digits_data.holdout_path(data_set).chmod(0)
    try:
        assert prepare(digits.STUDY.data, cache_folder) == digits_data
    finally:
        for data_set in DATA_SETS:
            digits_data.training_path(data_set).chmod(0o644)
            digits_data.holdout_path(data_set).chmod(0o644)


def test_sources_that_differ_share_no_files() -> None:
    """Another split by class, or other names for the labels, is other prepared data."""
    ours = digits.STUDY.data

    def key(**changes: object) -> str:
        other = type("Digits", (digits.Digits,), changes)
        return str(other(classes=ours.classes, new_classes=ours.new_classes).key())

    assert key() == ours.key()
    names = tuple(reversed(digits.Digits.class_names))
    assert key(per_class=PerClass(train=70, validation=30)) != ours.key()
    assert key(class_names=names) != ours.key()


def test_the_training_file_holds_no_held_out_image(digits_data: PreparedData) -> None:
    """Who has only the training file cannot see the holdout."""
    training = load_training(digits_data.training_path("search"))
    held_out = {image.tobytes() for image in load_holdout(digits_data.holdout_path("search")).x}
    with np.load(digits_data.training_path("search")) as arrays:
        assert set(arrays) == {"x_train", "y_train", "x_validation", "y_validation"}
    assert not held_out & {image.tobytes() for image in training.x_train}


def test_the_data_hash_is_a_function_of_the_data(digits_data: PreparedData, tmp_path: Path) -> None:
    """Two machines get the same hash; another split seed gives another hash and folder."""
    elsewhere = prepare(digits.STUDY.data, tmp_path)
    assert elsewhere.sha256 == digits_data.sha256
    assert elsewhere.folder.name == digits_data.folder.name
    other = prepare(digits.STUDY.data.with_settings({"split_seed": 1}), tmp_path)
    assert other.sha256 != digits_data.sha256
    assert other.folder != elsewhere.folder


@pytest.mark.parametrize("lost", ["manifest.json", "new-holdout.npz", "splits.json"])
def test_an_interrupted_preparation_is_done_again(lost: str, tmp_path: Path) -> None:
    """Without the manifest, an image file or the splits, everything is written again."""
    first = prepare(digits.STUDY.data, tmp_path)
    (first.folder / lost).unlink()
    assert prepare(digits.STUDY.data, tmp_path) == first
    assert (first.folder / lost).is_file()


def _prepared_hash(folder: Path) -> str:
    return prepare(digits.STUDY.data, folder).sha256


def test_several_may_prepare_at_once(tmp_path: Path) -> None:
    """Concurrent preparers agree, and leave all files whole and no others."""
    with ProcessPoolExecutor(3, multiprocessing.get_context("spawn")) as pool:
        hashes = list(pool.map(_prepared_hash, [tmp_path] * 3))
    assert len(set(hashes)) == 1
    data = prepare(digits.STUDY.data, tmp_path)
    found = sorted(path.name for path in data.folder.iterdir())
    assert found == sorted([*data.manifest.files, "manifest.json", "splits.json"])
    assert load_training(data.training_path("new")).n_classes == 4


def test_unknown_classes_are_named() -> None:
    """A class that the data does not have is refused without reading the data."""
    with pytest.raises(SettingsError, match="unknown class ten; the data has zero, one"):
        digits.STUDY.data.with_settings({"classes": "one,ten"})


def test_a_changed_bundle_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Digits that are not the known ones are not taken for them."""
    monkeypatch.setattr(digits, "_SHA256", "0" * 64)
    with pytest.raises(DataError, match=r"digits\.csv\.gz"):
        prepare(digits.STUDY.data, tmp_path)


def _overwrite(path: Path) -> None:
    path.write_bytes(b"not a zip file")


def _flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 3] ^= 255
    path.write_bytes(content)


def _truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1000])


def _remove(path: Path) -> None:
    path.unlink()


def _mistype(path: Path) -> None:
    with np.load(path) as arrays:
        changed = {name: array.astype(np.float32) for name, array in arrays.items()}
    np.savez(path, allow_pickle=False, **changed)


@pytest.mark.parametrize("damage", [_overwrite, _flip, _truncate, _remove, _mistype])
def test_damaged_files_are_named(
    damage: Callable[[Path], None], digits_data: PreparedData, tmp_path: Path
) -> None:
    """A prepared file that is damaged, missing or foreign is refused by name."""
    copy = PreparedData(tmp_path / "copy", digits_data.manifest)
    shutil.copytree(digits_data.folder, copy.folder)
    for path in (copy.training_path("search"), copy.holdout_path("search")):
        damage(path)
    with pytest.raises(DataError, match=r"search\.npz is damaged or unreadable"):
        load_training(copy.training_path("search"))
    with pytest.raises(DataError, match=r"search-holdout\.npz is damaged or unreadable"):
        load_holdout(copy.holdout_path("search"))


def test_an_unwritable_cache_is_named(tmp_path: Path) -> None:
    """A cache folder that cannot be written is an error that names it."""
    (tmp_path / "cache").write_text("a file where the folder should be")
    with pytest.raises(DataError, match=f"cannot write prepared data to {tmp_path / 'cache'}"):
        prepare(digits.STUDY.data, tmp_path / "cache")


def test_the_manifest_is_json(digits_data: PreparedData) -> None:
    """The manifest can be read without this program."""
    manifest = json.loads((digits_data.folder / "manifest.json").read_text())
    assert manifest["classes"]["new"] == ["six", "seven", "eight", "nine"]
    assert set(manifest["files"]) == {
        "search.npz",
        "search-holdout.npz",
        "new.npz",
        "new-holdout.npz",
    }
