"""Conflicts: told from what else a database may say, and tried again."""

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from functools import partial

import psycopg
import pymysql
import pytest
import sqlalchemy as sa
from optuna.exceptions import StorageInternalError
from optuna.storages._rdb.models import TrialModel
from optuna.trial import TrialState
from sqlalchemy.engine import Connection

from storage.connection.driver_errors import translated
from storage.connection.engine import parse_url
from storage.connection.retries import TRIES, retried
from storage.database import Database
from storage.errors import Conflict, DatabaseUnavailable
from storage.tables import jobs, studies, trials
from tests.support.marks import on
from tests.support.squares import NEW_STUDY, Held
from tests.support.trials import begin, change
from tests.support.waiting import eventually

# Of the sessions of this database: others may use the server.
WAITING = {
    "postgresql": "SELECT count(*) FROM pg_stat_activity"
    " WHERE datname = current_database() AND wait_event_type = 'Lock'",
    "mysql": "SELECT count(*) FROM information_schema.innodb_trx AS trx"
    " JOIN information_schema.processlist AS session ON session.id = trx.trx_mysql_thread_id"
    " WHERE trx.trx_state = 'LOCK WAIT' AND session.db = DATABASE()",
}


class Tried:
    """Counts how often a function was begun, and the conflicts it met."""

    def __init__(self) -> None:
        self.times = 0
        self.conflicts = 0

    def __call__(self, work: Callable[[], None]) -> Callable[[], None]:
        @retried
        def run() -> None:
            self.times += 1
            try:
                work()
            except Conflict:
                self.conflicts += 1
                raise

        return run


@on("postgresql", "mariadb")
def test_both_of_a_deadlock_come_through(db: Database, url: str) -> None:
    """Of two transactions that each want what the other has, the database breaks one off: it is
    tried again, and both have their effect once."""
    with db.transaction() as tx:
        for name in ("circles", "squares"):
            studies.add(tx, replace(NEW_STUDY, name=name))
    each_holds_one = threading.Barrier(2)

    def raise_both(first: str, second: str) -> Tried:
        own, tried = Database.open(url), Tried()

        def work() -> None:
            with own.transaction() as tx:
                _raise_generation(tx, first)
                if tried.times == 1:
                    each_holds_one.wait(30)
                _raise_generation(tx, second)

        tried(work)()
        own.close()
        return tried

    with ThreadPoolExecutor(2) as pool:
        both = list(pool.map(raise_both, ("circles", "squares"), ("squares", "circles")))
    with db.reading() as tx:
        assert [studies.get(tx, name).generation for name in ("circles", "squares")] == [3, 3]
    assert sum(tried.conflicts for tried in both) == 1
    assert sum(tried.times for tried in both) == 3


def _raise_generation(tx: Connection, name: str) -> None:
    study = studies.lock(tx, name)
    studies.write(tx, study, generation=study.generation + 1)


@on("postgresql", "mariadb")
def test_a_deadlock_with_whoever_writes_a_trial_is_a_conflict(
    db: Database, url: str, held: Held
) -> None:
    """Who writes a trial locks it and then the job; whoever goes the other way meets it.
    One of the two has a Conflict, whichever it is, and tried again both come through."""
    trial_id = begin(db, held.lease, held.optuna_study)
    theirs, ours = Tried(), Tried()

    def report() -> None:
        write = partial(trials.end, state=TrialState.COMPLETE, values=[0.5])
        change(db, trial_id, held.lease, write, epoch=1)

    own = Database.open(url)

    def somebody_waits() -> bool:
        with own.engine.connect() as watcher:
            return bool(watcher.scalar(sa.text(WAITING[own.engine.dialect.name])))

    def go_the_other_way() -> None:
        with own.transaction() as tx:
            jobs.write(tx, held.lease, score=0.5)
            if ours.times == 1:
                reporting.append(pool.submit(theirs(report)))
                eventually(somebody_waits)
            tx.execute(
                sa.select(TrialModel.trial_id)
                .where(TrialModel.trial_id == trial_id)
                .with_for_update()
            )

    reporting: list[Future[None]] = []
    with ThreadPoolExecutor(1) as pool:
        ours(go_the_other_way)()
        reporting[0].result(60)
    assert (theirs.conflicts + ours.conflicts, theirs.times + ours.times) == (1, 3)
    with db.reading() as tx:
        job = jobs.get(tx, held.job.id)
    assert (job.epoch, job.score) == (1, 0.5)
    assert db.optuna.get_trial(trial_id).state == TrialState.COMPLETE
    own.close()


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        (psycopg.errors.DeadlockDetected("deadlock"), Conflict),
        (psycopg.errors.SerializationFailure("could not serialize"), Conflict),
        (pymysql.OperationalError(1213, "Deadlock found", sqlstate="40001"), Conflict),
        (psycopg.errors.LockNotAvailable("lock timeout"), DatabaseUnavailable),
        (pymysql.OperationalError(1205, "Lock wait", sqlstate="HY000"), DatabaseUnavailable),
    ],
    ids=str,
)
@pytest.mark.parametrize("is_wrapped", [False, True])
def test_what_a_conflict_is(said: Exception, kind: type, is_wrapped: bool) -> None:
    """A deadlock, or what cannot be serialized, also as Optuna wraps it; no lock that was waited
    for in vain."""
    error = sa.exc.OperationalError("UPDATE", {}, said)
    with pytest.raises(DatabaseUnavailable) as raised, translated(parse_url("mysql://me@host/b")):
        if is_wrapped:
            raise StorageInternalError("An exception is raised during the commit.") from error
        raise error
    assert type(raised.value) is kind


def test_a_conflict_that_stays_goes_up() -> None:
    """After a few tries whoever called is told; any other error goes up at once."""
    tried = Tried()

    def conflict() -> None:
        raise Conflict("again")

    with pytest.raises(Conflict):
        tried(conflict)()
    assert tried.times == tried.conflicts == TRIES

    @retried
    def unavailable() -> None:
        tried.times += 1
        raise DatabaseUnavailable("down")

    with pytest.raises(DatabaseUnavailable):
        unavailable()
    assert tried.times == TRIES + 1
