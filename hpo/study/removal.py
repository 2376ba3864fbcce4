"""Removing a study, with all that belongs to it, Optuna's trials too."""

from collections.abc import Callable

from sqlalchemy.engine import Connection

from hpo.errors import UsageError
from hpo.search.optuna_study import UUID_ATTRIBUTE
from storage.connection.retries import retried
from storage.database import Database
from storage.records import StudyRecord
from storage.states import UNFINISHED, Phase
from storage.tables import artifacts, jobs, optuna_study, studies


def remove(db: Database, name: str) -> None:
    """Removes a study: from the first step on it is not there for anybody, and its row goes last, so
    that whatever was broken off is gone on with by the next who calls this. Its files go before their
    rows, so that nothing is left without one. The seal of its holdouts stays.

    Raises:
        UsageError: somebody works on it.
        StudyNotFound, StoreUnavailable, DatabaseUnavailable
    """
    study = _close(db, name)
    with db.reading() as tx:
        kept = artifacts.of_study(tx, study.id) if studies.exists(tx, study) else []
    if kept:
        with db.translated():
            for each in kept:
                artifacts.remove(db.artifacts, each)
    for remove_some in (_remove_some_trials, jobs.remove_some):
        while _step(db, study, remove_some):
            pass
    _step(db, study, _remove_rest)


@retried
def _close(db: Database, name: str) -> StudyRecord:
    """Has nothing of the study be claimed, or shown, any more."""
    with db.transaction() as tx:
        study = studies.lock_to_remove(tx, name)
        if study.phase is Phase.REMOVED:
            return studies.write(tx, study, reason=None)  # whoever makes it finds out
        if jobs.is_any_held(tx, study.id):
            raise UsageError(
                f"study '{name}' is being worked on", f"`hpo stop {name}` first, then remove it"
            )
        jobs.cancel(tx, study.id, UNFINISHED, "the study was removed")
        for each in artifacts.of_study(tx, study.id):
            artifacts.invalidate(tx, each)
        return studies.write(tx, study, phase=Phase.REMOVED, reason=None)


@retried
def _step(
    db: Database, study: StudyRecord, remove_some: Callable[[Connection, StudyRecord], int]
) -> int:
    """One short transaction, in which others wait for nothing; returns how much it removed. While the
    study's row is there nobody else has its name, or its ids."""
    with db.transaction() as tx:
        return remove_some(tx, study) if studies.exists(tx, study) else 0


def _remove_some_trials(tx: Connection, study: StudyRecord) -> int:
    found = optuna_study.find(tx, study, UUID_ATTRIBUTE)
    return 0 if found is None else optuna_study.remove_some_trials(tx, found)


def _remove_rest(tx: Connection, study: StudyRecord) -> int:
    if (found := optuna_study.find(tx, study, UUID_ATTRIBUTE)) is not None:
        optuna_study.remove(tx, found)
    studies.remove(tx, study)
    return 1
