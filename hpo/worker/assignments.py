"""Which slot of this machine has which job."""

from dataclasses import dataclass
from typing import Literal

from hpo.device_hours import Cost
from hpo.devices.metering import Meter
from hpo.training import protocol
from hpo.training.child_pool import SlotPool
from hpo.training.child_process import Slot
from hpo.worker.served_studies import PreparedStudy
from storage.records import JobRecord, Lease
from storage.states import DataSet


@dataclass
class Assignment:
    """A job that a slot's child trains, or is about to."""

    prepared: PreparedStudy
    job: JobRecord
    lease: Lease
    begun: bool = False
    """Its parameters are known and the child has been told to train it."""
    asked: protocol.Suggest | protocol.Attribute | None = None
    """What its child waits to be told."""
    across: str | None = None
    """What differs here from where the checkpoint was written that it is to go on from."""

    meter: Meter | None = None
    """What measures it in the slot that has it."""

    @property
    def cost(self) -> Cost | None:
        """What the job has cost until now; None while no slot has it."""
        return None if self.meter is None else self.meter.cost

    @property
    def title(self) -> str:
        """What a person reads of it, in a log."""
        return f"{self.prepared.study.name}, {self.job.title}"

    @property
    def data_set(self) -> Literal["search", "new"]:
        """The name that `studies` has for the job's classes."""
        return "new" if self.job.data_set == DataSet.NEW else "search"


class Assignments:
    """Which slot of a pool has which job, at most one each, and which may have another."""

    def __init__(self, pool: SlotPool) -> None:
        self._pool = pool
        self._assignments: dict[Slot, Assignment] = {}

    def assign(self, slot: Slot, assignment: Assignment) -> None:
        self._assignments[slot] = assignment

    def of(self, slot: Slot) -> Assignment | None:
        return self._assignments.get(slot)

    def remove(self, slot: Slot) -> Assignment:
        """Takes the slot's assignment from it, which there must be."""
        return self._assignments.pop(slot)

    def holders(self, lease: Lease) -> list[Slot]:
        """The slot that has the job of that lease, if one has."""
        return [slot for slot, each in self._assignments.items() if each.lease == lease]

    @property
    def assigned(self) -> list[Slot]:
        return list(self._assignments)

    @property
    def working(self) -> list[Slot]:
        """The slots whose children train."""
        return [slot for slot, each in self._assignments.items() if each.begun]

    @property
    def owing(self) -> list[Slot]:
        """Those of which the next word is to come; others wait for an answer themselves."""
        return [slot for slot in self.working if self._assignments[slot].asked is None]

    @property
    def leases(self) -> set[Lease]:
        return {assignment.lease for assignment in self._assignments.values()}

    def may_claim(self, slot: Slot) -> bool:
        """Whether the slot may have a job: it has none, and none beside it must be alone."""
        is_free = slot.ready and slot not in self._assignments
        return is_free and not any(slot in self._kept_idle(other) for other in self._assignments)

    def may_begin(self, slot: Slot) -> bool:
        """Whether the slot's job may be trained now: one that must be alone waits for the others."""
        return not any(other in self._assignments for other in self._kept_idle(slot))

    def _kept_idle(self, slot: Slot) -> list[Slot]:
        return self._pool.kept_idle(slot, self._assignments[slot].job.exhaustions)
