"""Workers that are killed and paused: their jobs go on elsewhere, from the last checkpoint."""

import signal
from pathlib import Path

import psutil
import pytest
import sqlalchemy as sa
from optuna.trial import TrialState

from hpo.search.trials import RESUMED_ATTRIBUTE
from storage import schema
from storage.database import Database
from storage.records import JobRecord, StudyRecord
from storage.states import AttemptState, JobState
from storage.tables import attempts, workers
from tests.support.fleet import EPOCHS, Fleet, is_gone, left_behind
from tests.support.marks import on, slow
from tests.support.outcome import assert_exactly, optuna_trials
from tests.support.waiting import eventually

SHORT = {"HPO_LEASE_SECONDS": "2"}


def test_exactly_n_with_three_workers_of_which_one_is_killed(
    db: Database, study: StudyRecord, fleet: Fleet
) -> None:
    """kill -9 of a worker in the middle of a trial takes its children with it within 5 s; the
    others, on other machines, end the study with exactly N trials. The trial goes on from its
    last checkpoint, and nothing is left behind."""
    started = [fleet.start(machine=name, **SHORT) for name in "abc"]
    job = fleet.held(*started)
    (victim,) = (worker for worker in started if fleet.id_of(worker) == job.worker_id)
    children = psutil.Process(victim.pid).children(recursive=True)
    assert children
    victim.kill()
    eventually(lambda: all(is_gone(child) for child in children), seconds=5)
    fleet.go_on()
    logs = "".join(fleet.finish(worker) for worker in started if worker is not victim)
    assert f"{job.title} goes on from epoch 3" in logs
    assert_exactly(db, study)
    ended = fleet.search()[job.configuration]
    assert (ended.trial_number, ended.losses, ended.attempts) == (job.trial_number, 0, 2)
    assert ended.resumed_across is None
    with db.reading() as tx:
        lost, last = (each for each in attempts.of_study(tx, study.id) if each.job_id == job.id)
        known = {each.id for each in workers.of_study(tx, study.id)}
    assert (lost.state, lost.began_epoch) == (AttemptState.LOST, 0)
    assert (last.state, last.began_epoch) == (AttemptState.ENDED, 3)
    assert {lost.worker_id, last.worker_id} <= known
    assert left_behind(db) == []


def test_a_dead_workers_jobs_are_free_at_once_on_its_machine(
    db: Database, study: StudyRecord, fleet: Fleet
) -> None:
    """The next worker on the same machine knows that the one before is dead: it goes on with its
    trial though the lease has an hour to run."""
    long = {"HPO_LEASE_SECONDS": "3600"}
    victim = fleet.start(**long)
    job = fleet.held(victim)
    victim.kill()
    victim.wait()
    fleet.go_on()
    log = fleet.finish(fleet.start(**long))
    assert "gave back 1 of a worker that died on this machine" in log
    assert f"{job.title} goes on from epoch 3" in log
    assert_exactly(db, study)
    assert left_behind(db) == []


def _survivor_after_kill(fleet: Fleet, damage: str) -> tuple[JobRecord, str]:
    """Kills the only worker in a training, damages its checkpoints, lets another end."""
    victim = fleet.start()
    job = fleet.held(victim)
    victim.kill()
    victim.wait()
    folder = Path(fleet.shell.environment["HPO_STORAGE"].removeprefix("sqlite:///"))
    files = [folder.with_suffix(".artifacts") / each.id for each in fleet.checkpoints(job)]
    assert len(files) >= 2
    for file in files if damage == "both missing" else files[:1]:
        if damage == "torn":
            file.write_bytes(file.read_bytes()[:-7])
        else:
            file.unlink()
    fleet.go_on()
    return job, fleet.finish(fleet.start())


@on("sqlite")
@pytest.mark.parametrize("damage", ["torn", "missing", "both missing"])
def test_a_damaged_checkpoint(db: Database, study: StudyRecord, fleet: Fleet, damage: str) -> None:
    """A torn or missing checkpoint is named, and the one before is used; without any, the training
    begins anew. Either way the trial ends as if nothing had been."""
    job, log = _survivor_after_kill(fleet, damage)
    assert "is gone or damaged: the one before is used" in log
    assert (f"{job.title} goes on from epoch 2" in log) == (damage != "both missing")
    assert_exactly(db, study)
    assert left_behind(db) == []


