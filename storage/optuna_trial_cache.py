"""The trials of Optuna's studies, read by the thousand. Those that ended are read once."""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache, lru_cache
from typing import Any

import sqlalchemy as sa
from optuna.distributions import BaseDistribution, json_to_distribution
from optuna.storages._cached_storage import _CachedStorage, _StudyInfo
from optuna.storages._rdb.models import (
    TrialIntermediateValueModel,
    TrialModel,
    TrialParamModel,
    TrialSystemAttributeModel,
    TrialUserAttributeModel,
    TrialValueModel,
)
from optuna.study import StudyDirection
from optuna.study._constrained_optimization import _CONSTRAINTS_KEY
from optuna.trial import FrozenTrial, TrialState
from sqlalchemy.engine import Connection

from storage.connection import id_batches
from storage.database import Database
from storage.schema import attempts, jobs, workers
from storage.summary_records import TrialFacts
from storage.tables.optuna_study import counts

_TRIALS = TrialModel.__table__
_COLUMNS = (
    _TRIALS.c.trial_id, _TRIALS.c.number, _TRIALS.c.state, _TRIALS.c.datetime_start,
    _TRIALS.c.datetime_complete,
)  # fmt: skip
# One object for all trials that have it, of which there may be thousands.
_distribution = lru_cache(maxsize=1000)(json_to_distribution)


class History(_CachedStorage):
    """Optuna's storage with its cache, of which `get_all_trials` shows what samplers and pruners ask
    of trials: none has attributes but constraints, and those that run have no reports, but for their
    parameters, with all of which a trial of ours begins, but for those of objectives.

    As it is, it reads all of every trial that runs each time: in a large fleet most of its time
    goes into that.
    """

    _is_whole = False

    def __init__(self, db: Database, *, grows: bool = False) -> None:
        """`grows` says that trials that run have more parameters each time, as those of an objective."""
        super().__init__(db.optuna)
        self._db = db
        self._rereads = self._is_whole or grows
        self._ids: dict[str, int] = {}
        self._told: dict[int, FrozenTrial] = {}

    def tell(self, ended: FrozenTrial) -> None:
        """A trial was ended by whoever has this, as it was written: it need not be read."""
        self._told[ended._trial_id] = ended

    def get_study_id_from_name(self, study_name: str) -> int:
        """Asked once: whoever creates a trial finds out that the study is gone."""
        if study_name not in self._ids:
            self._ids[study_name] = super().get_study_id_from_name(study_name)
        return self._ids[study_name]

    def _read_trials_from_remote_storage(self, study_id: int) -> None:
        with self._lock:
            study = self._studies.setdefault(study_id, _StudyInfo())
            with self._db.reading() as tx:
                rows = _open_trials(tx, study_id, study)
                told = [self._told[row.trial_id] for row in rows if self._is_told(row)]
                others = [row for row in rows if not self._is_told(row)]
                wanted = [row for row in others if self._rereads or not _is_known(study, row)]
                read = _read(tx, wanted, self._is_whole)
            self._add_trials_to_cache(study_id, [*read, *told])
            running = {row.trial_id for row in rows if not row.state.is_finished()}
            ended = [row.trial_id for row in rows if row.trial_id not in running]
            study.unfinished_trial_ids = running
            study.last_finished_trial_id = max([study.last_finished_trial_id, *ended])
            for each in ended:
                self._told.pop(each, None)

    def _is_told(self, row: Any) -> bool:
        told = self._told.get(row.trial_id)
        return told is not None and told.state == row.state

    def read_trial(self, trial_id: int) -> FrozenTrial:
        """All of one trial, read anew.

        Raises:
            KeyError: there is none.
        """
        of_id = sa.select(*_COLUMNS).where(TrialModel.trial_id == trial_id)
        with self._db.reading() as tx:
            if (row := tx.execute(of_id).one_or_none()) is None:
                raise KeyError(trial_id)
            return _read(tx, [row], is_whole=True)[0]

    def get_best_trial(self, study_id: int) -> FrozenTrial:
        """Of those that count.

        Raises:
            ValueError: none is complete.
        """
        directions = self.get_study_directions(study_id)
        if len(directions) > 1:  # somebody's own, of which none is the best
            return super().get_best_trial(study_id)
        complete = self.get_all_trials(study_id, deepcopy=False, states=(TrialState.COMPLETE,))
        if not complete:
            raise ValueError("No trials are completed yet.")
        best = max if directions[0] == StudyDirection.MAXIMIZE else min
        return best(complete, key=lambda trial: trial.values[0])


