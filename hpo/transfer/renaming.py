"""A study gets another name; who waits for work on it goes on with it under that."""

from sqlalchemy.exc import IntegrityError

from hpo.errors import UsageError
from hpo.search.optuna_study import UUID_ATTRIBUTE
from hpo.transfer import unseen
from storage.connection.retries import retried
from storage.database import Database
from storage.errors import StudyExists
from storage.records import StudyRecord
from storage.tables import jobs, optuna_study, studies


@retried
def rename(db: Database, name: str, new: str) -> StudyRecord:
    """Renames a study, and Optuna's beside it, in one transaction. The seal says what it was called when it
    opened a holdout.

    Raises:
        UsageError: the new name cannot be one, or somebody works on the study.
        StudyExists: that name is taken.
        StudyNotFound
    """
    with db.reading() as tx:
        study = studies.get(tx, name)
    if new == name:
        return study
    unseen.check_free(db, new)
    try:
        with db.transaction() as tx:
            study = studies.lock(tx, name)
            if jobs.is_any_held(tx, study.id):
                raise UsageError(
                    f"study '{name}' is being worked on",
                    f"`hpo stop {name}` first, then rename it, and `hpo resume {new}`",
                )
            beside = optuna_study.find(tx, study, UUID_ATTRIBUTE)
            if beside is not None:
                optuna_study.rename(tx, beside, new)
            return studies.rename(tx, study, new)
    except IntegrityError:
        raise StudyExists(f"there is a study '{new}' already", "choose another name") from None
