"""Artifacts: bytes in a store, made valid by a row."""

import hashlib
import io
from collections.abc import Callable

import pytest
from optuna.artifacts import FileSystemArtifactStore
from optuna.artifacts.exceptions import ArtifactNotFound

from storage import artifacts, jobs
from storage.artifacts import PART_BYTES, DatabaseArtifactStore, put
from storage.database import Database
from storage.errors import ArtifactTooLarge, LeaseLost
from storage.records import ArtifactRecord, Lease
from tests.marks import on
from tests.storage.conftest import Held

# Longer than two parts, and no part like another.
CONTENT = b"".join(bytes([part]) * PART_BYTES for part in range(2)) + b"the rest"


def test_the_default_store(db: Database, backend: str) -> None:
    """Files lie beside an SQLite file; on a server they lie in the database."""
    kind = FileSystemArtifactStore if backend == "sqlite" else DatabaseArtifactStore
    assert isinstance(db.artifacts, kind)


@pytest.mark.parametrize("content", [CONTENT, CONTENT[:PART_BYTES], b"x"], ids=len)
def test_round_trip(db: Database, content: bytes) -> None:
    """What is put comes back byte by byte, with its size and its digest."""
    assert put(db.artifacts, "a", content) == (len(content), hashlib.sha256(content).hexdigest())
    put(db.artifacts, "b", content)
    with db.artifacts.open_reader("a") as reader:
        assert reader.read() == content


def test_putting_again_replaces(db: Database) -> None:
    """An artifact whose first storing came through, though nobody heard of it, is stored again."""
    db.artifacts.write("a", io.BytesIO(CONTENT))
    db.artifacts.write("a", io.BytesIO(b"shorter"))
    with db.artifacts.open_reader("a") as reader:
        assert reader.read() == b"shorter"


def test_what_is_not_there(db: Database) -> None:
    """Reading what was never put, or was removed, raises ArtifactNotFound."""
    with pytest.raises(ArtifactNotFound):
        db.artifacts.open_reader("a")
    db.artifacts.write("a", io.BytesIO(CONTENT))
    db.artifacts.remove("a")
    with pytest.raises(ArtifactNotFound):
        db.artifacts.open_reader("a")


@on("postgresql")
def test_too_large_for_a_database(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """What exceeds the limit is refused with the mend, and none of it is stored."""
    monkeypatch.setattr(artifacts, "LIMIT_BYTES", 2 * PART_BYTES)
    with pytest.raises(ArtifactTooLarge, match=r"exceeds 2 MiB.*smaller"):
        db.artifacts.write("a", io.BytesIO(CONTENT))
    with pytest.raises(ArtifactNotFound):
        db.artifacts.open_reader("a")
    db.artifacts.write("a", io.BytesIO(CONTENT[: 2 * PART_BYTES]))


def test_a_row_makes_an_artifact_valid(
    db: Database, held: Held, take_over: Callable[[Lease], Lease]
) -> None:
    """The row is found by job and kind; whoever lost the job makes nothing valid."""
    mine = ArtifactRecord("model-1", held.job.id, "model", 3, "0" * 64)
    theirs = ArtifactRecord("model-2", held.job.id, "model", 4, "1" * 64)
    new_lease = take_over(held.lease)
    with pytest.raises(LeaseLost), db.transaction() as tx:
        artifacts.record(tx, mine)
        jobs.write(tx, held.lease, epoch=1)
    with db.transaction() as tx:
        assert artifacts.find(tx, held.job.id, "model") is None
        jobs.write(tx, new_lease, epoch=1)
        artifacts.record(tx, theirs)
    with db.reading() as tx:
        assert artifacts.find(tx, held.job.id, "model") == theirs
        assert artifacts.find(tx, held.job.id, "other") is None
