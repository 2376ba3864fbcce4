"""Checkpoint files: exact, whole or refused, and never executed."""

from __future__ import annotations

import hashlib
import os
import pickle
from pathlib import Path
from typing import Any

import ml_dtypes
import numpy as np
import pytest

from studies import checkpoint
from studies.checkpoint import Checkpoint
from studies.errors import CheckpointError, Unreadable
from tests.support.handles import none_left

OLD = Checkpoint(1, {"loss": 1.0}, {"a": np.arange(3)})
NEW = Checkpoint(
    2, {"loss": 0.1 + 0.2, "val_loss": 1 / 3}, {"b": np.eye(5), "c": np.array(7, np.float32)}
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where an old checkpoint is."""
    made = tmp_path / "training.checkpoint"
    checkpoint.write(OLD, made)
    return made


def _same(found: Checkpoint, written: Checkpoint) -> bool:
    def exactly(each: Checkpoint) -> object:
        arrays = [(n, a.dtype, a.shape, a.tobytes()) for n, a in each.arrays.items()]
        return each.epoch, dict(each.metrics), arrays

    return exactly(found) == exactly(written)


def test_what_is_read_is_what_was_written(path: Path) -> None:
    """The epoch, every digit of the metrics, every array in its order."""
    assert _same(checkpoint.read(path), OLD)
    checkpoint.write(NEW, path)
    assert _same(checkpoint.read(path), NEW)


@pytest.mark.parametrize(
    "dtype",
    [
        *("bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"),
        *("float16", "float32", "float64", "complex64"),
        *(ml_dtypes.bfloat16, ml_dtypes.float8_e4m3fn, ml_dtypes.float8_e5m2),
    ],
)
@pytest.mark.parametrize("shape", [(), (0, 3), (2, 3, 4)])
def test_every_type_is_carried_bit_for_bit(
    shape: tuple[int, ...], dtype: str, tmp_path: Path
) -> None:
    """Whatever the bits say, numbers or none, with any number of dimensions and none, also where
    it does not lie in memory in order."""
    itemsize = np.dtype(dtype).itemsize
    size = int(np.prod(shape)) * itemsize
    drawn = np.random.default_rng(0).integers(0, 2 if dtype == "bool" else 256, size, np.uint8)
    array = np.ndarray(shape, dtype, drawn.tobytes()).T
    written = Checkpoint(1, {}, {"odd": np.zeros(1, np.int8), "array": array})
    checkpoint.write(written, tmp_path / "file")
    assert _same(checkpoint.read(tmp_path / "file"), written)


def test_the_hash_is_that_of_the_file(path: Path) -> None:
    """As sha256sum says it; equal checkpoints have equal files."""
    digest = checkpoint.write(NEW, path)
    assert digest == hashlib.sha256(path.read_bytes()).hexdigest()
    assert checkpoint.write(NEW, path.with_name("other")) == digest
    assert checkpoint.write(OLD, path) != digest


@pytest.mark.parametrize(
    "array",
    [np.array(["text"]), np.array([print]), np.zeros(2, [("a", "f4")]), np.zeros(2, ">f4")],
    ids=["text", "objects", "records", "foreign byte order"],
)
def test_other_than_numbers_is_not_written(array: np.ndarray[Any, Any], path: Path) -> None:
    """It could not be read back as it was."""
    with pytest.raises(TypeError):
        checkpoint.write(Checkpoint(1, {}, {"a": array}), path)
    assert _same(checkpoint.read(path), OLD)


def _refusal(path: Path) -> str:
    with pytest.raises(CheckpointError) as refused:
        checkpoint.read(path)
    assert str(path) in str(refused.value)
    return str(refused.value)


def test_one_that_cannot_be_read_is_not_refused(path: Path) -> None:
    """It may be well, and nobody is to train afresh over it."""
    with pytest.raises(Unreadable, match=r"cannot be read \(Too many open files\)"), none_left():
        checkpoint.read(path)
    assert _same(checkpoint.read(path), OLD)


def test_a_torn_file_is_refused(path: Path) -> None:
    """At whichever byte it ends, or goes on."""
    content = path.read_bytes()
    for end in range(len(content)):
        path.write_bytes(content[:end])
        assert "is no checkpoint, or a damaged one" in _refusal(path)
    path.write_bytes(content + b"\0")
    assert "a damaged one" in _refusal(path)


def test_a_changed_file_is_refused(path: Path) -> None:
    """Whichever byte was changed."""
    content = path.read_bytes()
    for at in range(len(content)):
        path.write_bytes(content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :])
        assert "is no checkpoint, or a damaged one" in _refusal(path)


def test_a_file_of_something_else_is_refused(path: Path, tmp_path: Path) -> None:
    """None, a folder, a text, an archive of arrays, and a pickle, which is not executed."""
    assert "cannot be read (No such file or directory)" in _refusal(tmp_path / "none")
    assert "cannot be read (Is a directory)" in _refusal(tmp_path)
    np.savez(tmp_path / "arrays.npz", a=np.zeros(3))
    for content in (b"", b"text", (tmp_path / "arrays.npz").read_bytes(), pickle.dumps(Path)):
        path.write_bytes(content)
        assert "is no checkpoint" in _refusal(path)


@pytest.mark.parametrize(
    "head",
    [
        b"{",
        b"\xff\n",
        b"[]\n",
        b"{}\n",
        b'{"epoch": 1, "metrics": {}, "arrays": 7}\n',
        b'{"epoch": 1, "metrics": {}, "arrays": [["a", "float33", [1]]]}\n',
        b'{"epoch": 1, "metrics": {}, "arrays": [["a", "float64", [9]]]}\n',
        b'{"epoch": 1, "metrics": {}, "arrays": [["a", "object", [1]]]}\n',
        b'{"epoch": 1, "metrics": {}, "arrays": [["a", "uint8", ["x"]]]}\n',
    ],
)
def test_a_whole_file_that_says_something_else_is_refused(head: bytes, path: Path) -> None:
    """Its seal is right, its content is not ours: above all no array of objects."""
    content = b"hpo checkpoint 1\n" + head + bytes(16)
    path.write_bytes(content + hashlib.sha256(content).digest())
    assert "is of another version" in _refusal(path)


def test_where_writing_fails_nothing_is_left(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a full disk: the old checkpoint is as it was, and alone."""

    def full(_: int) -> None:
        raise OSError("No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        checkpoint.write(NEW, path)
    assert [each.name for each in path.parent.iterdir()] == [path.name]
    assert _same(checkpoint.read(path), OLD)
