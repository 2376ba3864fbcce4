"""One storage URL, opened: transactions on our tables, Optuna's storage, artifacts."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Self

import sqlalchemy as sa
from optuna.exceptions import StorageInternalError
from optuna.storages import RDBStorage
from sqlalchemy.engine import URL, Connection, Engine

from storage import fence, tables
from storage.artifacts import open_store
from storage.engine import (
    READ_ONLY,
    engine_arguments,
    make_engine,
    parse_url,
    sqlite_path,
)
from storage.errors import DatabaseUnavailable, SchemaMismatch, StorageError

if TYPE_CHECKING:
    from optuna.artifacts._protocol import ArtifactStore

# PostgreSQL's internal errors are the server's own: a session it ended, a standby that only reads.
UNAVAILABLE = (sa.exc.OperationalError, sa.exc.InterfaceError, sa.exc.InternalError)


@dataclass(frozen=True)
class Database:
    """Use `create` where the tables may be made, `open` everywhere else."""

    url: URL
    engine: Engine

    @classmethod
    def create(cls, url_text: str) -> Self:
        """Opens the database, makes or upgrades its tables first, once, under a lock.

        Raises:
            BadUrl, DatabaseUnavailable, SchemaMismatch
        """
        url = parse_url(url_text)
        engine = make_engine(url)
        with translated(url):
            tables.upgrade(url, engine)
        return cls(url, engine)

    @classmethod
    def open(cls, url_text: str) -> Self:
        """Opens a database whose tables exist and fit this code; creates nothing.

        Raises:
            BadUrl, DatabaseUnavailable, SchemaMismatch
        """
        url = parse_url(url_text)
        engine = make_engine(url)
        if (path := sqlite_path(url)) is not None and not path.exists():
            raise SchemaMismatch(
                f"there is no database at {path}: `hpo run` or `hpo create` makes one"
            )
        with translated(url):
            tables.check(engine)
        return cls(url, engine)

    @property
    def shown_url(self) -> str:
        """The URL as it may be printed, without its password."""
        return self.url.render_as_string(hide_password=True)

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """A short writing transaction; never hold it across training.

        Raises:
            DatabaseUnavailable: the database did not answer.
        """
        with translated(self.url), self.engine.begin() as tx:
            yield tx

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that only reads, all of it as it stood at one moment; on SQLite it keeps
        no writer waiting."""
        options: dict[str, object] = {READ_ONLY: True}
        if self.engine.dialect.name == "postgresql":
            options["isolation_level"] = "REPEATABLE READ"
        with (
            translated(self.url),
            self.engine.connect().execution_options(**options) as tx,
            tx.begin(),
        ):
            yield tx

    @cached_property
    def optuna(self) -> RDBStorage:
        """Optuna's storage on this database, behind the fence."""
        with translated(self.url):
            storage = RDBStorage(
                self.url.render_as_string(hide_password=False),
                engine_kwargs=engine_arguments(self.url),
                skip_table_creation=True,
                skip_compatibility_check=True,
            )
        fence.guard(storage)
        return storage

    @cached_property
    def artifacts(self) -> "ArtifactStore":
        """Where the bytes of models lie: a folder beside an SQLite file, else the database."""
        return open_store(self.url, self.engine)

    @contextmanager
    def translated(self) -> Iterator[None]:
        """Calls of Optuna's storage in this block raise our errors."""
        with translated(self.url):
            yield

    def close(self) -> None:
        """Gives all connections back."""
        self.engine.dispose()
        if "optuna" in self.__dict__:
            self.optuna.engine.dispose()


@contextmanager
def translated(url: URL) -> Iterator[None]:
    """Turns a driver's errors into `DatabaseUnavailable`; programming errors pass unchanged."""
    try:
        yield
    except StorageError:
        raise
    except (*UNAVAILABLE, sa.exc.TimeoutError) as error:
        raise _unavailable(url, error) from error
    except sa.exc.DatabaseError as error:
        # The class itself, none of those under it: SQLite says so of a file that is no database.
        if type(error) is sa.exc.DatabaseError:
            raise _unavailable(url, error) from error
        raise
    except StorageInternalError as error:
        if (cause := _driver_error(error)) is not None:
            raise _unavailable(url, cause) from error
        raise


def _driver_error(error: BaseException | None) -> sa.exc.SQLAlchemyError | None:
    """What the driver said first: Optuna may have gone on in a session that was broken."""
    while error is not None:
        if isinstance(error, UNAVAILABLE):
            return error
        error = error.__cause__ or error.__context__
    return None


def _unavailable(url: URL, error: sa.exc.SQLAlchemyError) -> DatabaseUnavailable:
    driver_error = getattr(error, "orig", None) or error
    cause = str(driver_error).strip().splitlines()[0] if str(driver_error).strip() else "no answer"
    where = url.render_as_string(hide_password=True)
    return DatabaseUnavailable(
        f"the database {where} cannot be used ({cause}): check that it is up, and its URL"
    )
