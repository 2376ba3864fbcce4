"""Artifacts in the database itself: the store of a server, where nobody chose another."""

import io
from typing import BinaryIO

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from storage.errors import ArtifactTooLarge
from storage.schema import blobs

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
        from optuna.artifacts.exceptions import ArtifactNotFound

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
                        " kept in the database",
                        "make the model smaller, or have a database whose"
                        " artifacts lie elsewhere (`hpo db upgrade --artifacts`)",
                    )
                row = {"artifact_id": artifact_id, "part": part, "content": content}
                connection.execute(sa.insert(blobs), row)
                part += 1

    def remove(self, artifact_id: str) -> None:
        """Removes the bytes; none being there is fine."""
        with self._engine.begin() as connection:
            connection.execute(sa.delete(blobs).where(blobs.c.artifact_id == artifact_id))
