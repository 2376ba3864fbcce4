"""The marker: a file that proves a store to be the one which all machines of a database share."""

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

from optuna.artifacts.exceptions import ArtifactNotFound

from storage.errors import StoreUnavailable

if TYPE_CHECKING:
    from optuna.artifacts._protocol import ArtifactStore

NAME = "hpo-database"


@dataclass(frozen=True)
class Marker:
    """Of which database a store is, and by what place the database knows it. With the place in it,
    one that a database has left is not taken for the one it went to."""

    database_uuid: str
    place: str

    @property
    def text(self) -> str:
        return f"{self.database_uuid}\n{self.place}\n"

    def is_in(self, store: "ArtifactStore") -> bool:
        """Raises:
        StoreUnavailable: the store does not answer.
        """
        return _read(store) == self.text

    def is_anothers(self, store: "ArtifactStore") -> bool:
        """Whether the store is that of another database.

        Raises:
            StoreUnavailable: the store does not answer.
        """
        found = _read(store)
        return found is not None and found.split("\n")[0] != self.database_uuid

    def put(self, store: "ArtifactStore") -> None:
        """Raises:
        StoreUnavailable, OSError: the store cannot be written.
        """
        store.write(NAME, io.BytesIO(self.text.encode()))


def _read(store: "ArtifactStore") -> str | None:
    try:
        with store.open_reader(NAME) as reader:
            return reader.read().decode(errors="replace")
    except (ArtifactNotFound, NotADirectoryError):
        return None
    except OSError as error:
        raise StoreUnavailable.to_read(error) from error
