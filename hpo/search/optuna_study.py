"""Optuna's study beside one of ours, which has its name and, as an attribute, its uuid."""

import logging
from collections.abc import Sequence
from contextlib import suppress

import optuna
from sqlalchemy.engine import Connection

from storage.database import Database
from storage.errors import StudyExists, StudyMismatch
from storage.records import StudyRecord
from storage.tables import jobs, optuna_study
from studies.study import Direction

OURS = "hpo:"
"""So begin the names of attributes that are our own."""
UUID_ATTRIBUTE = f"{OURS}study"
log = logging.getLogger(__name__)


def find_or_make(
    db: Database, name: str, directions: Sequence[Direction], *, is_new: bool
) -> optuna.Study:
    """Optuna's study of that name, made if need be; with a word, where ours is not new. An empty one that
    says nothing of whose it is may be of a creation that was cut off: it is taken, with a word too.

    Raises:
        StudyExists: it is none of ours.
    """
    with db.translated():
        try:
            study = optuna.load_study(study_name=name, storage=db.optuna)
        except KeyError:
            if not is_new:
                log.warning(
                    "Optuna had no study '%s', of which nothing was begun: it is made again", name
                )
            study = optuna.create_study(
                study_name=name, storage=db.optuna, directions=directions, load_if_exists=True
            )
        else:
            if not study.user_attrs:
                log.warning(
                    "Optuna has an empty study '%s' already: it is taken for this one", name
                )
        _refuse_foreign(study, directions)
        return study


def refuse_foreign(db: Database, name: str, directions: Sequence[Direction]) -> None:
    """Raises:
    StudyExists: Optuna has a study of that name, and it is none of ours.
    """
    with db.translated(), suppress(KeyError):
        _refuse_foreign(optuna.load_study(study_name=name, storage=db.optuna), directions)


def tie(db: Database, beside: optuna.Study, study: StudyRecord) -> None:
    """Of several that make a study at once the one whose row stands decides; one that was killed
    before it came here is made up for."""
    with db.translated():
        if beside.user_attrs.get(UUID_ATTRIBUTE) != study.uuid and not beside.get_trials():
            beside.set_user_attr(UUID_ATTRIBUTE, study.uuid)


def check(tx: Connection, study: StudyRecord) -> None:
    """Makes sure that the trials of a study are still there, if any were begun.

    Raises:
        StudyMismatch: Optuna's study was removed, or another took its name.
    """
    if not optuna_study.is_tied(tx, study, UUID_ATTRIBUTE) and jobs.is_any_begun(tx, study.id):
        raise gone(study)


def gone(study: StudyRecord) -> StudyMismatch:
    """What to say of a study whose trials are not there any more."""
    return StudyMismatch(
        f"Optuna's study '{study.name}' was removed from the database, with its trials, or another"
        " took its name",
        f"bring it back from a backup, or `hpo remove {study.name}` and create it anew",
    )


def _refuse_foreign(study: optuna.Study, directions: Sequence[Direction]) -> None:
    # An empty one may be ours, of a creation that was cut off: then it has our direction, and no more.
    is_other = (
        [each.name.lower() for each in study.directions] != list(directions)
        or study.get_trials(deepcopy=False)
        or study.user_attrs
    )
    if UUID_ATTRIBUTE not in study.user_attrs and is_other:
        raise StudyExists(
            f"Optuna has a study '{study.study_name}' that hpo did not make",
            "choose another --name",
        )
