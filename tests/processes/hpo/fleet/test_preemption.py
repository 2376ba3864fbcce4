"""Workers that are asked to leave: they write a checkpoint, give their jobs back, and exit with 0."""

import signal
import time

import pytest
from optuna.trial import TrialState

from storage.database import Database
from storage.records import StudyRecord
from storage.states import JobState
from storage.tables import workers
from tests.support.fleet import HELD, Fleet, left_behind, through
from tests.support.marks import on, slow
from tests.support.outcome import assert_exactly, optuna_trials
from tests.support.proxy import Proxy

SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGUSR1)
GRACE_SECONDS = 12.0


@on("sqlite")
@pytest.mark.parametrize("number", SIGNALS)
def test_the_epoch_is_finished_and_kept(
    db: Database, study: StudyRecord, fleet: Fleet, number: signal.Signals
) -> None:
    """The epoch that runs is trained to its end and kept, though no checkpoint was due; the job is
    open at once, at no cost to it, and the next worker goes on from there with the same trial,
    without waiting for any lease."""
    worker = fleet.start(HPO_LEASE_SECONDS="3600")
    job = fleet.held(worker)
    worker.send_signal(number)
    fleet.go_on(epoch_seconds=0.5)
    fleet.finish(worker, seconds=20, asked=True)
    given_back = fleet.job(job.id)
    assert (given_back.state, given_back.losses, given_back.attempts) == (JobState.OPEN, 0, 1)
    assert [kept.epoch for kept in fleet.checkpoints(job)] == [HELD, HELD - 1]
    assert [trial.state for trial in optuna_trials(db, "toy")] == [TrialState.RUNNING]
    if number == signal.SIGTERM:
        fleet.go_on()
        log = fleet.finish(fleet.start(machine="another", HPO_LEASE_SECONDS="3600"))
        assert f"{job.title} goes on from epoch {HELD}" in log
        assert_exactly(db, study)
        assert fleet.job(job.id).attempts == 2
        assert left_behind(db) == []


@slow("waits for a grace")
@on("postgresql")
@pytest.mark.parametrize(
    "number",
    [
        signal.SIGTERM,
        *(pytest.param(each, marks=slow("waits as SIGTERM's does")) for each in SIGNALS[1:]),
    ],
)
def test_an_epoch_that_outlasts_the_grace(
    db: Database, study: StudyRecord, fleet: Fleet, number: signal.Signals
) -> None:
    """Where the epoch does not end within --grace, the last checkpoint stands; the worker exits
    in time, and its job is open."""
    worker = fleet.start("--grace", str(GRACE_SECONDS))
    job = fleet.held(worker)
    asked_at = time.monotonic()
    worker.send_signal(number)
    fleet.finish(worker, seconds=30, asked=True)
    assert time.monotonic() - asked_at < GRACE_SECONDS
    assert (fleet.job(job.id).state, fleet.job(job.id).losses) == (JobState.OPEN, 0)
    assert fleet.checkpoints(job)[0].epoch == HELD - 1


@on("sqlite")
def test_a_second_interrupt_ends_at_once(db: Database, study: StudyRecord, fleet: Fleet) -> None:
    """Whoever presses Ctrl-C twice is not kept waiting for the epoch, nor shown a traceback; the
    next worker on the machine gets the job at once."""
    worker = fleet.start("--grace", "3600")
    job = fleet.held(worker)
    worker.send_signal(signal.SIGINT)
    assert worker.stderr is not None
    assert any("again ends at once" in line for line in worker.stderr)
    worker.send_signal(signal.SIGINT)
    _, err = worker.communicate(timeout=20)
    assert worker.returncode != 0
    assert "Traceback" not in err
    fleet.go_on()
    fleet.finish(fleet.start(HPO_LEASE_SECONDS="3600"))
    assert_exactly(db, study)
    assert fleet.job(job.id).losses <= 1


@slow("waits for a grace")
@on("postgresql")
def test_leaving_without_the_database(
    db: Database, url: str, study: StudyRecord, fleet: Fleet, proxy: Proxy
) -> None:
    """A worker that is preempted during an outage exits with 0 as well. The next one on its machine
    brings what it could not say: its job is free though the lease has an hour to run, at no cost to
    it, and the worker is signed off."""
    long = {"HPO_LEASE_SECONDS": "3600"}
    worker = fleet.start("--grace", str(GRACE_SECONDS), **through(proxy, url), **long)
    job = fleet.held(worker)
    proxy.cut()
    fleet.go_on(epoch_seconds=0.5)
    worker.send_signal(signal.SIGTERM)
    fleet.finish(worker, seconds=30, asked=True)
    assert fleet.job(job.id).state == JobState.LEASED
    proxy.heal()
    fleet.go_on()
    log = fleet.finish(fleet.start(**long))
    assert f"{job.title} goes on from epoch " in log
    assert_exactly(db, study)
    assert (fleet.job(job.id).losses, fleet.job(job.id).attempts) == (0, 2)
    with db.reading() as tx:
        assert workers.everyone(tx) == []
    assert list(fleet.state().glob("*-*")) == []
