"""What is counted without reading jobs."""

from collections.abc import Callable

import pytest
import sqlalchemy as sa

from storage import schema
from storage.clock import now_ms
from storage.database import Database
from storage.records import JobRecord, Lease, StudyRecord
from storage.states import JobState, Phase
from storage.summary_records import JobTally
from storage.tables import jobs, studies, workers


def test_jobs_by_study_phase_and_state(
    db: Database, squares: StudyRecord, claim: Callable[..., tuple[JobRecord, Lease]]
) -> None:
    """With their cost, the best score of those that succeeded, and how many ended of late."""
    for score in (0.5, 0.75):
        _, lease = claim()
        with db.transaction() as tx:
            jobs.write(
                tx, lease, trial_id=lease.job_id, score=score, device_seconds=1.5,
                energy_joules=2.0, state=JobState.SUCCEEDED,
            )  # fmt: skip
    first = sa.select(sa.func.min(schema.jobs.c.id)).scalar_subquery()
    with db.transaction() as tx:
        oldest = tx.scalar(sa.select(first))
        tx.execute(
            sa.update(schema.jobs)
            .where(schema.jobs.c.id == oldest)
            .values(ended_ms=now_ms() - studies.HOUR_MS)
        )
    with db.reading() as tx:
        assert studies.count_jobs(tx) == [
            JobTally("squares", Phase.SEARCH, JobState.OPEN, 3, 0, 0, 0, None),
            JobTally("squares", Phase.SEARCH, JobState.SUCCEEDED, 2, 3.0, 4.0, 1, 0.75),
        ]


@pytest.mark.usefixtures("squares")
def test_workers_that_are_alive(db: Database) -> None:
    """Neither those that left nor those that were not seen for long."""
    with db.transaction() as tx:
        for worker in ("here", "silent", "gone"):
            workers.join(tx, worker, "host", 1, [], {}, "a machine", 60)
        workers.leave(tx, "gone")
        silent = schema.workers.c.id == "silent"
        tx.execute(sa.update(schema.workers).where(silent).values(seen_ms=now_ms() - 61_000))
    with db.reading() as tx:
        assert workers.count_alive(tx, 60) == 1
