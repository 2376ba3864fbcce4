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
from optuna_dashboard._inmemory_cache import _CachedExtraStudyProperty

from hpo.dashboard.notes_and_plots import LiveContent
from hpo.errors import HpoError
from hpo.formatting import first_line
from hpo.provenance import Provenance
from hpo.search.optuna_study import UUID_ATTRIBUTE
from hpo.search.trials import JOB_ATTRIBUTE, PROVENANCE_ATTRIBUTE, REASON_ATTRIBUTE
from hpo.study import removal
from storage import optuna_trial_cache as trials_table
from storage.database import Database
from storage.errors import StorageError, StudyNotFound
from storage.optuna_trial_cache import WholeHistory
from storage.states import JobState
from storage.summary_records import TrialFacts

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


class StorageView(WholeHistory):
    """All of a database's studies, or the one that is named."""

    def __init__(self, db: Database, live: LiveContent, only: str | None = None) -> None:
        super().__init__(db)
        self._live = live
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
                study.system_attrs.update(self._live.attributes(study.study_name))
                study.user_attrs.update(self._live.findings(study.study_name))
        return [study for study in found if self._only in (None, study.study_name)]

    def get_study_system_attrs(self, study_id: int) -> dict[str, Any]:
        with _answering(self._db):
            attributes = super().get_study_system_attrs(study_id)
            name = super().get_study_name_from_id(study_id)
        return {**attributes, **self._live.attributes(name)}

    def get_study_name_from_id(self, study_id: int) -> str:
        with _answering(self._db):
            return super().get_study_name_from_id(study_id)

    def get_study_directions(self, study_id: int) -> Any:
        with _answering(self._db):
            return super().get_study_directions(study_id)

    def get_best_trial(self, study_id: int) -> FrozenTrial:
        """Of a study that is done the winner: fresh seeds may have told another than the search."""
        with _answering(self._db):
            number = self._live.winner(super().get_study_name_from_id(study_id))
            if number is None:
                return super().get_best_trial(study_id)
        return next(each for each in self.get_all_trials(study_id) if each.number == number)

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
            with suppress(StudyNotFound):
                removal.remove(self._db, super().get_study_name_from_id(study_id))
            with suppress(KeyError):  # it went with ours, unless it is one of Optuna alone
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


class Sum(_CachedExtraStudyProperty):  # type: ignore[misc]  # it comes without types
    """What optuna-dashboard sums up over all trials of a study, without reading through those again of
    which it knows all: where no trial runs, it does that at every poll. This goes on from the first
    trial that had not ended."""

    def update(self, trials: list[FrozenTrial]) -> None:
        super().update(trials)
        running = (trial.number for trial in trials if not trial.state.is_finished())
        self._cursor = min(running, default=len(trials))


class Sums(dict[int, Sum]):
    """Those of each study by Optuna's id, in the place of the dashboard's."""

    def get(self, study_id: int, default: object = None) -> Sum:  # noqa: ARG002 - it has one of each
        return self.setdefault(study_id, Sum())


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
    if facts.state is JobState.PAUSED:  # to Optuna it runs
        attributes["paused"] = f"after epoch {max(trial.intermediate_values, default=0)}"
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