class WholeHistory(History):
    """With all that Optuna's storage shows, read a few times faster than it reads that itself."""

    _is_whole = True


def read_whole(tx: Connection, study_id: int) -> list[FrozenTrial]:
    """All trials of Optuna's study of that id, whosever, with all that is known of them."""
    of_study = sa.select(*_COLUMNS).where(TrialModel.study_id == study_id)
    return _read(tx, tx.execute(of_study.order_by(TrialModel.number)).all(), is_whole=True)


@dataclass
class _Parts:
    """What belongs to one trial."""

    params: dict[str, Any] = field(default_factory=dict)
    distributions: dict[str, BaseDistribution] = field(default_factory=dict)
    values: list[float] = field(default_factory=list)
    reports: dict[int, float] = field(default_factory=dict)
    user_attrs: dict[str, Any] = field(default_factory=dict)
    system_attrs: dict[str, Any] = field(default_factory=dict)


def _open_trials(tx: Connection, study_id: int, study: _StudyInfo) -> list[Any]:
    """Those that had not ended when the study was looked at last."""
    of_study = (
        sa.select(*_COLUMNS)
        .where(TrialModel.study_id == study_id, counts())
        .order_by(TrialModel.trial_id)
    )
    last = study.last_finished_trial_id
    # Usually as many as there are slots, but anybody's study may have thousands that wait.
    known = sorted(each for each in study.unfinished_trial_ids if each <= last)
    newer = TrialModel.trial_id > last
    if len(known) <= id_batches.MOST_NAMED:
        asked = {"study": study_id, "last": last, "known": known}
        return list(tx.execute(_open_ones(), asked))
    rows: list[Any] = []
    for some in id_batches.in_batches(known):
        rows += tx.execute(of_study.where(TrialModel.trial_id.in_(some)))
    rows += tx.execute(of_study.where(newer))
    return rows


@cache
def _open_ones() -> sa.Select[Any]:
    """Made once: to make a statement takes longer than to ask it."""
    known = TrialModel.trial_id.in_(sa.bindparam("known", expanding=True))
    return (
        sa.select(*_COLUMNS)
        .where(TrialModel.study_id == sa.bindparam("study"), counts())
        .where(sa.or_(TrialModel.trial_id > sa.bindparam("last"), known))
        .order_by(TrialModel.trial_id)
    )


def _is_known(study: _StudyInfo, row: Any) -> bool:
    """Whether it runs, and was read with its parameters."""
    known = study.trials.get(row.number)
    return not row.state.is_finished() and known is not None and bool(known.params)


def _read(tx: Connection, rows: Sequence[Any], is_whole: bool) -> list[FrozenTrial]:
    parts: defaultdict[int, _Parts] = defaultdict(_Parts)
    for some in id_batches.in_batches(rows):
        ids = [row.trial_id for row in some]
        _add_params(tx, ids, parts)
        ended = [row.trial_id for row in some if row.state.is_finished()]
        _add_values(tx, ids if is_whole else ended, parts)
        if is_whole:
            _add_attributes(tx, ids, parts)
        elif ended:
            _add_constraints(tx, ended, parts)
    return [_frozen(row, parts[row.trial_id]) for row in rows]


