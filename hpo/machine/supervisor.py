"""The supervisor: claims jobs, feeds them to the children in its slots, and brings back what
they say. It never imports TensorFlow."""

import logging
import os
import socket
import time
import uuid
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from multiprocessing.connection import wait
from pathlib import Path
from threading import Event

from sqlalchemy.engine import Connection

from hpo import phases, provenance
from hpo.definitions import Definition
from hpo.errors import WorkFailed
from hpo.machine.assignment import Assignment
from hpo.machine.courier import Courier, Outage, Reply, give_up
from hpo.machine.devices import Device
from hpo.machine.journal import Entry, Journal
from hpo.machine.messages import (
    Answer,
    Classified,
    Diverged,
    FromChild,
    Outcome,
    Pruned,
    Raised,
    Ready,
    Report,
    Trained,
    Unfit,
)
from hpo.machine.slot import ChildLost, Slot
from hpo.trials import Trials
from storage import jobs, openings, studies, workers
from storage.database import Database
from storage.errors import DatabaseUnavailable, LeaseLost
from storage.records import Lease, StudyRecord
from storage.states import Phase
from studies.dataset import PreparedData

MAX_LOSSES = 3
MAX_FAILED_STARTS = 3
POLL_SECONDS = 1.0

log = logging.getLogger(__name__)


