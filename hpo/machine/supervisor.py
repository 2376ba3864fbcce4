"""The supervisor: feeds the children in its slots with jobs, hears what they say, and looks after
them. It never imports TensorFlow."""

import logging
import time
import uuid
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from threading import Event

from hpo.errors import WorkFailed
from hpo.machine.assignment import Assignment
from hpo.machine.courier import Reply
from hpo.machine.desk import Desk
from hpo.machine.devices import Device
from hpo.machine.journal import Body, Entry, GivenBack, Journal, Resumed
from hpo.machine.messages import (
    Answer,
    Classified,
    Diverged,
    Faulty,
    FromChild,
    Kept,
    Left,
    Pruned,
    Raised,
    Ready,
    Report,
    Trained,
    Unfit,
    Work,
)
from hpo.machine.meter import Meter
from hpo.machine.outage import Outage
from hpo.machine.pace import Pace
from hpo.machine.portfolio import Portfolio
from hpo.machine.roster import Roster
from hpo.machine.slot import ChildLost, Slot
from hpo.machine.usage import Usage
from hpo.machine.ward import Memory, Ward
from storage import identity
from storage.database import Database
from storage.errors import LeaseLost, StudyMismatch
from storage.records import Lease
from studies.faults import Fault

POLL_SECONDS = 1.0
LOOK_SECONDS = 5.0

log = logging.getLogger(__name__)


