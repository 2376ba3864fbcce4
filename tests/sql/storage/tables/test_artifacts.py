"""Artifacts: the rows that say whether their bytes are all there."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from storage import schema
from storage.database import Database
from storage.errors import LeaseLost
from storage.records import ArtifactRecord, Lease
from storage.states import ArtifactKind, JobState
from storage.tables import artifacts, jobs
from tests.support.squares import Held


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


def _record(job_id: int, **columns: Any) -> ArtifactRecord:
    kind = ArtifactKind.CHECKPOINT
    return ArtifactRecord(f"checkpoint-{job_id}", job_id, kind, 0, "0" * 64, **columns)
