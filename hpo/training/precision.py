"""Which precision a device trains fastest in: measured once for its kind and these versions, then known."""

import hashlib
import json
import logging
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from pydantic import ValidationError

from hpo import provenance
from hpo.devices.discovery import Device
from hpo.training import one_off_work
from hpo.training.protocol import Measure, Measured, Probed
from studies.data import prepared_data
from studies.keras_training import keras_selftest

AUTO, FLOAT32, HALF = "auto", "float32", "mixed_bfloat16"
LEAST_GAIN = 1.1
"""A precision that is hardly faster is not worth what it rounds."""
MOST_APART = 0.1
"""By how much a loss may be higher, as a part of how far it fell."""
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Choice:
    """A precision, and why it is the one."""

    precision: str
    reason: str


def choose(device: Device, measured: Measured | None) -> Choice:
    """The faster precision, if it learns as well; without a measurement that is float32."""
    if measured is None:
        return Choice(FLOAT32, f"{_called(device)} has no arithmetic for bfloat16")
    plain, half = measured.float32, measured.mixed_bfloat16
    if error := half.error or plain.error:
        return Choice(FLOAT32, f"{HALF} does not train on {_called(device)} ({error})")
    apart = half.losses[-1] - plain.losses[-1]
    if not apart <= MOST_APART * (plain.losses[0] - plain.losses[-1]):
        losses = f"{half.losses[-1]:.3f} instead of {plain.losses[-1]:.3f}"
        return Choice(FLOAT32, f"{HALF} comes to a loss of {losses} on {_called(device)}")
    gain = f"{_gain(measured):.2g} times as fast as {FLOAT32} on {_called(device)}"
    if _gain(measured) < LEAST_GAIN:
        return Choice(FLOAT32, f"{HALF} is {gain}")
    return Choice(HALF, f"{gain}, at an equal loss")


def decide(known: "Precisions", device: Device, stall_seconds: float) -> Choice:
    """What the first worker of a study would decide here; measures it now, if that is due.

    Raises:
        WorkFailed: the child that measured was lost or hangs.
    """
    if known.lacks(device, [AUTO]):
        measured = one_off_work.run(device, Measure(), stall_seconds=stall_seconds)
        assert isinstance(measured, Measured), "that was asked"
        known.note(device, measured)
    return known.choice(device)


class Precisions:
    """What is known of the kinds of devices of this machine. What was measured is kept in a folder,
    for other workers and later ones; where it cannot be, it is measured again."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._known: dict[str, Measured] = {}
        self._being_measured = set[str]()

    def may_measure(self, device: Device) -> bool:
        """Whether the device is to be measured now: it, and no other of its kind beside it."""
        if device.kind in self._being_measured:
            return False
        self._being_measured.add(device.kind)
        return True

    def lacks(self, device: Device, asked: Collection[str]) -> bool:
        """Whether there is anything to measure for these precisions: the half one is asked for, or it
        may be chosen."""
        is_due = HALF in asked or (AUTO in asked and device.has_bfloat16)
        return is_due and self.find(device) is None

    def choice(self, device: Device) -> Choice:
        """What the first worker of a study decides by this device."""
        return choose(device, self.find(device) if device.has_bfloat16 else None)

    def obstacle(self, device: Device) -> str | None:
        """Why the half precision cannot be trained in there, if it cannot."""
        measured = self.find(device)
        if measured is None or not (error := measured.mixed_bfloat16.error):
            return None
        return f"{_called(device)} cannot train in {HALF} ({error})"

    def price(self, device: Device) -> str | None:
        """What the half precision costs a device that has no arithmetic for it."""
        measured = self.find(device)
        if measured is None or self.obstacle(device) or _gain(measured) >= 1:
            return None
        return f"{1 / _gain(measured):.2g} times the time of {FLOAT32} on {_called(device)}"

    def find(self, device: Device) -> Measured | None:
        """What was measured on a device of this kind, here or by others of this account."""
        if device.kind not in self._known:
            with suppress(OSError, ValidationError):
                self._known[device.kind] = Measured.model_validate_json(
                    self._file(device).read_text(encoding="utf-8")
                )
        return self._known.get(device.kind)

    def note(self, device: Device, measured: Measured) -> None:
        """It was measured."""
        self._being_measured.discard(device.kind)
        self._known[device.kind] = measured
        if measured.float32.error or measured.mixed_bfloat16.error:
            return  # it may have been for a moment, as of memory
        file = self._file(device)
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            text = measured.model_dump_json()
            prepared_data.write_whole(file, partial(Path.write_text, data=text, encoding="utf-8"))
        except OSError as error:
            log.warning("what was measured of %s cannot be kept (%s)", _called(device), error)

    def note_lost(self, device: Device, reason: str) -> None:
        """The child that measured was lost: half precision may have killed it. That is not kept."""
        self._being_measured.discard(device.kind)
        self._known[device.kind] = Measured(float32=Probed(), mixed_bfloat16=Probed(error=reason))

    def _file(self, device: Device) -> Path:
        """Equal for what gives equal measurements."""
        known_by = {
            "device": device.kind,
            "share": device.share,
            "versions": provenance.versions(),
            "environment": provenance.environment(),
            "probe": Path(keras_selftest.__file__).read_text(encoding="utf-8"),
        }
        digest = hashlib.sha256(json.dumps(known_by, sort_keys=True).encode()).hexdigest()
        return self._folder / f"precision-{digest[:16]}.json"


def _gain(measured: Measured) -> float:
    return measured.float32.seconds / measured.mixed_bfloat16.seconds


def _called(device: Device) -> str:
    return device.kind.partition(",")[0] or device.name
