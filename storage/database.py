"""One storage URL, opened: transactions on our tables, Optuna's storage, artifacts."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Self

import sqlalchemy as sa
from sqlalchemy.engine import URL, Connection, Engine

from storage import migrate
from storage.connection.driver_errors import translated
from storage.connection.engine import (
    READ_ONLY,
    engine_arguments,
    make_engine,
    parse_url,
    sqlite_path,
)
from storage.errors import SchemaMismatch, TextRefused
from storage.optuna_storage import OptunaStorage
from storage.tables import database_identity

if TYPE_CHECKING:
    from optuna.artifacts._protocol import ArtifactStore


@dataclass(frozen=True)
class Database:
    """Use `create` where the tables may be made, `open` everywhere else."""

    url: URL
    engine: Engine
    artifacts_here: str | None = None
    """Where this machine has the folder of the artifacts that is elsewhere on others."""

    @classmethod
    def create(cls, url_text: str, artifacts: str | None = None) -> Self:
        """Opens the database, makes or upgrades its tables first, once, under a lock. `artifacts`
        says where its artifacts are to lie, if nobody has chosen yet, see `place_artifacts`.

        Raises:
            BadUrl, DatabaseUnavailable, SchemaMismatch, BadPlace, StoreUnavailable
        """
        url = parse_url(url_text)
        with translated(url):
            migrate.upgrade(url)
        db = cls(url, make_engine(url), artifacts)
        if artifacts is not None:
            with db.reading() as tx:
                is_new = database_identity.get(tx).artifacts is None
            if is_new:
                db.place_artifacts(artifacts)
        return db

    @classmethod
    def open(cls, url_text: str, artifacts: str | None = None) -> Self:
        """Opens a database whose tables exist and fit this code; creates nothing.

        Raises:
            BadUrl, DatabaseUnavailable, SchemaMismatch
        """
        db = cls.reach(url_text, artifacts)
        with translated(db.url):
            migrate.check(db.engine)
        return db

    @classmethod
    def reach(cls, url_text: str, artifacts: str | None = None) -> Self:
        """Makes ready to ask a database of which nothing is known, not even that it answers.

        Raises:
            BadUrl, SchemaMismatch: there is no such SQLite file.
        """
        url = parse_url(url_text)
        engine = make_engine(url)
        if (path := sqlite_path(url)) is not None and not path.exists():
            raise SchemaMismatch(
                f"there is no database at {path}", "`hpo run` or `hpo create` makes one"
            )
        return cls(url, engine, artifacts)

    @staticmethod
    def may_exist(url_text: str) -> bool:
        """Whether there may be something in that database: not in an SQLite file that is not there.

        Raises:
            BadUrl
        """
        path = sqlite_path(parse_url(url_text))
        return path is None or path.exists()

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

    def takes(self, text: str) -> bool:
        """Whether its encoding has all characters of a text."""
        try:
            with self.reading() as tx:
                tx.execute(sa.select(sa.literal(text)))
        except TextRefused:
            return False
        return True

    @cached_property
    def optuna(self) -> OptunaStorage:
        """Optuna's storage on this database, which writes no trial."""
        with translated(self.url):
            return OptunaStorage(
                self.url.render_as_string(hide_password=False),
                engine_kwargs=engine_arguments(self.url),
                skip_table_creation=True,
                skip_compatibility_check=True,
            )

    @cached_property
    def artifacts(self) -> "ArtifactStore":
        """Where the bytes of models lie, see `places`.

        Raises:
            BadPlace, StoreUnavailable: this machine does not reach them.
        """
        from storage.artifact_stores import locations

        with self.reading() as tx:
            record = database_identity.get(tx)
        return locations.open_store(self.engine, record, self.artifacts_here)

    def place_artifacts(self, place_text: str) -> None:
        """Chooses where the artifacts lie, for all machines: a folder that all of them mount, or
        s3://BUCKET/PREFIX. Again is fine, under another name too.

        Raises:
            BadPlace: they cannot lie there, or there are some elsewhere.
            StoreUnavailable: the place does not answer, or is not what it was.
        """
        from storage.artifact_stores import locations

        place = locations.parse(place_text)
        with self.reading() as tx:
            record = database_identity.get(tx)
        if place == record.artifacts:
            locations.open_store(self.engine, record)
            return
        if locations.is_at(place, record):
            return
        with self.transaction() as tx:
            database_identity.refuse_to_move_artifacts(tx)
        # Marked before it is chosen: a machine that hears of it finds the marker.
        locations.mark(place, record.uuid)
        with self.transaction() as tx:
            database_identity.place_artifacts(tx, place)

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
