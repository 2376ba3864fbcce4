"""The points of a process at which something lasting is about to happen, or just has."""

import json
import os
import re
import shutil
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from optuna.artifacts import FileSystemArtifactStore
from sqlalchemy.engine.default import DefaultDialect

from hpo.worker.journal import Journal

_WRITTEN = "written"
_WRITE = re.compile(r"\s*(INSERT INTO|UPDATE|DELETE FROM)\s+\W?(\w+)")
_RANDOM = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{32}")


class Points:
    """Numbers what a worker's process does, and its first child; at some of it a signal comes."""

    def __init__(self, record: Path, signals: Mapping[str, int], folders: Sequence[Path]) -> None:
        """Points are written to `record` as they are reached; files in `folders` count."""
        self._role = "supervisor"
        self._counts: Counter[str] = Counter()
        self._record: Path | None = record
        self._signals = signals
        self._folders = folders
        self._children = 0

    def reach(self, what: str) -> None:
        """Sends this process the signal that is meant for this point."""
        self._counts[what] += 1
        point = f"{self._role}: {what} #{self._counts[what]}"
        if self._record is not None:
            file = os.open(self._record, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
            os.write(file, f"{point}\n".encode())
            os.close(file)
            if (number := self._signals.get(point)) is not None:
                os.kill(os.getpid(), number)

    def note_child(self) -> None:
        """Call it before the process forks a child."""
        self._children += 1

    def become_child(self) -> None:
        """Call it in the child; what the first died of does not befall the next."""
        self._role = "child"
        self._counts.clear()
        if self._children > 1:
            self._record = None

    def install(self) -> None:
        """Makes every commit, message and change of a file reach a point before and after."""
        sa.event.listen(sa.Engine, "before_cursor_execute", _note_write)
        sa.event.listen(sa.Engine, "rollback", lambda connection: _take_written(connection))
        self._surround(DefaultDialect, "do_commit", lambda _, connection: _commit(connection))
        self._surround(Connection, "send_bytes", lambda _, message: f"send {_kind(message)}")
        self._surround(
            Connection, "recv_bytes", lambda _: "receive", lambda message: f" {_kind(message)}"
        )
        self._surround(Journal, "append", lambda _, entry: f"append {entry.body.kind}")
        self._surround(Journal, "drop_first", lambda _: "drop an entry")
        for name in ("rename", "replace"):
            self._surround(os, name, lambda _, to: self._file("rename to", to))
        for name in ("unlink", "remove"):
            self._surround(os, name, lambda path, **_: self._file("remove", path))
        self._surround(os, "mkdir", lambda path, *_: self._file("make", path))
        self._surround(shutil, "rmtree", lambda path, **_: self._file("remove", path))
        self._surround(os, "fsync", lambda number: self._file("fsync", f"/proc/self/fd/{number}"))
        self._surround(Path, "open", self._opening)
        # The artifact's file is open by then: before it, nothing is in it.
        self._surround(shutil, "copyfileobj", lambda _, to: self._file("fill", to.name))
        self._surround(
            FileSystemArtifactStore, "write", lambda _, name, __: f"store {_shown(name)}"
        )

    def _surround(
        self,
        owner: Any,
        name: str,
        describe: Callable[..., str | None],
        add: Callable[[Any], str] = lambda result: "",
    ) -> None:
        original = getattr(owner, name)

        def surrounded(*arguments: Any, **options: Any) -> Any:
            what = describe(*arguments, **options)
            if what is None:
                return original(*arguments, **options)
            self.reach(f"before {what}")
            result = original(*arguments, **options)
            self.reach(f"after {what}{add(result)}")
            return result

        setattr(owner, name, surrounded)

    def _file(self, verb: str, path: str | Path) -> str | None:
        path = Path(path)
        if path.is_relative_to("/proc/self/fd"):
            path = path.readlink()
        within = any(path.is_relative_to(folder) for folder in self._folders)
        return f"{verb} {_shown(path.name)}" if within else None

    def _opening(self, path: Path, mode: str = "r", *_: Any, **__: Any) -> str | None:
        return self._file("write", path) if set(mode) & set("wxa+") else None


def _note_write(connection: sa.Connection, _cursor: Any, statement: str, *_: Any) -> None:
    if (match := _WRITE.match(statement)) is not None:
        verb, table = match.groups()
        connection.info.setdefault(_WRITTEN, {})[f"{verb.split()[0]} {table}"] = None


def _take_written(connection: Any) -> list[str]:
    return list(connection.info.pop(_WRITTEN, ()))


def _commit(connection: Any) -> str | None:
    """Of a transaction that only read, nothing is lasting."""
    written = _take_written(connection)
    return f"commit {', '.join(written)}" if written else None


def _kind(message: bytes) -> str:
    return str(json.loads(message)["kind"])


def _shown(name: str) -> str:
    return _RANDOM.sub("*", name)
