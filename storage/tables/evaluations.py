"""What trained models scored, image by image. Every function runs in the caller's transaction."""

from collections.abc import Iterable
from dataclasses import asdict

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from storage.records import EvaluationRecord
from storage.schema import evaluations, jobs


def add(tx: Connection, records: Iterable[EvaluationRecord]) -> None:
    """Inserts evaluations; call it under the fence of their job."""
    rows = [asdict(record) for record in records]
    if rows:
        tx.execute(sa.insert(evaluations), rows)


def of_study(tx: Connection, study_id: int, generation: int) -> list[EvaluationRecord]:
    """All evaluations of the study's final jobs of one generation."""
    rows = tx.execute(
        sa.select(evaluations)
        .join(jobs, jobs.c.id == evaluations.c.job_id)
        .where(jobs.c.study_id == study_id, jobs.c.generation == generation)
        .order_by(evaluations.c.id)
    )
    return [EvaluationRecord.from_row(row) for row in rows]
