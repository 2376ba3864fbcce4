"""A study of plain Optuna becomes one of ours: over, as history that a search may begin with."""

import math
from collections.abc import Mapping
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


def name_for(found: FrozenStudy, asked: str | None) -> str:
    """What Optuna's study is to be called here: as it was asked for, else as it is called there.

    Raises:
        UsageError: it cannot name a study here.
    """
    name = found.study_name if asked is None else asked
    if NAME.fullmatch(name) is None:
        raise UsageError(f"'{name}' cannot name a study here", "give it another with --name NAME")
    return name


def import_study(db: Database, storage: BaseStorage, found: FrozenStudy, name: str) -> Imported:
    """Makes a study of that name of all trials of that one in Optuna's `storage`.

    Raises:
        UsageError: it has no trials, or the name cannot be one.
        StudyExists: the name is taken.
        DatabaseUnavailable
    """
    unseen.check_free(db, name)
    trials = storage.get_all_trials(found._study_id, deepcopy=False)
    if not trials:
        raise UsageError(f"study '{found.study_name}' has no trials", "there is nothing to import")
    new = _new_study(name, found, len(trials))
    attributes = _foreign(found.user_attrs), found.system_attrs
    has_any = any(trial.state is TrialState.COMPLETE for trial in trials)
    # All that is told of time there; a trial that had not ended is not heard of after that.
    times = [at for each in trials for at in (each.datetime_start, each.datetime_complete) if at]
    times = times or [datetime.now()]
    last = max(times)
    with unseen.made(db, new, *attributes) as (study, beside):
        for some in in_batches(trials):
            with unseen.filling(db, study) as tx:
                written = [_ended(trial, last) for trial in some]
                ids = whole_trials.add(tx, beside, written)
                rows = [_job(study, *each, ids) for each in zip(some, written, strict=True)]
                whole_trials.add_jobs(tx, study.id, rows)
        shown = unseen.show(
            db,
            study,
            Phase.DONE if has_any else Phase.STOPPED,
            reason=None if has_any else "no trial was completed",
            started_ms=_ms(min(times)),
            ended_ms=_ms(last),
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


def _ended(trial: FrozenTrial, last: datetime) -> FrozenTrial:
    """As it stands here, where nothing will come of one that has not ended."""
    ended = copy(trial)
    if not trial.state.is_finished():
        ended.state, ended.datetime_complete = TrialState.FAIL, last
        ended.datetime_start = trial.datetime_start or last  # as Optuna asks of what has ended
    reason = _reason(trial)
    ended.user_attrs = _foreign(trial.user_attrs) | ({REASON_ATTRIBUTE: reason} if reason else {})
    return ended


def _job(
    study: StudyRecord, trial: FrozenTrial, ended: FrozenTrial, ids: Mapping[int, int]
) -> dict[str, Any]:
    """The search job that it would have been, as its row says it."""
    values = trial.values if trial.state is TrialState.COMPLETE else None
    is_finite = all(map(math.isfinite, values or ()))
    score = values[0] if values and is_finite else None
    if trial.state is TrialState.PRUNED and not study.has_front and trial.last_step is not None:
        last = trial.intermediate_values[trial.last_step]
        score = last if math.isfinite(last) else None
    return {
        "generation": study.generation,
        "phase": Phase.SEARCH,
        "configuration": trial.number,
        "seed": 0,
        "data_set": DataSet.SEARCH,
        "params": {name: _plain(value) for name, value in trial.params.items()},
        "trial_id": ids[trial._trial_id],
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
        "created_ms": _ms(ended.datetime_start) or study.created_ms,
        "started_ms": _ms(ended.datetime_start),
        "ended_ms": _ms(ended.datetime_complete) or study.created_ms,
    }


def _plain(value: Any) -> str | bool | int | float | None:
    """A parameter as all databases take it; what Optuna has beyond that, an infinite choice or a list, as a
    text that says it."""
    is_plain = value is None or isinstance(value, str | bool | int)
    return value if is_plain or (isinstance(value, float) and math.isfinite(value)) else repr(value)


def _ms(time: datetime | None) -> int | None:
    """In milliseconds since 1970."""
    return None if time is None else round(time.timestamp() * 1000)
