"""A standing fleet: workers that serve every study of their database."""

import shutil
import signal
from pathlib import Path

from hpo import definition_loader
from hpo.study import creation, extension
from hpo.study.planning import Budget
from storage.database import Database
from storage.states import JobState, Phase
from storage.tables import studies
from tests.conftest import DEFINITIONS
from tests.processes.hpo.fleet.conftest import BUDGET, small
from tests.support.fleet import Fleet, left_behind
from tests.support.marks import on, slow
from tests.support.outcome import assert_exactly, of_phase
from tests.support.waiting import eventually

PACED, BRIEF, TROUBLE = (str(DEFINITIONS / f"{name}.py") for name in ("paced", "brief", "trouble"))


def _phase(db: Database, name: str) -> Phase:
    with db.reading() as tx:
        return studies.get(tx, name).phase


@slow("starts a fleet")
@on("postgresql")
def test_studies_that_are_made_later_are_trained(db: Database, fleet: Fleet) -> None:
    """Two workers without a name train each study that somebody creates, one that this machine
    lacks left aside and named; they stay when all is done, and leave at SIGTERM."""
    fleet.go_on()
    workers = [fleet.start("--study", BRIEF, study=None, machine=name) for name in "ab"]
    budget = ("--trials", "3", "--select-top", "1", "--select-seeds", "1", "--final-seeds", "2")
    fleet.shell.succeed("create", "alien", "--study", TROUBLE, *budget, "--priority", "9")
    fleet.shell.succeed("create", "one", "--study", PACED, *budget)
    fleet.shell.succeed("create", "two", "--study", BRIEF, *budget, "--priority", "1")
    eventually(lambda: {_phase(db, name) for name in ("one", "two")} == {Phase.DONE}, 90)
    assert all(worker.poll() is None for worker in workers)
    for worker in workers:
        worker.send_signal(signal.SIGTERM)
    for worker in workers:
        log = fleet.finish(worker, asked=True)
        assert "study alien is not served here: this machine has no definition 'trouble'" in log
    for name in ("one", "two"):
        with db.reading() as tx:
            study = studies.get(tx, name)
        assert_exactly(db, study)
    assert {job.state for job in of_phase(db, "alien", Phase.SEARCH)} == {JobState.OPEN}
    assert left_behind(db) == []


@on("sqlite")
def test_a_study_of_higher_priority_is_next(db: Database, fleet: Fleet) -> None:
    """What runs goes on to its end; the next job is one of the study that was made meanwhile with a
    higher priority."""
    small(db, "paced", BUDGET)
    worker = fleet.start(study=None)
    fleet.held(worker)
    fleet.shell.succeed("create", "urgent", "--study", PACED, "--priority", "1")
    fleet.go_on(epoch_seconds=1.5)  # three more epochs: it looks for studies more often than that
    eventually(lambda: of_phase(db, "urgent", Phase.SEARCH)[0].started_ms)
    begun = [job for job in fleet.search() if job.started_ms]
    assert [job.state for job in begun] == [JobState.SUCCEEDED]
    worker.send_signal(signal.SIGTERM)
    fleet.finish(worker, asked=True)


@slow("starts a fleet")
@on("postgresql")
def test_what_a_dead_worker_left_of_any_study(db: Database, fleet: Fleet) -> None:
    """A worker that dies is followed on its machine by one on another study: that one brings its
    journal and gives its jobs back, though it has not even their definition."""
    study = small(db, "paced", BUDGET)
    creation.create(db, "other", definition_loader.load(BRIEF), BUDGET)
    first = fleet.start(study=None)
    job = fleet.held(first)
    first.kill()
    first.wait()
    fleet.go_on()
    log = fleet.finish(fleet.start(study="other", definition="brief"))
    assert "gave back 1 of a worker that died on this machine" in log
    assert fleet.job(job.id).state == JobState.OPEN and fleet.job(job.id).losses == 1
    fleet.finish(fleet.start())
    assert_exactly(db, study)


@slow("starts a fleet")
@on("sqlite")
def test_a_definition_that_changes_under_a_standing_worker(
    db: Database, fleet: Fleet, tmp_path: Path
) -> None:
    """The study is left to machines that have its definition; the worker trains the others."""
    mine = tmp_path / "mine.py"
    text = Path(BRIEF).read_text()
    shutil.copy(DEFINITIONS / "toy.py", tmp_path)
    mine.write_text(text)
    small = Budget(trials=2, select_top=1, select_seeds=1, final_seeds=2)
    fleet.go_on()
    worker = fleet.start("--study", str(mine), "--study", PACED, study=None)
    study = creation.create(db, "one", definition_loader.load(str(mine)), small)
    eventually(lambda: _phase(db, "one") == Phase.DONE)
    mine.write_text(f"{text}another = True\n")
    extension.extend(db, "one", Budget(trials=3))
    creation.create(db, "toy", definition_loader.load(PACED), small)
    eventually(lambda: _phase(db, "toy") == Phase.DONE)
    assert worker.poll() is None
    worker.send_signal(signal.SIGTERM)
    log = fleet.finish(worker, asked=True)
    assert "study one is not served here:" in log
    last = of_phase(db, "one", Phase.SEARCH)[-1]
    assert (last.state, last.losses, _phase(db, "one")) == (JobState.OPEN, 0, Phase.SEARCH)
    assert study.trials == 2
