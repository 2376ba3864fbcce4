"""Bytes of models and other files, and the rows that make them valid."""

import hashlib
import io
from contextlib import suppress
from dataclasses import asdict
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from storage.clock import now_ms
from storage.errors import StoreUnavailable
from storage.records import ArtifactRecord
from storage.schema import artifacts, jobs, studies
from storage.states import UNFINISHED, ArtifactKind, JobState, Phase

if TYPE_CHECKING:
    from optuna.artifacts._protocol import ArtifactStore


def put(store: "ArtifactStore", artifact_id: str, content: bytes) -> None:
    """Stores bytes that a row was written for.

    Raises:
        StoreUnavailable: the store cannot be written now.
        ArtifactTooLarge: they exceed its limit.
    """
    try:
        store.write(artifact_id, io.BytesIO(content))
    except OSError as error:
        raise StoreUnavailable.to_write(error) from error


def take(store: "ArtifactStore", artifact: ArtifactRecord) -> bytes | None:
    """The bytes of a valid artifact; None if they are gone, or not those that were stored.

    Raises:
        StoreUnavailable: the store does not answer, so that nothing is known of them.
    """
    from optuna.artifacts.exceptions import ArtifactNotFound

    try:
        with store.open_reader(artifact.id) as reader:
            content: bytes = reader.read()
    except ArtifactNotFound:
        return None
    except OSError as error:
        raise StoreUnavailable.to_read(error) from error
    return content if hashlib.sha256(content).hexdigest() == artifact.sha256 else None


def remove(store: "ArtifactStore", artifact: ArtifactRecord) -> None:
    """Removes the bytes of an artifact that is no longer valid; none being there is fine.

    Raises:
        StoreUnavailable: the store cannot be written now.
    """
    from optuna.artifacts.exceptions import ArtifactNotFound

    try:
        with suppress(ArtifactNotFound):
            store.remove(artifact.id)
    except OSError as error:
        raise StoreUnavailable.to_write(error) from error


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


def of_study(tx: Connection, study_id: int) -> list[ArtifactRecord]:
    """All that belong to jobs of the study, valid or not."""
    return _select(tx, jobs.c.study_id == study_id)


def stored_of_study(tx: Connection, study_id: int) -> list[ArtifactRecord]:
    """The valid ones among them."""
    return _select(tx, sa.and_(jobs.c.study_id == study_id, artifacts.c.stored_ms.is_not(None)))


def is_valid(tx: Connection, artifact_id: str) -> bool:
    """Whether its bytes are stored and count."""
    of_it = artifacts.c.id == artifact_id
    return tx.scalar(sa.select(artifacts.c.stored_ms).where(of_it)) is not None


def superfluous(tx: Connection) -> list[ArtifactRecord]:
    """What may be removed: checkpoints of jobs that have ended, of those that are paused all but the
    newest, and what is not valid, unless the holder of the job is about to make it so. The token of
    a lease stands in the artifact's id. Of studies that come or go, those do who make or remove them."""
    newer = artifacts.alias("newer")
    has_newer = sa.exists().where(
        newer.c.job_id == artifacts.c.job_id,
        newer.c.kind == ArtifactKind.CHECKPOINT,
        newer.c.stored_ms.is_not(None),
        newer.c.epoch > artifacts.c.epoch,
    )
    ended = sa.and_(
        artifacts.c.kind == ArtifactKind.CHECKPOINT,
        sa.or_(
            jobs.c.state.not_in(UNFINISHED),
            sa.and_(jobs.c.state == JobState.PAUSED, has_newer),
        ),
    )
    under_way = sa.and_(jobs.c.token.is_not(None), artifacts.c.id.contains(jobs.c.token))
    is_there = sa.exists().where(studies.c.id == jobs.c.study_id, studies.c.phase != Phase.REMOVED)
    return _select(
        tx, sa.and_(is_there, sa.or_(ended, sa.and_(artifacts.c.stored_ms.is_(None), ~under_way)))
    )


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
