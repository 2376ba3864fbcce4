"""The journal: what must reach the database, kept on this machine's disk until it has.

Every report and outcome is written here, and to the disk, before it is delivered. Delivery is
at least once; every entry's effect is idempotent, so replaying a journal from its start is safe.
"""

import fcntl
import json
import os
import shutil
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, Field

from hpo.errors import UsageError
from hpo.messages import Outcome, Report
from storage.records import Lease


class Entry(BaseModel):
    """One message of a child, with the lease it was trained under."""

    model_config = ConfigDict(frozen=True)

    job_id: int
    token: str
    body: Report | Outcome = Field(discriminator="kind")

    @property
    def lease(self) -> Lease:
        return Lease(self.job_id, self.token)


class Journal:
    """One supervisor's journal for one study, with a folder for the files its entries name.

    Locked while its supervisor lives; `orphans` finds those whose supervisor is dead.
    """

    def __init__(self, folder: Path, study_uuid: str) -> None:
        """Raises:
        UsageError: the folder cannot be written.
        BlockingIOError: another process holds this journal.
        """
        self.folder = folder
        self.files = folder / "files"
        try:
            self.files.mkdir(parents=True, exist_ok=True)
            (folder / "study").write_text(study_uuid)
            self._file = (folder / "entries.jsonl").open("a+", encoding="utf-8")
        except OSError as error:
            raise UsageError(
                f"the folder {folder} cannot be written ({error.strerror}): set HPO_STATE_DIR"
            ) from error
        fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        self._file.seek(0)
        self._pending = deque(_entries(self._file))

    @classmethod
    def orphans(cls, state_dir: Path, study_uuid: str) -> Iterator[Self]:
        """The journals of this study whose supervisors died before all was delivered."""
        for study_file in sorted(state_dir.glob("*/study")):
            if study_file.read_text() == study_uuid:
                try:
                    journal = cls(study_file.parent, study_uuid)
                except BlockingIOError:
                    continue  # its supervisor lives
                yield journal

    def append(self, entry: Entry) -> None:
        """Returns once the entry is on the disk."""
        self._file.write(entry.model_dump_json() + "\n")
        self._file.flush()
        os.fsync(self._file.fileno())
        self._pending.append(entry)

    @property
    def first(self) -> Entry | None:
        """The oldest entry that has not been delivered."""
        return self._pending[0] if self._pending else None

    @property
    def leases(self) -> set[Lease]:
        """The leases that undelivered entries were written under."""
        return {entry.lease for entry in self._pending}

    def drop_first(self) -> None:
        """The oldest entry is delivered, or of no use any more."""
        self._pending.popleft()
        if not self._pending:
            self._file.truncate(0)

    def close(self) -> None:
        """Gives the lock back; a journal with nothing left to deliver is removed."""
        if not self._pending:
            shutil.rmtree(self.folder, ignore_errors=True)
        self._file.close()


def _entries(lines: Iterator[str]) -> Iterator[Entry]:
    for line in lines:
        try:
            json.loads(line)
        except ValueError:
            return  # the last line of a supervisor that was killed while writing it
        yield Entry.model_validate_json(line)
