"""The supervisor: feeds the children in its slots with jobs, hears what they say, and looks after
them. It never imports TensorFlow."""

import logging
import traceback
import uuid
from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from threading import Event

from hpo.devices.discovery import Device
from hpo.devices.metering import Meter, Usage
from hpo.errors import HpoError, WorkFailed
from hpo.periodic import Every
from hpo.search.promotion import Advice
from hpo.training import protocol
from hpo.training.child_pool import SlotPool
from hpo.training.child_process import ChildLost, Memory, Slot
from hpo.training.precision import Precisions
from hpo.worker.assignments import Assignment, Assignments
from hpo.worker.database_client import DatabaseClient
from hpo.worker.instructions import Instructions
from hpo.worker.job_artifacts import JobArtifacts
from hpo.worker.journal import Journal, Resumed
from hpo.worker.journal_delivery import Delivery
from hpo.worker.leases import Leases
from hpo.worker.served_studies import ServedStudies
from hpo.worker.wait_times import Departure, Ending, Outage, Pace
from storage.database import Database
from storage.errors import LeaseLost, StorageError, StudyMismatch
from storage.tables import database_identity
from studies.errors import Fault, StudyError

POLL_SECONDS = 1.0
LOOK_SECONDS = 5.0

log = logging.getLogger(__name__)


