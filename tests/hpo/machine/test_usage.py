"""What devices do, as told to people."""

from hpo.machine import devices
from hpo.machine.devices import Device
from hpo.machine.usage import Usage
from tests.hpo.driver import Driver

SAMPLE = """
import json
from hpo.machine import devices
from hpo.machine.usage import Usage
print(json.dumps(Usage(devices.find(per_device=2)).due()))
"""
GIB = 2**30


def test_seldom() -> None:
    """It is told at once, and then not again for a while."""
    usage = Usage(devices.find(2))
    assert usage.due() is not None
    assert usage.due() is None


def test_cpu_slots_are_one_machine() -> None:
    """Its processors and its memory are told once."""
    (told,) = Usage(devices.find(2)).due() or []
    assert told["device"] == "cpu"
    assert 0 <= told["utilisation_percent"] <= 100
    assert 0 < told["memory_used_bytes"] < told["memory_total_bytes"]
    assert told["temperature_celsius"] is None and told["power_watts"] is None


def test_gpus(driver: Driver) -> None:
    """Each is told once, however many slots it has."""
    first, second = driver.answer(SAMPLE, "plain")
    assert second["device"] == "gpu:1"
    assert first == {
        "device": "gpu:0",
        "utilisation_percent": 83,
        "memory_used_bytes": 12 * GIB,
        "memory_total_bytes": 80 * GIB,
        "temperature_celsius": 61,
        "power_watts": 300,
    }


def test_what_a_gpu_does_not_tell(driver: Driver) -> None:
    """It is left open, and the rest is told."""
    assert driver.answer(SAMPLE, "meterless")[0]["power_watts"] is None
    piece = driver.answer(SAMPLE, "cut")[0]
    assert (piece["device"], piece["utilisation_percent"]) == ("gpu:0:0", None)
    assert piece["memory_total_bytes"] == 40 * GIB


def test_a_gpu_that_is_gone() -> None:
    """Nothing is known of it, and nothing is raised."""
    (told,) = Usage([Device("gpu:0", "", uuid="GPU-gone")]).due() or []
    assert set(told.values()) == {"gpu:0", None}
