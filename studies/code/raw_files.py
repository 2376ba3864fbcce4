"""Which files some code reads, and whether they have changed since: what was made of them is then stale."""

from __future__ import annotations

import hashlib
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict


class FileState(BaseModel):
    """A file, or a folder of which the names were read, as it was."""

    model_config = ConfigDict(frozen=True)

    size_bytes: int
    changed_ns: int
    sha256: str
    """Of its bytes, or of the names in it."""

    @classmethod
    def of(cls, path: Path) -> FileState:
        """Raises:
        OSError: it cannot be read.
        """
        found = path.stat()
        if path.is_dir():
            digest = hashlib.sha256(
                b"\0".join(sorted(os.fsencode(each.name) for each in path.iterdir()))
            )
        else:
            with path.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256")
        return cls(
            size_bytes=found.st_size, changed_ns=found.st_mtime_ns, sha256=digest.hexdigest()
        )


class RawFiles(BaseModel):
    """The files from which data was made."""

    model_config = ConfigDict(frozen=True)

    data_dir: Path | None = None
    files: dict[Path, FileState] = {}

    @classmethod
    def of(cls, read: set[Path], data_dir: Path | None, cache_folder: Path) -> RawFiles:
        """Of those that were read the data: neither code, nor what a library brings, nor what a
        source keeps under the cache folder itself."""
        # Where there is pandas, scikit-learn imports it, and that reads of time zones as it is imported.
        system = ("/proc", "/sys", "/usr/share/zoneinfo")
        apart = (sys.prefix, sys.base_prefix, *system, cache_folder.absolute())
        files = {}
        for path in sorted(read):
            if path.suffix in (".py", ".pyc") or any(path.is_relative_to(each) for each in apart):
                continue
            if path.is_file() or path.is_dir():  # and neither a device nor looked for in vain
                with suppress(OSError):
                    files[path] = FileState.of(path)
        return cls(data_dir=None if data_dir is None else data_dir.absolute(), files=files)

    def have_changed(self, data_dir: Path | None) -> bool:
        """Whether one holds other bytes now, where it was or, in another `data_dir`, under the same
        name. What is not here any more can be read by nobody, and what was made of it stays."""
        return any(_differs(self._now(path, data_dir), then) for path, then in self.files.items())

    def _now(self, path: Path, data_dir: Path | None) -> Path:
        if data_dir is None or self.data_dir is None or not path.is_relative_to(self.data_dir):
            return path
        there = data_dir.absolute() / path.relative_to(self.data_dir)
        return there if there.exists() else path


@dataclass(frozen=True)
class _Watch:
    """What was read meanwhile, but by these threads, which have other work."""

    read: set[Path]
    others: frozenset[int]


@contextmanager
def watched() -> Iterator[set[Path]]:
    """The files that this thread, and any that it starts, opens for reading within, and the folders that
    are listed. Python is asked: it does not see what a library opens by itself, as HDF5 and TensorFlow
    do, nor what another process reads."""
    if _hear not in _hooks:
        sys.addaudithook(_hear)
        _hooks.append(_hear)
    threads = [each for each in threading.enumerate() if each is not threading.current_thread()]
    watch = _Watch(set(), frozenset(each.ident for each in threads if each.ident is not None))
    _watches.append(watch)
    try:
        yield watch.read
    finally:
        _watches.remove(watch)


def _hear(event: str, details: tuple[object, ...]) -> None:
    if event not in _READING or not _watches:
        return
    by = threading.get_ident()
    watches = [watch for watch in tuple(_watches) if by not in watch.others]
    path = details[0]
    if event == "open" and isinstance(details[2], int) and details[2] & (os.O_WRONLY | os.O_RDWR):
        return
    if isinstance(path, str | bytes | os.PathLike):
        with suppress(OSError):  # of a working directory that is gone
            for watch in watches:
                watch.read.add(Path(os.fsdecode(path)).absolute())


def _differs(path: Path, then: FileState) -> bool:
    try:
        found = path.stat()
        if (found.st_size, found.st_mtime_ns) == (then.size_bytes, then.changed_ns):
            return False
        return FileState.of(path).sha256 != then.sha256
    except OSError:
        return False


_READING = ("open", "os.listdir", "os.scandir")
_watches: list[_Watch] = []
# A hook stays for as long as the process.
_hooks: list[object] = []
