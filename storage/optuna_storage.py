"""Optuna's storage on our database: it reads all, and writes studies, but no trial. Trials are written by
`storage.tables.trials` alone, in the transaction that tests the lease of their job."""

from typing import Any

import sqlalchemy as sa
from optuna.storages import RDBStorage
from optuna.storages._rdb import models
from sqlalchemy.orm import ORMExecuteState, Session

from storage.connection.driver_errors import give_up_at_once
from storage.errors import UnfencedWrite
from storage.tables.optuna_study import TRIAL_MODELS


class OptunaStorage(RDBStorage):
    """So from its beginning, also where it was pickled."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._guard()

    def __setstate__(self, state: dict[Any, Any]) -> None:
        super().__setstate__(state)
        self._guard()

    def _guard(self) -> None:
        factory = self.scoped_session.session_factory
        sa.event.listen(factory, "before_flush", _refuse_flush)
        sa.event.listen(factory, "do_orm_execute", _refuse_statement)
        give_up_at_once(self.engine)
        if self.engine.dialect.name != "sqlite":
            from storage.connection.server_timeouts import limit_transaction

            sa.event.listen(self.engine, "begin", limit_transaction)


def _refuse_flush(session: Session, _context: object, _instances: object) -> None:
    # A study that is removed takes its trials with it, which no lease could speak for.
    is_study_removed = any(isinstance(model, models.StudyModel) for model in session.deleted)
    deleted = () if is_study_removed else session.deleted
    if any(isinstance(model, TRIAL_MODELS) for model in (*session.new, *session.dirty, *deleted)):
        raise UnfencedWrite("a trial was written through Optuna, without a lease")


def _refuse_statement(execution: ORMExecuteState) -> None:
    # Optuna upserts attributes by statements, which no flush sees.
    if execution.is_select or execution.bind_mapper is None:
        return
    if execution.bind_mapper.class_ in TRIAL_MODELS:
        raise UnfencedWrite("a trial was written through Optuna, without a lease")
