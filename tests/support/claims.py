"""Claiming a study's next job, which must be there."""

from storage.database import Database
from storage.records import JobRecord, Lease, StudyRecord
from storage.tables import jobs


def claim_next(
    db: Database, study: StudyRecord, worker: str = "me", seconds: float = 60.0
) -> tuple[JobRecord, Lease]:
    """The study's next job, claimed by `worker` for `seconds`."""
    with db.transaction() as tx:
        claimed = jobs.claim(tx, study.id, worker, seconds, "cpu:0")
    assert claimed is not None
    return claimed
