"""The database, as a supervisor asks it and tells it."""

import logging
import os
import socket
import time
from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import replace

from hpo import provenance
from hpo.devices.discovery import Device
from hpo.errors import WorkFailed
from hpo.provenance import Provenance
from hpo.search import rungs
from hpo.search.trials import Ending
from hpo.study import phases
from hpo.training.precision import AUTO, HALF, Precisions
from hpo.worker.assignments import Assignment
from hpo.worker.job_artifacts import JobArtifacts
from hpo.worker.journal import Journal
from hpo.worker.journal_delivery import give_up
from hpo.worker.served_studies import PreparedStudy, ServedStudies, precision_of
from hpo.worker.wait_times import Pace
from storage.database import Database
from storage.errors import LeaseLost, StorageError, StudyMismatch, StudyNotFound
from storage.records import Lease, StudyRecord
from storage.states import JobState, Phase
from storage.tables import jobs, paused_jobs, studies, workers

MAX_LOSSES = 3

log = logging.getLogger(__name__)


class DatabaseClient:
    """Every method raises DatabaseUnavailable where the database does not answer; calling it again
    is then right."""

    def __init__(
        self,
        db: Database,
        served: ServedStudies,
        journal: Journal,
        job_artifacts: JobArtifacts,
        pace: Pace,
        precisions: Precisions,
    ) -> None:
        self.has_left = False
        self._has_claimed = False
        self._db = db
        self._served = served
        self._journal = journal
        self._provenance = served.made_by
        self._pace = pace
        self._id = journal.supervisor_id
        self._job_artifacts = job_artifacts
        self._precisions = precisions
        self._priced = set[tuple[int, str]]()

    def join(self, slots: Sequence[str]) -> None:
        """Signs this worker on, and warns where others in the fleet have other versions.

        Raises:
            OtherMachine: an SQLite file that another machine's workers use.
        """
        with self._db.transaction() as tx:
            others = workers.everyone(tx)
            made_by = self._provenance.model_dump(mode="json") | {"engine": provenance.engine()}
            host = socket.gethostname()
            workers.join(
                tx, self._id, host, os.getpid(), slots, made_by, provenance.machine(),
                self._pace.lease_seconds,
            )  # fmt: skip
        for other in others:
            theirs = Provenance.model_validate(other.provenance)
            if differing := theirs.differences_of_setup(self._provenance):
                log.warning(
                    "the worker on %s has other versions or variables (there, here): %s; each trial"
                    " says what it was trained with",
                    other.host, "; ".join(differing),
                )  # fmt: skip
                return

    def leave(self) -> None:
        """Signs this worker off."""
        with self._db.transaction() as tx:
            workers.leave(tx, self._id)
        self.has_left = True

    def renew(self, held: Collection[Lease], usage: object = None) -> set[Lease]:
        """Says that this worker is alive, with what its devices do where that is given, and extends
        its leases; returns those that are lost."""
        with self._db.transaction() as tx:
            workers.see(tx, self._id, self._pace.lease_seconds, usage)
            kept = jobs.renew(tx, held, self._pace.lease_seconds)
        return set(held) - kept

    def advance(self, *, leaves: bool = False) -> None:
        """Takes the steps that are due for the studies of which no job waits; who claims does that as well. Who
        `leaves` does so for all: what ended here may have been the last of one."""
        for study in self._served.studies if leaves else self._served.without_waiting:
            if (
                advanced := phases.try_to_advance(self._db, study.name, self._served.on_end)
            ) is not None:
                self._served.note(advanced)

    def sweep(self) -> None:
        """Removes stored files that are of no use any more."""
        self._job_artifacts.sweep()

    def claim(
        self, device: Device, avoid: Collection[int], *, with_keras: bool = True
    ) -> Assignment | None:
        """Takes the next job of the studies that are served, for a device, and the steps that are due
        for them; refuses one of which none can be taken. Those that Keras trains are left out without
        `with_keras`, and as long as the device is to be measured for their precision.

        Raises:
            WorkFailed: it is the one study that this worker is for.
        """
        # The one study of which something was claimed just now is read with its steps, and that is enough.
        goes_on = self._served.name is not None and self._has_claimed
        self._has_claimed = False
        if not goes_on:
            self._served.look()
        for prepared in self._served.in_turn(goes_on=goes_on):
            if prepared.definition.searched.needs_keras and not with_keras:
                continue
            try:
                assignment = self._claim_of(prepared, device, avoid)
            except StudyMismatch as error:
                self._served.refuse(prepared.study, str(error))
            except (StorageError, WorkFailed):
                raise
            except Exception as error:
                # Whatever is wrong with one study, the others are served.
                log.exception("no job of %s can be claimed", prepared.study.name)
                said = f"no job of it can be claimed: {type(error).__name__}: {error}"
                self._served.refuse(prepared.study, said)
            else:
                if assignment is not None:
                    self._has_claimed = True
                    return assignment
        return None

    def _claim_of(
        self, prepared: PreparedStudy, device: Device, avoid: Collection[int]
    ) -> Assignment | None:
        """Takes a study's next job; one that was lost too often is ended, and the next one taken."""
        while True:
            try:
                study = phases.advance(self._db, prepared.study.name, self._served.on_end)
            except StudyNotFound:  # it was removed in this moment; the next look says so
                return None
            self._served.note(study)
            if study.phase.is_over or study.uuid != prepared.study.uuid:  # made anew under its name
                return None
            if prepared.definition.searched.needs_keras:
                if not self._may_compute(study, device):
                    return None
                if precision_of(study) == AUTO:
                    self._choose_precision(study, device)
                    continue  # with what was chosen, by whoever was the first
            due = rungs.look(self._db, study)
            with self._db.transaction() as tx:
                if study.started_ms is None:
                    studies.start(tx, study)
                claimed = jobs.claim(
                    tx, study.id, self._id, self._pace.lease_seconds, device.name, avoid, due.job_id
                )
                if claimed is not None and study.is_called and claimed[0].phase == Phase.SEARCH:
                    job, lease = claimed
                    claimed = self._served.called_trials(study.id).create(tx, job, lease), lease
            if claimed is None:
                if due.is_settled and self._end_paused(study):
                    continue
                return None
            job, lease = claimed
            if job.losses < MAX_LOSSES:
                return Assignment(replace(prepared, study=study), job, lease)
            reason = f"given up after {job.losses} lost workers; {job.reason or 'no trace'}"
            log.error("%s of %s is %s", job.title, study.name, reason)
            with suppress(LeaseLost):  # the study stopped in this moment
                give_up(self._db, self._served.trials(study.id), job, lease, reason)

    def _end_paused(self, study: StudyRecord) -> bool:
        """Ends the trials that are paused for good, for as long as no lease waits for it; says whether
        the last of them was ended here."""
        until = time.monotonic() + self._pace.renewal_seconds / 2
        has_ended = False
        while time.monotonic() < until:
            with self._db.transaction() as tx:
                taken = paused_jobs.take(tx, study.id, self._id, self._pace.lease_seconds)
            if taken is None:
                return has_ended
            job, lease = taken
            reason = f"pruned after epoch {job.epoch}: others were better"
            with suppress(LeaseLost):  # the study stopped in this moment
                self._served.trials(study.id).end(
                    job, lease, Ending(JobState.PRUNED, reason=reason)
                )
            has_ended = True
        return False

    def _may_compute(self, study: StudyRecord, device: Device) -> bool:
        """Whether the device is ready for the study's precision; refuses one that it cannot do, and
        says of one what it costs here.

        Raises:
            WorkFailed: it is the one study that this worker is for.
        """
        precision = precision_of(study)
        if self._precisions.lacks(device, [precision]):
            return False
        if precision == HALF and (obstacle := self._precisions.obstacle(device)) is not None:
            self._served.refuse(study, obstacle)
            return False
        if (
            precision == HALF
            and (study.id, device.kind) not in self._priced
            and (price := self._precisions.price(device)) is not None
        ):
            self._priced.add((study.id, device.kind))
            log.warning("study %s trains in %s, which takes %s", study.name, precision, price)
        return True

    def _choose_precision(self, study: StudyRecord, device: Device) -> None:
        choice = self._precisions.choice(device)
        with self._db.transaction() as tx:
            is_ours = studies.choose_precision(tx, study, choice.precision, choice.reason)
        if is_ours:
            log.info("study %s trains in %s: %s", study.name, choice.precision, choice.reason)
