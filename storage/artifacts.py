"""Bytes of models and other files, and the rows that make them valid."""

import hashlib
import io
from typing import TYPE_CHECKING, BinaryIO

import sqlalchemy as sa
from optuna.artifacts import FileSystemArtifactStore
from optuna.artifacts.exceptions import ArtifactNotFound
from sqlalchemy.engine import URL, Connection, Engine

from storage.clock import now_ms
from storage.engine import sqlite_path
from storage.errors import ArtifactTooLarge, DatabaseUnavailable
from storage.records import ArtifactRecord
from storage.schema import artifacts, blobs

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


def put(store: "ArtifactStore", artifact_id: str, content: bytes) -> tuple[int, str]:
    """Stores bytes; returns their number and their sha256, for the row that makes them valid.

    Raises:
        DatabaseUnavailable: the store cannot be written now.
        ArtifactTooLarge: they exceed its limit.
    """
    try:
        store.write(artifact_id, io.BytesIO(content))
    except OSError as error:
        raise DatabaseUnavailable(
            f"the artifact store cannot be written ({error}): make room, or mend its folder"
        ) from error
    return len(content), hashlib.sha256(content).hexdigest()


def record(tx: Connection, artifact: ArtifactRecord) -> None:
    """Makes stored bytes valid; call it under the fence of the job they belong to."""
    tx.execute(
        sa.insert(artifacts).values(
            id=artifact.id,
            job_id=artifact.job_id,
            kind=artifact.kind,
            size_bytes=artifact.size_bytes,
            sha256=artifact.sha256,
            created_ms=now_ms(),
        )
    )


def find(tx: Connection, job_id: int, kind: str) -> ArtifactRecord | None:
    """The valid artifact of that kind that belongs to the job."""
    row = tx.execute(
        sa.select(artifacts).where(artifacts.c.job_id == job_id, artifacts.c.kind == kind)
    ).one_or_none()
    return ArtifactRecord.from_row(row) if row else None
