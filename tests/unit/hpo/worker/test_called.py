"""A worker that calls an objective answers what that asks, whatever the database does. The test plays its
children."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from optuna.distributions import FloatDistribution, distribution_to_json
from optuna.trial import TrialState

from hpo import definition_loader
from hpo.study import creation
from hpo.study.planning import Budget
from hpo.training.protocol import (
    Answer,
    Attribute,
    Call,
    Left,
    Raised,
    Refused,
    Report,
    Suggest,
    Suggested,
    Trained,
)
from storage.database import Database
from storage.records import StudyRecord
from storage.schema import jobs
from storage.states import JobState, Phase
from tests.conftest import DEFINITIONS
from tests.support.marks import on
from tests.support.outcome import of_phase, optuna_trials
from tests.support.played import Child, Eager, PlayedSlot, Trouble, Worker, troubled
from tests.support.supervision import supervisor_of
from tests.support.waiting import eventually

pytestmark = on("sqlite")
X = distribution_to_json(FloatDistribution(0, 1))


@pytest.fixture
def trouble() -> Iterator[Trouble]:
    """None yet."""
    with troubled() as made:
        yield made


@pytest.fixture
def study(db: Database) -> StudyRecord:
    """Of an objective."""
    objective = definition_loader.load(f"{DEFINITIONS / 'objectives.py'}:parabola")
    return creation.create(db, "called", objective, Budget(trials=3))


@pytest.fixture
def worker(
    db: Database, study: StudyRecord, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Worker]:
    """Of that study; it leaves in the end."""
    monkeypatch.setattr("hpo.training.child_pool.Slot", PlayedSlot)
    objective = definition_loader.load(f"{DEFINITIONS / 'objectives.py'}:parabola")
    data = objective.searched.prepare(tmp_path)
    pace = Eager(grace_seconds=0, stall_seconds=2)
    with ThreadPoolExecutor(1) as threads:
        made = Worker(
            lambda devices: supervisor_of(
                db, study, objective, data, tmp_path / "state", devices, pace
            ),
            threads,
        )
        yield made
        made.leave()


def _take_call(child: Child) -> Call:
    call = child.hear()
    assert isinstance(call, Call)
    return call


def _suggest(child: Child, name: str) -> float:
    child.say(Suggest(name=name, distribution=X))
    answer = child.hear()
    assert isinstance(answer, Suggested)
    return answer.internal


def test_what_is_asked_is_answered_and_written(db: Database, worker: Worker) -> None:
    """One question after the other, until the trial has its value; then comes the next."""
    (child,) = worker.start()
    call = _take_call(child)
    assert (call.number, call.known) == (0, ())
    x = _suggest(child, "x")
    child.say(Attribute(key="size", value=3))
    assert child.hear() == Answer(go_on=True)
    child.say(Attribute(key="hpo:job", value=3))
    assert isinstance(child.hear(), Refused)
    child.say(Suggest(name="x", distribution=X.replace("1.0", "2.0").replace("Float", "Int")))
    assert isinstance(child.hear(), Refused)
    child.say(Trained(score=0.5))
    assert _take_call(child).number == 1
    trial = optuna_trials(db, "called")[0]
    assert (trial.params, trial.value) == ({"x": x}, 0.5)
    assert trial.user_attrs["size"] == 3


def test_while_the_database_is_away_the_objective_waits(
    db: Database, worker: Worker, trouble: Trouble
) -> None:
    """It is not taken for one that hangs, however long that lasts; what it reported before is brought
    first."""
    (child,) = worker.start()
    _take_call(child)
    trouble.on()
    child.say(Report(epoch=3, score=0.5, seconds=0.1))
    assert child.hear() == Answer(go_on=True)
    child.say(Suggest(name="x", distribution=X))
    eventually(lambda: trouble.was_met)
    assert not child._pipe.poll(3)  # longer than a child may hang
    trouble.off()
    answer = child.hear()
    assert isinstance(answer, Suggested)
    trial = optuna_trials(db, "called")[0]
    assert (trial.params, trial.intermediate_values) == ({"x": answer.internal}, {3: 0.5})


def test_who_lost_the_job_is_not_answered(db: Database, worker: Worker) -> None:
    """Its child is replaced, and has the next job; the trial has what its new owner gives it."""
    (child,) = worker.start()
    _take_call(child)
    with db.transaction() as tx:
        tx.execute(jobs.update().where(jobs.c.trial_number == 0).values(token="another"))
    child.say(Suggest(name="x", distribution=X))
    assert _take_call(worker.next_child()).number == 1
    assert optuna_trials(db, "called")[0].params == {}


def test_whatever_is_asked_for_the_worker_lives_on(
    db: Database, worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It would be so with every worker that took the job next."""
    (child,) = worker.start()
    _take_call(child)
    wide = distribution_to_json(FloatDistribution(-1e308, 1e308))
    for asked in (Suggest(name="x", distribution=wide), Suggest(name="x", distribution="[]")):
        child.say(asked)
        assert isinstance(child.hear(), Refused)
    assert _suggest(child, "y") >= 0


def test_one_that_left_is_called_again_with_what_it_had(db: Database, worker: Worker) -> None:
    """It has no checkpoint: the next begins anew."""
    (child,) = worker.start()
    _take_call(child)
    x = _suggest(child, "x")
    child.say(Left(epoch=1))
    again = _take_call(child)
    assert (again.number, again.known) == (0, ("x",))
    assert _suggest(child, "x") == x


def test_one_that_failed_has_what_it_had(db: Database, worker: Worker) -> None:
    """In Optuna's trial and in the job's row."""
    (child,) = worker.start()
    _take_call(child)
    x = _suggest(child, "x")
    child.say(Raised(error="ArithmeticError: it fell", traceback=""))
    _take_call(child)
    trial = optuna_trials(db, "called")[0]
    assert (trial.state, trial.params) == (TrialState.FAIL, {"x": x})
    job = of_phase(db, "called", Phase.SEARCH)[0]
    assert (job.state, job.params) == (JobState.FAILED, {"x": x})
