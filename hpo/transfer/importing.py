"""A study of plain Optuna becomes one of ours: over, as history that a search may begin with."""

import math
from collections.abc import Iterable
from copy import copy
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from optuna.storages import BaseStorage
from optuna.study._constrained_optimization import _get_feasible_trials
from optuna.study._frozen import FrozenStudy
from optuna.trial import FrozenTrial, TrialState

from hpo.errors import UsageError
from hpo.search.optuna_study import OURS
from hpo.search.trials import REASON_ATTRIBUTE
from hpo.study.planning import NAME
from hpo.transfer import unseen
from storage.connection.id_batches import in_batches
from storage.database import Database
from storage.records import NewStudy, StudyRecord
from storage.states import DataSet, Direction, JobState, Phase, Pruner, Sampler
from storage.transfer import whole_trials

DEFINITION = "imported"
"""What stands in the place of its definition, which nobody knows."""
METRIC_NAMES = "study:metric_names"
"""Optuna's attribute of a study whose values have names."""
MOST_METRIC = 255
_STATES = {
    TrialState.COMPLETE: JobState.SUCCEEDED,
    TrialState.PRUNED: JobState.PRUNED,
    TrialState.FAIL: JobState.FAILED,
    TrialState.RUNNING: JobState.CANCELLED,
    TrialState.WAITING: JobState.CANCELLED,
}


@dataclass(frozen=True)
class Imported:
    """The study as it stands here; of its trials so many had not ended there."""

    study: StudyRecord
    unfinished: int


def import_study(
    db: Database, storage: BaseStorage, found: FrozenStudy, name: str | None = None
) -> Imported:
    """Makes a study of all trials of that one in Optuna's `storage`, called as it, unless it is given a name.

    Raises:
        UsageError: it has no trials, or its name cannot be one here.
        StudyExists: the name is taken.
        DatabaseUnavailable
    """
    ours = name or found.study_name
    if name is None and NAME.fullmatch(ours) is None:
        raise UsageError(f"'{ours}' cannot name a study here", "give it another with --name NAME")
    unseen.check_free(db, ours)
    trials = storage.get_all_trials(found._study_id, deepcopy=False)
    if not trials:
        raise UsageError(f"study '{found.study_name}' has no trials", "there is nothing to import")
    new = _new_study(ours, found, len(trials))
    attributes = _foreign(found.user_attrs), found.system_attrs
    has_any = any(trial.state is TrialState.COMPLETE for trial in trials)
    with unseen.made(db, new, *attributes) as (study, beside):
        for some in in_batches(trials):
            with unseen.filling(db, study) as tx:
                ids = whole_trials.add(tx, beside, [_ended(trial) for trial in some])
                rows = [_job(study, trial, ids[trial._trial_id]) for trial in some]
                whole_trials.add_jobs(tx, study.id, rows)
        began = _times(trial.datetime_start for trial in trials)
        ended = _times(trial.datetime_complete for trial in trials)
        shown = unseen.show(
            db,
            study,
            Phase.DONE if has_any else Phase.STOPPED,
            reason=None if has_any else "no trial was completed",
            started_ms=min(began, default=None),
            ended_ms=max(ended, default=study.created_ms),
        )
    return Imported(shown, sum(not trial.state.is_finished() for trial in trials))


def _new_study(name: str, found: FrozenStudy, trials: int) -> NewStudy:
    directions = [each.name.lower() for each in found.directions]
    named = found.system_attrs.get(METRIC_NAMES) or ["value"]
    return NewStudy(
        name=name,
        definition=DEFINITION,
        definition_hash="",
        settings={"directions": directions},
        baseline={},
        metric=str(named[0])[:MOST_METRIC],
        direction=Direction(directions[0]),
        seed=0,
        trials=trials,
        select_top=1,
        select_seeds=1,
        final_seeds=0,
        sampler=Sampler.TPE,
        pruner=Pruner.NONE,
    )


def _foreign(attributes: dict[str, Any]) -> dict[str, Any]:
    """Without what hpo itself noted, of a study that another database of hpo has."""
    return {key: value for key, value in attributes.items() if not key.startswith(OURS)}


def _reason(trial: FrozenTrial) -> str | None:
    """Why it ended as it did, where that is known."""
    if not trial.state.is_finished():
        return f"it was {trial.state.name.lower()} when it was imported"
    if infinite := [value for value in trial.values or () if not math.isfinite(value)]:
        return f"its value is {infinite[0]}"
    reason = trial.user_attrs.get(REASON_ATTRIBUTE)
    return None if reason is None else str(reason)


def _ended(trial: FrozenTrial) -> FrozenTrial:
    """As it stands here, where nothing will come of one that has not ended."""
    ended = copy(trial)
    if not trial.state.is_finished():
        ended.state, ended.datetime_complete = TrialState.FAIL, datetime.now()
    reason = _reason(trial)
    ended.user_attrs = _foreign(trial.user_attrs) | ({REASON_ATTRIBUTE: reason} if reason else {})
    return ended


def _job(study: StudyRecord, trial: FrozenTrial, trial_id: int) -> dict[str, Any]:
    """The search job that it would have been, as its row says it."""
    values = trial.values if trial.state is TrialState.COMPLETE else None
    is_finite = all(map(math.isfinite, values or ()))
    score = values[0] if values and is_finite else None
    if trial.state is TrialState.PRUNED and not study.has_front and trial.last_step is not None:
        last = trial.intermediate_values[trial.last_step]
        score = last if math.isfinite(last) else None
    started_ms, ended_ms = (
        next(iter(_times([each])), None) for each in (trial.datetime_start, trial.datetime_complete)
    )
    return {
        "generation": study.generation,
        "phase": Phase.SEARCH,
        "configuration": trial.number,
        "seed": 0,
        "data_set": DataSet.SEARCH,
        "params": {name: _plain(value) for name, value in trial.params.items()},
        "trial_id": trial_id,
        "trial_number": trial.number,
        # As where an objective gives such a value here.
        "state": _STATES[trial.state] if is_finite else JobState.DIVERGED,
        "epoch": trial.last_step or 0,
        "score": score,
        "scores": values if study.has_front and score is not None else None,
        "is_feasible": bool(_get_feasible_trials([trial])),
        "reason": _reason(trial),
        # How long it took is all that is known of what it took.
        "device_seconds": 0.0 if trial.duration is None else trial.duration.total_seconds(),
        "created_ms": started_ms or study.created_ms,
        "started_ms": started_ms,
        "ended_ms": ended_ms or study.created_ms,
    }


def _plain(value: Any) -> str | bool | int | float | None:
    """A parameter as all databases take it; what Optuna has beyond that, an infinite choice or a list, as a
    text that says it."""
    is_plain = value is None or isinstance(value, str | bool | int)
    return value if is_plain or (isinstance(value, float) and math.isfinite(value)) else repr(value)


def _times(times: Iterable[datetime | None]) -> list[int]:
    """Those that there are, in milliseconds since 1970."""
    return [round(time.timestamp() * 1000) for time in times if time is not None]
