"""What drivers and Optuna raise, as our errors."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from optuna.exceptions import StorageInternalError
from sqlalchemy.engine import URL, Engine, ExceptionContext

from storage.connection.missing_rights import RIGHTS_OF_A_WORKER, refusal
from storage.errors import Conflict, DatabaseUnavailable, StorageError, TextRefused

# A deadlock at PostgreSQL; a deadlock at MySQL, or at any a transaction that cannot be serialized.
CONFLICTS = ("40P01", "40001")
# What servers call a failing connection, a transaction that was broken off, a want of disk, memory or
# connections, an operator's or a time limit's end of a session or a statement, a system that fails
# them, and a failure of their own; a server that only reads, as a standby does, a transaction that
# idled or took too long, a lock that was waited for in vain, and a statement that was ended at MySQL.
OUTAGES = (
    *("08", "40", "53", "57", "58", "XX"),
    *("25006", "25P03", "25P04", "55P03", "70100"),
)
# MySQL's numbers for the same where it has no such state for them.
OUTAGES_OF_MYSQL = frozenset({
    *(1015, 1016, 1021, 1023, 1024, 1026, 1030, 1114, 1194, 1195),  # files and disks
    *(1037, 1038, 1041, 1135, 1203, 1206, 1226),  # too little of something
    *(1020, 1180, 1181, 1205, 1412, 3024),  # others at work, or too slow
    *(1077, 1078, 1079, 1129, 1290, 1836, 3032, 4031),  # an operator
})  # fmt: skip
# Its disk, at PostgreSQL and at MySQL.
FULL, FULL_AT_MYSQL = "53100", (1021, 1114)
CLIENT_OF_MYSQL = range(2000, 3000)
"""What PyMySQL says where it cannot talk to the server."""
OUTAGES_OF_SQLITE = frozenset({
    *(sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_PROTOCOL, sqlite3.SQLITE_SCHEMA),
    *(sqlite3.SQLITE_PERM, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_AUTH),
    *(sqlite3.SQLITE_IOERR, sqlite3.SQLITE_FULL, sqlite3.SQLITE_NOMEM, sqlite3.SQLITE_NOLFS),
    *(sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB),
})  # fmt: skip


# Characters that the encoding of a database at PostgreSQL lacks, and of a column at MySQL.
LACKING = ("22P05", "22021", 1366, 3988)


@contextmanager
def translated(url: URL) -> Iterator[None]:
    """Turns into our errors what a driver says of a database that cannot be used now, or not with
    these rights. A mistake in a statement passes unchanged: it would be one again each time."""
    try:
        yield
    except StorageError:
        raise
    except sa.exc.TimeoutError as error:
        raise _unavailable(url, error) from error
    except UnicodeEncodeError as error:  # of a file's name that is no text, for one
        raise TextRefused("no database holds a text that is not Unicode", "name another") from error
    except (sa.exc.DBAPIError, StorageInternalError) as error:
        if (said := _driver_error(error)) is not None and (ours := _ours(url, said)) is not None:
            raise ours from error
        raise


def give_up_at_once(engine: Engine) -> None:
    """Makes a lost connection one of our errors already where it shows, in Optuna's engine. Optuna
    would try again, and a caller who has other work to do would wait that many times longer."""

    def translate(context: ExceptionContext) -> None:
        error = context.sqlalchemy_exception
        is_lost = context.is_disconnect or context.connection is None
        if is_lost and error is not None and not context.is_pre_ping:
            raise _unavailable(engine.url, error) from error

    sa.event.listen(engine, "handle_error", translate)


def _driver_error(error: BaseException | None) -> sa.exc.DBAPIError | None:
    """What the driver said first: Optuna may have gone on in a session that was broken."""
    while error is not None:
        if isinstance(error, sa.exc.DBAPIError):
            return error
        error = error.__cause__ or error.__context__
    return None


def _ours(url: URL, error: sa.exc.DBAPIError) -> StorageError | None:
    """None for a mistake."""
    if (refused := refusal(url, error, RIGHTS_OF_A_WORKER)) is not None:
        return refused
    if getattr(error.orig, "sqlstate", None) in CONFLICTS:
        where = url.render_as_string(hide_password=True)
        return Conflict(
            f"others wrote the same in the database {where} ({_cause(error)})", "try again"
        )
    if {getattr(error.orig, "sqlstate", None), *getattr(error.orig, "args", ())[:1]} & set(LACKING):
        where = url.render_as_string(hide_password=True)
        return TextRefused(
            f"the database {where} cannot hold that text ({_cause(error)})",
            "use other names, or a database whose encoding is UTF-8",
        )
    return _unavailable(url, error) if _is_outage(error) else None


def _is_outage(error: sa.exc.DBAPIError) -> bool:
    if error.connection_invalidated or error.statement is None:  # it was lost, or not to be had
        return True
    said = error.orig
    if isinstance(said, sqlite3.Error):
        code = getattr(said, "sqlite_errorcode", 0)
        return code & 0xFF in OUTAGES_OF_SQLITE  # what is above says more of the same
    number = next(iter(getattr(said, "args", ())), None)
    return (
        (getattr(said, "sqlstate", None) or "").startswith(OUTAGES)
        or number in OUTAGES_OF_MYSQL
        or number in CLIENT_OF_MYSQL
    )


def _unavailable(url: URL, error: sa.exc.SQLAlchemyError) -> DatabaseUnavailable:
    where = url.render_as_string(hide_password=True)
    said = getattr(error, "orig", None)
    of_sqlite = getattr(said, "sqlite_errorcode", 0) & 0xFF
    if of_sqlite == sqlite3.SQLITE_READONLY:
        return DatabaseUnavailable(
            f"the database {where} can only be read here", "mend the rights to it and its folder"
        )
    mend = "check that it is up, and its URL"
    if (
        of_sqlite in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR)
        or getattr(said, "sqlstate", None) == FULL
        or next(iter(getattr(said, "args", ())), None) in FULL_AT_MYSQL
    ):
        mend = "make room on its disk, or mend it"
    return DatabaseUnavailable(f"the database {where} cannot be used ({_cause(error)})", mend)


def _cause(error: sa.exc.SQLAlchemyError) -> str:
    said = str(getattr(error, "orig", None) or error).strip()
    return said.splitlines()[0] if said else "no answer"
