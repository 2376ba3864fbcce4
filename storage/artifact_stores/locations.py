"""Where artifacts lie: in a folder or a bucket that all machines share, where one was chosen; else in
a folder beside an SQLite file, or in the database of a server."""

import re
from pathlib import Path
from typing import TYPE_CHECKING

from optuna.artifacts import FileSystemArtifactStore
from sqlalchemy.engine import Engine

from storage.artifact_stores.in_database import DatabaseArtifactStore
from storage.artifact_stores.ownership_marker import Marker
from storage.artifact_stores.shared_folder import SharedFolder
from storage.connection.engine import sqlite_path
from storage.errors import BadPlace, StoreUnavailable
from storage.records import DatabaseRecord

if TYPE_CHECKING:
    from optuna.artifacts._protocol import ArtifactStore

S3 = "s3://"
# With neither room for a password nor for a mistake.
BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")


def parse(text: str) -> str:
    """A place as the database keeps it: s3://BUCKET/PREFIX, or a folder from the root.

    Raises:
        BadPlace: it is neither.
    """
    scheme, separator, rest = text.partition("://")
    if not separator:
        try:
            return str(Path(text).expanduser().absolute())
        except RuntimeError as error:  # ~, and no home is known
            raise BadPlace(f"artifacts cannot lie in {text} ({error})", "write it out") from error
    bucket, _, prefix = rest.partition("/")
    if scheme != "s3" or not BUCKET.fullmatch(bucket):
        raise BadPlace("artifacts cannot lie there", "name a folder, or s3://BUCKET/PREFIX")
    return f"{S3}{bucket}/{prefix.strip('/')}"


def open_store(engine: Engine, record: DatabaseRecord, here: str | None = None) -> "ArtifactStore":
    """The store of a database; `here` says where this machine has a folder that is elsewhere on
    others.

    Raises:
        BadPlace: `here` cannot be that.
        StoreUnavailable: this machine does not reach it.
    """
    place = here and parse(here)
    if record.artifacts is None:
        if place is not None:
            raise BadPlace(
                f"the artifacts of this database do not lie in {place}",
                "unset HPO_ARTIFACTS, or"
                " choose that place, while there are none, with `hpo db upgrade --artifacts`",
            )
        return _own(engine)
    if place is None or place.startswith(S3) or record.artifacts.startswith(S3):
        if place not in (None, record.artifacts):
            raise BadPlace(
                f"the artifacts of this database lie in {record.artifacts}, not in {place}",
                "unset HPO_ARTIFACTS",
            )
        place = record.artifacts
    marker = Marker(record.uuid, record.artifacts)
    if not place.startswith(S3):
        return SharedFolder(Path(place), marker)
    store = _unproved(place)
    if not marker.is_in(store):
        raise StoreUnavailable(
            f"{place} does not hold the marker of this database",
            "see that AWS_ENDPOINT_URL and the account are those of the machine that chose it",
        )
    return store


def where(engine: Engine, record: DatabaseRecord) -> str | None:
    """In which folder or bucket the artifacts of a database lie; None where that is the database itself."""
    path = sqlite_path(engine.url)
    if record.artifacts is not None or path is None:
        return record.artifacts
    return str(_folder_beside(path))


def is_at(place: str, record: DatabaseRecord) -> bool:
    """Whether a place is the very one that the database's artifacts lie in, by whatever name.

    Raises:
        StoreUnavailable: it does not answer.
    """
    if record.artifacts is None:
        return False
    return Marker(record.uuid, record.artifacts).is_in(_unproved(place))


def mark(place: str, database_uuid: str) -> None:
    """Has the place prove to all machines that it is the database's.

    Raises:
        BadPlace: it is not there, cannot be written, or is another database's.
        StoreUnavailable: it does not answer.
    """
    if not place.startswith(S3) and not Path(place).is_dir():
        raise BadPlace(f"there is no folder {place}", "make or mount it first")
    store, marker = _unproved(place), Marker(database_uuid, place)
    if marker.is_anothers(store):
        raise BadPlace(
            f"{place} holds the artifacts of another database", "name a place of its own"
        )
    try:
        marker.put(store)
    except OSError as error:
        raise BadPlace(f"{place} cannot be written ({error.strerror})", "mend it first") from error


def _unproved(place: str) -> "ArtifactStore":
    if not place.startswith(S3):
        return FileSystemArtifactStore(place)
    try:
        from storage.artifact_stores.s3 import S3Store
    except ImportError as error:
        raise StoreUnavailable(
            "artifacts in S3 need boto3", "install hpo with its extra s3, pip install 'hpo[s3]'"
        ) from error
    bucket, _, prefix = place.removeprefix(S3).partition("/")
    return S3Store(bucket, prefix)


def _own(engine: Engine) -> "ArtifactStore":
    path = sqlite_path(engine.url)
    if path is None:
        return DatabaseArtifactStore(engine)
    folder = _folder_beside(path)
    try:
        folder.mkdir(exist_ok=True)
    except OSError as error:
        raise StoreUnavailable(
            f"the folder {folder} of its artifacts is not there, and cannot be made ({error.strerror})",
            "bring it to where the database is, or make room",
        ) from error
    return FileSystemArtifactStore(folder)


def _folder_beside(path: Path) -> Path:
    return path.with_suffix(".artifacts")
