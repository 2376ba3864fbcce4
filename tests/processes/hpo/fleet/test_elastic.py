"""A fleet that grows, shrinks, halts and goes on."""

import json
import socket
from pathlib import Path

from storage.database import Database
from storage.records import StudyRecord
from storage.states import JobState, Phase
from tests.processes.hpo.fleet.conftest import BUDGET, small
from tests.support.fleet import HELD, Fleet, left_behind
from tests.support.marks import on, slow
from tests.support.outcome import assert_exactly, optuna_trials
from tests.support.waiting import eventually


@slow("starts a fleet")
def test_a_study_is_halted_and_goes_on(db: Database, study: StudyRecord, fleet: Fleet) -> None:
    """`hpo stop` lets what runs write a checkpoint and gives the jobs back; the workers stay and do
    nothing until `hpo resume`, and then go on from there. Either may be said twice."""
    workers = [fleet.start(machine=name) for name in "ab"]
    job = fleet.held(*workers)
    for _ in range(2):
        said = fleet.shell.succeed("stop", "toy")
        assert said == "toy: halted; `hpo resume toy` goes on\n"
    assert "halted" in fleet.shell.succeed("status", "toy")
    for worker in workers:
        assert worker.stderr is not None
        assert any("toy is halted" in line for line in worker.stderr)
    fleet.go_on(epoch_seconds=0.2)
    eventually(lambda: {each.state for each in fleet.search()} == {JobState.OPEN})
    kept = fleet.checkpoints(job)[0].epoch
    assert kept is not None and kept >= HELD
    assert fleet.job(job.id).losses == 0
    assert all(worker.poll() is None for worker in workers)
    fleet.go_on()
    for _ in range(2):
        fleet.shell.succeed("resume", "toy")
    logs = "".join(fleet.finish(worker) for worker in workers)
    assert f"{job.title} goes on from epoch {kept}" in logs
    assert_exactly(db, study)
    assert left_behind(db) == []


@on("sqlite")
def test_workers_are_listed(db: Database, study: StudyRecord, fleet: Fleet) -> None:
    """`hpo workers` says who is alive, on what, doing what; whoever has left is not in it."""
    worker = fleet.start()
    job = fleet.held(worker)
    shown = fleet.shell.succeed("workers", COLUMNS="120")
    assert f"toy: {job.title}, epoch {HELD - 1}" in shown
    assert "cpu:0" in shown and str(worker.pid) in shown
    (listed,) = json.loads(fleet.shell.succeed("workers", "toy", "--json"))
    assert (listed["host"], listed["pid"]) == (socket.gethostname(), worker.pid)
    assert [each["job"]["id"] for each in listed["holds"]] == [job.id]
    assert listed["silent_seconds"] < 60
    fleet.go_on()
    fleet.finish(worker)
    assert fleet.shell.succeed("workers") == "no worker is alive\n"


@slow("starts a fleet")
@on("sqlite")
def test_a_failed_trial_runs_again(db: Database, fleet: Fleet, tmp_path: Path) -> None:
    """`hpo retry` trains a failed trial's parameters again as one more trial; the failed one stays,
    and the study comes to a new end."""
    study = small(db, "trouble", BUDGET)
    troubled = {"TOY_TROUBLE": "raise", "TOY_SPARE_BASELINE": "1"}
    once = {"TOY_ONCE": str(tmp_path / "once")}
    fleet.finish(fleet.start(definition="trouble", **troubled, **once))
    before = optuna_trials(db, "toy")
    assert fleet.search()[1].state == JobState.FAILED
    said = fleet.shell.succeed("retry", "toy", "1")
    assert said == "toy: trial 1 runs again; 4 trials, search\n"
    line = fleet.shell.fail("retry", "toy", "1", code=2)
    assert "run again already, as one to come" in line
    fleet.finish(fleet.start(definition="trouble"))
    after = optuna_trials(db, "toy")
    assert [trial.number for trial in after] == [0, 1, 2, 3]
    assert list(after)[:3] == list(before)
    assert after[3].params == before[1].params
    again = fleet.search()[3]
    assert (again.configuration, again.generation, again.trial_number) == (1, 2, 3)
    assert again.state in (JobState.SUCCEEDED, JobState.PRUNED)
    status = json.loads(fleet.shell.succeed("status", "toy", "--json"))
    assert (status["study"]["phase"], status["study"]["trials"]) == (Phase.DONE, 4)
    assert study.trials == 3
    for trial, problem in (("9", "has no trial 9"), ("0", "only failed ones")):
        assert problem in fleet.shell.fail("retry", "toy", trial, code=2)
