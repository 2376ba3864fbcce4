"""Prepared data: the files a study trains and is judged on, written once per machine."""

from __future__ import annotations

import hashlib
import json
import uuid
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, ValidationError

from studies.errors import DataError
from studies.source import ImageSource, Labels, Pixels, Pools
from studies.splits import Split, split

DataSet = Literal["search", "new"]
"""The classes that are searched on, or the entirely new ones."""


@dataclass(frozen=True)
class TrainingImages:
    """What a training sees: uint8 NHWC images and int64 labels 0 .. n_classes - 1."""

    x_train: Pixels
    y_train: Labels
    x_validation: Pixels
    y_validation: Labels
    n_classes: int


@dataclass(frozen=True)
class Images:
    """Held-out images: x uint8 (n, height, width, channels), y int64 (n,)."""

    x: Pixels
    y: Labels


class FileFacts(BaseModel):
    """What the manifest says of one file."""

    model_config = ConfigDict(frozen=True)

    sha256: str
    """Of the names, types, shapes and bytes of the arrays: free of how they were packed."""
    counts: dict[str, int]
    """Number of images by the name of their array of labels."""


class Manifest(BaseModel):
    """What was prepared; written last, so its presence says that all files are whole."""

    model_config = ConfigDict(frozen=True)

    classes: dict[DataSet, tuple[str, ...]]
    files: dict[str, FileFacts]


@dataclass(frozen=True)
class PreparedData:
    """The four image files of a study on this machine, and what they hold."""

    folder: Path
    manifest: Manifest

    @property
    def sha256(self) -> str:
        """The data hash: equal for two machines if and only if all image files hold the same."""
        hashes = {name: facts.sha256 for name, facts in self.manifest.files.items()}
        return hashlib.sha256(json.dumps(hashes, sort_keys=True).encode()).hexdigest()

    def class_names(self, data_set: DataSet) -> tuple[str, ...]:
        """The class that each label stands for."""
        return self.manifest.classes[data_set]

    def training_path(self, data_set: DataSet) -> Path:
        """The file for `load_training`."""
        return self.folder / _training_name(data_set)

    def holdout_path(self, data_set: DataSet) -> Path:
        """The file for `load_holdout`; give it to final jobs only."""
        return self.folder / _holdout_name(data_set)

    def holdout_sha256(self, data_set: DataSet) -> str:
        """What the manifest says of the holdout file, which is not opened."""
        return self.manifest.files[_holdout_name(data_set)].sha256

    def damaged(self) -> list[str]:
        """The image files that do not hold what the manifest says. Holdouts are hashed like the
        others, and nothing learns from a hash: it is no opening."""
        return [name for name, facts in self.manifest.files.items() if not self._holds(name, facts)]

    def _holds(self, name: str, facts: FileFacts) -> bool:
        try:
            with _reading(self.folder / name) as arrays:
                return _facts(dict(arrays)) == facts
        except DataError:
            return False

    @property
    def splits_path(self) -> Path:
        """JSON, for people and their programs: which image of the raw data serves for what.

        By data set: the class of each label (`classes`), and for `train`, `validation` and
        `holdout` the images as indices into a pool of the raw data (`pool`, `indices`), in the
        order in which they stand in the image files.
        """
        return self.folder / _SPLITS


def prepare(source: ImageSource, cache_folder: Path, data_dir: Path | None = None) -> PreparedData:
    """The prepared data of `source` under `cache_folder`, made now unless it is there already.

    Cheap when it is there: no image is read, the holdout files are not opened. Several processes
    may prepare at once; each writes the same bytes under a name of its own and renames.
    Raises SettingsError for classes that the data does not have, DataError for bad raw data or a
    cache that cannot be written.
    """
    folder = cache_folder / source.key()
    if (manifest := _read_manifest(folder)) is not None:
        return PreparedData(folder, manifest)
    pools = source.read(data_dir, cache_folder)
    contents: dict[str, dict[str, NDArray[np.generic]]] = {}
    splits: dict[DataSet, dict[str, object]] = {}
    names: dict[DataSet, tuple[str, ...]] = {"search": source.classes, "new": source.new_classes}
    for data_set, classes in names.items():
        wanted = tuple(source.class_names.index(name) for name in classes)
        chosen = split(pools.y_train, pools.y_test, wanted, source.split_seed, source.per_class)
        training, holdout = _arrays(pools, chosen, wanted)
        contents[_training_name(data_set)] = training
        contents[_holdout_name(data_set)] = holdout
        splits[data_set] = {"classes": classes, **_parts(chosen)}
    manifest = Manifest(
        classes=names,
        files={name: _facts(arrays) for name, arrays in contents.items()},
    )
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, arrays in contents.items():
            _replace(folder / name, partial(_write_npz, arrays))
        for name, text in (
            (_SPLITS, json.dumps(splits, separators=(",", ":"))),
            (_MANIFEST, manifest.model_dump_json(indent=2)),
        ):
            _replace(folder / name, partial(Path.write_text, data=text, encoding="utf-8"))
    except OSError as error:
        raise DataError(
            f"cannot write prepared data to {folder}: {error.strerror}; "
            "free some space or choose another cache folder"
        ) from error
    return PreparedData(folder, manifest)


