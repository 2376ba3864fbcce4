"""The trials of Optuna's studies, read seldom and briefly: those that ended once, and of those that run
what a sampler asks of them, their parameters, which stay as they are once suggested."""

from collections.abc import Collection, Mapping
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from optuna.distributions import BaseDistribution, json_to_distribution
from optuna.storages._cached_storage import _CachedStorage, _StudyInfo
from optuna.storages._rdb.models import TrialModel, TrialParamModel
from optuna.trial import FrozenTrial, TrialState
from sqlalchemy.engine import Connection

from storage.database import Database

_distribution = lru_cache(maxsize=1000)(json_to_distribution)


class History(_CachedStorage):
    """Optuna's storage with its cache, of which `get_all_trials` shows trials that run without their
    reports and attributes. In a fleet of many workers most of its time would go into reading these
    again and again."""

    def __init__(self, db: Database) -> None:
        super().__init__(db.optuna)
        self._db = db

    def _read_trials_from_remote_storage(self, study_id: int) -> None:
        with self._lock:
            study = self._studies.setdefault(study_id, _StudyInfo())
            running, ended = self._look(study_id, study)
            trials = self._read(study_id, ended)
            self._add_trials_to_cache(study_id, [*running.values(), *trials])
            study.unfinished_trial_ids = set(running)
            study.last_finished_trial_id = max([study.last_finished_trial_id, *ended])

    def _look(
        self, study_id: int, study: _StudyInfo
    ) -> tuple[Mapping[int, FrozenTrial], Collection[int]]:
        """The trials that run, and the ids of those that have ended, since the last look."""
        is_open = sa.or_(
            TrialModel.trial_id > study.last_finished_trial_id,
            TrialModel.trial_id.in_(study.unfinished_trial_ids),
        )
        with self._db.reading() as tx:
            rows = tx.execute(
                sa.select(TrialModel.trial_id, TrialModel.number, TrialModel.state).where(
                    TrialModel.study_id == study_id, is_open
                )
            ).all()
            open_rows = {row.trial_id: row for row in rows if not row.state.is_finished()}
            params = _params_of(tx, _without_params(study, open_rows))
        running = {
            trial_id: study.trials[row.number]
            if trial_id not in params and row.number in study.trials
            else _running(row.number, trial_id, row.state, params.get(trial_id, {}))
            for trial_id, row in open_rows.items()
        }
        return running, {row.trial_id for row in rows} - set(running)

    def _read(self, study_id: int, trial_ids: Collection[int]) -> list[FrozenTrial]:
        if not trial_ids:
            return []
        found = self._backend._get_trials(
            study_id,
            states=None,
            included_trial_ids=set(trial_ids),
            trial_id_greater_than=max(trial_ids),
        )
        return [trial for trial in found if trial._trial_id in trial_ids]


_Params = Mapping[str, tuple[float, BaseDistribution]]


def _without_params(study: _StudyInfo, open_rows: Mapping[int, Any]) -> list[int]:
    """The trials of which not all parameters are known: those of one are suggested one by one."""
    known = {number: len(trial.params) for number, trial in study.trials.items()}
    most = max(known.values(), default=1)
    return [
        trial_id for trial_id, row in open_rows.items() if known.get(row.number, 0) < max(1, most)
    ]


def _params_of(tx: Connection, trial_ids: list[int]) -> dict[int, _Params]:
    """By trial, in the order in which they were suggested; of each of those at least an empty one."""
    found: dict[int, dict[str, tuple[float, BaseDistribution]]] = {each: {} for each in trial_ids}
    if not trial_ids:
        return {}
    rows = tx.execute(
        sa.select(
            TrialParamModel.trial_id,
            TrialParamModel.param_name,
            TrialParamModel.param_value,
            TrialParamModel.distribution_json,
        )
        .where(TrialParamModel.trial_id.in_(trial_ids))
        .order_by(TrialParamModel.param_id)
    )
    for row in rows:
        found[row.trial_id][row.param_name] = row.param_value, _distribution(row.distribution_json)
    return {**found}


def _running(number: int, trial_id: int, state: TrialState, params: _Params) -> FrozenTrial:
    return FrozenTrial(
        number=number,
        trial_id=trial_id,
        state=state,
        value=None,
        datetime_start=None,
        datetime_complete=None,
        params={
            name: distribution.to_external_repr(value)
            for name, (value, distribution) in params.items()
        },
        distributions={name: distribution for name, (_, distribution) in params.items()},
        user_attrs={},
        system_attrs={},
        intermediate_values={},
    )
