"""What GPUs do, as their driver tells it."""

from tests.support.driver import Driver
from tests.support.marks import needs

pytestmark = needs("cc")

SAMPLE = """
import json
from hpo.devices import discovery
from hpo.devices.metering import Usage
print(json.dumps(Usage(discovery.find(per_device=2)).due()))
"""


GIB = 2**30


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
