"""A study that comes with many trials at once: nobody sees it before all of it is there.

Until then its row says that it is removed, and why. What is there of one that was broken off is taken away as
it is of one whose removal was broken off: by the next who makes a study of that name, or by `hpo remove`.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

from sqlalchemy.engine import Connection
from sqlalchemy.exc import DataError, IntegrityError

from hpo.errors import UsageError
from hpo.search.optuna_study import UUID_ATTRIBUTE
from hpo.study import planning, removal
from storage.connection.retries import retried
from storage.database import Database
from storage.errors import StorageError, StudyExists, StudyRemoved
from storage.records import NewStudy, StudyRecord
from storage.states import Phase
from storage.tables import optuna_study, studies

UNDER_WAY = "it is being made, and not all of it has come"


def check_free(db: Database, name: str) -> None:
    """Sees that a study may have that name; takes away what is there of one that was broken off.

    Raises:
        UsageError: it cannot name a study.
        StudyExists: there is one.
    """
    planning.check(name, None)
    try:
        with db.reading() as tx:
            if studies.find(tx, name) is not None:
                raise StudyExists(f"there is a study '{name}' already", "choose another name")
            if optuna_study.is_there(tx, name):
                raise StudyExists(
                    f"Optuna has a study '{name}' in this database that hpo did not make",
                    "choose another name",
                )
    except StudyRemoved:
        removal.remove(db, name)


@contextmanager
def made(
    db: Database,
    new: NewStudy,
    user_attributes: Mapping[str, Any],
    system_attributes: Mapping[str, Any],
) -> Iterator[tuple[StudyRecord, int]]:
    """A study without jobs, which nobody sees, and the id of Optuna's beside it, with these attributes, for a
    block that fills them, by `filling`, and ends with `show`; if that raises, what was made is taken away.

    Raises:
        StudyExists: somebody made one of that name in this moment.
        UsageError: it has what this database cannot hold.
    """
    study, beside = _begin(db, new, user_attributes, system_attributes)
    try:
        yield study, beside
    except BaseException as error:
        with suppress(StorageError):
            with db.reading() as tx:
                is_ours = studies.name_of(tx, study.uuid) is not None
            if is_ours:
                removal.remove(db, study.name)
        if isinstance(error, DataError):  # a number, or a text, of what another kind takes
            said = " ".join(str(error.orig).split())
            raise UsageError(
                f"{db.shown_url} cannot hold what that study has ({said})",
                "bring it into an SQLite file, --storage sqlite:///FILE",
            ) from error
        raise


@retried
def _begin(
    db: Database,
    new: NewStudy,
    user_attributes: Mapping[str, Any],
    system_attributes: Mapping[str, Any],
) -> tuple[StudyRecord, int]:
    try:
        with db.transaction() as tx:
            study = studies.add(tx, new)
            attributes = {**user_attributes, UUID_ATTRIBUTE: study.uuid}
            beside = optuna_study.add(tx, new.name, study.directions, attributes, system_attributes)
            return studies.write(tx, study, phase=Phase.REMOVED, reason=UNDER_WAY), beside
    except IntegrityError:
        raise StudyExists(f"there is a study '{new.name}' already", "choose another name") from None


@contextmanager
def filling(db: Database, study: StudyRecord) -> Iterator[Connection]:
    """A transaction that writes what belongs to the study.

    Raises:
        UsageError: somebody took away what there was, and another may have its name and its ids.
    """
    with db.transaction() as tx:
        if not studies.is_as(tx, study, Phase.REMOVED, UNDER_WAY):
            raise UsageError(f"study '{study.name}' was removed by somebody while it was made")
        yield tx


@retried
def show(db: Database, study: StudyRecord, phase: Phase, **columns: Any) -> StudyRecord:
    """Says that all of it is there, and writes columns of its row.

    Raises:
        UsageError: see `filling`.
    """
    with filling(db, study) as tx:
        studies.write(tx, study, phase=phase)
        return studies.write(tx, study, **columns)  # the time of its end, too, is one of these
