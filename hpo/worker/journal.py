"""The journal: what must reach the database, kept on this machine's disk until it has.

Every report and outcome is written here, and to the disk, before it is delivered. Delivery is
at least once; every entry's effect is idempotent, so replaying a journal from its start is safe.
"""

import fcntl
import logging
import os
import shutil
import time
from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from hpo.device_hours import Cost
from hpo.errors import UsageError, WorkFailed
from hpo.training.protocol import Kept, Outcome, Paused, Report, Text
from hpo.worker import journal_owner as owners
from hpo.worker.journal_owner import Owner
from storage.records import Lease

ENTRIES = "entries.jsonl"
MARKER = "owner.json"
UNKNOWN = "does not say whose it is: it is left as it is, remove it if you know of no use for it"
REMAINS_SECONDS = 3600.0
"""How long a journal may be in the making, or in the course of being removed."""

log = logging.getLogger(__name__)


class _Written(BaseModel):
    model_config = ConfigDict(frozen=True)


class Resumed(_Written):
    """A training went on from a checkpoint that was written with something else: `across` says
    what differs."""

    kind: Literal["resumed"] = "resumed"
    across: str


class Printed(_Written):
    """What a training has printed until now, within bounds."""

    kind: Literal["printed"] = "printed"
    text: str


class GivenBack(_Written):
    """A job was given back unfinished; `loss` and `crowded` are those of `storage.tables.jobs.release`."""

    kind: Literal["given back"] = "given back"
    loss: Text | None = None
    crowded: bool = False


class Excused(_Written):
    """The job was lost by the fault of its device: that does not count against it."""

    kind: Literal["excused"] = "excused"


Body = Report | Kept | Resumed | Printed | GivenBack | Paused | Excused | Outcome


class Entry(_Written):
    """One thing that happened to a job, with the lease it was trained under."""

    job_id: int
    token: str
    body: Body = Field(discriminator="kind")
    cost: Cost | None = None
    """What the job has cost by then."""

    @property
    def lease(self) -> Lease:
        return Lease(self.job_id, self.token)

    @property
    def is_last(self) -> bool:
        """With it the lease is given up."""
        return isinstance(self.body, GivenBack | Paused | Outcome)


