"""The desk: all that a supervisor asks of the database for its study, and tells it."""

import logging
import os
import socket
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from hpo import phases, provenance
from hpo.definitions import Definition
from hpo.errors import WorkFailed
from hpo.machine.archivist import Archivist
from hpo.machine.assignment import Assignment
from hpo.machine.courier import Courier, Reply, give_up
from hpo.machine.journal import Entry, Journal
from hpo.machine.messages import Pruned, Work
from hpo.machine.pace import Pace
from hpo.provenance import Provenance
from hpo.trials import Trials
from storage import jobs, openings, studies, workers
from storage.database import Database
from storage.errors import LeaseLost
from storage.records import BASELINE, Lease, StudyRecord
from storage.states import DataSet, Phase
from studies.dataset import PreparedData

MAX_LOSSES = 3

log = logging.getLogger(__name__)


class Desk:
    """Every method raises DatabaseUnavailable where the database does not answer; calling it again
    is then right."""

    def __init__(
        self,
        db: Database,
        study: StudyRecord,
        definition: Definition,
        data: PreparedData,
        journal: Journal,
        device_kind: str,
        pace: Pace,
    ) -> None:
        self.study = study
        """As it stood when it was last looked at."""
        self.has_left = False
        self._db = db
        self._definition = definition
        self._data = data
        self._journal = journal
        self._provenance = provenance.of_device(device_kind)
        self._pace = pace
        self._id = journal.supervisor_id
        self._trials = Trials(db, study, self._provenance)
        self._archivist = Archivist(db)
        self._courier = Courier(db, study, self._trials, self._archivist, self._provenance)

    def join(self, slots: Sequence[str]) -> None:
        """Signs this worker on, and warns where others in the fleet have other versions."""
        with self._db.transaction() as tx:
            others = workers.everyone(tx)
            made_by = self._provenance.model_dump(mode="json")
            host = socket.gethostname()
            workers.join(
                tx, self._id, host, os.getpid(), slots, made_by, provenance.machine(),
                self._pace.lease_seconds,
            )  # fmt: skip
        for other in others:
            theirs = Provenance.model_validate(other.provenance).versions
            if theirs != self._provenance.versions:
                differing = self._provenance.model_copy(update={"versions": theirs})
                log.warning(
                    "the worker on %s has other versions (there, here): %s; each trial says what"
                    " it was trained with",
                    other.host, "; ".join(differing.differences(self._provenance)),
                )  # fmt: skip
                return

    def leave(self) -> None:
        """Signs this worker off."""
        with self._db.transaction() as tx:
            workers.leave(tx, self._id)
        self.has_left = True

    def look(self) -> StudyRecord:
        """Takes what steps are due for the study, and reads it."""
        self.study = phases.advance(self._db, self.study.name)
        return self.study

    def glance(self) -> StudyRecord:
        """Reads the study and none of its jobs, of which there may be thousands."""
        with self._db.reading() as tx:
            self.study = studies.get(tx, self.study.name)
        return self.study

    def renew(self, held: Collection[Lease]) -> set[Lease]:
        """Says that this worker is alive and extends its leases; returns those that are lost."""
        with self._db.transaction() as tx:
            workers.see(tx, self._id, self._pace.lease_seconds)
            kept = jobs.renew(tx, held, self._pace.lease_seconds)
        return set(held) - kept

    def deliver(self, journal: Journal | None = None) -> Iterator[tuple[Entry, Reply]]:
        """Brings what waits in this worker's journal, or another's, oldest first."""
        return self._courier.deliver(self._journal if journal is None else journal)

    def inherit(self, orphan: Journal) -> None:
        """Brings what a worker that died on this machine has left, and gives its jobs back."""
        for entry, reply in self.deliver(orphan):
            log.info("brought a worker's %s, who died here: %s", entry.body.kind, reply)
        with self._db.transaction() as tx:
            loss = "its worker died, and another began on the same machine"
            if number := jobs.release_of_dead(tx, orphan.supervisor_id, loss):
                log.info("gave back %s of a worker that died on this machine", number)
            workers.leave(tx, orphan.supervisor_id)

    def sweep(self) -> None:
        """Removes stored files that are of no use any more."""
        self._archivist.sweep()

    def excuse(self, losses: Mapping[int, int]) -> None:
        """Takes back what was counted against these jobs: the device was at fault."""
        with self._db.transaction() as tx:
            for job_id, number in losses.items():
                jobs.excuse(tx, job_id, number)

    def claim(self, avoid: Collection[int]) -> Assignment | None:
        """Takes the next job; one that was lost too often is ended here, and the next one taken."""
        while True:
            with self._db.transaction() as tx:
                studies.start(tx, self.study)
                claimed = jobs.claim(tx, self.study.id, self._id, self._pace.lease_seconds, avoid)
            if claimed is None:
                return None
            job, lease = claimed
            if job.losses < MAX_LOSSES:
                return Assignment(job, lease)
            reason = f"given up after {job.losses} lost workers; {job.reason or 'no trace'}"
            log.error("%s is %s", job.title, reason)
            with suppress(LeaseLost):  # the study stopped in this moment
                give_up(self._db, self._trials, job, lease, reason)
            self.look()

    def begin(self, assignment: Assignment) -> Work | Pruned:
        """Makes an assignment ready: what its child is to be told, or that the trial was hopeless
        already when the worker before us was lost.

        Raises:
            LeaseLost: another has the job.
        WorkFailed: this machine's disk takes nothing.
        """
        if assignment.job.phase == Phase.SEARCH:
            assignment.job = self._trials.begin(
                assignment.job, assignment.lease, self._definition.study.space
            )
            job = assignment.job
            if job.epoch and not self._trials.is_promising(job):
                return Pruned(epoch=job.epoch)
        elif assignment.job.phase == Phase.FINAL:
            holdout = self._data.holdout_sha256(assignment.data_set)
            with self._db.transaction() as tx:
                who = provenance.account()
                openings.add(tx, self.study, assignment.job, assignment.lease, holdout, who)
        return self._work(assignment, self._fetch_checkpoint(assignment))

    def _fetch_checkpoint(self, assignment: Assignment) -> Path | None:
        """Brings the job's newest checkpoint here, and notes what was otherwise where it was
        written."""
        job = assignment.job
        found = self._archivist.newest_checkpoint(job)
        if found is None:
            return None
        artifact, content = found
        written_by = Provenance.model_validate(artifact.provenance)
        assignment.across = "; ".join(written_by.differences(self._provenance)) or None
        file = self._journal.files_of(assignment.lease, "-resume.checkpoint")
        try:
            file.write_bytes(content)
        except OSError as error:
            raise WorkFailed.of_disk(file, error) from error
        log.info("%s goes on from epoch %s", job.title, artifact.epoch)
        return file

    def _work(self, assignment: Assignment, checkpoint: Path | None) -> Work:
        """Only a final job is given a holdout; of the models only the winner's on the searched
        classes are kept, one of which is exported."""
        job, files = assignment.job, self._journal
        final = job.phase == Phase.FINAL
        kept = final and job.data_set == DataSet.SEARCH and job.configuration != BASELINE
        holdout = self._data.holdout_path(assignment.data_set)
        return Work(
            definition=self._definition.reference,
            definition_hash=self._definition.hash,
            settings=dict(self.study.settings),
            params=dict(job.params or {}),
            seed=job.seed,
            training_file=str(self._data.training_path(assignment.data_set)),
            holdout_file=str(holdout) if final else None,
            model_file=str(files.files_of(assignment.lease, ".keras")) if kept else None,
            checkpoint_file=str(checkpoint) if checkpoint else None,
            checkpoint_stem=str(files.files_of(assignment.lease, "")),
            checkpoint_seconds=self._pace.checkpoint_seconds,
        )
