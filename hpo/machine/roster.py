"""The roster: which slot has which job, and which may have another."""

from hpo.machine.assignment import Assignment
from hpo.machine.slot import Slot
from hpo.machine.ward import Ward
from storage.records import Lease


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
        return is_free and not any(slot in self._kept_idle(other) for other in self._assignments)

    def may_begin(self, slot: Slot) -> bool:
        """Whether the slot's job may be trained now: one that must be alone waits for the others."""
        return not any(other in self._assignments for other in self._kept_idle(slot))

    def _kept_idle(self, slot: Slot) -> list[Slot]:
        return self._ward.kept_idle(slot, self._assignments[slot].job.exhaustions)
