"""What jobs cost, on real workers that are killed: nothing of it is forgotten."""

import json

import psutil
import pytest

from storage.records import StudyRecord
from storage.states import JobState
from tests.support.driver import Driver
from tests.support.fleet import Fleet, attempt_seconds
from tests.support.marks import needs, on

pytestmark = needs("cc")

GPU = ("--devices", "0")
WATTS = 300


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
    lost = fleet.until(job, JobState.OPEN)  # the slot has another for now
    assert lost.device_seconds > job.device_seconds
    fleet.go_on()
    ended = fleet.until(job, JobState.SUCCEEDED)
    assert 0 < ended.device_seconds - lost.device_seconds <= attempt_seconds(ended)
    assert ended.attempts == 2
    assert ended.energy_joules == pytest.approx(WATTS * ended.device_seconds, abs=WATTS / 2)
    cost = json.loads(fleet.shell.succeed("status", "toy", "--json"))["cost"]
    assert cost["search"]["energy_joules"] >= ended.energy_joules
