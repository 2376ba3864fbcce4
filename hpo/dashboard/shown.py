"""Optuna's storage as the dashboard is shown it: with what hpo knows beside what stands there, and
with errors that the page shows in a line."""

import copy
from collections.abc import Callable, Container, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from typing import Any

from bottle import HTTPError
from optuna.study._frozen import FrozenStudy
from optuna.trial import FrozenTrial, TrialState

from hpo import removal
from hpo.dashboard.clerk import Clerk
from hpo.errors import HpoError
from hpo.provenance import Provenance
from hpo.status import first_line
from hpo.trials import (
    JOB_ATTRIBUTE,
    PROVENANCE_ATTRIBUTE,
    REASON_ATTRIBUTE,
    UUID_ATTRIBUTE,
)
from storage import trials as trials_table
from storage.database import Database
from storage.errors import StorageError, StudyNotFound
from storage.history import WholeHistory
from storage.records import TrialFacts

HIDDEN = {JOB_ATTRIBUTE, PROVENANCE_ATTRIBUTE, REASON_ATTRIBUTE}
_looked_at: ContextVar[int | None] = ContextVar("looked_at", default=None)


@contextmanager
def looking_at(study_id: int | None) -> Iterator[None]:
    """Within this, all that is known of that study is shown; of others it would be of no use."""
    reset = _looked_at.set(study_id)
    try:
        yield
    finally:
        _looked_at.reset(reset)


class ShownStorage(WholeHistory):
    """All of a database's studies, or the one that is named."""

    def __init__(self, db: Database, clerk: Clerk, only: str | None = None) -> None:
        super().__init__(db)
        self._clerk = clerk
        self._only = only
        self._known: dict[int, tuple[str, object]] = {}
        self.on_other: Callable[[], object] = lambda: None
        """Called where an id has become that of another study: whoever keeps anything by it is to
        forget that."""
        self._ended: dict[int, dict[int, FrozenTrial]] = {}

    def get_all_studies(self) -> list[FrozenStudy]:
        with _answering(self._db):
            found = super().get_all_studies()
        for study in found:
            self._forget_others(study)
            if study._study_id == _looked_at.get():
                study.system_attrs.update(self._clerk.attributes(study.study_name))
        return [study for study in found if self._only in (None, study.study_name)]

    def get_study_system_attrs(self, study_id: int) -> dict[str, Any]:
        with _answering(self._db):
            attributes = super().get_study_system_attrs(study_id)
            name = super().get_study_name_from_id(study_id)
        return {**attributes, **self._clerk.attributes(name)}

    def get_study_name_from_id(self, study_id: int) -> str:
        with _answering(self._db):
            return super().get_study_name_from_id(study_id)

    def get_study_directions(self, study_id: int) -> Any:
        with _answering(self._db):
            return super().get_study_directions(study_id)

    def get_best_trial(self, study_id: int) -> FrozenTrial:
        with _answering(self._db):
            return super().get_best_trial(study_id)

    def get_all_trials(
        self,
        study_id: int,
        deepcopy: bool = True,  # noqa: ARG002 - the dashboard only reads
        states: Container[TrialState] | None = None,
    ) -> list[FrozenTrial]:
        with _answering(self._db):
            self._backend.get_study_name_from_id(study_id)  # what was removed is not in a cache
            trials = super().get_all_trials(study_id, deepcopy=False, states=states)
            return self._with_facts(study_id, trials)

    def delete_study(self, study_id: int) -> None:
        with _answering(self._db):
            with suppress(StudyNotFound):  # one of Optuna alone
                removal.remove(self._db, super().get_study_name_from_id(study_id))
            super().delete_study(study_id)

    def _with_facts(self, study_id: int, trials: list[FrozenTrial]) -> list[FrozenTrial]:
        ended = self._ended.setdefault(study_id, {})
        new = [trial._trial_id for trial in trials if trial._trial_id not in ended]
        with self._db.reading() as tx:
            facts = trials_table.facts(tx, new)
        shown = []
        for trial in trials:
            told = ended.get(trial._trial_id)
            if told is None:
                told = _told(trial, facts.get(trial._trial_id))
                if trial.state.is_finished():
                    ended[trial._trial_id] = told
            shown.append(told)
        return shown

    def _forget_others(self, study: FrozenStudy) -> None:
        """SQLite gives the id of a study that was removed to the next."""
        study_id, who = study._study_id, (study.study_name, study.user_attrs.get(UUID_ATTRIBUTE))
        if self._known.setdefault(study_id, who) != who:
            self._known[study_id] = who
            self._ended.pop(study_id, None)
            with self._lock:
                self._studies.pop(study_id, None)
            self.on_other()


def _told(trial: FrozenTrial, facts: TrialFacts | None) -> FrozenTrial:
    """The trial with what its job says of it as user attributes."""
    if facts is None:
        return trial
    told = copy.copy(trial)
    # Of all that a trial was made by, for people, what it was trained on.
    made_by = trial.user_attrs.get(PROVENANCE_ATTRIBUTE)
    attributes = {
        **{name: trial.user_attrs[name] for name in trial.user_attrs.keys() - HIDDEN},
        "hardware": Provenance.model_validate(made_by).device if made_by else "?",
        "worker": facts.host or "?",
        "device": facts.device or "?",
        "attempts": facts.attempts,
        "device seconds": round(facts.device_seconds, 1),
    }
    if facts.energy_joules:
        attributes["energy (Wh)"] = round(facts.energy_joules / 3600, 2)
    if facts.reason:
        attributes["reason"] = first_line(facts.reason)
    told.user_attrs = attributes
    return told


@contextmanager
def _answering(db: Database) -> Iterator[None]:
    """Raises:
    HTTPError: what the page shows in a line.
    """
    try:
        with db.translated():
            yield
    except KeyError as error:
        raise HTTPError(404, "there is no such study or trial any more") from error
    except StorageError as error:
        raise HTTPError(503, str(error)) from error
    except HpoError as error:
        raise HTTPError(409, str(error)) from error
