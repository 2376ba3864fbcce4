"""Artifacts: bytes in a store, and the rows that say whether they are all there."""

import hashlib
import io
import shutil
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from optuna.artifacts import FileSystemArtifactStore
from optuna.artifacts.exceptions import ArtifactNotFound
from sqlalchemy.engine import Connection

from storage import artifacts, jobs, schema
from storage.artifacts import PART_BYTES, DatabaseArtifactStore
from storage.database import Database
from storage.errors import ArtifactTooLarge, DatabaseUnavailable, LeaseLost
from storage.records import ArtifactRecord, Lease
from storage.states import ArtifactKind, JobState
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
    """What is put is taken byte by byte."""
    mine, other = _record(1, content), _record(2, content[::-1])
    artifacts.put(db.artifacts, mine.id, content)
    artifacts.put(db.artifacts, other.id, content[::-1])
    assert artifacts.take(db.artifacts, mine) == content


def test_only_what_was_stored_is_taken(db: Database) -> None:
    """Bytes that are gone, or other than the row says, are none; to remove them twice is fine."""
    record = _record(1, b"right")
    assert artifacts.take(db.artifacts, record) is None
    artifacts.put(db.artifacts, record.id, b"wrong")
    assert artifacts.take(db.artifacts, record) is None
    artifacts.put(db.artifacts, record.id, b"right")
    assert artifacts.take(db.artifacts, record) == b"right"
    for _ in range(2):
        artifacts.remove(db.artifacts, record)
    assert artifacts.take(db.artifacts, record) is None


@on("sqlite")
def test_a_folder_that_cannot_be_written(db: Database, url: str) -> None:
    """A store that takes nothing is told with its mend."""
    folder = Path(url.removeprefix("sqlite:///")).with_suffix(".artifacts")
    store = db.artifacts
    shutil.rmtree(folder)
    folder.write_text("a file where the folder was")
    with pytest.raises(DatabaseUnavailable, match=r"artifact store cannot be written .*folder"):
        artifacts.put(store, "a", b"x")


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


@on("postgresql", "mariadb")
def test_too_large_for_a_database(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """What exceeds the limit is refused with the mend, and none of it is stored."""
    monkeypatch.setattr(artifacts, "LIMIT_BYTES", 2 * PART_BYTES)
    with pytest.raises(ArtifactTooLarge, match=r"exceeds 2 MiB.*smaller"):
        db.artifacts.write("a", io.BytesIO(CONTENT))
    with pytest.raises(ArtifactNotFound):
        db.artifacts.open_reader("a")
    db.artifacts.write("a", io.BytesIO(CONTENT[: 2 * PART_BYTES]))


def test_an_artifact_is_valid_while_its_bytes_are_there(db: Database, held: Held) -> None:
    """Announced before its first byte, valid after the last; invalid before the first is removed,
    forgotten after the last. Announcing again is fine, and makes it invalid again."""
    record = _record(held.job.id, provenance={"device": "an abacus"}, epoch=7)

    def found() -> list[ArtifactRecord]:
        with db.reading() as tx:
            assert artifacts.find(tx, held.job.id, ArtifactKind.MODEL) == []
            return artifacts.find(tx, held.job.id, ArtifactKind.CHECKPOINT)

    steps: tuple[tuple[Callable[[Connection, ArtifactRecord], None], bool], ...] = (
        (artifacts.announce, False),
        (artifacts.validate, True),
        (artifacts.announce, False),
        (artifacts.validate, True),
        (artifacts.invalidate, False),
        (artifacts.validate, True),
        (artifacts.forget, False),
        (artifacts.validate, False),
    )
    for step, is_valid in steps:
        with db.transaction() as tx:
            step(tx, record)
        assert found() == ([record] if is_valid else [])


def test_the_newest_comes_first(db: Database, held: Held) -> None:
    """Of a job's checkpoints the one with the most epochs is the first to try."""
    with db.transaction() as tx:
        for epoch in (3, 12, 7):
            record = replace(_record(held.job.id, epoch=epoch), id=f"checkpoint-{epoch}")
            artifacts.announce(tx, record)
            artifacts.validate(tx, record)
        found = artifacts.find(tx, held.job.id, ArtifactKind.CHECKPOINT)
    assert [record.epoch for record in found] == [12, 7, 3]


def test_whoever_lost_the_job_announces_nothing(
    db: Database, held: Held, take_over: Callable[[Lease], Lease]
) -> None:
    """In a transaction under the fence, a row stands or falls with the lease."""
    record = _record(held.job.id)
    theirs = take_over(held.lease)
    for lease in (held.lease, theirs):
        with suppress(LeaseLost), db.transaction() as tx:
            artifacts.announce(tx, record)
            jobs.write(tx, lease, epoch=1)
        with db.reading() as tx:
            announced = tx.scalars(sa.select(schema.artifacts.c.id)).all()
        assert announced == ([record.id] if lease == theirs else [])


def test_what_is_superfluous(db: Database, held: Held, take_over: Callable[[Lease], Lease]) -> None:
    """What its job's holder is about to store is not, nor what is valid; what somebody announced
    who then lost the job is, and so are all checkpoints, but no model, of a job that ended."""

    def superfluous() -> set[str]:
        with db.reading() as tx:
            return {record.id for record in artifacts.superfluous(tx)}

    checkpoint = replace(_record(held.job.id), id=f"checkpoint-{held.lease.token}-1")
    model = replace(checkpoint, id=f"model-{held.lease.token}", kind=ArtifactKind.MODEL)
    left = replace(checkpoint, id=f"checkpoint-{held.lease.token}-2")
    with db.transaction() as tx:
        for record in (checkpoint, model, left):
            artifacts.announce(tx, record)
        for record in (checkpoint, model):
            artifacts.validate(tx, record)
    assert superfluous() == set()
    theirs = take_over(held.lease)
    assert superfluous() == {left.id}
    with db.transaction() as tx:
        artifacts.forget(tx, left)
        jobs.release(tx, theirs)
    assert superfluous() == set()
    with db.transaction() as tx:
        jobs.cancel(tx, held.job.study_id, [JobState.OPEN], "enough")
    assert superfluous() == {checkpoint.id}


def _record(job_id: int, content: bytes = b"", **columns: Any) -> ArtifactRecord:
    digest = hashlib.sha256(content).hexdigest()
    kind = ArtifactKind.CHECKPOINT
    return ArtifactRecord(f"checkpoint-{job_id}", job_id, kind, len(content), digest, **columns)
