"""What a process on a device sees."""

from hpo.devices.discovery import Device
from hpo.devices.keras_probe import probe


def test_a_process_that_cannot_compute() -> None:
    """Says why, however it ends."""
    (seen,) = probe([Device("cpu:0", "", {"KERAS_BACKEND": "an abacus"})])
    assert "an abacus" in seen.error
