"""What goes wrong in trainings, by whose fault it is: each has its policy."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from optuna.trial import TrialState

from hpo import definition_loader
from hpo.search.trials import REASON_ATTRIBUTE
from hpo.study import creation
from hpo.study.planning import Budget
from hpo.worker.database_client import MAX_LOSSES
from storage.database import Database
from storage.records import BASELINE, StudyRecord
from storage.states import JobState, Phase
from tests.conftest import DEFINITIONS
from tests.processes.hpo.fleet import conftest
from tests.processes.hpo.fleet.conftest import small
from tests.support.commandline import Process
from tests.support.fleet import Fleet, left_behind
from tests.support.marks import on, slow
from tests.support.outcome import assert_exactly, of_phase, optuna_trials

Trouble = Callable[..., Process]
BUDGET = replace(conftest.BUDGET, trials=4)
ANOTHER = slow("starts a fleet for another fault")
DEVICE = ("INTERNAL: the device fell off the bus", "Traceback", "trouble.py")


@pytest.fixture
def study(db: Database) -> StudyRecord:
    """A study in which trouble comes, as a worker's environment says."""
    return small(db, "trouble", BUDGET)


@pytest.fixture
def trouble(fleet: Fleet) -> Trouble:
    """Starts a worker in whose trainings that trouble comes."""

    def start(kind: str, *options: str, study: str | None = "toy", **environment: str) -> Process:
        own = {"TOY_TROUBLE": kind, **environment}
        return fleet.start(*options, study=study, definition="trouble", **own)

    return start


@on("sqlite")
@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("segfault", ("killed by SIGSEGV", "Segmentation fault", "trouble.py")),
        pytest.param("die", ("killed by SIGKILL", "here comes die"), marks=ANOTHER),
        pytest.param("hang", ("no progress for 4 s", "trouble.py", "in wait"), marks=ANOTHER),
        pytest.param("device", DEVICE, marks=ANOTHER),
    ],
)
def test_the_machines_fault_costs_a_try_and_no_trial(
    db: Database, study: StudyRecord, fleet: Fleet, trouble: Trouble, tmp_path: Path, kind: str,
    said: tuple[str, ...],
) -> None:  # fmt: skip
    """A child that dies, hangs, or finds its device failing is replaced; its job is trained again
    from the last checkpoint, as the same trial. The log says where it happened; once the job has
    come further than before, nothing counts against it."""
    fleet.shell = fleet.shell.installed  # a forked child's stack is longer than what is told of it
    worker = trouble(kind, "--stall-timeout", "4", TOY_ONCE=str(tmp_path / "once"))
    _, err = worker.communicate(timeout=90)
    assert worker.returncode == 0, err
    for text in said:
        assert text in err
    assert "trial 0 goes on from epoch 2" in err
    assert_exactly(db, study)
    baseline = fleet.search()[BASELINE]
    assert (baseline.losses, baseline.attempts, baseline.exhaustions) == (0, 2, 0)
    assert left_behind(db) == []


@on("sqlite")
def test_out_of_memory_is_tried_again_alone(
    db: Database, study: StudyRecord, fleet: Fleet, trouble: Trouble, tmp_path: Path
) -> None:
    """Where two trained side by side when memory ran out, the job gets the machine to itself, and
    nothing counts against it."""
    only_the_baseline = {"TOY_ONCE": str(tmp_path / "once"), "TOY_SPARE_OTHERS": "1"}
    worker = trouble("out of memory", "--cpu", "2", TOY_EPOCH_SECONDS="0.1", **only_the_baseline)
    _, err = worker.communicate(timeout=90)
    assert worker.returncode == 0, err
    assert "MemoryError: no room for another layer" in err
    assert_exactly(db, study)
    baseline = fleet.search()[BASELINE]
    assert (baseline.losses, baseline.attempts, baseline.exhaustions) == (0, 2, 1)


@on("sqlite")
def test_out_of_memory_though_alone(
    db: Database, study: StudyRecord, fleet: Fleet, trouble: Trouble
) -> None:
    """A job that exhausts memory though nothing is beside it is given up after so many tries, with
    the reason and where it happened in the status and with the trial."""
    worker = trouble("out of memory", "--cpu", "2", TOY_SPARE_OTHERS="1")
    _, err = worker.communicate(timeout=90)
    assert worker.returncode == 0, err
    baseline = fleet.search()[BASELINE]
    assert (baseline.state, baseline.exhaustions) == (JobState.FAILED, 1)
    assert baseline.losses == MAX_LOSSES
    shown = fleet.shell.succeed("status", "toy", "--failures")
    told = optuna_trials(db, "toy")[0].user_attrs[REASON_ATTRIBUTE]
    for text in (shown, told):
        assert "given up after 3 lost workers" in text
        assert "MemoryError: no room" in text and "trouble.py" in text
    assert "trial 0 failed: given up after 3 lost workers" in fleet.shell.succeed("status", "toy")


@slow("starts a fleet")
@on("postgresql")
def test_a_bad_device_does_not_eat_the_budget(db: Database, fleet: Fleet, trouble: Trouble) -> None:
    """A device on which jobs of different definitions are lost, one after another, is given up, and
    its worker leaves with the reason. The jobs go elsewhere, and nothing counts against them."""
    two = Budget(trials=2, select_top=1, select_seeds=1, final_seeds=2)
    study = small(db, "trouble", two)
    more = str(DEFINITIONS / "more_trouble.py")
    creation.create(db, "other", definition_loader.load(more), two)
    bad = trouble("device", "--study", more, study=None)
    _, err = bad.communicate(timeout=90)
    assert bad.returncode == 1
    assert "cpu:0 is given up: jobs of different studies were lost on it" in err
    assert "hpo: this machine has no device left" in err
    found = [*fleet.search(), *of_phase(db, "other", Phase.SEARCH)]
    assert {job.losses for job in found} == {0}
    assert sum(job.attempts for job in found) == 3
    assert JobState.FAILED not in {job.state for job in found}
    fleet.finish(fleet.start(definition="trouble", machine="good"))
    assert_exactly(db, study)
    assert left_behind(db) == []


@on("sqlite")
def test_an_error_in_the_definition_is_kept(
    db: Database, study: StudyRecord, fleet: Fleet, trouble: Trouble, tmp_path: Path
) -> None:
    """An exception in user code fails the trial at once, and the study goes on; the reason and the
    traceback stand with the trial, where optuna-dashboard shows them, and in the status."""
    worker = trouble("raise", TOY_ONCE=str(tmp_path / "once"), TOY_SPARE_BASELINE="1")
    _, err = worker.communicate(timeout=90)
    assert worker.returncode == 0, err
    failed = fleet.search()[1]
    assert (failed.state, failed.attempts, failed.losses) == (JobState.FAILED, 1, 0)
    trial = optuna_trials(db, "toy")[1]
    assert trial.state == TrialState.FAIL
    for text in (
        fleet.shell.succeed("status", "toy", "--failures"),
        trial.user_attrs[REASON_ATTRIBUTE],
    ):
        assert "ValueError: no such layer" in text
        assert "Traceback" in text and "trouble.py" in text
    status = json.loads(fleet.shell.succeed("status", "toy", "--json"))
    assert status["study"]["phase"] == Phase.DONE
