"""A study's jobs, claimed and ended without a worker."""

from typing import Any

from hpo.study.phases import advance
from storage.database import Database
from storage.records import JobRecord, Lease, StudyRecord
from storage.states import JobState, Phase
from storage.tables import jobs


def claim_next(
    db: Database, study: StudyRecord, worker: str = "me", seconds: float = 60.0
) -> tuple[JobRecord, Lease]:
    """The study's next job, claimed by `worker` for `seconds`."""
    with db.transaction() as tx:
        claimed = jobs.claim(tx, study.id, worker, seconds, "cpu:0")
    assert claimed is not None
    return claimed


def jobs_of(db: Database, study: StudyRecord) -> list[JobRecord]:
    """All of them, as they stand."""
    with db.reading() as tx:
        return jobs.of_study(tx, study.id)


def work_until(db: Database, study: StudyRecord, phase: Phase) -> None:
    """Ends jobs as a worker would until the study is in that phase."""
    while advance(db, study.name).phase != phase:
        job, lease = claim_next(db, study)
        columns: dict[str, Any] = {"state": JobState.SUCCEEDED, "score": 0.5, "loss": 1.0}
        if job.phase == Phase.SEARCH:
            number = job.configuration
            params = {"x": number / 100}
            columns |= {"trial_id": number + 1, "trial_number": number, "params": params}
        with db.transaction() as tx:
            jobs.write(tx, lease, **columns)


def fail_next(
    db: Database, study: StudyRecord, reason: str, state: JobState = JobState.FAILED
) -> JobRecord:
    """Ends the next job, as failed where nothing else is said."""
    job, lease = claim_next(db, study)
    columns = {"trial_id": job.configuration, "trial_number": job.configuration}
    with db.transaction() as tx:
        jobs.write(tx, lease, **columns, state=state, reason=reason)
        return jobs.get(tx, job.id)
