"""The trials of a study, read seldom and briefly."""

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import pytest
import sqlalchemy as sa
from optuna.study import StudyDirection
from optuna.trial import FrozenTrial, TrialState
from sqlalchemy.engine import Connection

from storage.database import Database
from storage.optuna_trial_cache import History, WholeHistory
from storage.records import Lease, StudyRecord
from storage.tables import trials
from storage.tables.trials import NewTrial
from tests.support.claims import claim_next
from tests.support.marks import on
from tests.support.trials import PARAMS, begin, change, complete


@dataclass(frozen=True)
class Writer:
    """Another worker, whose trials a history comes to know."""

    db: Database
    study: StudyRecord
    optuna_study: int

    def begin(self, *names: str) -> "Begun":
        _, lease = claim_next(self.db, self.study)
        new = NewTrial({name: PARAMS[name] for name in names})
        return Begun(self.db, lease, begin(self.db, lease, self.optuna_study, new))


@dataclass(frozen=True)
class Begun:
    """A trial that runs."""

    db: Database
    lease: Lease
    id: int

    def suggest(self, name: str) -> None:
        self._change(partial(trials.set_param, name=name, param=PARAMS[name]))

    def report(self, epoch: int) -> None:
        self._change(partial(trials.report, step=epoch, value=0.5))

    def tell(self, name: str, value: object) -> None:
        self._change(partial(trials.set_attribute, key=name, value=value))
        system = {"system": True}
        self._change(partial(trials.set_attribute, key=name, value=system, is_systems=True))

    def complete(self) -> None:
        complete(self.db, self.id, self.lease)

    def _change(self, write: Callable[[Connection, int], None]) -> None:
        change(self.db, self.id, self.lease, write)


@pytest.fixture
def writer(db: Database, squares: StudyRecord) -> Writer:
    """Somebody who writes trials of a study."""
    return Writer(db, squares, db.optuna.create_new_study([StudyDirection.MAXIMIZE], "squares"))


def _read(history: History, writer: Writer) -> list[FrozenTrial]:
    return history.get_all_trials(writer.optuna_study, deepcopy=False)


def _told(trials: list[FrozenTrial]) -> list[object]:
    """What samplers and pruners ask of trials, in their order."""
    return [
        (
            trial.number,
            trial._trial_id,
            trial.state,
            trial.values,
            list(trial.params.items()),
            trial.distributions,
            trial.intermediate_values,
        )
        for trial in trials
    ]


def test_trials_that_ended_are_as_optuna_has_them(db: Database, writer: Writer) -> None:
    """In their order, however they ended and whenever the history looked."""
    history = History(db)
    first, second = writer.begin("x", "kind"), writer.begin("x", "kind")
    first.report(1)
    _read(history, writer)
    third = writer.begin("kind", "x")
    third.complete()
    first.report(2)
    _read(history, writer)
    for trial in (first, second):
        trial.complete()
    truth = _told(db.optuna.get_all_trials(writer.optuna_study))
    assert _told(_read(history, writer)) == truth
    assert _told(_read(History(db), writer)) == truth


def test_of_those_that_run_the_parameters_are_known(db: Database, writer: Writer) -> None:
    """Also of one in which some do not apply; what else they have is not read."""
    writer.begin("x", "kind").complete()
    history = History(db)
    for number, names in enumerate((("x", "kind"), ("x",)), start=1):
        running = writer.begin(*names)
        running.report(5)
        told, truth = _read(history, writer)[number], db.optuna.get_trial(running.id)
        assert (told.params, told.distributions) == (truth.params, truth.distributions)
        assert (told.number, told.state, told._trial_id) == (number, TrialState.RUNNING, running.id)
        assert told.intermediate_values == {}
        assert history.get_trial(running.id) == truth


def test_nothing_is_read_twice(db: Database, writer: Writer) -> None:
    """Once a trial has ended it stays as it is, and one that runs has its parameters, however few apply."""
    history = History(db)
    done, running = writer.begin("x", "kind"), writer.begin("x")
    done.complete()
    before = _read(history, writer)
    running.report(1)
    again = _read(history, writer)
    assert [mine is theirs for mine, theirs in zip(again, before, strict=True)] == [True, True]


def test_many_trials(db: Database, writer: Writer, monkeypatch: pytest.MonkeyPatch) -> None:
    """More than are named in one statement are all read."""
    monkeypatch.setattr("storage.connection.id_batches.MOST_NAMED", 2)
    for _ in range(5):
        writer.begin("x", "kind").complete()
    assert _told(_read(History(db), writer)) == _told(db.optuna.get_all_trials(writer.optuna_study))


@on("sqlite")
def test_many_that_run(
    db: Database, url: str, writer: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are asked for again each time, some at a time: no database takes any number of names."""
    monkeypatch.setattr("storage.connection.id_batches.MOST_NAMED", 2)
    begun = [writer.begin("x") for _ in range(5)]
    begun[-1].complete()
    reader = Database.open(url)
    sa.event.listen(reader.engine, "connect", _take_few_variables)
    reader.engine.dispose()
    history = WholeHistory(reader)
    for trial in begun[:3]:
        assert _read(history, writer) == db.optuna.get_all_trials(writer.optuna_study)
        trial.complete()
    assert _read(history, writer) == db.optuna.get_all_trials(writer.optuna_study)
    reader.close()


def test_what_was_told_is_not_read(db: Database, writer: Writer) -> None:
    """A trial that ended here is known as it was told; one that ended otherwise is read."""
    history = History(db)
    first, second = writer.begin("x"), writer.begin("kind")
    told = [history.read_trial(each.id) for each in (first, second)]
    for each in told:
        each.state, each.values = TrialState.COMPLETE, [0.5]
        history.tell(each)
    first.complete()
    assert [each is mine for each, mine in zip(_read(history, writer), told, strict=True)] == [
        True, False,
    ]  # fmt: skip
    truth = _told(db.optuna.get_all_trials(writer.optuna_study))
    assert _told(_read(history, writer)) == truth


def _take_few_variables(connection: sqlite3.Connection, _record: object) -> None:
    connection.setlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER, 4)


def test_a_whole_history(db: Database, writer: Writer) -> None:
    """It shows all that Optuna's own storage shows, attributes, times and the reports of trials that
    run, however they came about and whenever it looked."""
    history = WholeHistory(db)
    done, running = writer.begin("x", "kind"), writer.begin("x")
    running.report(1)
    assert _read(history, writer) == db.optuna.get_all_trials(writer.optuna_study)
    done.tell("why", ["it", 7])
    done.report(1)
    done.complete()
    running.suggest("kind")
    running.report(2)
    running.tell("how", {"so": None})
    assert _read(history, writer) == db.optuna.get_all_trials(writer.optuna_study)
    assert _read(WholeHistory(db), writer) == db.optuna.get_all_trials(writer.optuna_study)