class Supervisor:
    """One worker on one machine, for the studies that it serves."""

    def __init__(
        self,
        db: Database,
        served: ServedStudies,
        devices: Sequence[Device],
        *,
        state_dir: Path,
        pace: Pace,
        precisions: Precisions,
    ) -> None:
        self.id = str(uuid.uuid4())
        self._departure = Departure(pace)
        self._pool = SlotPool(devices, pace.stall_seconds)
        self._assignments = Assignments(self._pool)
        self._served = served
        self._precisions = precisions
        self._outage = Outage(pace.lease_seconds)
        with db.reading() as tx:
            database_uuid = database_identity.get(tx).uuid
        orphans = list(Journal.orphans(state_dir, database_uuid))
        journal = Journal.create(state_dir / self.id, database_uuid)
        job_artifacts = JobArtifacts(db)
        self._client = DatabaseClient(db, served, journal, job_artifacts, pace, precisions)
        self._instructions = Instructions(db, served, journal, job_artifacts, pace)
        self._held = Leases(
            self._assignments,
            journal,
            orphans,
            client=self._client,
            delivery=Delivery(db, served.trials, job_artifacts, served.made_by, served.on_end),
            outage=self._outage,
            usage=Usage(devices),
            renewal_seconds=pace.renewal_seconds,
        )
        self._looking = Every(LOOK_SECONDS)
        self._claiming = Every(POLL_SECONDS)
        self._idling = None if pace.idle_exit_seconds is None else Every(pace.idle_exit_seconds)
        self._pause_seconds = min(POLL_SECONDS / 2, pace.renewal_seconds)

    def run(self, stop: Event | None = None) -> Ending:
        """Works until the studies it serves are over, until there was nothing to do for as long as it may
        idle, or until `stop` asks to let what runs write checkpoints, give all jobs back and return.

        Raises:
            DatabaseUnavailable: the database did not answer at the start.
            WorkFailed: this machine cannot do the work.
        """
        self._client.join([slot.device.name for slot in self._pool.slots])
        ending = Ending.OVER
        try:
            self._pool.start()
            while not (self._served.is_over and self._held.has_delivered):
                if stop is not None and stop.is_set():
                    self._departure.begin()
                if self._departure.is_due(works=bool(self._assignments.working)):
                    ending = Ending.ASKED
                    break
                if self._has_idled():
                    ending = Ending.IDLE
                    break
                self._outage.attempt(self._talk_to_database)
                for slot, message in self._pool.listen(self._pause_seconds):
                    self._hear(slot, message)
                for slot, hung in self._pool.find_hung(self._assignments.owing):
                    self._lose_child(slot, hung)
        finally:
            self._leave()
        return ending

    def _has_idled(self) -> bool:
        """Whether there was nothing to do for as long as this worker may wait for that."""
        if self._idling is None:
            return False
        is_ready = any(slot.ready for slot in self._pool.slots) and not self._served.is_preparing
        if self._assignments.assigned or not (is_ready and self._held.has_delivered):
            self._idling.restart()
        return self._idling.is_due

    def _is_to_leave(self, assignment: Assignment) -> bool:
        """The job is to be given back at its next checkpoint."""
        return self._departure.has_begun or self._served.is_halted(assignment.job.study_id)

    # What is said to the database.

    def _talk_to_database(self) -> None:
        """Whatever is due, in the order that is right after an outage too: keep what we hold,
        bring what waits, and only then take more."""
        self._held.renew()
        self._held.deliver()
        self._held.tell_printed()
        if self._looking.is_due:
            self._served.look()
            self._client.advance()  # what ended last may have ended where nobody claims
            self._looking.restart()
        for slot in self._assignments.working:
            self._answer_asked(slot)
        self._begin()
        self._claim()

    def _begin(self) -> None:
        for slot in self._assignments.assigned:
            assignment = self._assignments.of(slot)
            if assignment is None or assignment.begun:
                continue
            if self._is_to_leave(assignment):
                self._held.give_back(slot)
            elif self._assignments.may_begin(slot):
                self._begin_in(slot, assignment)

    def _begin_in(self, slot: Slot, assignment: Assignment) -> None:
        try:
            ready = self._instructions.begin(assignment)
        except LeaseLost:
            self._held.lose(assignment.lease)
            return
        except (StudyMismatch, StudyError, OSError, MemoryError) as error:
            self._refuse(slot, str(error) or type(error).__name__)
            return
        except (StorageError, HpoError):
            raise
        except Exception as error:
            # Whatever is wrong with one trial, the others go on. It would be so each time.
            log.exception("%s cannot be begun", assignment.title)
            said = f"it cannot be begun: {type(error).__name__}: {error}"
            self._held.end(slot, protocol.Raised(error=said, traceback=traceback.format_exc()))
            return
        match ready:
            case protocol.Pruned() | protocol.Paused():
                self._held.end(slot, ready)
            case protocol.Work() | protocol.Call():
                slot.send(ready)
                slot.silent_seconds = 0.0
                assignment.begun = True
                log.info("%s trains %s", slot.device.name, assignment.title)

    def _claim(self) -> None:
        if self._departure.has_begun or not self._claiming.is_due:
            return
        for slot in self._pool.slots:
            health = self._pool.health(slot)
            if health.rests or not self._assignments.may_claim(slot):
                continue
            if self._served.needs_keras and not self._pool.has_proof(slot):
                continue
            if self._precisions.lacks(slot.device, self._served.precisions):
                if self._precisions.may_measure(slot.device):
                    slot.ask_for_measurement()
                continue
            jobs_to_avoid = health.jobs_to_avoid
            # One that Keras trains may be found just now.
            assignment = self._client.claim(slot.device, jobs_to_avoid, with_keras=health.is_proven)
            if assignment is not None:
                assignment.meter = Meter(assignment.job, slot.device)
                self._assignments.assign(slot, assignment)
                self._begin()
                continue
            self._claiming.restart()
            if not jobs_to_avoid:
                return  # there is nothing for the others either

    # What is heard from the children.

    def _hear(self, slot: Slot, message: protocol.FromChild | ChildLost) -> None:
        match message:
            case protocol.Ready():
                slot.ready = True
                slot.failed_starts = 0
            case protocol.Proven():
                slot.ready, slot.proves = True, False
                self._pool.health(slot).note_proof()
            case protocol.Measured():
                slot.ready, slot.measures = True, False
                self._precisions.note(slot.device, message)
            case protocol.Report():
                self._hear_report(slot, message)
            case protocol.Suggest() | protocol.Attribute() as asked:
                self._assignment(slot).asked = asked
                self._outage.attempt(partial(self._answer_asked, slot))
            case protocol.Kept():
                assignment = self._assignment(slot)
                self._held.note(assignment, message)
                self._answer(slot, assignment)  # it does not wait for the bytes to be stored
                self._held.try_to_deliver()
            case protocol.Left(epoch=epoch):
                log.info("%s left after %s", self._assignment(slot).title, epoch)
                self._held.give_back(slot)
            case ChildLost() as lost:
                self._lose_child(slot, lost)
            case protocol.Faulty(fault=fault, error=error, traceback=traceback):
                exhausted: Memory | None = "device" if fault == Fault.MEMORY else None
                self._lose_child(slot, ChildLost(f"{error}\n{traceback}", exhausted=exhausted))
            case protocol.Unfit(reason=reason) if slot.proves:
                self._served.refuse_keras(reason)
                slot.start()  # what could not be imported is half there
            case protocol.Unfit(reason=reason):
                self._refuse(slot, reason)
            case protocol.Classified():
                raise AssertionError("a supervisor asks no questions")
            case outcome:
                self._claiming.hasten()
                self._pool.health(slot).note_end()
                log.info("%s: %s", self._assignment(slot).title, outcome.kind)
                self._held.end(slot, outcome)

    def _answer_asked(self, slot: Slot) -> None:
        """Tells the slot's child what it waits for, if it does: behind all that it has reported.

        Raises:
            DatabaseUnavailable: it waits on.
        """
        assignment = self._assignments.of(slot)
        if assignment is None or (asked := assignment.asked) is None:
            return
        self._held.deliver()
        try:
            answer = self._instructions.answer(assignment, asked)
        except LeaseLost:
            self._held.lose(assignment.lease)
            return
        except StudyMismatch as error:
            self._refuse(slot, str(error))
            return
        except (StorageError, HpoError):
            raise
        except Exception as error:
            # Whatever an objective asks for, its worker lives on: else the next would die of it, too.
            log.warning("%s cannot have what it asks for", assignment.title, exc_info=True)
            answer = protocol.Refused(reason=f"{type(error).__name__}: {error}")
        assignment.asked = None
        slot.silent_seconds = 0.0
        slot.send(answer)

    def _assignment(self, slot: Slot) -> Assignment:
        assignment = self._assignments.of(slot)
        assert assignment is not None, "a child that has no work says nothing of any"
        return assignment

    def _hear_report(self, slot: Slot, report: protocol.Report) -> None:
        assignment = self._assignment(slot)
        if report.not_resumed is not None:
            log.warning(
                "%s begins anew: its checkpoint cannot be used here (%s)",
                assignment.title, report.not_resumed,
            )  # fmt: skip
        elif report.resumed_from and assignment.across is not None:
            log.warning("%s was resumed across %s", assignment.title, assignment.across)
            self._held.post(assignment, Resumed(across=assignment.across))
        assignment.across = None
        self._answer(slot, assignment, self._held.post(assignment, report))

    def _answer(self, slot: Slot, assignment: Assignment, advice: Advice = Advice.GO_ON) -> None:
        if self._assignments.of(slot) is assignment:  # the lease was not lost over it
            slot.send(
                protocol.Answer(
                    go_on=advice is not Advice.PRUNE,
                    leave=self._is_to_leave(assignment),
                    pause=advice is Advice.PAUSE,
                )
            )

    def _lose_child(self, slot: Slot, lost: ChildLost) -> None:
        """Gives the job back that was lost with the slot's child, and has the child replaced."""
        reason = lost.reason
        log.warning("%s: %s", slot.device.name, reason)
        if (assignment := self._assignments.of(slot)) is not None:
            crowded = self._pool.note_loss(
                slot, assignment.lease, assignment.prepared.definition.hash,
                assignment.job.exhaustions, lost,
            )  # fmt: skip
            self._held.give_back(slot, reason, crowded=crowded)
        if slot.measures:
            self._precisions.note_lost(slot.device, reason)
        if (cause := self._pool.note_lost_child(slot)) is None:
            slot.start()
            return
        self._held.excuse(self._pool.health(slot).losses)
        self._pool.give_up(slot, cause, reason)

    def _refuse(self, slot: Slot, reason: str) -> None:
        """This machine cannot train the study of the slot's job: the job is free for others.

        Raises:
            WorkFailed: it is the one study that this worker is for.
        """
        self._served.refuse(self._assignment(slot).prepared.study, reason)
        self._held.give_back(slot)

    def _leave(self) -> None:
        self._pool.stop()
        # What cannot be brought now is brought by the next worker on this machine, or its lease
        # expires.
        while assigned := self._assignments.assigned:  # one may be lost while another is given back
            with suppress(WorkFailed):
                self._held.give_back(assigned[0])
        self._held.try_to_deliver()
        self._outage.attempt(partial(self._client.advance, leaves=True))
        if self._served.is_over:
            self._outage.attempt(self._client.sweep)
        self._outage.attempt(self._client.leave)
        with suppress(OSError):
            self._held.close()
