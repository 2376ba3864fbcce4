"""Trials that were made elsewhere, written with all that is known of them. Every function runs in the caller's
transaction, and is for a study that nobody sees yet, and so nobody holds a lease of."""

import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from optuna.distributions import distribution_to_json
from optuna.storages._rdb.models import TrialIntermediateValueModel, TrialModel, TrialValueModel
from optuna.trial import FrozenTrial
from sqlalchemy.engine import Connection

from storage.schema import jobs
from storage.tables.trials import (
    PARAMS,
    REPORTS,
    SYSTEM_ATTRIBUTES,
    TRIALS,
    USER_ATTRIBUTES,
    VALUES,
)

Row = dict[str, Any]


def add(tx: Connection, study_id: int, trials: Sequence[FrozenTrial]) -> dict[int, int]:
    """Inserts trials into Optuna's study of that id, with the numbers that they have; returns the ids that
    they have there, by their own in `trials`."""
    if not trials:
        return {}
    tx.execute(sa.insert(TRIALS), [_row(study_id, trial) for trial in trials])
    numbers = [trial.number for trial in trials]
    of_these = TrialModel.number.in_(numbers)
    made = tx.execute(
        sa.select(TRIALS.c.number, TRIALS.c.trial_id).where(TRIALS.c.study_id == study_id, of_these)
    )
    id_of: dict[int, int] = {row.number: row.trial_id for row in made}
    for table, of_trial in _PARTS:
        if rows := [
            {"trial_id": id_of[trial.number], **part}
            for trial in trials
            for part in of_trial(trial)
        ]:
            tx.execute(sa.insert(table), rows)
    return {trial._trial_id: id_of[trial.number] for trial in trials}


def add_jobs(tx: Connection, study_id: int, rows: Sequence[Row]) -> None:
    """Inserts jobs that are as these rows say."""
    tx.execute(sa.insert(jobs), [{**row, "study_id": study_id} for row in rows])


def _row(study_id: int, trial: FrozenTrial) -> Row:
    return {
        "study_id": study_id,
        "number": trial.number,
        "state": trial.state,
        "datetime_start": _utc(trial.datetime_start),
        "datetime_complete": _utc(trial.datetime_complete),
    }


def _utc(local: datetime | None) -> datetime | None:
    """As Optuna keeps times: in UTC, without saying so."""
    return None if local is None else local.astimezone(UTC).replace(tzinfo=None)


def _params(trial: FrozenTrial) -> list[Row]:
    return [
        {
            "param_name": name,
            "param_value": each.to_internal_repr(trial.params[name]),
            "distribution_json": distribution_to_json(each),
        }
        for name, each in trial.distributions.items()
    ]


def _values(trial: FrozenTrial) -> list[Row]:
    stored = map(TrialValueModel.value_to_stored_repr, trial.values or ())
    return [
        {"objective": objective, "value": value, "value_type": kind}
        for objective, (value, kind) in enumerate(stored)
    ]


def _reports(trial: FrozenTrial) -> list[Row]:
    to_stored = TrialIntermediateValueModel.intermediate_value_to_stored_repr
    reports = trial.intermediate_values.items()
    stored = [(step, *to_stored(value)) for step, value in reports]
    return [
        {"step": step, "intermediate_value": value, "intermediate_value_type": kind}
        for step, value, kind in stored
    ]


def _attributes(values: dict[str, Any]) -> list[Row]:
    return [{"key": key, "value_json": json.dumps(value)} for key, value in values.items()]


# What belongs to a trial, and how it is written.
_PARTS: tuple[tuple[Any, Callable[[FrozenTrial], list[Row]]], ...] = (
    (PARAMS, _params),
    (VALUES, _values),
    (REPORTS, _reports),
    (USER_ATTRIBUTES, lambda trial: _attributes(trial.user_attrs)),
    (SYSTEM_ATTRIBUTES, lambda trial: _attributes(trial.system_attrs)),
)
