"""Prepared data: written whole, once, and known by what it holds."""

from __future__ import annotations

import json
import multiprocessing
import shutil
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from studies import digits
from studies.data.image_data import load_holdout, load_training, prepare
from studies.data.prepared_data import DataSet, PreparedData
from studies.errors import DataError, Unreadable
from tests.support.handles import none_left
from tests.support.marks import slow

DATA_SETS: tuple[DataSet, ...] = ("search", "new")


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
    file = (first.folder if lost == "manifest.json" else first.place) / lost
    file.unlink()
    assert prepare(digits.STUDY.data, tmp_path) == first
    assert file.is_file()


def _prepared_hash(folder: Path) -> str:
    return prepare(digits.STUDY.data, folder).sha256


@slow("prepares in three processes")
def test_several_may_prepare_at_once(tmp_path: Path) -> None:
    """Concurrent preparers agree, and leave all files whole and no others."""
    with ProcessPoolExecutor(3, multiprocessing.get_context("spawn")) as pool:
        hashes = list(pool.map(_prepared_hash, [tmp_path] * 3))
    assert len(set(hashes)) == 1
    data = prepare(digits.STUDY.data, tmp_path)
    assert {path.name for path in data.folder.iterdir()} == {data.place.name, "manifest.json"}
    found = {path.name for path in data.place.iterdir()}
    assert found == {*data.manifest.files, "splits.json"}
    assert load_training(data.training_path("new")).n_classes == 4


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
    with pytest.raises(DataError, match=r"search\.npz is damaged"):
        load_training(copy.training_path("search"))
    with pytest.raises(DataError, match=r"search-holdout\.npz is damaged"):
        load_holdout(copy.holdout_path("search"))


def test_an_unwritable_cache_is_named(tmp_path: Path) -> None:
    """A cache folder that cannot be written is an error that names it."""
    (tmp_path / "cache").write_text("a file where the folder should be")
    with pytest.raises(DataError, match=f"cannot write prepared data to {tmp_path / 'cache'}"):
        prepare(digits.STUDY.data, tmp_path / "cache")


def test_the_manifest_is_json(digits_data: PreparedData) -> None:
    """The manifest can be read without this program."""
    manifest = json.loads((digits_data.folder / "manifest.json").read_text())
    assert set(manifest["files"]) == {
        "search.npz",
        "search-holdout.npz",
        "new.npz",
        "new-holdout.npz",
    }


def test_what_cannot_be_read_is_not_called_damaged(digits_data: PreparedData) -> None:
    """Nor is it prepared again: a process that has too many open files has no damaged data."""
    cache = digits_data.folder.parent
    uses: tuple[Callable[[], object], ...] = (
        lambda: prepare(digits.STUDY.data, cache),
        lambda: load_training(digits_data.training_path("search")),
        lambda: load_holdout(digits_data.holdout_path("search")),
        digits_data.damaged,
    )
    for use in uses:
        with (
            pytest.raises(Unreadable, match=r"cannot be read \(Too many open files\)"),
            none_left(),
        ):
            use()
    assert digits_data.damaged() == []