class Supervisor:
    """One worker on one machine, for the studies of its portfolio."""

    def __init__(
        self,
        db: Database,
        portfolio: Portfolio,
        devices: Sequence[Device],
        *,
        state_dir: Path,
        pace: Pace,
    ) -> None:
        self.id = str(uuid.uuid4())
        self._pace = pace
        self._ward = Ward(devices, pace.stall_seconds)
        self._usage = Usage(devices)
        self._roster = Roster(self._ward)
        with db.reading() as tx:
            database_uuid = identity.get(tx).uuid
        self._orphans = list(Journal.orphans(state_dir, database_uuid))
        self._journal = Journal.create(state_dir / self.id, database_uuid)
        self._portfolio = portfolio
        self._desk = Desk(db, portfolio, self._journal, pace)
        self._outage = Outage(pace.lease_seconds)
        self._renew_at = self._claim_at = self._look_at = time.monotonic()
        self._leave_by: float | None = None
        self._pause_seconds = min(POLL_SECONDS / 2, pace.renewal_seconds)

    def run(self, stop: Event | None = None) -> None:
        """Works until the portfolio is over, or until `stop` asks to let what runs write
        checkpoints, give all jobs back and return.

        Raises:
            DatabaseUnavailable: the database did not answer at the start.
            WorkFailed: this machine cannot do the work.
        """
        self._desk.join([slot.device.name for slot in self._ward.slots])
        try:
            self._ward.start()
            while not self._is_over:
                if self._leave_by is None and stop is not None and stop.is_set():
                    wait_seconds = self._pace.grace_to_train_seconds
                    log.info(
                        "leaving: what runs is kept at the end of its epoch, for %.0f s at most;"
                        " Ctrl-C again ends at once",
                        wait_seconds,
                    )
                    self._leave_by = time.monotonic() + wait_seconds
                if self._leave_by is not None and not self._may_wait(self._leave_by):
                    break
                self._outage.attempt(self._talk_to_database)
                for slot, message in self._ward.listen(self._pause_seconds):
                    self._hear(slot, message)
                for slot, reason in self._ward.find_hung(self._roster.working):
                    self._lose_child(slot, reason)
        finally:
            self._leave()

    @property
    def _is_over(self) -> bool:
        waits = self._journal.first is not None or self._orphans
        return self._portfolio.is_over and not waits

    def _is_to_leave(self, assignment: Assignment) -> bool:
        """The job is to be given back at its next checkpoint."""
        return self._leave_by is not None or self._portfolio.is_halted(assignment.job.study_id)

    def _may_wait(self, leave_by: float) -> bool:
        return bool(self._roster.working) and time.monotonic() < leave_by

    # What is said to the database.

    def _talk_to_database(self) -> None:
        """Whatever is due, in the order that is right after an outage too: keep what we hold,
        bring what waits, and only then take more."""
        self._renew()
        self._deliver()
        self._look()
        self._begin()
        self._claim()

    def _renew(self) -> None:
        if time.monotonic() < self._renew_at:
            return
        sent_at = time.monotonic()
        lost = self._desk.renew(self._roster.leases | self._journal.leases, self._usage.due())
        self._renew_at = sent_at + self._pace.renewal_seconds
        for lease in lost:
            self._lose(lease)
        self._desk.sweep()

    def _deliver(self) -> None:
        while self._orphans:
            self._desk.inherit(self._orphans[0])
            self._orphans.pop(0).close()
        for entry, reply in self._desk.deliver():
            self._renew()  # what waited through an outage may take longer to bring than a lease
            match reply:
                case Reply.LOST:
                    self._lose(entry.lease)
                    if not isinstance(entry.body, Report):  # its slot has other work by now
                        job = f"job {entry.job_id}"
                        log.warning("%s is no longer ours; its work here is dropped", job)
                case Reply.STOP:
                    self._set_stop(entry.lease, True)
                case Reply.GO_ON:
                    self._set_stop(entry.lease, False)
                case Reply.DONE:
                    if isinstance(entry.body, Kept):
                        Path(entry.body.file).unlink(missing_ok=True)
                case Reply.ENDED | Reply.RELEASED:
                    self._journal.remove_files(entry.lease)

    def _look(self) -> None:
        if time.monotonic() < self._look_at:
            return
        self._portfolio.look()
        self._look_at = time.monotonic() + LOOK_SECONDS

    def _begin(self) -> None:
        for slot in self._roster.assigned:
            assignment = self._roster.of(slot)
            if assignment is None or assignment.begun:
                continue
            if self._is_to_leave(assignment):
                self._give_back(slot)
                continue
            if not self._roster.may_begin(slot):
                continue
            try:
                ready = self._desk.begin(assignment)
            except LeaseLost as lost:
                log.info("%s", lost)
                self._roster.remove(slot)
                continue
            except StudyMismatch as error:
                self._refuse(slot, str(error))
                continue
            match ready:
                case Pruned():
                    self._roster.remove(slot)
                    self._post(assignment, ready)
                case Work():
                    slot.send(ready)
                    slot.silent_seconds = 0.0
                    assignment.begun = True
                    log.info("%s trains %s", slot.device.name, assignment.title)

    def _claim(self) -> None:
        if self._leave_by is not None or time.monotonic() < self._claim_at:
            return
        for slot in self._ward.slots:
            if not self._roster.may_claim(slot):
                continue
            jobs_to_avoid = self._ward.health(slot).jobs_to_avoid
            assignment = self._desk.claim(slot.device.name, jobs_to_avoid)
            if assignment is not None:
                assignment.meter = Meter(assignment.job, slot.device)
                self._roster.assign(slot, assignment)
                self._begin()
                continue
            self._claim_at = time.monotonic() + POLL_SECONDS
            if not jobs_to_avoid:
                return  # there is nothing for the others either

    # What is heard from the children.

    def _hear(self, slot: Slot, message: FromChild | ChildLost) -> None:
        match message:
            case Ready():
                slot.ready = True
                slot.failed_starts = 0
            case Report():
                self._hear_report(slot, message)
            case Kept():
                assignment = self._assignment(slot)
                self._note(assignment, message)
                self._answer(slot, assignment)  # it does not wait for the bytes to be stored
                self._outage.attempt(self._deliver)
            case Left(epoch=epoch):
                log.info("%s left after epoch %s", self._assignment(slot).title, epoch)
                self._give_back(slot)
            case ChildLost(reason=reason, exhausted=exhausted):
                self._lose_child(slot, reason, exhausted="host" if exhausted else None)
            case Faulty(fault=fault, error=error, traceback=traceback):
                memory: Memory | None = "device" if fault == Fault.MEMORY else None
                self._lose_child(slot, f"{error}\n{traceback}", exhausted=memory)
            case Unfit(reason=reason):
                self._refuse(slot, reason)
            case Trained() | Pruned() | Diverged() | Raised() as outcome:
                assignment = self._roster.remove(slot)
                self._claim_at = time.monotonic()
                self._ward.health(slot).note_end()
                log.info("%s: %s", assignment.title, outcome.kind)
                self._post(assignment, outcome)
            case Classified():
                raise AssertionError("a supervisor asks no questions")

    def _assignment(self, slot: Slot) -> Assignment:
        assignment = self._roster.of(slot)
        assert assignment is not None, "a child that has no work says nothing of any"
        return assignment

    def _hear_report(self, slot: Slot, report: Report) -> None:
        assignment = self._assignment(slot)
        if report.not_resumed is not None:
            log.warning(
                "%s begins anew: its checkpoint cannot be used here (%s)",
                assignment.title, report.not_resumed,
            )  # fmt: skip
        elif report.resumed_from and assignment.across is not None:
            log.warning("%s was resumed across %s", assignment.title, assignment.across)
            self._post(assignment, Resumed(across=assignment.across))
        assignment.across = None
        if not assignment.stop:
            self._post(assignment, report)
        self._answer(slot, assignment)

    def _answer(self, slot: Slot, assignment: Assignment) -> None:
        if self._roster.of(slot) is assignment:  # the lease was not lost over it
            slot.send(Answer(go_on=not assignment.stop, leave=self._is_to_leave(assignment)))

    def _lose_child(self, slot: Slot, reason: str, *, exhausted: Memory | None = None) -> None:
        """Gives the job back that was lost with the slot's child, and has the child replaced."""
        log.warning("%s: %s", slot.device.name, reason)
        health = self._ward.health(slot)
        assignment = self._roster.of(slot)
        if assignment is not None:
            # Where memory was shared the job has another try alone, and nothing counts against it.
            exhaustions = assignment.job.exhaustions
            crowded = bool(exhausted and self._ward.is_crowded(slot, exhaustions, exhausted))
            if not exhausted:  # too large a job says nothing of the device
                health.note_loss(assignment.job.id)
            self._give_back(slot, reason, crowded=crowded)
        if health.is_bad:
            self._outage.attempt(lambda: self._desk.excuse(health.losses))
        self._ward.replace(slot, reason)

    # What becomes of jobs.

    def _post(self, assignment: Assignment, body: Body) -> None:
        """To the journal first, then to the database if it answers."""
        self._note(assignment, body)
        self._outage.attempt(self._deliver)

    def _note(self, assignment: Assignment, body: Body) -> None:
        lease, cost = assignment.lease, assignment.cost
        try:
            self._journal.append(
                Entry(job_id=lease.job_id, token=lease.token, body=body, cost=cost)
            )
        except OSError as error:
            raise WorkFailed.of_disk(self._journal.folder, error) from error

    def _set_stop(self, lease: Lease, stop: bool) -> None:
        """After an outage several answers come at once; the newest counts."""
        for slot in self._roster.holders(lease):
            self._assignment(slot).stop = stop

    def _give_back(self, slot: Slot, loss: str | None = None, *, crowded: bool = False) -> None:
        assignment = self._roster.remove(slot)
        self._post(assignment, GivenBack(loss=loss, crowded=crowded))

    def _refuse(self, slot: Slot, reason: str) -> None:
        """This machine cannot train the study of the slot's job: the job is free for others.

        Raises:
            WorkFailed: it is the one study that this worker is for.
        """
        if self._portfolio.name is not None:
            raise WorkFailed(f"{reason}; this worker leaves, its jobs are free for others")
        self._portfolio.refuse(self._assignment(slot).job.study_id, reason)
        self._give_back(slot)

    def _lose(self, lease: Lease) -> None:
        """Drops the work at once: its next report may be many minutes away."""
        self._journal.remove_files(lease)
        for slot in self._roster.holders(lease):
            assignment = self._roster.remove(slot)
            log.warning("%s is no longer ours; its work here is dropped", assignment.title)
            slot.start()

    def _leave(self) -> None:
        self._ward.stop()
        # What cannot be brought now is brought by the next worker on this machine, or its lease
        # expires.
        for slot in self._roster.assigned:
            with suppress(WorkFailed):
                self._give_back(slot)
        self._outage.attempt(self._deliver)
        if self._portfolio.is_over:
            self._outage.attempt(self._desk.sweep)
        self._outage.attempt(self._desk.leave)
        for orphan in self._orphans:
            orphan.close(keep=True)
        with suppress(OSError):
            self._journal.close(keep=not self._desk.has_left)
