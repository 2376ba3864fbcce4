"""A study that is not worked on for a while."""

from hpo.errors import UsageError
from storage.connection.retries import retried
from storage.database import Database
from storage.records import StudyRecord
from storage.tables import studies


@retried
def halt(db: Database, study_name: str) -> StudyRecord:
    """Keeps the study from being worked on: what runs is given back at its next checkpoint, and
    nothing is given out, until `resume`. Again is fine.

    Raises:
        UsageError: the study is over.
    """
    with db.transaction() as tx:
        study = studies.lock(tx, study_name)
        if study.phase.is_over:
            raise UsageError(f"study '{study_name}' is {study.phase}: there is nothing to stop")
        return study if study.halted_ms is not None else studies.halt(tx, study)


@retried
def resume(db: Database, study_name: str) -> StudyRecord:
    """Lets the study be worked on again; where it was, that changes nothing. The time it was halted
    does not count towards its timeout."""
    with db.transaction() as tx:
        study = studies.lock(tx, study_name)
        if study.halted_ms is None:
            return study
        started_ms = study.started_ms
        if started_ms is not None:
            started_ms += studies.clock_ms(tx) - max(study.halted_ms, started_ms)
        return studies.write(tx, study, halted_ms=None, started_ms=started_ms)
