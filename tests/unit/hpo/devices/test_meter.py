"""What a job costs: time of devices, and energy where they count it."""

from dataclasses import replace

import pytest

from hpo.device_hours import Cost
from hpo.devices import metering, nvidia
from hpo.devices.discovery import Device
from hpo.devices.metering import Meter
from tests.support.statuses import TRIAL

GPU = Device("gpu:0", "H100", uuid="GPU-1")


class Instruments:
    """A clock and a GPU's energy counter, set by hand."""

    now = 1000.0
    joules: float | None = 50_000.0

    def monotonic(self) -> float:
        return self.now

    def energy_joules(self, _uuid: str) -> float | None:
        return self.joules


@pytest.fixture
def instruments(monkeypatch: pytest.MonkeyPatch) -> Instruments:
    """Those that meters read."""
    made = Instruments()
    monkeypatch.setattr(metering, "time", made)
    monkeypatch.setattr(nvidia, "energy_joules", made.energy_joules)
    return made


def test_it_adds_to_what_was(instruments: Instruments) -> None:
    """The cost of the attempts before is in it; reading it changes nothing."""
    read = Meter(replace(TRIAL, device_seconds=100, energy_joules=7), GPU)
    assert read.cost == Cost(100, 7)
    instruments.now += 10
    instruments.joules = 53_000
    assert read.cost == read.cost == Cost(110, 3007)


def test_slots_that_share_a_gpu_share_its_cost(instruments: Instruments) -> None:
    """A quarter each, of time and of energy."""
    read = Meter(TRIAL, Device("gpu:0/3", "H100", uuid="GPU-1", share=4))
    instruments.now += 10
    instruments.joules = 53_000
    assert read.cost == Cost(2.5, 750)


@pytest.mark.parametrize("counted", [None, 10.0])
def test_energy_that_is_not_known(instruments: Instruments, counted: float | None) -> None:
    """A counter that is gone, or began anew, adds nothing, and takes nothing away."""
    read = Meter(TRIAL, GPU)
    instruments.now += 10
    instruments.joules = counted
    assert read.cost == Cost(10, 0)


def test_a_cpu_slot_is_a_device(instruments: Instruments) -> None:
    """Its time counts; its energy is not known."""
    read = Meter(TRIAL, Device("cpu:0", ""))
    instruments.now += 10
    assert read.cost == Cost(10, 0)