@on("sqlite")
def test_a_resumed_trial_gives_the_same(
    db: Database, study: StudyRecord, fleet: Fleet, tmp_path: Path
) -> None:
    """What is trained again after a checkpoint gives what was reported before, digit by digit."""
    victim = fleet.start()
    job = fleet.held(victim)
    reported = optuna_trials(db, "toy")[job.trial_number or 0].intermediate_values
    victim.kill()
    victim.wait()
    fleet.go_on()
    log = fleet.finish(fleet.start())
    assert "when trained again" not in log  # a mismatch would be logged
    after = optuna_trials(db, "toy")[job.trial_number or 0].intermediate_values
    assert list(after) == list(range(1, EPOCHS + 1))
    assert reported.items() <= after.items()


@slow("starts a fleet")
@on("sqlite")
def test_a_trial_that_crosses_machines_says_so(
    db: Database, study: StudyRecord, fleet: Fleet
) -> None:
    """Where threads, versions or device differ from those in the checkpoint, the training goes on,
    and trial and job name the difference; no one is told that versions agree where they do not."""
    victim = fleet.start()
    job = fleet.held(victim)
    victim.kill()
    victim.wait()
    fleet.go_on()
    log = fleet.finish(fleet.start("--cpu", "2"))
    assert f"{job.title} was resumed across device" in log
    said = optuna_trials(db, "toy")[job.trial_number or 0].user_attrs[RESUMED_ATTRIBUTE]
    assert "1 thread" in said and "2 thread" in said
    assert fleet.job(job.id).resumed_across == said
    assert_exactly(db, study)


@on("postgresql")
def test_a_paused_worker_finds_its_job_taken(
    db: Database, study: StudyRecord, fleet: Fleet
) -> None:
    """A worker stopped beyond its lease, taken over, and then continued, lands nothing: each step
    is reported once, the job ends once, and both workers go on. No traceback is seen."""
    paused = fleet.start(machine="a", **SHORT)
    job = fleet.held(paused)
    paused.send_signal(signal.SIGSTOP)
    fleet.go_on()
    other = fleet.start(machine="b", **SHORT)
    taken = eventually(lambda: next((each for each in fleet.search() if each.attempts > 1), None))
    assert taken.id == job.id and taken.worker_id != job.worker_id
    paused.send_signal(signal.SIGCONT)
    fleet.finish(other)
    assert "is no longer ours; its work here is dropped" in fleet.finish(paused)
    assert_exactly(db, study)
    ended = fleet.search()[job.configuration]
    assert (ended.attempts, ended.worker_id) == (2, taken.worker_id)
    assert left_behind(db) == []


@slow("waits for a grace")
@on("postgresql")
def test_the_last_worker_dies_and_another_machine_waits_its_grace(
    db: Database, study: StudyRecord, fleet: Fleet
) -> None:
    """Where nobody was seen for a lease's length, the database may have been away: an expired
    lease is taken over only after as long again, and jobs that nobody holds are given out
    meanwhile."""
    victim = fleet.start(machine="a", **SHORT)
    job = fleet.held(victim)
    victim.kill()
    victim.wait()

    with db.transaction() as tx:  # as if a lease's length had passed
        tx.execute(sa.update(schema.jobs).values(lease_expires_ms=0))
        tx.execute(sa.update(schema.workers).values(seen_ms=0))
    other = fleet.start(machine="b", **SHORT)
    fleet.go_on()
    eventually(lambda: any(each.state.is_final for each in fleet.search()))
    assert (fleet.job(job.id).state, fleet.job(job.id).attempts) == (JobState.LEASED, 1)
    fleet.finish(other)
    assert_exactly(db, study)
    assert fleet.job(job.id).attempts == 2
    states = {trial.state for trial in optuna_trials(db, "toy")}
    assert TrialState.RUNNING not in states
