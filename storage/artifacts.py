"""Bytes of models and other files, and the rows that make them valid."""

import hashlib
import io
from contextlib import suppress
from dataclasses import asdict
from typing import TYPE_CHECKING, BinaryIO

import sqlalchemy as sa
from optuna.artifacts import FileSystemArtifactStore
from optuna.artifacts.exceptions import ArtifactNotFound
from sqlalchemy.engine import URL, Connection, Engine

from storage.clock import now_ms
from storage.engine import sqlite_path
from storage.errors import ArtifactTooLarge, StoreUnavailable
from storage.records import ArtifactRecord
from storage.schema import artifacts, blobs, jobs
from storage.states import ArtifactKind, JobState

if TYPE_CHECKING:
    from optuna.artifacts._protocol import ArtifactStore

PART_BYTES = 1 << 20
LIMIT_BYTES = 256 << 20


class DatabaseArtifactStore:
    """Optuna's artifact store protocol on the database itself, in parts of a mebibyte."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def open_reader(self, artifact_id: str) -> BinaryIO:
        """Raises:
        ArtifactNotFound: nothing is stored under that id.
        """
        with self._engine.connect() as connection:
            parts = connection.scalars(
                sa.select(blobs.c.content)
                .where(blobs.c.artifact_id == artifact_id)
                .order_by(blobs.c.part)
            ).all()
        if not parts:
            raise ArtifactNotFound(f"no artifact {artifact_id}")
        return io.BytesIO(b"".join(parts))

    def write(self, artifact_id: str, content_body: BinaryIO) -> None:
        """Stores all of `content_body`, or nothing; what was stored under that id is replaced.

        Raises:
            ArtifactTooLarge: it exceeds the limit of a database.
        """
        with self._engine.begin() as connection:
            connection.execute(sa.delete(blobs).where(blobs.c.artifact_id == artifact_id))
            part = 0
            while content := content_body.read(PART_BYTES):
                if part * PART_BYTES + len(content) > LIMIT_BYTES:
                    raise ArtifactTooLarge(
                        f"{artifact_id} exceeds {LIMIT_BYTES >> 20} MiB, the limit of artifacts"
                        " kept in the database: make the model smaller"
                    )
                row = {"artifact_id": artifact_id, "part": part, "content": content}
                connection.execute(sa.insert(blobs), row)
                part += 1

    def remove(self, artifact_id: str) -> None:
        """Removes the bytes; none being there is fine."""
        with self._engine.begin() as connection:
            connection.execute(sa.delete(blobs).where(blobs.c.artifact_id == artifact_id))


def open_store(url: URL, engine: Engine) -> "ArtifactStore":
    """The default store of a URL: a folder beside an SQLite file, else the database."""
    path = sqlite_path(url)
    if path is None:
        return DatabaseArtifactStore(engine)
    folder = path.with_suffix(".artifacts")
    folder.mkdir(exist_ok=True)
    return FileSystemArtifactStore(folder)


def put(store: "ArtifactStore", artifact_id: str, content: bytes) -> None:
    """Stores bytes that a row was written for.

    Raises:
        StoreUnavailable: the store cannot be written now.
        ArtifactTooLarge: they exceed its limit.
    """
    try:
        store.write(artifact_id, io.BytesIO(content))
    except OSError as error:
        raise _unwritable(error) from error


def take(store: "ArtifactStore", artifact: ArtifactRecord) -> bytes | None:
    """The bytes of a valid artifact; None if they are gone, or not those that were stored."""
    try:
        with store.open_reader(artifact.id) as reader:
            content: bytes = reader.read()
    except (ArtifactNotFound, OSError):
        return None
    return content if hashlib.sha256(content).hexdigest() == artifact.sha256 else None


def remove(store: "ArtifactStore", artifact: ArtifactRecord) -> None:
    """Removes the bytes of an artifact that is no longer valid; none being there is fine.

    Raises:
        StoreUnavailable: the store cannot be written now.
    """
    try:
        with suppress(ArtifactNotFound):
            store.remove(artifact.id)
    except OSError as error:
        raise _unwritable(error) from error


def _unwritable(error: OSError) -> StoreUnavailable:
    return StoreUnavailable(
        f"the artifact store cannot be written ({error}): make room, or mend its folder"
    )


def announce(tx: Connection, artifact: ArtifactRecord) -> None:
    """Says that bytes are about to be stored; call it under the fence of the job they belong to.
    Again is fine."""
    _delete(tx, artifact.id)
    tx.execute(sa.insert(artifacts).values(**asdict(artifact), created_ms=now_ms()))


def validate(tx: Connection, artifact: ArtifactRecord) -> None:
    """Makes announced bytes valid, once they are stored; call it under the same fence."""
    _set_stored(tx, artifact.id, now_ms())


def invalidate(tx: Connection, artifact: ArtifactRecord) -> None:
    """Takes that back, before the bytes are removed."""
    _set_stored(tx, artifact.id, None)


def forget(tx: Connection, artifact: ArtifactRecord) -> None:
    """Removes the row, once the bytes are."""
    _delete(tx, artifact.id)


def find(tx: Connection, job_id: int, kind: ArtifactKind) -> list[ArtifactRecord]:
    """The valid artifacts of that kind that belong to the job, newest first."""
    return _select(
        tx,
        sa.and_(
            artifacts.c.job_id == job_id,
            artifacts.c.kind == kind,
            artifacts.c.stored_ms.is_not(None),
        ),
    )


def is_valid(tx: Connection, artifact_id: str) -> bool:
    """Whether its bytes are stored and count."""
    of_it = artifacts.c.id == artifact_id
    return tx.scalar(sa.select(artifacts.c.stored_ms).where(of_it)) is not None


def superfluous(tx: Connection) -> list[ArtifactRecord]:
    """What may be removed: checkpoints of jobs that have ended, and what is not valid, unless the
    holder of the job is about to make it so. The token of a lease stands in the artifact's id."""
    ended = sa.and_(
        artifacts.c.kind == ArtifactKind.CHECKPOINT,
        jobs.c.state.not_in([JobState.OPEN, JobState.LEASED]),
    )
    under_way = sa.and_(jobs.c.token.is_not(None), artifacts.c.id.contains(jobs.c.token))
    return _select(tx, sa.or_(ended, sa.and_(artifacts.c.stored_ms.is_(None), ~under_way)))


def _select(tx: Connection, condition: sa.ColumnElement[bool]) -> list[ArtifactRecord]:
    rows = tx.execute(
        sa.select(artifacts)
        .join(jobs, jobs.c.id == artifacts.c.job_id)
        .where(condition)
        .order_by(artifacts.c.epoch.desc(), artifacts.c.created_ms.desc())
    )
    return [ArtifactRecord.from_row(row) for row in rows]


def _set_stored(tx: Connection, artifact_id: str, stored_ms: object) -> None:
    tx.execute(
        sa.update(artifacts).where(artifacts.c.id == artifact_id).values(stored_ms=stored_ms)
    )


def _delete(tx: Connection, artifact_id: str) -> None:
    tx.execute(sa.delete(artifacts).where(artifacts.c.id == artifact_id))