def load_training(path: Path) -> TrainingImages:
    """Read a training file; DataError naming it if it is damaged or unreadable."""
    with _reading(path) as arrays:
        x_train, y_train = _pair(arrays, "x_train", "y_train")
        x_validation, y_validation = _pair(arrays, "x_validation", "y_validation")
        return TrainingImages(
            x_train, y_train, x_validation, y_validation, n_classes=int(y_train.max()) + 1
        )


def load_holdout(path: Path) -> Images:
    """Read a holdout file; DataError naming it if it is damaged or unreadable."""
    with _reading(path) as arrays:
        return Images(*_pair(arrays, "x", "y"))


_MANIFEST = "manifest.json"
_SPLITS = "splits.json"


def _training_name(data_set: DataSet) -> str:
    return f"{data_set}.npz"


def _holdout_name(data_set: DataSet) -> str:
    return f"{data_set}-holdout.npz"


def _read_manifest(folder: Path) -> Manifest | None:
    """The manifest if it is whole and its files exist; anything less is prepared again."""
    try:
        manifest = Manifest.model_validate_json((folder / _MANIFEST).read_bytes())
    except (OSError, ValidationError):
        return None
    whole = all((folder / name).is_file() for name in (*manifest.files, _SPLITS))
    return manifest if whole else None


def _arrays(
    pools: Pools, chosen: Split, wanted: tuple[int, ...]
) -> tuple[dict[str, NDArray[np.generic]], dict[str, NDArray[np.generic]]]:
    new_label = np.zeros(max(wanted) + 1, dtype=np.int64)
    new_label[list(wanted)] = np.arange(len(wanted))
    training: dict[str, NDArray[np.generic]] = {
        "x_train": pools.x_train[chosen.train],
        "y_train": new_label[pools.y_train[chosen.train]],
        "x_validation": pools.x_test[chosen.validation],
        "y_validation": new_label[pools.y_test[chosen.validation]],
    }
    holdout: dict[str, NDArray[np.generic]] = {
        "x": pools.x_train[chosen.holdout],
        "y": new_label[pools.y_train[chosen.holdout]],
    }
    return training, holdout


def _parts(chosen: Split) -> dict[str, object]:
    return {
        "train": {"pool": "train", "indices": chosen.train.tolist()},
        "validation": {"pool": "test", "indices": chosen.validation.tolist()},
        "holdout": {"pool": "train", "indices": chosen.holdout.tolist()},
    }


def _facts(arrays: Mapping[str, NDArray[np.generic]]) -> FileFacts:
    digest = hashlib.sha256()
    for name, array in sorted(arrays.items()):
        digest.update(f"{name} {array.dtype.str} {array.shape}\n".encode())
        digest.update(np.ascontiguousarray(array).data)
    counts = {name: len(array) for name, array in arrays.items() if name.startswith("y")}
    return FileFacts(sha256=digest.hexdigest(), counts=counts)


def _write_npz(arrays: Mapping[str, NDArray[np.generic]], path: Path) -> None:
    with path.open("wb") as file:
        np.savez(file, allow_pickle=False, **arrays)


def _replace(path: Path, write: Callable[[Path], object]) -> None:
    """Write under a name of this call's own, then rename: readers see all of it or nothing."""
    temporary = path.with_name(f".{path.name}.{uuid.uuid4().hex}")
    try:
        write(temporary)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


@contextmanager
def _reading(path: Path) -> Iterator[Mapping[str, NDArray[np.generic]]]:
    try:
        with np.load(path, allow_pickle=False) as arrays:
            yield arrays
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        raise DataError(
            f"{path} is damaged or unreadable ({error}); delete its folder to prepare it again"
        ) from error


def _pair(arrays: Mapping[str, NDArray[np.generic]], x: str, y: str) -> tuple[Pixels, Labels]:
    images, labels = arrays[x], arrays[y]
    if images.dtype != np.uint8 or labels.dtype != np.int64 or len(images) != len(labels):
        raise ValueError(f"{x} and {y} are not images with their labels")
    return images.astype(np.uint8, copy=False), labels.astype(np.int64, copy=False)
