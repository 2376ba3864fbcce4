"""One storage URL, opened: transactions on our tables, Optuna's storage, artifacts."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Self

import sqlalchemy as sa
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
from storage.errors import SchemaMismatch
from storage.servers import limit_transaction
from storage.translation import give_up_at_once, translated

if TYPE_CHECKING:
    from optuna.artifacts._protocol import ArtifactStore


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
        with translated(url):
            tables.upgrade(url)
        return cls(url, make_engine(url))

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
            Conflict: somebody else's transaction was preferred; again, this one may come through.
        """
        with translated(self.url), self.engine.begin() as tx:
            yield tx

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that only reads, all of it as it stood at one moment; on SQLite it keeps
        no writer waiting."""
        options: dict[str, object] = {READ_ONLY: True}
        if self.engine.dialect.name != "sqlite":
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
            return _OptunaStorage(
                self.url.render_as_string(hide_password=False),
                engine_kwargs=engine_arguments(self.url),
                skip_table_creation=True,
                skip_compatibility_check=True,
            )

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


class _OptunaStorage(RDBStorage):
    """Behind the fence from its beginning, also where it was pickled."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._guard()

    def __setstate__(self, state: dict[Any, Any]) -> None:
        super().__setstate__(state)
        self._guard()

    def _guard(self) -> None:
        fence.guard(self)
        give_up_at_once(self.engine)
        sa.event.listen(self.engine, "begin", limit_transaction)
