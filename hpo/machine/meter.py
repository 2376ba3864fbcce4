"""A meter: what a job has cost so far, in time of devices and in energy."""

import time

from hpo.cost import Cost
from hpo.machine import nvidia
from hpo.machine.devices import Device
from storage.records import JobRecord


class Meter:
    """Measures one attempt at a job, from its claim on, and adds what the attempts before it cost:
    so what it says can be written again and again. Slots that share a GPU share its cost."""

    def __init__(self, job: JobRecord, device: Device) -> None:
        self._before = Cost(job.device_seconds, job.energy_joules)
        self._device = device
        self._began_at = time.monotonic()
        self._began_joules = _energy_joules(device)

    @property
    def cost(self) -> Cost:
        """What all attempts have cost until now."""
        seconds = time.monotonic() - self._began_at
        now_joules = _energy_joules(self._device)
        joules = 0.0
        if now_joules is not None and self._began_joules is not None:
            joules = max(0.0, now_joules - self._began_joules)  # a driver counts anew when reloaded
        share = self._device.share
        return Cost(
            self._before.device_seconds + seconds / share,
            self._before.energy_joules + joules / share,
        )


def _energy_joules(device: Device) -> float | None:
    return None if device.uuid is None else nvidia.energy_joules(device.uuid)
