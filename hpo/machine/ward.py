"""The ward: this machine's slots, listened to and looked after."""

import logging
import time
from collections.abc import Collection, Iterator, Sequence
from multiprocessing.connection import wait
from typing import Literal

from hpo.errors import WorkFailed
from hpo.machine.devices import Device
from hpo.machine.health import Health
from hpo.machine.messages import FromChild
from hpo.machine.slot import ChildLost, Slot

MAX_FAILED_STARTS = 3
# A child that starts imports a few modules, over a slow network perhaps.
START_SECONDS = 300.0

Memory = Literal["device", "host"]
"""What a child can run out of: what its device has, where that is a GPU, or the machine's own."""

log = logging.getLogger(__name__)


class Ward:
    """Keeps a child in every slot, and gives up a slot in which none thrives."""

    def __init__(self, devices: Sequence[Device], stall_seconds: float) -> None:
        self.slots = [Slot(device) for device in devices]
        self._health = {slot: Health() for slot in self.slots}
        self._stall_seconds = stall_seconds
        self._turned_at = time.monotonic()

    def health(self, slot: Slot) -> Health:
        return self._health[slot]

    def kept_idle(self, slot: Slot, exhaustions: int) -> list[Slot]:
        """The slots that must have no work beside a job that ran out of memory so often: at first
        those of its device, then all of the machine, whose own memory it may have been."""
        if not exhaustions:
            return []
        return self._beside(slot, "device" if exhaustions == 1 else "host")

    def is_crowded(self, slot: Slot, exhaustions: int, memory: Memory) -> bool:
        """Whether others could take of that memory, beside a job that ran out of it before."""
        idle = self.kept_idle(slot, exhaustions)
        return any(other not in idle for other in self._beside(slot, memory))

    def _beside(self, slot: Slot, memory: Memory) -> list[Slot]:
        others = (other for other in self.slots if other is not slot)
        if memory == "host":
            return list(others)
        return [other for other in others if other.device.memory == slot.device.memory]

    def start(self) -> None:
        """Starts a child in every slot."""
        for slot in self.slots:
            slot.start()

    def stop(self) -> None:
        """Kills them all."""
        for slot in self.slots:
            slot.stop()

    def listen(self, timeout_seconds: float) -> Iterator[tuple[Slot, FromChild | ChildLost]]:
        """What children say, or how they were lost; waits for the first of it."""
        pipes = {slot.pipe: slot for slot in self.slots if slot.pipe is not None}
        for pipe in wait(list(pipes), timeout=timeout_seconds):
            slot = pipes[pipe]  # type: ignore[index]  # wait gives back what it was given
            if slot.pipe is pipe:  # what was heard before may have replaced the child
                yield slot, slot.receive()

    def find_hung(self, working: Collection[Slot]) -> Iterator[tuple[Slot, str]]:
        """The slots of which a child says nothing for too long, though it starts or is working,
        and where it stands. Only time in which it could have been heard counts, not that in which
        this process was stopped, or waited for the database."""
        now = time.monotonic()
        awake_seconds = min(now - self._turned_at, 2.0)
        self._turned_at = now
        for slot in list(self.slots):
            if slot.ready and slot not in working:
                continue
            slot.silent_seconds += awake_seconds
            limit_seconds = self._stall_seconds if slot.ready else START_SECONDS
            if slot.silent_seconds > limit_seconds:
                cause = "no progress" if slot.ready else "the child did not start"
                where = slot.where_it_hangs()
                yield slot, f"{cause} for {limit_seconds:g} s; it stood at:\n{where}"

    def replace(self, slot: Slot, reason: str) -> None:
        """Starts another child where one was lost, or gives up the slot.

        Raises:
            WorkFailed: it was the last.
        """
        slot.failed_starts += not slot.ready
        if self._health[slot].is_bad:
            self._give_up(slot, "different jobs were lost on it, one after another", reason)
        elif slot.failed_starts >= MAX_FAILED_STARTS:
            self._give_up(slot, "no child starts on it", reason)
        else:
            slot.start()

    def _give_up(self, slot: Slot, cause: str, reason: str) -> None:
        log.error("%s is given up: %s", slot.device.name, cause)
        slot.stop()
        self.slots.remove(slot)
        if not self.slots:
            raise WorkFailed(
                "this machine has no device left to train on;"
                f" {slot.device.name} was the last: {cause}: {reason}"
            )
