"""Prepared data: the files a study trains and is judged on, written once per machine."""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, ValidationError

from studies.code.raw_files import RawFiles
from studies.errors import DataError, Unreadable, keeps_from_reading

DataSet = Literal["search", "new"]
"""What is searched on, or something entirely new."""
Arrays = Mapping[str, NDArray[np.generic]]


class FileFacts(BaseModel):
    """What the manifest says of one file."""

    model_config = ConfigDict(frozen=True)

    sha256: str
    """Of the names, types, shapes and bytes of the arrays: free of how they were packed."""
    shapes: dict[str, tuple[int, ...]]
    """Of the arrays, by their names: the first number is that of the examples."""


class Manifest(BaseModel):
    """What was prepared; written last, so its presence says that all files are whole."""

    model_config = ConfigDict(frozen=True)

    files: dict[str, FileFacts]
    raw: RawFiles = RawFiles()
    """What they were made from, where that is known; says nothing of what they hold."""


@dataclass(frozen=True)
class PreparedData:
    """The files of a study on this machine, and what they hold."""

    folder: Path
    manifest: Manifest

    @property
    def sha256(self) -> str:
        """The data hash: equal for two machines if and only if all files hold the same."""
        hashes = {name: facts.sha256 for name, facts in self.manifest.files.items()}
        return hashlib.sha256(json.dumps(hashes, sort_keys=True).encode()).hexdigest()

    @property
    def place(self) -> Path:
        """Where the files are: raw data that changes makes others beside them, and a training that began
        keeps those it was given."""
        return self.folder / self.sha256[:16]

    def training_path(self, data_set: DataSet) -> Path:
        """The file that a training is given."""
        return self.place / training_name(data_set)

    def holdout_path(self, data_set: DataSet) -> Path:
        """The file of what is held out; give it to final jobs only."""
        return self.place / holdout_name(data_set)

    def holdout_sha256(self, data_set: DataSet) -> str:
        """What the manifest says of the holdout file, which is not opened."""
        return self.manifest.files[holdout_name(data_set)].sha256

    def damaged(self) -> list[str]:
        """The files that do not hold what the manifest says. Holdouts are hashed like the others,
        and nothing learns from a hash: it is no opening. Raises Unreadable where nothing is known
        of one."""
        return [name for name, facts in self.manifest.files.items() if not self._holds(name, facts)]

    def _holds(self, name: str, facts: FileFacts) -> bool:
        try:
            with reading(self.place / name) as arrays:
                return _facts(dict(arrays)) == facts
        except Unreadable:
            raise
        except DataError:
            return False

    @property
    def splits_path(self) -> Path:
        """JSON, for people and their programs: which example of the raw data serves for what."""
        return self.place / _SPLITS


def training_name(data_set: DataSet) -> str:
    """What the training file of a data set is called."""
    return f"{data_set}.npz"


def holdout_name(data_set: DataSet) -> str:
    """What its holdout file is called."""
    return f"{data_set}-holdout.npz"


def find(folder: Path, data_dir: Path | None = None) -> PreparedData | None:
    """What lies in the folder, if its manifest is whole, its files exist and what they were made from
    has not changed; anything less is to be prepared again. No file of data is opened. Raises
    Unreadable where nothing is known of one."""
    try:
        manifest = Manifest.model_validate_json((folder / _MANIFEST).read_bytes())
        found = PreparedData(folder, manifest)
        whole = all((found.place / name).is_file() for name in (*manifest.files, _SPLITS))
    except (FileNotFoundError, NotADirectoryError, ValidationError):
        return None
    except OSError as error:
        raise Unreadable.of(folder / _MANIFEST, error) from error
    if not whole or manifest.raw.have_changed(data_dir):
        return None
    return found


def write(
    folder: Path,
    contents: Mapping[str, Arrays],
    splits: Mapping[DataSet, object],
    raw: RawFiles | None = None,
) -> PreparedData:
    """Write the files, by their names, and which example of the raw data, from which files, serves for
    what.

    Several processes may write at once the same bytes, each under names of its own, then renamed.
    Raises DataError for a folder that cannot be written.
    """
    facts = {name: _facts(arrays) for name, arrays in contents.items()}
    made = PreparedData(folder, Manifest(files=facts, raw=raw or RawFiles()))
    try:
        made.place.mkdir(parents=True, exist_ok=True)
        for name, arrays in contents.items():
            write_whole(made.place / name, partial(_write_npz, arrays))
        for file, text in (
            (made.splits_path, json.dumps(splits, separators=(",", ":"))),
            (folder / _MANIFEST, made.manifest.model_dump_json(indent=2)),
        ):
            write_whole(file, partial(Path.write_text, data=text, encoding="utf-8"))
    except OSError as error:
        raise DataError(
            f"cannot write prepared data to {folder}: {error.strerror}",
            "free some space or choose another cache folder",
        ) from error
    return made


@contextmanager
def reading(path: Path) -> Iterator[Arrays]:
    """The arrays of a file; DataError naming it if it is damaged, or if whoever reads finds something
    else than was expected, Unreadable if nothing is known of it."""
    try:
        with np.load(path, allow_pickle=False) as arrays:
            yield arrays
    except MemoryError:
        raise
    except Exception as error:  # what a damaged file may trip in zip and NumPy is not listed
        if isinstance(error, OSError) and keeps_from_reading(error):
            raise Unreadable.of(path, error) from error
        raise DataError(
            f"{path} is damaged ({error})", "delete its folder to prepare it again"
        ) from error


_MANIFEST = "manifest.json"
_SPLITS = "splits.json"


def _facts(arrays: Arrays) -> FileFacts:
    digest = hashlib.sha256()
    for name, array in sorted(arrays.items()):
        digest.update(f"{name} {array.dtype.str} {array.shape}\n".encode())
        digest.update(np.ascontiguousarray(array).data)
    shapes = {name: array.shape for name, array in arrays.items()}
    return FileFacts(sha256=digest.hexdigest(), shapes=shapes)


def _write_npz(arrays: Arrays, path: Path) -> None:
    with path.open("wb") as file:
        np.savez(file, allow_pickle=False, **arrays)


def write_whole(path: Path, write_to: Callable[[Path], object]) -> None:
    """Write under a name of this call's own, then rename: readers see all of it or nothing."""
    temporary = path.with_name(f".{path.name}.{uuid.uuid4().hex}")
    try:
        write_to(temporary)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
