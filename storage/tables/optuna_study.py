"""Optuna's study beside one of ours: it has the same name, and our uuid as an attribute. Every function
runs in the caller's transaction."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from optuna.distributions import BaseDistribution, json_to_distribution
from optuna.storages._rdb.models import (
    StudyDirectionModel,
    StudyModel,
    StudySystemAttributeModel,
    StudyUserAttributeModel,
    TrialHeartbeatModel,
    TrialIntermediateValueModel,
    TrialModel,
    TrialParamModel,
    TrialSystemAttributeModel,
    TrialUserAttributeModel,
    TrialValueModel,
)
from optuna.study import StudyDirection
from sqlalchemy.engine import Connection

from storage.connection.id_batches import MOST_NAMED
from storage.records import StudyRecord
from storage.schema import jobs, studies

_STUDIES = StudyModel.__table__
# What belongs to a trial before the trial, and to a study before the study.
TRIAL_MODELS = (
    TrialHeartbeatModel, TrialIntermediateValueModel, TrialParamModel, TrialSystemAttributeModel,
    TrialUserAttributeModel, TrialValueModel, TrialModel,
)  # fmt: skip
STUDY_MODELS = (
    StudyDirectionModel, StudySystemAttributeModel, StudyUserAttributeModel, StudyModel,
)  # fmt: skip


def find(tx: Connection, study: StudyRecord, attribute: str) -> int | None:
    """Optuna's id of the study that is tied to ours by that attribute, or not tied to any yet; None
    where there is none, or it is somebody else's."""
    found = _named(tx, study, attribute)
    if found is None:
        return None
    if found.value_json is None:  # whoever made it was killed before it was tied
        return None if found.is_used else int(found.study_id)
    return int(found.study_id) if _is_of(found, study) else None


def is_tied(tx: Connection, study: StudyRecord, attribute: str) -> bool:
    """Whether Optuna has the study that was tied to ours by that attribute."""
    found = _named(tx, study, attribute)
    return found is not None and found.value_json is not None and _is_of(found, study)


def _named(tx: Connection, study: StudyRecord, attribute: str) -> sa.Row[Any] | None:
    """Optuna's study of that name: its `study_id`, the attribute's `value_json`, if it has one, and
    whether it has trials, `is_used`."""
    ours = sa.and_(
        StudyUserAttributeModel.study_id == StudyModel.study_id,
        StudyUserAttributeModel.key == attribute,
    )
    trials = sa.exists().where(TrialModel.study_id == StudyModel.study_id)
    return tx.execute(
        sa.select(StudyModel.study_id, StudyUserAttributeModel.value_json, trials.label("is_used"))
        .outerjoin(StudyUserAttributeModel, ours)
        .where(StudyModel.study_name == study.name)
    ).one_or_none()


def _is_of(found: sa.Row[Any], study: StudyRecord) -> bool:
    return bool(json.loads(found.value_json) == study.uuid)


def is_ours() -> sa.ColumnElement[bool]:
    """Whether a trial is one of ours: a job is bound to it."""
    return sa.exists().where(jobs.c.trial_id == TrialModel.trial_id)


def counts() -> sa.ColumnElement[bool]:
    """Whether a trial counts: anybody may add some to a study of ours, and these count nowhere."""
    is_of_ours = sa.exists().where(
        StudyModel.study_id == TrialModel.study_id, StudyModel.study_name == studies.c.name
    )
    return sa.or_(is_ours(), ~is_of_ours)


def distribution_of(tx: Connection, trial_id: int, name: str) -> BaseDistribution | None:
    """How a parameter of that name is distributed in trials of ours, in the study of that trial."""
    study_id = sa.select(TrialModel.study_id).where(TrialModel.trial_id == trial_id)
    known = tx.scalar(
        sa.select(TrialParamModel.distribution_json)
        .join(TrialModel, TrialModel.trial_id == TrialParamModel.trial_id)
        .where(TrialModel.study_id == study_id.scalar_subquery(), is_ours())
        .where(TrialParamModel.param_name == name)
        .limit(1)
    )
    return None if known is None else json_to_distribution(known)


def distributions(tx: Connection, study_id: int) -> dict[str, BaseDistribution]:
    """How the parameters of our study of that id are distributed, by name, in the order in which its trials
    first had them; of one that differs between trials, in the newest that has it."""
    param = TrialParamModel
    rows = tx.execute(
        sa.select(param.param_name, param.distribution_json)
        .join(jobs, jobs.c.trial_id == param.trial_id)
        .where(jobs.c.study_id == study_id)
        .group_by(param.param_name, param.distribution_json)
        .order_by(sa.func.min(param.param_id))
    )
    return {row.param_name: json_to_distribution(row.distribution_json) for row in rows}


def optuna_time() -> datetime:
    """Now, as Optuna keeps times: in UTC, without saying so."""
    return datetime.now(UTC).replace(tzinfo=None)


def add(
    tx: Connection,
    name: str,
    directions: Sequence[str],
    user_attributes: Mapping[str, Any],
    system_attributes: Mapping[str, Any],
) -> int:
    """Inserts a study without trials, with all else that Optuna knows of it; returns its id.

    Raises:
        IntegrityError: there is one of that name.
    """
    made = tx.execute(sa.insert(_STUDIES).values(study_name=name))
    study_id: int = made.inserted_primary_key.study_id  # type: ignore[union-attr]  # an INSERT has one
    by_name = [StudyDirection[each.upper()] for each in directions]
    rows = [
        {"study_id": study_id, "objective": at, "direction": each}
        for at, each in enumerate(by_name)
    ]
    tx.execute(sa.insert(StudyDirectionModel.__table__), rows)
    for table, attributes in (
        (StudyUserAttributeModel.__table__, user_attributes),
        (StudySystemAttributeModel.__table__, system_attributes),
    ):
        for key, value in attributes.items():
            row = {"study_id": study_id, "key": key, "value_json": json.dumps(value)}
            tx.execute(sa.insert(table).values(row))
    return study_id


def is_there(tx: Connection, name: str) -> bool:
    """Whether Optuna has a study of that name, whosever."""
    of_name = _STUDIES.c.study_name == name
    return tx.execute(sa.select(_STUDIES.c.study_id).where(of_name)).first() is not None


def rename(tx: Connection, study_id: int, name: str) -> None:
    """Gives a study another name.

    Raises:
        IntegrityError: there is one of that name.
    """
    of_id = _STUDIES.c.study_id == study_id
    tx.execute(sa.update(_STUDIES).where(of_id).values(study_name=name))


def remove_some_trials(tx: Connection, study_id: int) -> int:
    """Deletes trials with all that is known of them, as many as one statement names; returns how
    many those were. Optuna itself would read each of them first."""
    of_study = TrialModel.study_id == study_id
    ids = tx.scalars(sa.select(TrialModel.trial_id).where(of_study).limit(MOST_NAMED)).all()
    for model in TRIAL_MODELS:
        tx.execute(sa.delete(model).where(model.trial_id.in_(ids)))
    return len(ids)


def remove(tx: Connection, study_id: int) -> None:
    """Deletes a study that has no trials."""
    for model in STUDY_MODELS:
        tx.execute(sa.delete(model).where(model.study_id == study_id))
