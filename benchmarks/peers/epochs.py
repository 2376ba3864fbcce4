"""The epochs of a run, as each tool tells them."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from time import time
from typing import Protocol

from pydantic import BaseModel, ConfigDict

READ = """
SELECT v.trial_intermediate_value_id, t.number, v.step, v.intermediate_value
FROM trial_intermediate_values v JOIN trials t USING (trial_id)
WHERE v.trial_intermediate_value_id > ? ORDER BY 1
"""


class Epoch(BaseModel):
    """One that a trial has finished, at a time of the clock on the wall."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    time: float
    trial: str
    epoch: int
    """Of the trial, from 1."""
    val_accuracy: float


class Epochs(Protocol):
    """Where the epochs of a run are read."""

    def new(self) -> Iterator[Epoch]:
        """Those that were not given before."""
        ...


class InLog:
    """A line of JSON for each, written by a peer's script as the epoch ends."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._read = 0

    def new(self) -> Iterator[Epoch]:
        """Two processes may write, each a line at a time; half a line is read the next time."""
        if not self._file.exists():
            return
        with self._file.open("rb") as lines:
            lines.seek(self._read)
            for line in lines:
                if not line.endswith(b"\n"):
                    return
                self._read += len(line)
                yield Epoch.model_validate_json(line)


class InDatabase:
    """hpo's, which says what was reported and not when: an epoch counts from when it is seen here."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._newest = 0

    def new(self) -> Iterator[Epoch]:
        """Nothing while the tables are not made."""
        try:
            with closing(sqlite3.connect(f"{self._file.as_uri()}?mode=ro", uri=True)) as database:
                rows = database.execute(READ, (self._newest,)).fetchall()
        except sqlite3.OperationalError:
            return
        for self._newest, trial, epoch, value in rows:
            yield Epoch(time=time(), trial=str(trial), epoch=epoch, val_accuracy=value)
