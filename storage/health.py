"""The condition of a database: what a doctor asks of it. Nothing here changes it."""

import sqlite3
import statistics
import time
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa
from optuna.storages._rdb.models import BaseModel
from sqlalchemy.engine import URL, Connection, Engine

from storage.clock import now_ms
from storage.connection.driver_errors import translated
from storage.connection.engine import READ_ONLY, sqlite_path
from storage.connection.missing_rights import RIGHTS_OF_A_WORKER, permitted
from storage.database import Database
from storage.schema import metadata

ASKED_TIMES = 5


@dataclass(frozen=True)
class Condition:
    """How a database answers. `product` is what it calls itself, `isolation` what keeps its
    transactions apart (on SQLite the kind of its journal), and `clock_ahead_seconds` how far its
    clock is ahead of this machine's."""

    product: str
    version: tuple[int, ...]
    isolation: str
    latency_seconds: float
    clock_ahead_seconds: float


def examine(db: Database) -> Condition:
    """Raises:
    DatabaseUnavailable: it does not answer.
    """
    with (
        translated(db.url),
        db.engine.connect().execution_options(**{READ_ONLY: True}) as connection,
    ):
        product, version = _version(connection)
        latencies, ahead = zip(*(_ask(connection) for _ in range(ASKED_TIMES)), strict=True)
        return Condition(
            product,
            version,
            _isolation(connection),
            statistics.median(latencies),
            statistics.median(ahead),
        )


def try_rights(url: URL, engine: Engine) -> None:
    """Tries all that a worker does to any table, on no row of it, and takes it back.

    Raises:
        NotPermitted: the role lacks a right; the message names what to grant.
        DatabaseUnavailable: it does not answer, or only lets itself be read.
    """
    tables = [*metadata.sorted_tables, *BaseModel.metadata.sorted_tables]
    with (
        translated(url),
        permitted(url, RIGHTS_OF_A_WORKER),
        engine.connect() as connection,
        connection.begin() as transaction,
    ):
        for table in tables:
            column = next(iter(table.columns))
            none = sa.select(table).where(sa.false())
            connection.execute(none)
            connection.execute(sa.insert(table).from_select(list(table.columns), none))
            connection.execute(sa.update(table).where(sa.false()).values({column: column}))
            connection.execute(sa.delete(table).where(sa.false()))
        transaction.rollback()


def _version(connection: Connection) -> tuple[str, tuple[int, ...]]:
    dialect = connection.dialect
    if dialect.name == "sqlite":
        return "SQLite", sqlite3.sqlite_version_info
    product = "PostgreSQL" if dialect.name == "postgresql" else "MySQL"
    if getattr(dialect, "is_mariadb", False):
        product = "MariaDB"
    found = dialect.server_version_info or ()
    return product, tuple(part for part in found if isinstance(part, int))


def _isolation(connection: Connection) -> str:
    if connection.dialect.name == "sqlite":
        path = sqlite_path(connection.engine.url)
        # Of a file that is only read SQLite does not say so.
        if path is not None and _is_in_wal_mode(path):
            return "WAL"
        return str(connection.scalar(sa.text("PRAGMA journal_mode"))).upper()
    return str(connection.get_isolation_level())


def _is_in_wal_mode(path: Path) -> bool:
    """As its header says: bytes 18 and 19 are the versions of the format for writing and for reading, 2
    with a write-ahead log (https://sqlite.org/fileformat.html, 1.3.3)."""
    with path.open("rb") as file:
        return file.read(20)[18:] == b"\x02\x02"


def _ask(connection: Connection) -> tuple[float, float]:
    before, started = time.time(), time.monotonic()
    theirs_ms = int(connection.scalar(sa.select(now_ms())) or 0)
    seconds = time.monotonic() - started
    return seconds, theirs_ms / 1000 - (before + seconds / 2)
