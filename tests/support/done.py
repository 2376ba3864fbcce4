"""A study that is done, for tests that look at it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from storage.database import Database
from tests.support.databases import SqliteDatabases


@dataclass(frozen=True)
class Done:
    """The database of the study `toy`, which many tests share."""

    db: Database
    url: str
    databases: SqliteDatabases

    @contextmanager
    def copy(self) -> Iterator[str]:
        """The URL of a copy, to be changed."""
        self.db.close()
        url = self.databases.copy(self.url)
        yield url
        self.databases.drop(url)
