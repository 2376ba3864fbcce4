"""What devices do, as told to people."""

from hpo.devices import discovery
from hpo.devices.discovery import Device
from hpo.devices.metering import Usage


def test_seldom() -> None:
    """It is told at once, and then not again for a while."""
    usage = Usage(discovery.find(2))
    assert usage.due() is not None
    assert usage.due() is None


def test_cpu_slots_are_one_machine() -> None:
    """Its processors and its memory are told once."""
    (told,) = Usage(discovery.find(2)).due() or []
    assert told["device"] == "cpu"
    assert 0 <= told["utilisation_percent"] <= 100
    assert 0 < told["memory_used_bytes"] < told["memory_total_bytes"]
    assert told["temperature_celsius"] is None and told["power_watts"] is None


def test_a_gpu_that_is_gone() -> None:
    """Nothing is known of it, and nothing is raised."""
    (told,) = Usage([Device("gpu:0", "", uuid="GPU-gone")]).due() or []
    assert set(told.values()) == {"gpu:0", None}
