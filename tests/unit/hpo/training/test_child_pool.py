"""The health of a device, told by what was lost on it."""

import pytest

from hpo.training import child_pool
from hpo.training.child_pool import FAILURES_IN_A_ROW, Health
from storage.records import Lease
from tests.support.waiting import eventually


def _lease(job_id: int) -> Lease:
    return Lease(job_id, "t")


def test_jobs_of_different_definitions_lost_in_a_row_are_the_devices_fault() -> None:
    """So many jobs lost one after another, and the device is bad; one less, and it is not."""
    device = Health()
    for number in range(FAILURES_IN_A_ROW):
        assert not device.is_bad
        device.note_loss(_lease(number), "a" if number else "b")
    assert device.is_bad


def test_jobs_of_one_definition_may_be_its_own_fault() -> None:
    """However many are lost: what no other definition meets is not the device's. It is asked to show
    that Keras trains on it, each time that so many were lost."""
    device = Health()
    device.note_proof()
    for number in range(3 * FAILURES_IN_A_ROW):
        assert device.is_proven
        device.note_loss(_lease(number), "a")
        if (number + 1) % FAILURES_IN_A_ROW == 0:
            assert not device.is_proven
            device.note_proof()
    assert not device.is_bad


def test_a_process_that_ends_itself_says_nothing_of_the_device() -> None:
    """Code that is trained may do so in every definition."""
    device = Health()
    for number in range(3 * FAILURES_IN_A_ROW):
        device.note_loss(_lease(number), f"{number % 3}", ended_itself=True)
    assert not device.is_bad and device.rests


def test_one_job_lost_again_and_again_is_its_own_fault() -> None:
    """However often the same job is lost, the device is not blamed; how often is known."""
    device = Health()
    device.note_proof()
    for _ in range(2 * FAILURES_IN_A_ROW):
        device.note_loss(_lease(7), "a")
    assert not device.is_bad and device.is_proven and not device.rests
    assert device.losses == 2 * FAILURES_IN_A_ROW * [_lease(7)]


def test_a_training_that_ends_clears_the_device() -> None:
    """What was lost before counts no more."""
    device = Health()
    device.note_loss(_lease(1), "a")
    device.note_loss(_lease(2), "b")
    device.note_end()
    device.note_loss(_lease(3), "a")
    assert not device.is_bad
    assert device.losses == [_lease(3)]


def test_a_lost_job_is_left_to_others_for_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another device should have it first; if none took it, it may be tried here again. One that was
    lost so often that it is only to be ended may be claimed at once."""
    monkeypatch.setattr(child_pool, "RETAKE_SECONDS", 0.2)
    device = Health()
    assert device.jobs_to_avoid == set()
    device.note_loss(_lease(1), "a")
    assert device.jobs_to_avoid == {1}
    eventually(lambda: device.jobs_to_avoid == set(), seconds=5)
    assert device.losses == [_lease(1)]
    device.note_loss(_lease(1), "a")
    assert device.jobs_to_avoid == {1}
    device.note_loss(_lease(1), "a")
    assert device.jobs_to_avoid == set()


def test_a_device_that_loses_one_after_another_rests(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that it does not use up what is open while others could train it."""
    monkeypatch.setattr(child_pool, "RETAKE_SECONDS", 0.2)
    device = Health()
    for number in range(FAILURES_IN_A_ROW):
        assert not device.rests
        device.note_loss(_lease(number), "a")
    assert device.rests
    eventually(lambda: not device.rests, seconds=5)
