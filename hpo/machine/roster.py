"""The roster: which slot has which job, and which may have another."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from hpo.machine.slot import Slot
from hpo.machine.ward import Ward
from storage.records import JobRecord, Lease
from storage.states import DataSet


@dataclass
class Assignment:
    """A job that a slot's child trains, or is about to."""

    job: JobRecord
    lease: Lease
    begun: bool = False
    """Its parameters are known and the child has been told to train it."""
    stop: bool = False
    """The pruner has answered: the child is to be told to stop at its next report."""
    across: str | None = None
    """What differs here from where the checkpoint was written that it is to go on from."""

    @property
    def needs_alone(self) -> bool:
        """It ran out of memory where others shared it: now nothing is trained beside it."""
        return self.job.exhaustions > 0

    @property
    def data_set(self) -> Literal["search", "new"]:
        """The name that `studies` has for the job's classes."""
        return "new" if self.job.data_set == DataSet.NEW else "search"


class Roster:
    """At most one assignment a slot of the ward."""

    def __init__(self, ward: Ward) -> None:
        self._ward = ward
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
    def leases(self) -> set[Lease]:
        return {assignment.lease for assignment in self._assignments.values()}

    def may_claim(self, slot: Slot) -> bool:
        """Whether the slot may have a job: it has none, and none beside it must be alone."""
        is_free = slot.ready and slot not in self._assignments
        return is_free and not any(other.needs_alone for other in self._beside(slot))

    def may_begin(self, slot: Slot) -> bool:
        """Whether the slot's job may be trained now: one that must be alone waits for the others."""
        return not (self._assignments[slot].needs_alone and any(True for _ in self._beside(slot)))

    def _beside(self, slot: Slot) -> Iterator[Assignment]:
        """What is assigned where the memory of this slot's device is shared."""
        beside = self._ward.beside(slot)
        return (each for other, each in self._assignments.items() if other in beside)
