"""A training between two epochs, as a file."""

from __future__ import annotations

import hashlib
import json
import math
import os
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# Makes NumPy know bfloat16 and its like by name.
import ml_dtypes  # noqa: F401
import numpy as np
from numpy.typing import NDArray

from studies.errors import CheckpointError, Unreadable, keeps_from_reading


@dataclass(frozen=True)
class Checkpoint:
    """Where a training goes on."""

    epoch: int
    """Epochs completed."""
    metrics: Mapping[str, float]
    """Those of that epoch."""
    arrays: Mapping[str, NDArray[Any]]
    """What its trainer needs to go on after it, and nobody else looks into."""


def write(checkpoint: Checkpoint, path: Path) -> str:
    """Write to `path` and give the SHA-256 of the file, in hex.

    At every moment there is under that name what was there before or all of this. Raises TypeError
    for arrays of anything but numbers.
    """
    temporary = path.with_name(f".{path.name}.{uuid.uuid4().hex}")
    digest = hashlib.sha256()
    try:
        with temporary.open("wb") as file:
            for part in _parts(checkpoint):
                file.write(part)
                digest.update(part)
            seal = digest.digest()
            file.write(seal)
            digest.update(seal)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
    return digest.hexdigest()


def read(path: Path) -> Checkpoint:
    """What was written to `path`, bit for bit.

    Nothing in the file is executed, and no byte of it can have changed: raises CheckpointError
    where it is missing, torn, changed or something else. Raises Unreadable where nothing is known
    of it.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        if keeps_from_reading(error):
            raise Unreadable.of(path, error) from error
        raise CheckpointError(
            f"{path} cannot be read ({error.strerror})", "train afresh"
        ) from error
    sealed = memoryview(content)[:-_SEAL_BYTES]
    if not content.startswith(_MAGIC) or hashlib.sha256(sealed).digest() != content[len(sealed) :]:
        raise CheckpointError(f"{path} is no checkpoint, or a damaged one", "train afresh")
    try:
        start = content.index(b"\n", len(_MAGIC)) + 1
        head = json.loads(content[len(_MAGIC) : start])
        arrays: dict[str, NDArray[Any]] = {}
        for name, dtype, shape in head["arrays"]:
            flat = np.frombuffer(sealed, _of_numbers(dtype), math.prod(shape), start)
            arrays[name] = flat.reshape(shape)
            start += flat.nbytes
        return Checkpoint(head["epoch"], head["metrics"], arrays)
    except (LookupError, TypeError, ValueError) as error:
        raise CheckpointError(f"{path} is of another version ({error})", "train afresh") from error


def _parts(checkpoint: Checkpoint) -> Iterator[bytes | memoryview]:
    """A line that says what it is, one of JSON, the bytes of the arrays; the seal comes last."""
    described = [(name, _name(array), array.shape) for name, array in checkpoint.arrays.items()]
    head = {
        "epoch": checkpoint.epoch,
        "metrics": dict(checkpoint.metrics),
        "arrays": described,
    }
    yield _MAGIC
    yield json.dumps(head).encode() + b"\n"
    for array in checkpoint.arrays.values():
        # Seen as bytes, for Python has no buffers of bfloat16.
        yield np.ascontiguousarray(array).reshape(-1).view(np.uint8).data


def _name(array: NDArray[Any]) -> str:
    name = array.dtype.name
    if _of_numbers(name) != array.dtype:
        raise TypeError(f"{array.dtype} is no type of numbers as this machine has them")
    return name


def _of_numbers(name: str) -> np.dtype[Any]:
    dtype = np.dtype(name)
    if dtype.kind not in "biufcV":  # bfloat16 and its like are V to NumPy
        raise TypeError(f"{name} is no type of numbers")
    return dtype


_MAGIC = b"hpo checkpoint 1\n"
_SEAL_BYTES = hashlib.sha256().digest_size
