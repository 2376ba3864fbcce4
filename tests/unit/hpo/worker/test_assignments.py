"""Assignments: who trains what, and who may train beside whom."""

from typing import cast

import pytest

from hpo.devices.discovery import Device
from hpo.training.child_pool import SlotPool
from hpo.training.child_process import ChildLost, Memory, Slot
from hpo.worker.assignments import Assignment, Assignments
from hpo.worker.served_studies import PreparedStudy
from storage.records import JobRecord, Lease
from storage.states import DataSet, JobState, Phase

MEMORIES: tuple[Memory, ...] = ("device", "host")
PREPARED = cast(PreparedStudy, None)  # assignments do not ask what is trained


def _assignment(number: int, *, exhaustions: int = 0, begun: bool = False) -> Assignment:
    job = JobRecord(
        id=number, study_id=1, generation=1, phase=Phase.SEARCH, configuration=number, seed=0,
        data_set=DataSet.SEARCH, params=None, trial_id=None, trial_number=None,
        state=JobState.LEASED, worker_id="w", attempts=1, losses=0, exhaustions=exhaustions,
        epoch=0, score=None, loss=None, reason=None, resumed_across=None, device_seconds=0, energy_joules=0,
        started_ms=0, ended_ms=None,
    )  # fmt: skip
    return Assignment(PREPARED, job, Lease(number, f"token-{number}"), begun)


@pytest.fixture
def pool() -> SlotPool:
    """Two slots that share a memory, and one that has its own; all are ready, none has a child."""
    devices = [Device("cpu:0", ""), Device("cpu:1", ""), Device("gpu:0", "", memory="gpu:0")]
    made = SlotPool(devices, stall_seconds=60)
    for slot in made.slots:
        slot.ready = True
    return made


@pytest.fixture
def slots(pool: SlotPool) -> list[Slot]:
    """Those slots."""
    return pool.slots


@pytest.fixture
def assignments(pool: SlotPool) -> Assignments:
    """Nobody has anything yet."""
    return Assignments(pool)


def test_a_slot_has_one_job(assignments: Assignments, slots: list[Slot]) -> None:
    """It may have one when it is ready and has none."""
    first, second, _ = slots
    second.ready = False
    assert [assignments.may_claim(slot) for slot in slots] == [True, False, True]
    assignments.assign(first, _assignment(1, begun=True))
    assert not assignments.may_claim(first)
    assert (assignments.working, assignments.leases) == ([first], {Lease(1, "token-1")})
    assert assignments.holders(Lease(1, "token-1")) == [first]
    assert assignments.holders(Lease(1, "another")) == []
    assignments.remove(first)
    assert assignments.may_claim(first)
    assert assignments.assigned == []


def test_a_job_that_must_be_alone_waits_for_those_beside(
    assignments: Assignments, slots: list[Slot]
) -> None:
    """It begins when they have ended, and none may come beside it; what has a memory of its own
    is not in its way."""
    first, second, apart = slots
    assignments.assign(first, _assignment(1, begun=True))
    assignments.assign(second, _assignment(2, exhaustions=1))
    assignments.assign(apart, _assignment(3, begun=True))
    assert not assignments.may_begin(second)
    assignments.remove(first)
    assert assignments.may_begin(second)
    assert not assignments.may_claim(first)
    assignments.remove(second)
    assert assignments.may_claim(first)
    assert assignments.may_begin(apart)


def test_out_of_which_memory() -> None:
    """What shares a GPU is in the way of a job that ran out of its memory; all of the machine is in
    the way of one that the system killed, or that ran out again. A job that has all that it can
    have is too large."""
    devices = [Device(f"gpu:{n}", "", memory=f"gpu:{n // 2}") for n in range(3)]
    pool = SlotPool(devices, stall_seconds=60)
    first, second, third = pool.slots
    assert [pool.kept_idle(first, times) for times in range(4)] == [
        [],
        [second],
        [second, third],
        [second, third],
    ]
    assert [pool.is_crowded(first, times, "device") for times in range(3)] == [True, False, False]
    assert [pool.is_crowded(first, times, "host") for times in range(3)] == [True, True, False]
    assert not pool.is_crowded(third, 0, "device")
    assert pool.is_crowded(third, 0, "host")


def test_cpu_slots_have_one_memory() -> None:
    """It is the machine's: one try alone is all that there is."""
    pool = SlotPool([Device("cpu:0", ""), Device("cpu:1", "")], stall_seconds=60)
    for memory in MEMORIES:
        assert [pool.is_crowded(pool.slots[0], times, memory) for times in (0, 1)] == [True, False]


def test_too_large_a_job_says_nothing_of_its_device(pool: SlotPool, slots: list[Slot]) -> None:
    """A job that was lost otherwise does, and it counts against the job whoever was beside it."""
    first, lease = slots[0], Lease(1, "t")
    too_large = ChildLost("out of memory", exhausted="device")
    assert pool.note_loss(first, lease, "d", 0, too_large)
    assert not pool.note_loss(first, lease, "d", 1, too_large)
    assert pool.health(first).losses == []
    assert not pool.note_loss(first, lease, "d", 0, ChildLost("it died"))
    assert pool.health(first).losses == [lease]
