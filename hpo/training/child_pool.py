"""This machine's slots: how each device fares, and a child kept in every one."""

import logging
import time
from collections.abc import Collection, Iterator, Sequence
from multiprocessing.connection import wait

from hpo.devices.discovery import Device
from hpo.errors import WorkFailed
from hpo.training.child_process import ChildLost, Memory, Slot
from hpo.training.protocol import FromChild
from storage.records import Lease

FAILURES_IN_A_ROW = 3
"""So many different jobs lost in a row, of different definitions, are the device's fault. Those of one
definition may be its own, and so may one job lost as often."""
RETAKE_SECONDS = 5.0
"""How long a job that was lost here is left to others, the first time; each further loss of it makes
it longer by the factor below. From the third job on all are, so long: one bad device does not use up
what is open."""
RETAKE_FACTOR = 6.0
MAX_FAILED_STARTS = 3
# A child that starts imports a few modules, over a slow network perhaps.
START_SECONDS = 300.0
log = logging.getLogger(__name__)


class Health:
    """The health of a device, told by the jobs that were lost on it, one after another, since it last
    brought a training to its end, and by whether Keras can train on it."""

    def __init__(self) -> None:
        self.losses: list[Lease] = []
        """Under which leases jobs were lost, oldest first."""
        self.is_proven = False
        """Keras has shown that it trains here, and not so many jobs were lost since."""
        self.failed_proofs = 0
        self._definitions: set[str] = set()
        self._retake_at: dict[int, float] = {}
        self._since_proof: set[int] = set()
        self._rests_until = 0.0

    def note_loss(self, lease: Lease, definition: str, *, ended_itself: bool = False) -> None:
        """A job of that definition, by its hash, was lost. Where its process ended itself, as code may
        that was trained, that says nothing of the device."""
        self.losses.append(lease)
        if not ended_itself:
            self._definitions.add(definition)
        times = sum(each.job_id == lease.job_id for each in self.losses)
        # One that was lost so often is not trained again: whoever claims it ends it.
        seconds = RETAKE_SECONDS * RETAKE_FACTOR ** (times - 1) if times < FAILURES_IN_A_ROW else 0
        now = time.monotonic()
        self._retake_at[lease.job_id] = now + seconds
        if len(self._retake_at) >= FAILURES_IN_A_ROW:
            self._rests_until = now + RETAKE_SECONDS
        self._since_proof.add(lease.job_id)
        if len(self._since_proof) >= FAILURES_IN_A_ROW:
            self.is_proven = False

    def note_end(self) -> None:
        """A training came to its end: the device works."""
        self.losses.clear()
        self._definitions.clear()
        self._retake_at.clear()
        self._since_proof.clear()
        self._rests_until = 0.0

    def note_proof(self) -> None:
        """Keras trains here."""
        self.is_proven = True
        self.failed_proofs = 0
        self._since_proof.clear()

    @property
    def is_bad(self) -> bool:
        return len(self._retake_at) >= FAILURES_IN_A_ROW and len(self._definitions) > 1

    @property
    def rests(self) -> bool:
        """Whether other devices should have all jobs first."""
        return time.monotonic() < self._rests_until

    @property
    def jobs_to_avoid(self) -> set[int]:
        """Jobs that another device should have first, by their ids."""
        now = time.monotonic()
        return {job_id for job_id, at in self._retake_at.items() if now < at}


class SlotPool:
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

    def note_loss(
        self,
        slot: Slot,
        lease: Lease,
        definition: str,
        exhaustions: int,
        lost: ChildLost,
    ) -> bool:
        """Notes that a job was lost with the slot's child, which may have exhausted a memory. Says
        whether others could take of it: then the job has another try alone, and nothing counts
        against it."""
        if lost.exhausted is not None:  # too large a job says nothing of the device
            return self.is_crowded(slot, exhaustions, lost.exhausted)
        ended_itself = lost.exit_code is not None
        self._health[slot].note_loss(lease, definition, ended_itself=ended_itself)
        return False

    def has_proof(self, slot: Slot) -> bool:
        """Whether it was shown that Keras trains in this slot; if not, that is asked of its child,
        which takes no work before it has answered."""
        if not self._health[slot].is_proven:
            slot.ask_for_proof()
        return self._health[slot].is_proven

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

    def find_hung(self, working: Collection[Slot]) -> Iterator[tuple[Slot, ChildLost]]:
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
                if slot.proves:
                    cause = "Keras did not train"
                elif slot.measures:
                    cause = "its precisions could not be measured"
                told = f"it stood at:\n{slot.where_it_hangs()}"
                yield slot, ChildLost(f"{cause} for {limit_seconds:g} s", told)

    def note_lost_child(self, slot: Slot) -> str | None:
        """Notes that the slot's child was lost. Says why the slot is to be given up, if it is."""
        health = self._health[slot]
        if slot.proves:
            health.failed_proofs += 1
        else:
            slot.failed_starts += not slot.ready
        if health.is_bad:
            return "jobs of different studies were lost on it, one after another"
        if health.failed_proofs >= MAX_FAILED_STARTS:
            return "Keras cannot train on it"
        if slot.failed_starts >= MAX_FAILED_STARTS:
            return "no child starts on it"
        return None

    def give_up(self, slot: Slot, cause: str, reason: str) -> None:
        """Goes on without the slot.

        Raises:
            WorkFailed: it was the last.
        """
        log.error("%s is given up: %s", slot.device.name, cause)
        slot.stop()
        self.slots.remove(slot)
        if not self.slots:
            raise WorkFailed(
                "this machine has no device left to train on;"
                f" {slot.device.name} was the last: {cause}: {reason}"
            )
