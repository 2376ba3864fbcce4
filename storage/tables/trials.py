"""Trials, as Optuna keeps them, each of them bound to a job. Every function runs in the caller's
transaction, which locks the trial, then writes the job's row under the job's lease, and changes the trial
last: so both change in one commit, and nothing is tried that a new holder may have done.

Optuna's own storage would make several commits of it, and asks the database five times as much.
"""

import json
import sys
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from optuna.distributions import (
    BaseDistribution,
    check_distribution_compatibility,
    distribution_to_json,
)
from optuna.storages._rdb.models import (
    StudyModel,
    TrialIntermediateValueModel,
    TrialModel,
    TrialParamModel,
    TrialSystemAttributeModel,
    TrialUserAttributeModel,
    TrialValueModel,
)
from optuna.trial import TrialState
from sqlalchemy.engine import Connection

from storage.errors import ParamsTaken
from storage.records import Lease
from storage.schema import jobs
from storage.tables.leases import strike
from storage.tables.optuna_study import distribution_of, is_ours, optuna_time

STUDIES, TRIALS = StudyModel.__table__, TrialModel.__table__
PARAMS, VALUES = TrialParamModel.__table__, TrialValueModel.__table__
REPORTS = TrialIntermediateValueModel.__table__
USER_ATTRIBUTES = TrialUserAttributeModel.__table__
SYSTEM_ATTRIBUTES = TrialSystemAttributeModel.__table__


@dataclass(frozen=True)
class Param:
    """One parameter of a trial, its value as Optuna stores it."""

    internal: float
    distribution: BaseDistribution

    def row(self, trial_id: int, name: str) -> dict[str, Any]:
        """That of Optuna's table."""
        return {
            "trial_id": trial_id,
            "param_name": name,
            "param_value": self.internal,
            "distribution_json": distribution_to_json(self.distribution),
        }


@dataclass(frozen=True)
class NewTrial:
    """A trial as it begins. `newest_id` is the newest of the study's trials that was known when its
    parameters were chosen, if they were: no other has them."""

    params: Mapping[str, Param] = field(default_factory=dict)
    attributes: Mapping[str, Any] = field(default_factory=dict)
    newest_id: int | None = None


def create(
    tx: Connection, lease: Lease, study_id: int, new: NewTrial, **columns: Any
) -> tuple[int, int] | None:
    """Creates a job's trial, which runs, and writes its id, its number and `columns` to the job's row; gives
    both. A trial that the job has already, of a commit whose answer was lost, is left as it is: then None.

    Raises:
        KeyError: Optuna has no such study.
        LeaseLost: another has the job.
        ParamsTaken: a trial that is newer than `newest_id` has these parameters.
    """
    # As Optuna does: whoever creates a trial waits here for others who do, lest numbers be given twice.
    if tx.scalar(_study_locked, {"study": study_id}) is None:
        raise KeyError(study_id)
    ours = {"job": lease.job_id, "token": lease.token}
    if tx.scalar(_trial_of_job, ours) is not None:
        return None
    if new.newest_id is not None:
        _refuse_taken(tx, study_id, new)
    number = tx.scalar(_number_of_trials, {"study": study_id}) or 0
    row = {"study_id": study_id, "number": number, "datetime_start": optuna_time()}
    trial_id = tx.execute(_begun, row).inserted_primary_key.trial_id  # type: ignore[union-attr]  # an INSERT has one
    if new.params:
        tx.execute(_param_set, [param.row(trial_id, name) for name, param in new.params.items()])
    add_attributes(tx, trial_id, new.attributes)
    strike(tx, lease, trial_id=trial_id, trial_number=number, **columns)
    return trial_id, number


def lock(tx: Connection, trial_id: int) -> bool:
    """Locks a trial's row, which comes before the job's; says whether it still runs: somebody who has no
    lease may have told Optuna that it has ended.

    Raises:
        KeyError: Optuna has no such trial.
    """
    found = tx.scalar(_state_locked, {"trial": trial_id})
    if found is None:
        raise KeyError(trial_id)
    return not TrialState(found).is_finished()


def set_param(
    tx: Connection, trial_id: int, name: str, param: Param, known: BaseDistribution | None = None
) -> None:
    """Writes a parameter that a locked trial has not yet; `known` says how it is distributed in another.

    Raises:
        ValueError: in other trials of the study it is of another kind, or has other choices.
    """
    known = known or distribution_of(tx, trial_id, name)
    if known is not None:
        check_distribution_compatibility(known, param.distribution)
    tx.execute(_param_set, param.row(trial_id, name))


def report(tx: Connection, trial_id: int, step: int, value: float) -> None:
    """Writes a value that a locked trial reported, unless it has one of that step."""
    if tx.scalar(_is_reported, {"trial": trial_id, "of_step": step}):
        return
    stored, kind = TrialIntermediateValueModel.intermediate_value_to_stored_repr(value)
    row = {"intermediate_value": stored, "intermediate_value_type": kind}
    tx.execute(_reported, {"trial_id": trial_id, "step": step, **row})


