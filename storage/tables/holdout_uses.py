"""The seal: which trainings were given which holdout. Every function runs in the caller's
transaction."""

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from storage.clock import now_ms
from storage.records import JobRecord, Lease, OpeningRecord, StudyRecord
from storage.schema import openings
from storage.tables.leases import strike

MOST_CHARACTERS = 255


def add(
    tx: Connection, study: StudyRecord, job: JobRecord, lease: Lease, holdout_sha256: str, who: str
) -> None:
    """Notes that a holdout is opened for a job; a job that is trained again is the same opening.

    Raises:
        LeaseLost: it is no longer ours to train.
    """
    strike(tx, lease)  # it locks the job's row, so no two note the same
    if tx.execute(sa.select(openings.c.id).where(openings.c.job_id == job.id)).first():
        return
    tx.execute(
        sa.insert(openings).values(
            job_id=job.id,
            holdout_sha256=holdout_sha256,
            opened_ms=now_ms(),
            who=who[:MOST_CHARACTERS],
            study=study.name,
            study_uuid=study.uuid,
            definition=study.definition,
            definition_hash=study.definition_hash,
            generation=job.generation,
            configuration=job.configuration,
            params=dict(job.params or {}),
            seed=job.seed,
        )
    )


def of_study(tx: Connection, study_uuid: str) -> list[OpeningRecord]:
    """The openings by a study, oldest first."""
    return _select(tx, openings.c.study_uuid == study_uuid)


def of_holdout(tx: Connection, holdout_sha256: str) -> list[OpeningRecord]:
    """The openings of one holdout by any study, oldest first."""
    return _select(tx, openings.c.holdout_sha256 == holdout_sha256)


def _select(tx: Connection, condition: sa.ColumnElement[bool]) -> list[OpeningRecord]:
    # By id: a clock may be set back.
    rows = tx.execute(sa.select(openings).where(condition).order_by(openings.c.id))
    return [OpeningRecord.from_row(row) for row in rows]
