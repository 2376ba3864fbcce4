"""What jobs cost, on real workers that are killed: nothing of it is forgotten."""

import json

import psutil
import pytest

from storage.records import JobRecord, StudyRecord
from storage.states import JobState
from tests.hpo.driver import Driver
from tests.hpo.fleet.fleet import Fleet
from tests.marks import on
from tests.waiting import eventually

GPU = ("--devices", "0")
WATTS = 300


def _once(fleet: Fleet, job: JobRecord, *states: JobState) -> JobRecord:
    """The job, as soon as it is in one of these states."""

    def look() -> JobRecord | None:
        found = fleet.job(job.id)
        return found if found.state in states else None

    return eventually(look)


def _attempt_seconds(job: JobRecord) -> float:
    """How long the last holder of a job that ended had it."""
    assert job.started_ms is not None and job.ended_ms is not None
    return (job.ended_ms - job.started_ms) / 1000


@on("sqlite")
def test_a_killed_worker(study: StudyRecord, fleet: Fleet) -> None:
    """What its attempt had cost by its last report is in the job's cost when another ends it."""
    victim = fleet.start()
    job = fleet.held(victim)
    assert job.device_seconds > 0
    victim.kill()
    victim.wait()
    fleet.go_on()
    fleet.start()
    ended = _once(fleet, job, JobState.SUCCEEDED)
    assert ended.attempts == 2
    assert 0 < ended.device_seconds - job.device_seconds <= _attempt_seconds(ended)
    assert ended.energy_joules == 0


@on("sqlite")
def test_a_killed_child_on_a_gpu(study: StudyRecord, fleet: Fleet, driver: Driver) -> None:
    """Its attempt counts to the end, in time and in energy. The child saw its GPU alone, and people
    see what that does."""
    worker = fleet.start(slots=GPU, **driver.environment("plain"))
    job = fleet.held(worker)
    (child,) = psutil.Process(worker.pid).children()
    assert child.environ()["CUDA_VISIBLE_DEVICES"] == "GPU-aaaaaaaa-0000-0000-0000-000000000000"
    (told,) = json.loads(fleet.shell.succeed("workers", "--json"))
    assert [(each["device"], each["power_watts"]) for each in told["usage"]] == [("gpu:0", WATTS)]
    child.kill()
    lost = _once(fleet, job, JobState.OPEN)  # the slot has another for now
    assert lost.device_seconds > job.device_seconds
    fleet.go_on()
    ended = _once(fleet, job, JobState.SUCCEEDED)
    assert 0 < ended.device_seconds - lost.device_seconds <= _attempt_seconds(ended)
    assert ended.attempts == 2
    assert ended.energy_joules == pytest.approx(WATTS * ended.device_seconds, abs=WATTS / 2)
    cost = json.loads(fleet.shell.succeed("status", "toy", "--json"))["cost"]
    assert cost["search"]["energy_joules"] >= ended.energy_joules
