"""All that a database knows of a study, read at once, and written under another name, there or elsewhere.
Every function runs in the caller's transaction."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from optuna.trial import FrozenTrial
from sqlalchemy.engine import Connection

from storage import schema
from storage.connection.id_batches import in_batches
from storage.optuna_trial_cache import read_whole
from storage.records import ArtifactRecord, StudyRecord
from storage.states import UNFINISHED, ArtifactKind, AttemptState, JobState
from storage.tables import artifacts, holdout_uses

Row = dict[str, Any]
# What belongs to jobs, and is copied as it is but for whose it is.
_OF_JOBS = (schema.rungs, schema.attempts, schema.logs, schema.evaluations)
# What is of the study as it stands, and not of what it was asked for.
_STANDING = (
    "generation", "reason", "halted_ms", "started_ms", "ended_ms", "data_sha256", "precision",
    "precision_reason", "fitting_seeds",
)  # fmt: skip


@dataclass(frozen=True)
class WholeStudy:
    """A study, with rows of tables as they are; `artifacts` are those that are stored and of use."""

    study: StudyRecord
    standing: Row
    trials: Sequence[FrozenTrial]
    jobs: Sequence[Row]
    of_jobs: Mapping[sa.Table, Sequence[Row]]
    earlier_trials: Sequence[Row]
    workers: Sequence[Row]
    openings: Sequence[Row]
    artifacts: Sequence[ArtifactRecord]


def read(tx: Connection, study: StudyRecord, optuna_study_id: int | None) -> WholeStudy:
    """The study as it stands, with the trials of Optuna's study of that id."""
    jobs = _rows(tx, schema.jobs, schema.jobs.c.study_id == study.id)
    unfinished = {job["id"] for job in jobs if job["state"] in UNFINISHED}
    ids = [job["id"] for job in jobs]
    of_jobs = {table: _of_ids(tx, table, table.c.job_id, ids) for table in _OF_JOBS}
    known = {row["worker_id"] for row in (*jobs, *of_jobs[schema.attempts])} - {None}
    (row,) = _rows(tx, schema.studies, schema.studies.c.id == study.id)
    return WholeStudy(
        study,
        {name: row[name] for name in _STANDING},
        [] if optuna_study_id is None else read_whole(tx, optuna_study_id),
        jobs,
        of_jobs,
        _rows(tx, schema.earlier_trials, schema.earlier_trials.c.study_id == study.id),
        _of_ids(tx, schema.workers, schema.workers.c.id, sorted(known)),
        holdout_uses.with_all_of_its_holdouts(tx, study.uuid),
        [
            each
            for each in artifacts.stored_of_study(tx, study.id)
            if each.kind is ArtifactKind.MODEL or each.job_id in unfinished
        ],
    )


def add_jobs(
    tx: Connection, study_id: int, jobs: Sequence[Row], trial_ids: Mapping[int, int]
) -> dict[int, int]:
    """Inserts some of the jobs, held by nobody; returns the ids that they have, by those that they had."""
    rows = [
        _without_id(job)
        | {"study_id": study_id, "token": None, "lease_expires_ms": None}
        | {"trial_id": trial_ids.get(job["trial_id"])}
        | ({"state": JobState.OPEN} if job["state"] == JobState.LEASED else {})
        for job in jobs
    ]
    tx.execute(sa.insert(schema.jobs), rows)
    key = ("generation", "phase", "configuration", "seed", "data_set")
    columns = [schema.jobs.c[name] for name in key]
    here = tx.execute(
        sa.select(schema.jobs.c.id, *columns).where(schema.jobs.c.study_id == study_id)
    )
    id_of = {tuple(row[1:]): row[0] for row in here}
    return {job["id"]: id_of[tuple(job[name] for name in key)] for job in jobs}


def add_rest(
    tx: Connection, copy: StudyRecord, whole: WholeStudy, job_ids: Mapping[int, int]
) -> None:
    """Inserts what belongs to the study and to its jobs, whose new ids are these, but its artifacts."""
    for table, rows in whole.of_jobs.items():
        _insert(tx, table, (_moved(table, row, copy, job_ids) for row in rows))
    earlier = ({**_without_id(row), "study_id": copy.id} for row in whole.earlier_trials)
    _insert(tx, schema.earlier_trials, earlier)
    here = set(tx.scalars(sa.select(schema.workers.c.id)))
    left = ({**row, "left_ms": row["left_ms"] or row["seen_ms"]} for row in whole.workers)
    _insert(tx, schema.workers, (row for row in left if row["id"] not in here))
    holdout_uses.add_copies(tx, whole.openings, whole.study, copy, job_ids)


def _moved(table: sa.Table, row: Row, copy: StudyRecord, job_ids: Mapping[int, int]) -> Row:
    moved = {**row, "job_id": job_ids[row["job_id"]]}
    if table is schema.rungs:
        return moved | {"study_id": copy.id}
    if table is schema.attempts:
        moved["token"] = None
        if row["state"] == AttemptState.RUNNING:  # the lease had expired, or nothing were copied
            moved |= {"state": AttemptState.LOST, "reason": "its worker was not heard of"}
    return _without_id(moved)


def _insert(tx: Connection, table: sa.Table, rows: Iterable[Row]) -> None:
    for some in in_batches(list(rows)):
        tx.execute(sa.insert(table), list(some))


def _without_id(row: Row) -> Row:
    return {name: value for name, value in row.items() if name != "id"}


def _rows(tx: Connection, table: sa.Table, condition: sa.ColumnElement[bool]) -> list[Row]:
    asked = sa.select(table).where(condition).order_by(*table.primary_key.columns)
    return [dict(row._mapping) for row in tx.execute(asked)]


def _of_ids(
    tx: Connection, table: sa.Table, column: sa.ColumnElement[Any], ids: Sequence[Any]
) -> list[Row]:
    return [row for some in in_batches(ids) for row in _rows(tx, table, column.in_(some))]