class Supervisor:
    """One worker on one machine, for one study."""

    def __init__(
        self,
        db: Database,
        study: StudyRecord,
        definition: Definition,
        data: PreparedData,
        devices: Sequence[Device],
        *,
        state_dir: Path,
        lease_seconds: float,
    ) -> None:
        self.id = str(uuid.uuid4())
        self._db = db
        self._study = study
        self._definition = definition
        self._data = data
        self._provenance = provenance.of_device(
            " + ".join(sorted({device.kind for device in devices}))
        )
        self._lease_seconds = lease_seconds
        self._slots = [Slot(device) for device in devices]
        self._assignments: dict[Slot, Assignment] = {}
        epochs = definition.study.with_settings(study.settings).epochs
        self._trials = Trials(db, study, definition.study.space, epochs)
        self._courier = Courier(db, study, self._trials)
        self._orphans = list(Journal.orphans(state_dir, study.uuid))
        self._journal = Journal.create(state_dir / self.id, study.uuid)
        self._outage = Outage()
        self._renew_at = self._claim_at = time.monotonic()

    def run(self, stop: Event | None = None) -> StudyRecord:
        """Works until the study is over, or `stop` asks to give all jobs back and return; returns
        the study as it then stands.

        Raises:
            DatabaseUnavailable: the database did not answer at the start.
            WorkFailed: this machine cannot do the work.
        """
        slots = [slot.device.name for slot in self._slots]
        with self._db.transaction() as tx:
            made_by = self._provenance.model_dump(mode="json")
            workers.join(tx, self.id, socket.gethostname(), os.getpid(), slots, made_by)
        try:
            for slot in self._slots:
                slot.start()
            while not (stop and stop.is_set()) and not self._is_over:
                self._attempt(self._talk_to_database)
                self._listen()
        finally:
            self._leave()
        return self._study

    @property
    def _is_over(self) -> bool:
        return self._study.phase.is_over and self._journal.first is None

    def _attempt(self, talk: Callable[[], None]) -> bool:
        """Talks to the database unless it is to be left alone; says whether it answered."""
        if self._outage.is_on:
            return False
        try:
            talk()
        except DatabaseUnavailable as error:
            self._outage.begin(error)
            return False
        # What was tried in the midst of this may have begun an outage.
        if not self._outage.is_on:
            self._outage.end()
        return True

    def _talk_to_database(self) -> None:
        """Whatever is due, in the order that is right after an outage too: keep what we hold,
        bring what waits, and only then take more."""
        self._renew()
        self._deliver()
        self._begin()
        self._claim()

    def _renew(self) -> None:
        if time.monotonic() < self._renew_at:
            return
        held = {assignment.lease for assignment in self._assignments.values()}
        held |= self._journal.leases
        sent_at = time.monotonic()
        with self._db.transaction() as tx:
            workers.see(tx, self.id)
            kept = jobs.renew(tx, held, self._lease_seconds)
        self._renew_at = sent_at + self._lease_seconds / 3
        for lease in held - kept:
            self._lose(lease)

    def _deliver(self) -> None:
        while self._orphans:
            for _ in self._courier.deliver(self._orphans[0]):
                log.info("brought what a worker that died on this machine had left")
            self._orphans.pop(0).close()
        for entry, reply in self._courier.deliver(self._journal):
            match reply:
                case Reply.LOST:
                    self._lose(entry.lease)
                    if not isinstance(entry.body, Report):  # its slot has other work by now
                        job = f"job {entry.job_id}"
                        log.warning("%s was taken over; its work here is dropped", job)
                case Reply.STOP:
                    self._set_stop(entry.lease, True)
                case Reply.ENDED:
                    self._model_file(entry.lease).unlink(missing_ok=True)
                case Reply.GO_ON:
                    self._set_stop(entry.lease, False)

    def _begin(self) -> None:
        for slot, assignment in list(self._assignments.items()):
            if assignment.begun:
                continue
            try:
                if assignment.job.phase == Phase.SEARCH:
                    assignment.job = self._trials.begin(assignment.job, assignment.lease)
                elif assignment.job.phase == Phase.FINAL:
                    with self._db.transaction() as tx:
                        self._open_holdout(tx, assignment)
            except LeaseLost as lost:
                log.info("%s", lost)
                del self._assignments[slot]
                continue
            job = assignment.job
            # The worker before us may have been lost before it could tell the pruner's answer.
            if job.phase == Phase.SEARCH and job.epoch and not self._trials.is_promising(job):
                del self._assignments[slot]
                self._post(assignment.lease, Pruned(epoch=job.epoch))
                continue
            model_file = self._model_file(assignment.lease)
            slot.send(assignment.work(self._definition, self._study, self._data, model_file))
            assignment.begun = True
            log.info("%s trains %s", slot.device.name, job.title)

    def _open_holdout(self, tx: Connection, assignment: Assignment) -> None:
        job = assignment.job
        holdout = self._data.holdout_sha256(assignment.data_set)
        openings.add(tx, self._study, job, assignment.lease, holdout, provenance.account())

    def _claim(self) -> None:
        idle = [slot for slot in self._slots if slot.ready and slot not in self._assignments]
        if not idle or time.monotonic() < self._claim_at:
            return
        for slot in idle:
            self._study = phases.advance(self._db, self._study.name)
            with self._db.transaction() as tx:
                studies.start(tx, self._study)
                claimed = jobs.claim(tx, self._study.id, self.id, self._lease_seconds)
            if claimed is None:
                self._claim_at = time.monotonic() + POLL_SECONDS
                return
            job, lease = claimed
            if job.losses >= MAX_LOSSES:
                reason = f"given up after {job.losses} lost workers; {job.reason or 'no trace'}"
                log.error("%s is %s", job.title, reason)
                with suppress(LeaseLost):  # the study stopped in this moment
                    give_up(self._db, self._trials, job, lease, reason)
                return
            self._assignments[slot] = Assignment(job, lease)
            self._begin()

    def _listen(self) -> None:
        """Waits for the children, but not beyond the next thing that is due."""
        pipes = {slot.pipe: slot for slot in self._slots if slot.pipe is not None}
        for pipe in wait(list(pipes), timeout=POLL_SECONDS / 2):
            slot = pipes[pipe]  # type: ignore[index]  # wait gives back what it was given
            if slot.pipe is pipe:  # what was heard before may have replaced the child
                self._hear(slot, slot.receive())

    def _hear(self, slot: Slot, message: FromChild | ChildLost) -> None:
        match message:
            case Ready():
                slot.ready = True
                slot.failed_starts = 0
            case ChildLost(reason=reason):
                log.warning("%s: %s", slot.device.name, reason)
                if (assignment := self._assignments.pop(slot, None)) is not None:
                    self._attempt(partial(self._give_back, assignment, reason))
                self._restart(slot, reason)
            case Report():
                assignment = self._assignments[slot]
                if not assignment.stop:
                    self._post(assignment.lease, message)
                if self._assignments.get(slot) is assignment:  # the lease was not lost over it
                    slot.send(Answer(go_on=not assignment.stop))
            case Unfit(reason=reason):
                raise WorkFailed(f"{reason}; this worker leaves, its jobs are free for others")
            case Trained() | Pruned() | Diverged() | Raised() as outcome:
                assignment = self._assignments.pop(slot)
                self._claim_at = time.monotonic()
                log.info("%s: %s", assignment.job.title, outcome.kind)
                self._post(assignment.lease, outcome)
            case Classified():
                raise AssertionError("a supervisor asks no questions")

    def _restart(self, slot: Slot, reason: str) -> None:
        slot.failed_starts += not slot.ready
        if slot.failed_starts < MAX_FAILED_STARTS:
            slot.start()
            return
        log.error("%s is given up: its child never starts", slot.device.name)
        slot.stop()
        self._slots.remove(slot)
        if not self._slots:
            raise WorkFailed(f"no child starts on this machine: {reason}")

    def _post(self, lease: Lease, body: Report | Outcome) -> None:
        """To the journal first, then to the database if it answers."""
        self._journal.append(Entry(job_id=lease.job_id, token=lease.token, body=body))
        self._attempt(self._deliver)

    def _set_stop(self, lease: Lease, stop: bool) -> None:
        """After an outage several answers come at once; the newest counts."""
        for assignment in self._assignments.values():
            if assignment.lease == lease:
                assignment.stop = stop

    def _lose(self, lease: Lease) -> None:
        """Drops the work at once: its next report may be many minutes away."""
        for slot, assignment in list(self._assignments.items()):
            if assignment.lease == lease:
                log.warning("%s was taken over; its work here is dropped", assignment.job.title)
                del self._assignments[slot]
                slot.start()

    def _give_back(self, assignment: Assignment, loss: str | None = None) -> None:
        try:
            with self._db.transaction() as tx:
                jobs.release(tx, assignment.lease, loss=loss)
        except LeaseLost as lost:
            log.info("%s", lost)

    def _leave(self) -> None:
        for slot in self._slots:
            slot.stop()
        # What cannot be given back now is taken over when its lease expires.
        for assignment in self._assignments.values():
            self._attempt(partial(self._give_back, assignment))
        self._attempt(self._deliver)
        self._attempt(self._sign_off)
        for journal in (*self._orphans, self._journal):
            journal.close()

    def _sign_off(self) -> None:
        with self._db.transaction() as tx:
            workers.leave(tx, self.id)

    def _model_file(self, lease: Lease) -> Path:
        return self._journal.files / f"{lease.job_id}-{lease.token}.keras"
