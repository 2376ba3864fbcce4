"""One at a time makes the tables, whoever else is trying."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from storage.connection.engine import sqlite_path
from storage.errors import BadUrl, DatabaseUnavailable

# Any number does, as long as every version of this program uses the same one.
ADVISORY_LOCK = 0x68706F
# MariaDB knows no wait without end, so each ends and the next begins.
POLL_SECONDS = 5


@contextmanager
def exclusively(engine: Engine) -> Iterator[None]:
    """Waits for all others that are in such a block on this database.

    Raises:
        BadUrl: the SQLite file's folder cannot be written.
        DatabaseUnavailable: the server fails to give anybody a turn.
    """
    if (path := sqlite_path(engine.url)) is not None:
        turn = _turn_at_file(path)
    elif engine.dialect.name == "postgresql":
        turn = _turn_at_postgresql(engine)
    else:
        turn = _turn_at_mysql(engine)
    with turn:
        yield


@contextmanager
def _turn_at_file(path: Path) -> Iterator[None]:
    # SQLite's own lock would keep Optuna's connection out of its turn.
    try:
        lock_file = path.with_name(path.name + ".lock").open("w")
    except OSError as error:
        raise BadUrl(
            f"the folder of {path} cannot be written ({error.strerror})",
            "choose another with --storage",
        ) from error
    with lock_file:
        fcntl.flock(lock_file, fcntl.LOCK_EX)
        yield


@contextmanager
def _turn_at_postgresql(engine: Engine) -> Iterator[None]:
    with engine.begin() as connection:
        # Waits while others make the tables, then idles while we do, however long that takes.
        connection.execute(sa.text("SET LOCAL lock_timeout = 0"))
        connection.execute(sa.text("SET LOCAL idle_in_transaction_session_timeout = 0"))
        connection.execute(sa.text("SELECT pg_advisory_xact_lock(:n)"), {"n": ADVISORY_LOCK})
        yield


@contextmanager
def _turn_at_mysql(engine: Engine) -> Iterator[None]:
    # The names of locks are the server's, not the database's, and at most 64 characters long.
    take = sa.text("SELECT GET_LOCK(CONCAT('hpo:', MD5(DATABASE())), :seconds)")
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.detach()  # so that it is closed at the end, which gives the lock back
        while (got := connection.scalar(take, {"seconds": POLL_SECONDS})) != 1:
            if got is None:  # at once, and so it would be again
                raise DatabaseUnavailable(
                    "the server gives nobody a lock now (GET_LOCK answers NULL)",
                    "see its log, it may be short of memory, and ask again",
                )
        yield
