"""What a doctor says of devices, by what a process on them sees."""

import pytest

from hpo.doctor.devices import judge
from hpo.doctor.finding import Grade
from hpo.machine.devices import Device
from hpo.machine.probe import Seen, probe

GPU = Device("gpu:0", "an abacus", {})
SEEN = Seen(backend="tensorflow", gpus=1, built_cuda="12.5.1", driver_cuda="12.4")


def _broken(device: Device, seen: Seen) -> list[str]:
    return [each.name for each in judge(device, seen) if each.grade == Grade.FAIL]


@pytest.mark.parametrize(
    ("changed", "broken"),
    [
        ({}, []),
        ({"driver_cuda": "13.0"}, []),
        ({"built_cuda": ""}, []),  # JAX does not say
        ({"gpus": 0}, ["gpu:0"]),
        ({"driver_cuda": "11.8"}, ["gpu:0 cuda"]),
        ({"driver_cuda": "", "gpus": 0}, ["gpu:0", "gpu:0 cuda"]),
        ({"error": "it is out of order"}, ["gpu:0"]),
    ],
)
def test_a_gpu(changed: dict[str, object], broken: list[str]) -> None:
    """Must be seen by Keras, and the driver be no older than the CUDA that is used."""
    assert _broken(GPU, SEEN.model_copy(update=changed)) == broken


def test_the_cpu_needs_no_driver() -> None:
    """Nor any GPU."""
    assert _broken(Device("cpu:0", "an abacus"), Seen(backend="tensorflow")) == []


def test_a_process_that_cannot_compute() -> None:
    """Says why, however it ends."""
    (seen,) = probe([Device("cpu:0", "", {"KERAS_BACKEND": "an abacus"})])
    assert "an abacus" in seen.error
