"""Removing a study, with all that belongs to it."""

from hpo.errors import UsageError
from storage import artifacts, jobs, studies
from storage.database import Database
from storage.records import StudyRecord
from storage.retries import retried
from storage.states import JobState


def remove(db: Database, name: str) -> None:
    """Removes our side of a study: its workers lose their leases, its files their rows last, so that
    nothing is left without one. The seal of its holdouts stays. Again, after anything went wrong,
    goes on.

    Raises:
        UsageError: somebody works on it.
        StudyNotFound, StoreUnavailable, DatabaseUnavailable
    """
    study = _close(db, name)
    with db.reading() as tx:
        kept = artifacts.of_study(tx, study.id)
    if kept:
        with db.translated():
            for each in kept:
                artifacts.remove(db.artifacts, each)
    with db.transaction() as tx:
        for each in kept:
            artifacts.forget(tx, each)
        studies.remove(tx, study)


@retried
def _close(db: Database, name: str) -> StudyRecord:
    """Has nothing of the study be claimed any more."""
    with db.transaction() as tx:
        study = studies.lock(tx, name)
        if jobs.is_any_held(tx, study.id):
            raise UsageError(
                f"study '{name}' is being worked on: `hpo stop {name}` first, then remove it"
            )
        studies.halt(tx, study)
        jobs.cancel(tx, study.id, [JobState.OPEN, JobState.LEASED], "the study was removed")
        for each in artifacts.of_study(tx, study.id):
            artifacts.invalidate(tx, each)
    return study
