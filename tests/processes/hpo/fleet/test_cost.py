"""What jobs cost, on real workers that are killed: nothing of it is forgotten."""

from storage.records import StudyRecord
from storage.states import JobState
from tests.support.fleet import Fleet, attempt_seconds
from tests.support.marks import on


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
    ended = fleet.until(job, JobState.SUCCEEDED)
    assert ended.attempts == 2
    assert 0 < ended.device_seconds - job.device_seconds <= attempt_seconds(ended)
    assert ended.energy_joules == 0