def _add_params(tx: Connection, ids: Sequence[int], parts: Mapping[int, _Parts]) -> None:
    for each in tx.execute(_of(TrialParamModel, ids).order_by(TrialParamModel.param_id)):
        distribution = _distribution(each.distribution_json)
        parts[each.trial_id].distributions[each.param_name] = distribution
        value = distribution.to_external_repr(each.param_value)
        parts[each.trial_id].params[each.param_name] = value


def _add_values(tx: Connection, ids: Sequence[int], parts: Mapping[int, _Parts]) -> None:
    if not ids:
        return
    for each in tx.execute(_of(TrialValueModel, ids).order_by(TrialValueModel.objective)):
        value = TrialValueModel.stored_repr_to_value(each.value, each.value_type)
        parts[each.trial_id].values.append(value)
    for each in tx.execute(_of(TrialIntermediateValueModel, ids)):
        parts[each.trial_id].reports[each.step] = (
            TrialIntermediateValueModel.stored_repr_to_intermediate_value(
                each.intermediate_value, each.intermediate_value_type
            )
        )


def _add_attributes(tx: Connection, ids: Sequence[int], parts: Mapping[int, _Parts]) -> None:
    for each in tx.execute(_of(TrialUserAttributeModel, ids)):
        parts[each.trial_id].user_attrs[each.key] = json.loads(each.value_json)
    for each in tx.execute(_of(TrialSystemAttributeModel, ids)):
        parts[each.trial_id].system_attrs[each.key] = json.loads(each.value_json)


def _add_constraints(tx: Connection, ids: Sequence[int], parts: Mapping[int, _Parts]) -> None:
    constraint = TrialSystemAttributeModel.key.startswith(_CONSTRAINTS_KEY)
    for each in tx.execute(_of(TrialSystemAttributeModel, ids).where(constraint)):
        parts[each.trial_id].system_attrs[each.key] = json.loads(each.value_json)


def _of(model: Any, trial_ids: Sequence[int]) -> sa.Select[Any]:
    return sa.select(model.__table__).where(model.trial_id.in_(trial_ids))


def _frozen(row: Any, parts: _Parts) -> FrozenTrial:
    return FrozenTrial(
        number=row.number,
        trial_id=row.trial_id,
        state=row.state,
        value=None,
        values=parts.values or None,
        datetime_start=_local(row.datetime_start),
        datetime_complete=_local(row.datetime_complete),
        params=parts.params,
        distributions=parts.distributions,
        user_attrs=parts.user_attrs,
        system_attrs=parts.system_attrs,
        intermediate_values=parts.reports,
    )


def _local(utc: datetime | None) -> datetime | None:
    """As Optuna shows times, which it keeps in UTC."""
    return None if utc is None else utc.replace(tzinfo=UTC).astimezone().replace(tzinfo=None)


def facts(tx: Connection, trial_ids: Sequence[int]) -> dict[int, TrialFacts]:
    """What is known of these trials, by Optuna's ids; nothing of one that no job is for."""
    each = attempts.alias("each_attempt")
    last = sa.select(sa.func.max(each.c.id)).where(each.c.job_id == jobs.c.id).scalar_subquery()
    columns: list[sa.Column[Any]] = [
        jobs.c.trial_id, jobs.c.state, jobs.c.attempts, jobs.c.reason, jobs.c.device_seconds,
        jobs.c.energy_joules, workers.c.host, attempts.c.device,
    ]  # fmt: skip
    asked: sa.Select[Any] = (
        sa.select(*columns)
        .outerjoin(workers, workers.c.id == jobs.c.worker_id)
        .outerjoin(attempts, sa.and_(attempts.c.job_id == jobs.c.id, attempts.c.id == last))
    )
    found = {}
    for some in id_batches.in_batches(trial_ids):
        for row in tx.execute(asked.where(jobs.c.trial_id.in_(some))):
            found[row.trial_id] = TrialFacts.from_row(row)
    return found
