"""The official CIFAR-100 files: found or downloaded, checked, and unpickled without trust."""

from __future__ import annotations

import hashlib
import io
import os
import pickle
import tarfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from studies.errors import DataError, DataUnavailable

FOLDER = "cifar-100-python"
CHECKOUT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Archive:
    """Where the archive is to be had, and the MD5 checksums of it and of its files."""

    url: str
    md5: str
    members: Mapping[str, str]

    @property
    def file_name(self) -> str:
        """What the archive is called."""
        return self.url.rpartition("/")[2]


OFFICIAL = Archive(
    url="https://www.cs.toronto.edu/~kriz/cifar-100-python.tar.gz",
    md5="eb9058c3a382ffc7106e4002c42a8d85",
    members={
        "train": "16019d7e3df5f24257cddd939b257f8d",
        "test": "f0ef6b0ae62326f3e7ffdfab6717acfc",
        "meta": "7973b15100ade9c7d40fb424638fde48",
    },
)


def read(
    data_dir: Path | None, downloads: Path, archive: Archive = OFFICIAL
) -> dict[str, dict[bytes, Any]]:
    """The unpickled content of `train`, `test` and `meta`.

    Looks into `data_dir`, `shared/data` beside the checkout or the working directory, the Keras
    cache and `downloads`, for the extracted folder or the archive itself; downloads the archive
    if it is in none. Raises DataError naming the file that is damaged or foreign, DataUnavailable
    if the archive can be neither found nor downloaded.
    """
    place = _find(data_dir, downloads, archive) or _download(downloads, archive)
    return {
        name: _unpickled(content, place / name, archive.members[name])
        for name, content in _contents(place, archive.members)
    }


def _find(data_dir: Path | None, downloads: Path, archive: Archive) -> Path | None:
    for candidate in _candidates(data_dir, downloads, archive):
        if candidate.is_file() or all((candidate / name).is_file() for name in archive.members):
            return candidate
    return None


def _candidates(data_dir: Path | None, downloads: Path, archive: Archive) -> Iterator[Path]:
    # Where no home is known it stays "~", which is no folder; pathlib would raise.
    keras_home = Path(os.environ.get("KERAS_HOME") or os.path.expanduser("~/.keras"))  # noqa: PTH111
    if data_dir is not None:
        yield data_dir / FOLDER
        yield data_dir / archive.file_name
        if data_dir.name == FOLDER:
            yield data_dir
    for beside in (CHECKOUT, Path.cwd()):
        yield beside.parent / "shared" / "data" / FOLDER
    # Keras 3 extracts below a folder named after the target, Keras 2 right into the cache.
    yield keras_home / "datasets" / f"{FOLDER}-target" / FOLDER
    yield keras_home / "datasets" / FOLDER
    yield downloads / archive.file_name


def _download(downloads: Path, archive: Archive) -> Path:
    import pooch  # type: ignore[import-untyped]  # pooch ships no types

    pooch.get_logger().setLevel("WARNING")
    try:
        return Path(
            pooch.retrieve(
                archive.url,
                known_hash=f"md5:{archive.md5}",
                fname=archive.file_name,
                path=downloads,
                downloader=pooch.HTTPDownloader(progressbar=True, timeout=30),
            )
        )
    except ValueError as error:
        raise DataError(
            f"{archive.url} gave a file with the wrong checksum",
            f"try again, or put a good {archive.file_name} into HPO_DATA_DIR",
        ) from error
    except OSError as error:
        raise DataUnavailable(
            f"CIFAR-100 is not on this machine and {archive.url} cannot be downloaded "
            f"({type(error).__name__})",
            f"put {archive.file_name} or the folder {FOLDER} into "
            f"HPO_DATA_DIR, {FOLDER} into ../shared/data or ~/.keras/datasets, or connect "
            "to the network",
        ) from error


def _contents(place: Path, names: Iterable[str]) -> Iterator[tuple[str, bytes]]:
    """Each file with its bytes, read once and in order: an archive is unpacked from its start."""
    file = place
    try:
        with nullcontext() if place.is_dir() else tarfile.open(place) as archive:
            for name in names:
                file = place / name
                yield name, file.read_bytes() if archive is None else _member(archive, name)
    except (OSError, EOFError, KeyError, tarfile.TarError, zlib.error) as error:
        raise DataError(
            f"{file} cannot be read ({type(error).__name__})", f"replace {place}"
        ) from error


def _member(archive: tarfile.TarFile, name: str) -> bytes:
    member = archive.extractfile(f"{FOLDER}/{name}")
    if member is None:
        raise KeyError(name)
    return member.read()


def _unpickled(content: bytes, file: Path, md5: str) -> dict[bytes, Any]:
    """Check the bytes that were read from `file`, and unpickle those same bytes."""
    if hashlib.md5(content, usedforsecurity=False).hexdigest() != md5:
        raise DataError(
            f"{file} is damaged or not CIFAR-100's (wrong MD5)",
            "delete it to have it found elsewhere or downloaded",
        )
    return unpickle(content, file)


class _ArraysOnly(pickle.Unpickler):
    """Admits what NumPy arrays are made of; anything else could run code."""

    _ADMITTED: ClassVar[dict[tuple[str, str], Any]] = {
        # The name of the module when the files were written, in NumPy 1.
        ("numpy.core.multiarray", "_reconstruct"): np.empty(0).__reduce__()[0],
        ("numpy", "ndarray"): np.ndarray,
        ("numpy", "dtype"): np.dtype,
    }

    def find_class(self, module: str, name: str) -> Any:
        try:
            return self._ADMITTED[module, name]
        except KeyError:
            raise pickle.UnpicklingError(f"refused {module}.{name}") from None


def unpickle(content: bytes, file: Path) -> dict[bytes, Any]:
    """Unpickle bytes strings, lists and arrays; DataError names `file` if it holds anything else."""
    try:
        unpickled = _ArraysOnly(io.BytesIO(content), encoding="bytes").load()
    except Exception as error:  # a damaged pickle may raise anything
        raise DataError(f"{file} is no pickle of arrays ({error})", "replace it") from error
    if not isinstance(unpickled, dict):
        raise DataError(f"{file} holds no dictionary", "replace it by CIFAR-100's own")
    return unpickled
