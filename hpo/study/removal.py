"""Removing a study, with all that belongs to it, Optuna's trials too."""

from collections.abc import Callable

from sqlalchemy.engine import Connection

from hpo.errors import UsageError, WorkFailed
from hpo.formatting import first_line
from hpo.search.optuna_study import UUID_ATTRIBUTE
from hpo.study import search_jobs
from hpo.study.status import Status
from storage.connection.retries import retried
from storage.database import Database
from storage.records import BASELINE, StudyRecord
from storage.states import UNFINISHED, JobState, Phase
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


def remove_untrainable(db: Database, status: Status, reference: str) -> None:
    """Leaves nothing behind of a study whose baseline failed, unless another trial of it came to a rung or
    to its end, nor of an objective that stopped before any did: once the definition is mended, the same
    command begins anew.

    Raises:
        WorkFailed: it was so.
    """
    study = status.study
    came_on = [JobState.SUCCEEDED]
    if study.has_baseline:
        lost = search_jobs.latest(search_jobs.among(status.jobs), BASELINE)
        is_lost = search_jobs.has_failed(study, lost)
        what, mend = (
            "the baseline cannot be trained",
            "its file" if study.is_called else f"`hpo try {reference}` trains it for a moment",
        )
    else:
        failed = (job for job in status.jobs if job.state == JobState.FAILED)
        lost = next(failed, status.jobs[0])
        is_cut_off = lost.state is JobState.CANCELLED  # by its total timeout
        is_lost = study.phase is Phase.STOPPED and not is_cut_off
        what, mend = "the objective failed", "its file"
        came_on += [JobState.PRUNED]
    others = (job for job in status.jobs if job is not lost)
    if not is_lost or any(job.state in came_on or job.rung_ms is not None for job in others):
        return
    try:
        remove(db, study.name)
    except UsageError:  # others hold jobs of it; that it stopped is told as ever
        return
    error = WorkFailed(
        f"{what}: {first_line(lost.reason)}",
        f"mend the definition ({mend}) and run this again; the study is removed",
    )
    error.add_note(lost.reason or "")
    raise error


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
