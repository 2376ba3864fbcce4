"""The health of a device, told by what was lost on it."""

import pytest

from hpo.machine import health
from hpo.machine.health import FAILURES_IN_A_ROW, Health
from tests.waiting import eventually


def test_different_jobs_in_a_row_are_the_devices_fault() -> None:
    """So many jobs lost one after another, and the device is bad; one less, and it is not."""
    device = Health()
    for job in range(FAILURES_IN_A_ROW):
        assert not device.is_bad
        device.note_loss(job)
    assert device.is_bad


def test_one_job_lost_again_and_again_is_its_own_fault() -> None:
    """However often the same job is lost, the device is not blamed; how often is known."""
    device = Health()
    for _ in range(2 * FAILURES_IN_A_ROW):
        device.note_loss(7)
    assert not device.is_bad
    assert device.losses == {7: 2 * FAILURES_IN_A_ROW}


def test_a_training_that_ends_clears_the_device() -> None:
    """What was lost before counts no more."""
    device = Health()
    device.note_loss(1)
    device.note_loss(2)
    device.note_end()
    device.note_loss(3)
    assert not device.is_bad
    assert device.losses == {3: 1}


def test_a_lost_job_is_left_to_others_for_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another device should have it first; if none took it, it may be tried here again."""
    monkeypatch.setattr(health, "RETAKE_SECONDS", 0.2)
    device = Health()
    assert device.jobs_to_avoid == []
    device.note_loss(1)
    assert device.jobs_to_avoid == [1]
    eventually(lambda: device.jobs_to_avoid == [], seconds=5)
    assert device.losses == {1: 1}
