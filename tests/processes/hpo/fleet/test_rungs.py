"""Workers that are killed around a rung: what was paused goes on, and N trials are N."""

from pathlib import Path

import pytest

from hpo.study.planning import Budget
from storage.database import Database
from storage.records import AttemptRecord, JobRecord, StudyRecord
from storage.states import AttemptState, JobState, Sampler
from storage.tables import attempts, studies
from tests.processes.hpo.fleet.conftest import small
from tests.support.commandline import Process
from tests.support.fleet import Fleet, left_behind
from tests.support.marks import on, slow
from tests.support.outcome import assert_exactly
from tests.support.waiting import eventually

RUNG = 3
"""The one of the paced definition's six epochs."""
BEYOND = 4
KILLS = 2


@pytest.fixture
def study(db: Database) -> StudyRecord:
    """A study of which some trials are never due, and one that was paused goes on. So it is with these points,
    the same each time; a sampler that learns may propose better and better ones, of which none pauses."""
    few = Budget(trials=6, select_top=1, select_seeds=1, final_seeds=2, sampler=Sampler.QMC)
    return small(db, "paced", few)


@slow("starts a fleet")
def test_killed_around_a_rung(
    db: Database, study: StudyRecord, fleet: Fleet, tmp_path: Path
) -> None:
    """Each time when it has paused a trial. No trial is lost or made twice, three besides the
    baseline come to their end, and the others are told as pruned where they stood."""
    fleet.hold(BEYOND)
    steady = fleet.start(machine="steady")
    eventually(lambda: fleet.search()[0].epoch == RUNG)
    # A victim is not held up: the scores decide how many trials it trains until it pauses one.
    pace = tmp_path / "pace of victims"
    pace.write_text("0.2")
    for _ in range(KILLS):
        victim = fleet.start(machine="victim", TOY_PACE=str(pace), HPO_LEASE_SECONDS="2")
        eventually(lambda: _has_paused(db, fleet, victim))  # noqa: B023 - waits at once
        victim.kill()
        victim.wait()
    paused = _paused(fleet)
    assert paused
    for job in paused:
        assert (job.epoch, job.trial_id is None) == (RUNG, False)
    fleet.go_on()
    survivor = fleet.start(machine="victim")
    for worker in (steady, survivor):
        fleet.finish(worker)
    assert_exactly(db, study)
    search = fleet.search()
    complete = [job for job in search if job.state is JobState.SUCCEEDED]
    assert len(complete) >= 1 + 3
    assert all(job.epoch == RUNG for job in search if job.state is JobState.PRUNED)
    made = _attempts(db)
    assert sum(each.state is AttemptState.PAUSED for each in made) >= KILLS
    assert any(each.began_epoch == RUNG for each in made)
    assert left_behind(db) == []


def _paused(fleet: Fleet) -> list[JobRecord]:
    return [job for job in fleet.search() if job.state is JobState.PAUSED]


def _has_paused(db: Database, fleet: Fleet, worker: Process) -> bool:
    worker_id = fleet.id_of(worker)
    return any(
        each.state is AttemptState.PAUSED and each.worker_id == worker_id for each in _attempts(db)
    )


def _attempts(db: Database) -> list[AttemptRecord]:
    with db.reading() as tx:
        return attempts.of_study(tx, studies.get(tx, "toy").id)


@on("sqlite")
def test_a_paused_trial_whose_checkpoint_is_gone(
    db: Database, study: StudyRecord, fleet: Fleet
) -> None:
    """It begins anew under its number, and passes its rung."""
    fleet.hold(BEYOND)
    worker = fleet.start(machine="steady")
    another = fleet.start(machine="another")
    (job, *_) = eventually(lambda: _paused(fleet) or None)
    folder = Path(fleet.shell.environment["HPO_STORAGE"].removeprefix("sqlite:///"))
    for file in folder.with_suffix(".artifacts").glob("checkpoint-*"):
        if file.name.startswith(f"checkpoint-{job.id}-"):
            file.unlink()
    fleet.go_on()
    for each in (worker, another):
        fleet.finish(each)
    assert_exactly(db, study)
    assert fleet.job(job.id).trial_number == job.trial_number
    assert left_behind(db) == []


@slow("starts a fleet")
@on("sqlite")
def test_what_is_paused_outlives_a_halt(db: Database, study: StudyRecord, fleet: Fleet) -> None:
    """`hpo stop` leaves it paused, with its checkpoint; `hpo resume` goes on with whatever is due."""
    fleet.hold(BEYOND)
    steady = fleet.start(machine="steady")
    eventually(lambda: fleet.search()[0].epoch == RUNG)
    fleet.start(machine="another")
    (paused, *_) = eventually(lambda: _paused(fleet) or None)
    fleet.shell.succeed("stop", "toy")
    fleet.go_on()
    eventually(lambda: JobState.LEASED not in {job.state for job in fleet.search()})
    assert paused.id in [job.id for job in _paused(fleet)]
    assert [kept.epoch for kept in fleet.checkpoints(paused)] == [RUNG]
    assert "paused" in fleet.shell.succeed("status", "toy")
    fleet.shell.succeed("resume", "toy")
    fleet.finish(steady)
    assert_exactly(db, study)
    assert left_behind(db) == []
