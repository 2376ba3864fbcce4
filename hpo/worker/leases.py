"""A worker's leases: keeps them, and tells the database what becomes of their jobs."""

import logging
import time
from collections.abc import Collection, Iterable

from hpo.device_hours import Cost
from hpo.devices.metering import Usage
from hpo.periodic import Every
from hpo.search.promotion import Advice
from hpo.training.child_process import Slot
from hpo.training.protocol import Outcome, Paused
from hpo.worker.assignments import Assignment, Assignments
from hpo.worker.database_client import DatabaseClient
from hpo.worker.journal import Body, Entry, Excused, GivenBack, Journal, Printed
from hpo.worker.journal_delivery import Delivery, Fate
from hpo.worker.wait_times import Outage
from storage.records import Lease

PRINTED_SECONDS = 30.0
"""How often the database is told what trainings that run have printed."""

log = logging.getLogger(__name__)


class Leases:
    """Has the jobs that are assigned here, and a journal in which all that happens to them waits until it is
    delivered; before it, the journals of workers that died on this machine."""

    def __init__(
        self,
        assignments: Assignments,
        journal: Journal,
        orphans: Collection[Journal],
        *,
        client: DatabaseClient,
        delivery: Delivery,
        outage: Outage,
        usage: Usage,
        renewal_seconds: float,
    ) -> None:
        self._assignments = assignments
        self._journal = journal
        self._orphans = list(orphans)
        self._client = client
        self._delivery = delivery
        self._outage = outage
        self._usage = usage
        self._renewing = Every(renewal_seconds)
        self._telling = Every(PRINTED_SECONDS)

    @property
    def has_delivered(self) -> bool:
        """Nothing waits any more."""
        return self._journal.first is None and not self._orphans

    def renew(self) -> None:
        """Keeps what is held, if that is due, and drops what is lost.

        Raises:
            DatabaseUnavailable: calling it again is right.
        """
        if not self._renewing.is_due:
            return
        sent_at = time.monotonic()
        lost = self._client.renew(
            self._assignments.leases | self._journal.leases, self._usage.due()
        )
        self._renewing.restart(sent_at)
        for lease in lost:
            self.lose(lease)
        self._client.sweep()

    def deliver(self) -> Advice:
        """Brings what waits, oldest first; says what is to become of the training that the newest of
        it is about. After an outage several answers come at once, some when nobody waits for one: the
        newest counts, which is that of the child's next report.

        Raises:
            DatabaseUnavailable: calling it again goes on.
        """
        while self._orphans:
            self._delivery.inherit(self._orphans[0])
            self._orphans.pop(0).close()
        advice = Advice.GO_ON
        while self._journal.first is not None:
            self.renew()  # what waited through an outage may take longer to bring than a lease
            delivered = self._delivery.deliver_first(self._journal)
            if delivered.fate is Fate.LOST:
                self.lose(delivered.entry.lease)
                if delivered.entry.is_last:  # its slot has other work by now
                    job = f"job {delivered.entry.job_id}"
                    log.warning("%s is no longer ours; its work here is dropped", job)
            advice = delivered.advice
        return advice

    def try_to_deliver(self) -> Advice:
        """The same, unless the database is to be left alone: while it does not answer, all goes on."""
        return self._outage.attempt(self.deliver) or Advice.GO_ON

    def note(self, assignment: Assignment, body: Body) -> None:
        """To the journal.

        Raises:
            WorkFailed: the disk takes nothing.
        """
        self._append(assignment.lease, body, assignment.cost)

    def tell_printed(self) -> None:
        """Now and then, what trainings that run have printed since.

        Raises:
            DatabaseUnavailable: it waits.
            WorkFailed: the disk takes nothing.
        """
        if self._telling.is_due:
            self._telling.restart()
            for slot in self._assignments.working:
                self._note_printed(slot, self._assignments.of(slot))
            self.deliver()

    def end(self, slot: Slot, body: Outcome | Paused | GivenBack) -> None:
        """Takes the slot's job from it, behind what its training has printed; see `post`.

        Raises:
            WorkFailed: the disk takes nothing.
        """
        assignment = self._assignments.remove(slot)
        self._note_printed(slot, assignment)
        self.post(assignment, body)

    def post(self, assignment: Assignment, body: Body) -> Advice:
        """To the journal first, then to the database, which says what becomes of the training.

        Raises:
            WorkFailed: the disk takes nothing.
        """
        self.note(assignment, body)
        if isinstance(body, Outcome):
            self._delivery.know(assignment.lease, assignment.job)
        return self.try_to_deliver()

    def give_back(self, slot: Slot, loss: str | None = None, *, crowded: bool = False) -> None:
        """Lets all have the slot's job again; `loss` and `crowded` as in `storage.tables.jobs.release`.

        Raises:
            WorkFailed: the disk takes nothing.
        """
        self.end(slot, GivenBack(loss=loss, crowded=crowded))

    def excuse(self, losses: Iterable[Lease]) -> None:
        """Takes back what was counted against these jobs: their device was at fault.

        Raises:
            WorkFailed: the disk takes nothing.
        """
        for lease in losses:
            self._append(lease, Excused())
        self.try_to_deliver()

    def lose(self, lease: Lease) -> None:
        """Another has the job. Its work is dropped at once: its next report may be many minutes
        away."""
        self._journal.remove_files(lease)
        for slot in self._assignments.holders(lease):
            assignment = self._assignments.remove(slot)
            log.warning("%s is no longer ours; its work here is dropped", assignment.title)
            is_running = slot.pipe is not None  # or its child has ended with its worker
            if assignment.begun and is_running:
                slot.start()

    def close(self) -> None:
        """What could not be brought is left to the next worker on this machine."""
        for orphan in self._orphans:
            orphan.close(keep=True)
        self._journal.close(keep=not self._client.has_left)

    def _note_printed(self, slot: Slot, assignment: Assignment | None) -> None:
        if assignment is not None and assignment.begun and (text := slot.news()) is not None:
            self._append(assignment.lease, Printed(text=text))

    def _append(self, lease: Lease, body: Body, cost: Cost | None = None) -> None:
        self._journal.append(Entry(job_id=lease.job_id, token=lease.token, body=body, cost=cost))
