"""A folder in which an objective keeps what it needs to go on: packed into one file, which follows its trial to
whatever machine calls it next."""

import hashlib
import shutil
import tarfile
from pathlib import Path

from hpo.training import protocol
from hpo.training.checkpoint_times import CheckpointTimes


class CheckpointFolder:
    """Made when it is asked for the first time, with what the last worker's had."""

    def __init__(self, asked: protocol.Call) -> None:
        self.not_resumed: str | None = None
        """Why what the last worker's had is not in it."""
        self._packed = Path(asked.checkpoint_file) if asked.checkpoint_file else None
        self._stem = asked.checkpoint_stem
        self._folder = Path(f"{asked.checkpoint_stem}-folder")
        self._times = CheckpointTimes(asked.checkpoint_seconds)
        self._is_there = False
        self._times_kept = asked.checkpoint_number

    def open(self) -> Path:
        """The folder.

        Raises:
            OSError: it cannot be made here.
        """
        if not self._is_there:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder.mkdir(parents=True)
            self._is_there = True
            if self._packed is not None:
                self._unpack(self._packed)
        return self._folder

    def _unpack(self, packed: Path) -> None:
        try:
            with tarfile.open(packed) as archive:
                archive.extractall(self._folder, filter="data")  # nothing beside the folder
        except (OSError, tarfile.TarError) as error:
            self.not_resumed = f"{type(error).__name__}: {error}"
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder.mkdir()

    def save(self, *, is_last: bool) -> protocol.Kept | None:
        """Packs it behind a report, if that is due or this worker leaves, which `is_last`
        says; None where there is nothing to be kept. `settle` says that the file is where it belongs.

        Raises:
            OSError: the machine's disk does not take it.
        """
        if (
            not self._is_there
            or not (is_last or self._times.is_due)
            or not any(self._folder.iterdir())
        ):
            return None
        self._times.begin()
        # Steps may be reported in any order, and the newest of what is kept is what is gone on from.
        self._times_kept += 1
        file = Path(f"{self._stem}-{self._times_kept}.checkpoint")
        with tarfile.open(file, "w") as archive:
            archive.add(self._folder, arcname=".")
        with file.open("rb") as packed:
            digest = hashlib.file_digest(packed, "sha256").hexdigest()
        return protocol.Kept(
            epoch=self._times_kept, file=str(file), size_bytes=file.stat().st_size, sha256=digest
        )

    def settle(self) -> None:
        """The trial goes on."""
        self._times.settle()

    def remove(self) -> None:
        """Its trial needs it no more."""
        if self._is_there:
            shutil.rmtree(self._folder, ignore_errors=True)