def set_attribute(
    tx: Connection, trial_id: int, key: str, value: Any, *, is_systems: bool = False
) -> None:
    """Writes an attribute of a locked trial over what it was."""
    table = SYSTEM_ATTRIBUTES if is_systems else USER_ATTRIBUTES
    row = _attribute(trial_id, key, value)
    of_key = sa.and_(table.c.trial_id == trial_id, table.c.key == key)
    if tx.execute(sa.update(table).where(of_key).values(row)).rowcount == 0:
        tx.execute(_told[table], row)


def add_attributes(
    tx: Connection, trial_id: int, values: Mapping[str, Any], *, is_systems: bool = False
) -> None:
    """Writes attributes that a locked trial has not yet."""
    if values:
        table = SYSTEM_ATTRIBUTES if is_systems else USER_ATTRIBUTES
        tx.execute(_told[table], [_attribute(trial_id, *each) for each in values.items()])


def numbers_kept(tx: Connection, study_id: int, ours: str) -> dict[int, dict[str, float]]:
    """The numbers that were kept with the trials of our study of that id, by Optuna's ids and their names,
    of which none begins with `ours`."""
    attribute = TrialUserAttributeModel
    rows = tx.execute(
        sa.select(attribute.trial_id, attribute.key, attribute.value_json)
        .join(jobs, jobs.c.trial_id == attribute.trial_id)
        .where(jobs.c.study_id == study_id, attribute.key.not_like(f"{ours}%"))
        .order_by(attribute.trial_user_attribute_id)
    )
    kept: defaultdict[int, dict[str, float]] = defaultdict(dict)
    for row in rows:
        value = json.loads(row.value_json)
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        # A whole number may be larger than floats are, as which pages show them.
        if is_number and abs(value) <= sys.float_info.max:
            kept[row.trial_id][row.key] = value
    return dict(kept)


def end(
    tx: Connection, trial_id: int, state: TrialState, values: Sequence[float] | None = None
) -> None:
    """Ends a locked trial, with these values."""
    if values:
        stored = [TrialValueModel.value_to_stored_repr(value) for value in values]
        tx.execute(
            _valued,
            [
                {"trial_id": trial_id, "objective": objective, "value": value, "value_type": kind}
                for objective, (value, kind) in enumerate(stored)
            ],
        )
    tx.execute(_ended, {"trial": trial_id, "state": state, "datetime_complete": optuna_time()})


def _refuse_taken(tx: Connection, study_id: int, new: NewTrial) -> None:
    # Under the study's lock: what was not known is here now, and has a higher id.
    param, newest_id = TrialParamModel, new.newest_id
    newer = sa.and_(TrialModel.study_id == study_id, TrialModel.trial_id > newest_id, is_ours())
    rows = tx.execute(
        sa.select(param.trial_id, param.param_name, param.param_value)
        .join(TrialModel, TrialModel.trial_id == param.trial_id)
        .where(newer)
    )
    params: defaultdict[int, dict[str, float]] = defaultdict(dict)
    for row in rows:
        params[row.trial_id][row.param_name] = row.param_value
    if {name: each.internal for name, each in new.params.items()} in params.values():
        raise ParamsTaken(f"a trial newer than that of id {newest_id} has these parameters")


def _attribute(trial_id: int, key: str, value: Any) -> dict[str, Any]:
    return {"trial_id": trial_id, "key": key, "value_json": json.dumps(value)}


# Made once: to make a statement takes longer than to ask it.
_of_study = TRIALS.c.study_id == sa.bindparam("study")
_of_trial = TRIALS.c.trial_id == sa.bindparam("trial")
_study_locked = (
    sa.select(STUDIES.c.study_id)
    .where(STUDIES.c.study_id == sa.bindparam("study"))
    .with_for_update()
)
_trial_of_job = sa.select(jobs.c.trial_id).where(
    jobs.c.id == sa.bindparam("job"), jobs.c.token == sa.bindparam("token")
)
_number_of_trials = sa.select(sa.func.count()).select_from(TRIALS).where(_of_study)
_state_locked = sa.select(TRIALS.c.state).where(_of_trial).with_for_update()
_is_reported = sa.select(
    sa.exists().where(
        REPORTS.c.trial_id == sa.bindparam("trial"), REPORTS.c.step == sa.bindparam("of_step")
    )
)
_begun = sa.insert(TRIALS).values(state=TrialState.RUNNING)
_param_set, _reported, _valued = sa.insert(PARAMS), sa.insert(REPORTS), sa.insert(VALUES)
_told = {table: sa.insert(table) for table in (USER_ATTRIBUTES, SYSTEM_ATTRIBUTES)}
_ended = sa.update(TRIALS).where(_of_trial)
