"""The fence: nothing is written for a job except by the holder of its lease.

It stands inside the transaction that writes, ours or Optuna's, as one UPDATE that must match the
job's row by its token. The token is tested, never the expiry: an expired lease that nobody took
is still its owner's.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from optuna.exceptions import UpdateFinishedTrialError
from optuna.storages import RDBStorage
from optuna.storages._rdb import models
from sqlalchemy.orm import ORMExecuteState, Session

from storage.errors import ParamsTaken, TrialEnded, TrialExists, UnfencedWrite
from storage.records import Lease
from storage.schema import jobs
from storage.tables.leases import strike
from storage.tables.optuna_study import is_ours

TRIAL_MODELS = (
    models.TrialModel,
    models.TrialParamModel,
    models.TrialValueModel,
    models.TrialIntermediateValueModel,
    models.TrialUserAttributeModel,
    models.TrialSystemAttributeModel,
)
_TOUCHED = "hpo_touched"


@dataclass(frozen=True)
class _Fence:
    lease: Lease
    columns: Mapping[str, Any] = field(default_factory=dict)
    newest_id: int | None = None


@dataclass
class _Touched:
    """What one Optuna transaction has written so far."""

    created: models.TrialModel | None = None


_current: ContextVar[_Fence | None] = ContextVar("fence", default=None)


@contextmanager
def fenced(lease: Lease, newest_id: int | None = None, /, **columns: Any) -> Iterator[None]:
    """Writes through Optuna inside this block are made under `lease`; `columns` are written to
    the job's row in the same commit. A block that changes `columns` holds one Optuna write.
    `newest_id` is the newest of the study's trials that was known when the parameters of one were
    chosen which the block creates: no other has them.

    Raises:
        LeaseLost: another token stands there, or none.
        TrialEnded: the trial has ended, by whomever.
        TrialExists: the block creates a trial, and the job has one.
        ParamsTaken: it creates one whose parameters a newer trial has.
    """
    reset = _current.set(_Fence(lease, columns, newest_id))
    try:
        yield
    except UpdateFinishedTrialError as error:
        # Optuna looks before the fence does.
        raise TrialEnded(lease.job_id) from error
    finally:
        _current.reset(reset)


def guard(storage: RDBStorage) -> None:
    """Makes every transaction of `storage` that writes a trial pass the fence."""
    factory = storage.scoped_session.session_factory
    sa.event.listen(factory, "after_flush", _note_flush)
    sa.event.listen(factory, "do_orm_execute", _note_statement)
    sa.event.listen(factory, "before_commit", _before_commit)
    sa.event.listen(factory, "after_rollback", _forget)


def _note_flush(session: Session, _context: object) -> None:
    # A study that is removed takes its trials with it, which no lease could speak for.
    is_study_removed = any(isinstance(model, models.StudyModel) for model in session.deleted)
    deleted = () if is_study_removed else session.deleted
    for model in (*session.new, *session.dirty, *deleted):
        if isinstance(model, TRIAL_MODELS):
            touched = session.info.setdefault(_TOUCHED, _Touched())
            if isinstance(model, models.TrialModel) and model in session.new:
                touched.created = model


def _note_statement(execution: ORMExecuteState) -> None:
    # Optuna upserts attributes by statements, which no flush sees.
    if execution.is_select or execution.bind_mapper is None:
        return
    if execution.bind_mapper.class_ in TRIAL_MODELS:
        execution.session.info.setdefault(_TOUCHED, _Touched())


def _before_commit(session: Session) -> None:
    session.flush()  # a commit flushes only after this event
    touched: _Touched | None = session.info.pop(_TOUCHED, None)
    if touched is None:
        return
    fence = _current.get()
    if fence is None:
        raise UnfencedWrite("a trial was written through Optuna without a lease")
    columns = dict(fence.columns)
    if touched.created is not None:
        _refuse_second_trial(session, fence.lease)
        if fence.newest_id is not None:
            _refuse_taken_params(session, touched.created, fence.newest_id)
        columns |= {
            "trial_id": touched.created.trial_id,
            "trial_number": touched.created.number,
        }
    strike(session, fence.lease, **columns)


def _refuse_second_trial(session: Session, lease: Lease) -> None:
    # Optuna locks its study's row to create a trial: a creation still under way was waited for.
    ours = sa.and_(jobs.c.id == lease.job_id, jobs.c.token == lease.token)
    if session.scalar(sa.select(jobs.c.trial_id).where(ours)) is not None:
        raise TrialExists(f"job {lease.job_id} has a trial already")


def _refuse_taken_params(session: Session, created: models.TrialModel, newest_id: int) -> None:
    # Under the same lock: what was not known is here now, and has a higher id.
    param, trial = models.TrialParamModel, models.TrialModel
    newer = sa.and_(trial.study_id == created.study_id, trial.trial_id > newest_id, is_ours())
    rows = session.execute(
        sa.select(param.trial_id, param.param_name, param.param_value)
        .join(trial, trial.trial_id == param.trial_id)
        .where(sa.or_(newer, trial.trial_id == created.trial_id))
    )
    params: defaultdict[int, dict[str, float]] = defaultdict(dict)
    for row in rows:
        params[row.trial_id][row.param_name] = row.param_value
    if params.pop(int(created.trial_id), None) in params.values():
        raise ParamsTaken(f"a trial before trial {created.number} has its parameters")


def _forget(session: Session) -> None:
    session.info.pop(_TOUCHED, None)
