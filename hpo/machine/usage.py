"""What the devices of a worker do, measured now and then, for people who look at the fleet."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

import psutil

from hpo.machine import nvidia
from hpo.machine.devices import Device
from hpo.machine.nvidia import Readings

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
        self._due_at = time.monotonic()

    def due(self) -> list[dict[str, Any]] | None:
        """What is to be told now, as plain data; None where the last time is not long ago."""
        if time.monotonic() < self._due_at:
            return None
        self._due_at = time.monotonic() + SAMPLE_SECONDS
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
