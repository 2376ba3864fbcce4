"""The roster: who trains what, and who may train beside whom."""

from typing import cast

import pytest

from hpo.machine.assignment import Assignment
from hpo.machine.brief import Brief
from hpo.machine.devices import Device
from hpo.machine.roster import Roster
from hpo.machine.slot import Slot
from hpo.machine.ward import Memory, Ward
from storage.records import JobRecord, Lease
from storage.states import DataSet, JobState, Phase

MEMORIES: tuple[Memory, ...] = ("device", "host")
BRIEF = cast(Brief, None)  # a roster does not ask what is trained


def _assignment(number: int, *, exhaustions: int = 0, begun: bool = False) -> Assignment:
    job = JobRecord(
        id=number, study_id=1, generation=1, phase=Phase.SEARCH, configuration=number, seed=0,
        data_set=DataSet.SEARCH, params=None, trial_id=None, trial_number=None,
        state=JobState.LEASED, worker_id="w", attempts=1, losses=0, exhaustions=exhaustions,
        epoch=0, score=None, loss=None, reason=None, resumed_across=None, device_seconds=0, energy_joules=0,
        started_ms=0, ended_ms=None,
    )  # fmt: skip
    return Assignment(BRIEF, job, Lease(number, f"token-{number}"), begun)


@pytest.fixture
def ward() -> Ward:
    """Two slots that share a memory, and one that has its own; all are ready, none has a child."""
    devices = [Device("cpu:0", ""), Device("cpu:1", ""), Device("gpu:0", "", memory="gpu:0")]
    made = Ward(devices, stall_seconds=60)
    for slot in made.slots:
        slot.ready = True
    return made


@pytest.fixture
def slots(ward: Ward) -> list[Slot]:
    """Those slots."""
    return ward.slots


@pytest.fixture
def roster(ward: Ward) -> Roster:
    """Nobody has anything yet."""
    return Roster(ward)


def test_a_slot_has_one_job(roster: Roster, slots: list[Slot]) -> None:
    """It may have one when it is ready and has none."""
    first, second, _ = slots
    second.ready = False
    assert [roster.may_claim(slot) for slot in slots] == [True, False, True]
    roster.assign(first, _assignment(1, begun=True))
    assert not roster.may_claim(first)
    assert (roster.working, roster.leases) == ([first], {Lease(1, "token-1")})
    assert roster.holders(Lease(1, "token-1")) == [first]
    assert roster.holders(Lease(1, "another")) == []
    roster.remove(first)
    assert roster.may_claim(first)
    assert roster.assigned == []


def test_a_job_that_must_be_alone_waits_for_those_beside(roster: Roster, slots: list[Slot]) -> None:
    """It begins when they have ended, and none may come beside it; what has a memory of its own
    is not in its way."""
    first, second, apart = slots
    roster.assign(first, _assignment(1, begun=True))
    roster.assign(second, _assignment(2, exhaustions=1))
    roster.assign(apart, _assignment(3, begun=True))
    assert not roster.may_begin(second)
    roster.remove(first)
    assert roster.may_begin(second)
    assert not roster.may_claim(first)
    roster.remove(second)
    assert roster.may_claim(first)
    assert roster.may_begin(apart)


def test_out_of_which_memory() -> None:
    """What shares a GPU is in the way of a job that ran out of its memory; all of the machine is in
    the way of one that the system killed, or that ran out again. A job that has all that it can
    have is too large."""
    devices = [Device(f"gpu:{n}", "", memory=f"gpu:{n // 2}") for n in range(3)]
    ward = Ward(devices, stall_seconds=60)
    first, second, third = ward.slots
    assert [ward.kept_idle(first, times) for times in range(4)] == [
        [],
        [second],
        [second, third],
        [second, third],
    ]
    assert [ward.is_crowded(first, times, "device") for times in range(3)] == [True, False, False]
    assert [ward.is_crowded(first, times, "host") for times in range(3)] == [True, True, False]
    assert not ward.is_crowded(third, 0, "device")
    assert ward.is_crowded(third, 0, "host")


def test_cpu_slots_have_one_memory() -> None:
    """It is the machine's: one try alone is all that there is."""
    ward = Ward([Device("cpu:0", ""), Device("cpu:1", "")], stall_seconds=60)
    for memory in MEMORIES:
        assert [ward.is_crowded(ward.slots[0], times, memory) for times in (0, 1)] == [True, False]
