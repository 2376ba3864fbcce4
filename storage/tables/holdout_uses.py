"""The seal: which trainings were given which holdout. Every function runs in the caller's
transaction."""

from collections.abc import Mapping, Sequence
from typing import Any

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


def with_all_of_its_holdouts(tx: Connection, study_uuid: str) -> list[dict[str, Any]]:
    """The rows of all openings, by whatever study, of the holdouts that a study opened, oldest first."""
    opened = sa.select(openings.c.holdout_sha256).where(openings.c.study_uuid == study_uuid)
    rows = tx.execute(
        sa.select(openings)
        .where(openings.c.holdout_sha256.in_(sa.select(opened.subquery())))
        .order_by(openings.c.id)
    )
    return [dict(row._mapping) for row in rows]


def add_copies(
    tx: Connection,
    rows: Sequence[Mapping[str, Any]],
    study: StudyRecord,
    copy: StudyRecord,
    job_ids: Mapping[int, int],
) -> None:
    """Notes what is known, by such rows of the database that it is copied from, of the holdouts of a study, with
    jobs that have other ids in its copy: each use that is not known here yet, by whatever study, and of the study's
    own that its copy shares them. So the copy's verdict says what the study's does, and nothing counts twice.
    """
    hashes = {row["holdout_sha256"] for row in rows}
    known = {
        _key(dict(row._mapping)): row.id
        for row in tx.execute(
            sa.select(openings).where(
                openings.c.holdout_sha256.in_(hashes), openings.c.origin_id.is_(None)
            )
        )
    }
    origins: dict[int, int] = {}
    for row in rows:
        if row["origin_id"] is not None:
            continue
        if (key := _key(row)) not in known:
            known[key] = _insert(tx, row, job_id=None)
        origins[row["id"]] = known[key]
    for row in rows:
        if row["study_uuid"] == study.uuid:
            _insert(
                tx, row,
                job_id=job_ids.get(row["job_id"]),
                study=copy.name,
                study_uuid=copy.uuid,
                origin_id=origins[row["origin_id"] or row["id"]],
            )  # fmt: skip


def _key(row: Mapping[str, Any]) -> tuple[Any, ...]:
    """What tells a use from all others, in whatever database it is noted."""
    names = ("holdout_sha256", "study_uuid", "generation", "configuration", "seed")
    return tuple(row[name] for name in names)


def _insert(tx: Connection, row: Mapping[str, Any], **columns: Any) -> int:
    values = {name: value for name, value in row.items() if name != "id"} | columns
    added = tx.execute(sa.insert(openings).values(values))
    return int(added.inserted_primary_key.id)  # type: ignore[union-attr]  # an INSERT has one


def _select(tx: Connection, condition: sa.ColumnElement[bool]) -> list[OpeningRecord]:
    # By id: a clock may be set back.
    rows = tx.execute(sa.select(openings).where(condition).order_by(openings.c.id))
    return [OpeningRecord.from_row(row) for row in rows]
