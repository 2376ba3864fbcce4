"""The roster: who trains what, and who may train beside whom."""

from typing import cast

import pytest

from hpo.machine.assignment import Assignment
from hpo.machine.brief import Brief
from hpo.machine.devices import Device
from hpo.machine.roster import Roster
from hpo.machine.slot import Slot
from hpo.machine.ward import Ward
from storage.records import JobRecord, Lease
from storage.states import DataSet, JobState, Phase

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