class Journal:
    """One supervisor's journal for one database, with a folder for the files its entries name.

    Locked while its supervisor lives; `orphans` finds those whose supervisor is dead. That of a
    machine which is gone for good stays until a person removes its folder. Its jobs are trained
    again when their leases have expired, and what waits in it would come too late.
    """

    def __init__(self, folder: Path, file: BinaryIO) -> None:
        """Over a file that is locked already; use `create` or `orphans`."""
        self.folder = folder
        self.files = folder / "files"
        self._file = file
        self._pending = _read_entries(file, folder)

    @classmethod
    def create(cls, folder: Path, database_uuid: str) -> Self:
        """A supervisor's own journal, with whatever it holds already.

        Raises:
            UsageError: the folder cannot be written.
            BlockingIOError: another process holds this journal.
        """
        try:
            (folder / "files").mkdir(parents=True, exist_ok=True)
            journal = cls(folder, _locked((folder / ENTRIES).open("a+b")))
            # Last: whoever looks for orphans finds the journal locked as soon as it sees this.
            _write_lastingly(folder / MARKER, Owner.here(database_uuid).model_dump_json())
        except BlockingIOError:
            raise
        except OSError as error:
            raise UsageError(
                f"the folder {folder} cannot be written ({error.strerror})", "set HPO_STATE_DIR"
            ) from error
        return journal

    @classmethod
    def orphans(cls, state_dir: Path, database_uuid: str) -> Iterator[Self]:
        """The journals for this database whose supervisors died, on this machine. What waits in any
        other is told, and left where it is."""
        _remove_remains(state_dir)
        ours = Owner.here(database_uuid)
        for marker in sorted(state_dir.glob(f"*/{MARKER}")):
            try:
                orphan = cls._adopt(marker, ours)
            except (BlockingIOError, FileNotFoundError):
                continue  # its supervisor lives, or is leaving
            except OSError as error:
                # Of another user, perhaps, who shares this state folder and brings it himself.
                log.warning("the journal %s is passed over: %s", marker.parent, error.strerror)
                continue
            if orphan is not None:
                yield orphan

    @classmethod
    def _adopt(cls, marker: Path, ours: Owner) -> Self | None:
        owner = owners.read(marker)
        file = _locked((marker.parent / ENTRIES).open("r+b"))
        reason = UNKNOWN if owner is None else owner.why_not_ours(ours)
        if reason is None and marker.exists():  # or it left while we looked
            return cls(marker.parent, file)
        if reason is not None and file.seek(0, os.SEEK_END):
            log.warning("the journal %s %s", marker.parent, reason)
        file.close()
        return None

    def append(self, entry: Entry) -> None:
        """Returns once the entry is on the disk. A checkpoint that was not delivered when the next
        one comes is not needed: its file goes.

        Raises:
            WorkFailed: the disk takes nothing.
        """
        try:
            self._file.write(entry.model_dump_json().encode() + b"\n")
            self._file.flush()
            os.fsync(self._file.fileno())
        except OSError as error:
            raise WorkFailed.of_disk(self.folder, error) from error
        if isinstance(entry.body, Kept):
            for older in self._pending:
                if isinstance(older.body, Kept) and older.token == entry.token:
                    Path(older.body.file).unlink(missing_ok=True)
        self._pending.append(entry)

    @property
    def first(self) -> Entry | None:
        """The oldest entry that has not been delivered."""
        return self._pending[0] if self._pending else None

    @property
    def supervisor_id(self) -> str:
        """Whose journal it is."""
        return self.folder.name

    @property
    def leases(self) -> set[Lease]:
        """The leases that are needed until what waits is delivered."""
        return {entry.lease for entry in self._pending if not isinstance(entry.body, Excused)}

    def files_of(self, lease: Lease, ending: str) -> Path:
        """Where a file that belongs to a job is kept until it is delivered."""
        return self.files / f"{lease.job_id}-{lease.token}{ending}"

    def remove_files(self, lease: Lease) -> None:
        """Those files, and an objective's folder, are of no use any more."""
        for file in self.files.glob(f"{lease.job_id}-{lease.token}*"):
            if file.is_dir() and not file.is_symlink():
                shutil.rmtree(file, ignore_errors=True)
            else:
                file.unlink(missing_ok=True)

    def drop_first(self) -> None:
        """The oldest entry is delivered, or of no use any more, and with it the files that nothing
        else needs."""
        entry = self._pending.popleft()
        if not self._pending:
            self._file.truncate(0)
        if entry.is_last:
            self.remove_files(entry.lease)
        elif isinstance(entry.body, Kept):
            Path(entry.body.file).unlink(missing_ok=True)

    def set_first_aside(self) -> None:
        """The oldest entry cannot be delivered, ever: it is kept for people, beside the folder."""
        aside = _aside(self.folder)
        with aside.open("ab") as file:
            file.write(self._pending[0].model_dump_json().encode() + b"\n")
        log.error("it is set aside in %s", aside)
        self.drop_first()

    def close(self, *, keep: bool = False) -> None:
        """Gives the lock back; a journal with nothing left to deliver is removed, unless the next
        worker is to find it, and with it that this one has gone."""
        if not self._pending and not keep:
            (self.folder / MARKER).unlink(missing_ok=True)
            shutil.rmtree(self.folder, ignore_errors=True)
        self._file.close()


def _aside(folder: Path) -> Path:
    # Beside the folder, which goes once the others are delivered.
    return folder.with_name(f"{folder.name}.damaged.jsonl")


def _write_lastingly(file: Path, text: str) -> None:
    """Once this returns, the file and its name outlive a loss of power."""
    with file.open("w") as written:
        written.write(text)
        written.flush()
        os.fsync(written.fileno())
    for folder in (file.parent, file.parent.parent):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _remove_remains(state_dir: Path) -> None:
    """Of journals whose supervisors were killed while they made or removed them: nothing says
    which database they are for, and nothing waits in them."""
    for folder in state_dir.glob("*-*-*-*-*"):  # a supervisor's id
        with suppress(OSError):  # somebody else removes it, or it is another user's
            is_old = time.time() - folder.stat().st_mtime > REMAINS_SECONDS
            if is_old and _is_empty(folder / MARKER) and _is_empty(folder / ENTRIES):
                shutil.rmtree(folder)


def _is_empty(file: Path) -> bool:
    return not file.exists() or file.stat().st_size == 0


def _locked(file: BinaryIO) -> BinaryIO:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.close()
        raise
    return file


def _read_entries(file: BinaryIO, folder: Path) -> deque[Entry]:
    """All entries but a torn last one, of a supervisor that was killed while it wrote; that one
    is cut off, so that the next does not join it. Any other that cannot be read is set aside."""
    entries: deque[Entry] = deque()
    damaged: list[bytes] = []
    whole = 0
    file.seek(0)
    for line in file:
        if not line.endswith(b"\n"):
            break
        try:
            entries.append(Entry.model_validate_json(line))
        except ValidationError:
            damaged.append(line)
        whole += len(line)
    file.truncate(whole)
    if damaged:
        aside = _aside(folder)
        aside.write_bytes(b"".join(damaged))
        log.warning(
            "%s holds %s that cannot be read: set aside in %s, what they belong to is trained again",
            folder / ENTRIES,
            "an entry" if len(damaged) == 1 else f"{len(damaged)} entries",
            aside,
        )
    return entries
