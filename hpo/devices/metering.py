"""What devices do, for people who look at the fleet, and what a job costs of them."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

import psutil

from hpo.device_hours import Cost
from hpo.devices import nvidia
from hpo.devices.discovery import Device
from hpo.devices.nvidia import Readings
from hpo.periodic import Every
from storage.records import JobRecord

SAMPLE_SECONDS = 30.0


class Usage:
    """Reads the instruments of each device once, however many slots share it; CPU slots have those
    of the machine. Raises nothing: what cannot be read is None."""

    def __init__(self, devices: Sequence[Device]) -> None:
        self._names = {
            each.uuid: "cpu" if each.uuid is None else each.name.partition("/")[0]
            for each in devices
        }
        if None in self._names:
            _host()  # it tells what was used since it was last asked
        self._sampling = Every(SAMPLE_SECONDS)

    def due(self) -> list[dict[str, Any]] | None:
        """What is to be told now, as plain data; None where the last time is not long ago."""
        if not self._sampling.is_due:
            return None
        self._sampling.restart()
        return list(self._sample())

    def _sample(self) -> Iterator[dict[str, Any]]:
        for uuid, name in self._names.items():
            yield {"device": name, **asdict(_host() if uuid is None else nvidia.read(uuid))}


def _host() -> Readings:
    try:
        busy, memory = psutil.cpu_percent(), psutil.virtual_memory()
    except (OSError, psutil.Error, ValueError):  # a container may hide what is read
        return Readings()
    return Readings(busy, memory.total - memory.available, memory.total)


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
