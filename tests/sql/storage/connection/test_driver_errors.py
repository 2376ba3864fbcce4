"""What a database says, told as an outage, a conflict, a missing right, or a mistake of ours."""

import sqlite3

import psycopg
import pymysql
import pytest
import sqlalchemy as sa
from optuna.exceptions import StorageInternalError

from storage.connection.driver_errors import translated
from storage.connection.engine import parse_url
from storage.database import Database
from storage.errors import DatabaseUnavailable, NotPermitted
from tests.support.marks import on
from tests.support.squares import Held

URL = parse_url("mysql://me@host/base")


def _of_sqlite(name: str) -> sqlite3.Error:
    error = sqlite3.OperationalError(name)
    error.sqlite_errorcode = getattr(sqlite3, name)
    return error


OUTAGES = [
    psycopg.errors.AdminShutdown("an operator"),
    psycopg.errors.DiskFull("no room"),
    psycopg.errors.TooManyConnections("others were first"),
    psycopg.errors.QueryCanceled("a time limit"),
    psycopg.errors.LockNotAvailable("a lock"),
    psycopg.errors.ReadOnlySqlTransaction("a standby"),
    psycopg.errors.IdleInTransactionSessionTimeout("it idled"),
    psycopg.errors.ConnectionFailure("the link"),
    psycopg.errors.IoError("its disk"),
    psycopg.errors.InternalError_("its own"),
    pymysql.OperationalError(2013, "Lost connection"),
    pymysql.OperationalError(1040, "Too many connections", sqlstate="08004"),
    pymysql.OperationalError(1053, "Server shutdown in progress", sqlstate="08S01"),
    pymysql.OperationalError(1205, "Lock wait timeout exceeded", sqlstate="HY000"),
    pymysql.OperationalError(1021, "Disk full", sqlstate="HY000"),
    pymysql.OperationalError(1290, "running with the --read-only option", sqlstate="HY000"),
    pymysql.OperationalError(1969, "max_statement_time exceeded", sqlstate="70100"),
    _of_sqlite("SQLITE_BUSY"),
    _of_sqlite("SQLITE_FULL"),
    _of_sqlite("SQLITE_IOERR_WRITE"),
    _of_sqlite("SQLITE_READONLY"),
    _of_sqlite("SQLITE_CANTOPEN"),
]
MISTAKES = [
    psycopg.errors.SyntaxError("at or near"),
    psycopg.errors.UndefinedColumn("nothing"),
    psycopg.errors.TooManyArguments("too many"),
    psycopg.errors.InFailedSqlTransaction("gone on with"),
    psycopg.OperationalError("number of parameters must be between 0 and 65535"),
    pymysql.OperationalError(1054, "Unknown column", sqlstate="42S22"),
    pymysql.OperationalError(1390, "too many placeholders", sqlstate="HY000"),
    _of_sqlite("SQLITE_ERROR"),
    _of_sqlite("SQLITE_CONSTRAINT"),
]


@pytest.mark.parametrize("is_wrapped", [False, True])
@pytest.mark.parametrize("said", OUTAGES, ids=repr)
def test_what_an_outage_is(said: Exception, is_wrapped: bool) -> None:
    """What the same statement may be spared the next time, also as Optuna wraps it."""
    with pytest.raises(DatabaseUnavailable, match=r"cannot be used|can only be read"):
        _raise(said, is_wrapped)


@pytest.mark.parametrize(
    "said",
    [
        psycopg.errors.DiskFull("no room"),
        pymysql.OperationalError(1021, "Disk full", sqlstate="HY000"),
        pymysql.OperationalError(1114, "The table is full", sqlstate="HY000"),
        _of_sqlite("SQLITE_FULL"),
        # So it says where its index in memory shared with others finds no room.
        _of_sqlite("SQLITE_IOERR"),
    ],
    ids=repr,
)
def test_a_full_disk_is_told_as_one(said: Exception) -> None:
    """Its mend is room, and nothing about an address."""
    with pytest.raises(DatabaseUnavailable) as told:
        _raise(said, is_wrapped=False)
    assert told.value.mend == "make room on its disk, or mend it"


@pytest.mark.parametrize("is_wrapped", [False, True])
@pytest.mark.parametrize("said", MISTAKES, ids=repr)
def test_what_a_mistake_is(said: Exception, is_wrapped: bool) -> None:
    """What would be said again each time; whoever waited for it to pass would wait for ever."""
    with pytest.raises(StorageInternalError if is_wrapped else sa.exc.OperationalError):
        _raise(said, is_wrapped)


@pytest.mark.parametrize("is_wrapped", [False, True])
def test_a_right_that_was_taken_away(is_wrapped: bool) -> None:
    """It is told with the mend, whenever it shows."""
    refused = pymysql.OperationalError(1142, "UPDATE command denied", sqlstate="42000")
    with pytest.raises(NotPermitted, match=r"UPDATE command denied.*GRANT SELECT, .* TO me"):
        _raise(refused, is_wrapped)


def _raise(said: Exception, is_wrapped: bool) -> None:
    error = sa.exc.OperationalError("UPDATE", {}, said)
    with translated(URL):
        if is_wrapped:
            raise StorageInternalError("An exception is raised during the commit.") from error
        raise error


def test_a_mistake_is_raised_as_what_it_is(db: Database) -> None:
    """On each database."""
    with pytest.raises(sa.exc.DBAPIError, match="nothing"), db.transaction() as tx:
        tx.execute(sa.text("SELECT nothing FROM hpo_studies"))
    with db.reading() as tx:
        assert tx.scalar(sa.text("SELECT count(*) FROM hpo_studies")) == 0


@on("postgresql")
def test_more_parameters_than_a_statement_takes(db: Database) -> None:
    """The driver itself refuses them, as no server's fault."""
    many = {f"p{number}": number for number in range(65_536)}
    statement = f"SELECT 1 WHERE 1 IN ({', '.join(f':{name}' for name in many)})"
    with pytest.raises(sa.exc.OperationalError, match="65535"), db.reading() as tx:
        tx.execute(sa.text(statement), many)


@on("sqlite")
def test_a_mistake_in_optunas_tables(db: Database, held: Held) -> None:
    """Errors of Optuna's calls are told apart, too."""
    with db.transaction() as tx:
        tx.execute(sa.text("ALTER TABLE trials RENAME TO elsewhere"))
    with pytest.raises(StorageInternalError), db.translated():
        db.optuna.get_all_trials(held.optuna_study)
