"""What trainings cost: the unit in which machines measure it and people are told it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Cost:
    """What trainings took of devices, those included that were lost. A CPU slot is a device; of
    what does not count its energy, none is known."""

    device_seconds: float = 0.0
    energy_joules: float = 0.0

    @property
    def device_hours(self) -> float:
        return self.device_seconds / 3600

    @property
    def kilowatt_hours(self) -> float:
        return self.energy_joules / 3.6e6
