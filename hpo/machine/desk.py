"""The desk: all that a supervisor asks of the database, and tells it."""

import logging
import os
import socket
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from hpo import phases, provenance
from hpo.errors import WorkFailed
from hpo.machine.archivist import Archivist
from hpo.machine.assignment import Assignment
from hpo.machine.brief import Brief
from hpo.machine.courier import Courier, Reply, give_up
from hpo.machine.journal import Entry, Journal
from hpo.machine.messages import Pruned, Work
from hpo.machine.pace import Pace
from hpo.machine.portfolio import Portfolio
from hpo.provenance import Provenance
from storage import attempts, jobs, openings, studies, workers
from storage.database import Database
from storage.errors import LeaseLost
from storage.records import BASELINE, Lease
from storage.states import DataSet, Phase

MAX_LOSSES = 3

log = logging.getLogger(__name__)


class Desk:
    """Every method raises DatabaseUnavailable where the database does not answer; calling it again
    is then right."""

    def __init__(self, db: Database, portfolio: Portfolio, journal: Journal, pace: Pace) -> None:
        self.has_left = False
        self._db = db
        self._portfolio = portfolio
        self._journal = journal
        self._provenance = portfolio.made_by
        self._pace = pace
        self._id = journal.supervisor_id
        self._archivist = Archivist(db)
        self._courier = Courier(db, portfolio.trials, self._archivist, self._provenance)

    def join(self, slots: Sequence[str]) -> None:
        """Signs this worker on, and warns where others in the fleet have other versions.

        Raises:
            OtherMachine: an SQLite file that another machine's workers use.
        """
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

    def renew(self, held: Collection[Lease], usage: object = None) -> set[Lease]:
        """Says that this worker is alive, with what its devices do where that is given, and extends
        its leases; returns those that are lost."""
        with self._db.transaction() as tx:
            workers.see(tx, self._id, self._pace.lease_seconds, usage)
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

    def claim(self, device: str, avoid: Collection[int]) -> Assignment | None:
        """Takes the next job of the studies that are served, for a device, and the steps that are due
        for them."""
        self._portfolio.look()
        for brief in self._portfolio.in_turn():
            if (assignment := self._claim_of(brief, device, avoid)) is not None:
                return assignment
        return None

    def _claim_of(self, brief: Brief, device: str, avoid: Collection[int]) -> Assignment | None:
        """Takes a study's next job; one that was lost too often is ended, and the next one taken."""
        while True:
            study = phases.advance(self._db, brief.study.name)
            self._portfolio.note(study)
            if study.phase.is_over:
                return None
            with self._db.transaction() as tx:
                studies.start(tx, study)
                claimed = jobs.claim(
                    tx, study.id, self._id, self._pace.lease_seconds, device, avoid
                )
            if claimed is None:
                return None
            job, lease = claimed
            if job.losses < MAX_LOSSES:
                return Assignment(brief, job, lease)
            reason = f"given up after {job.losses} lost workers; {job.reason or 'no trace'}"
            log.error("%s of %s is %s", job.title, study.name, reason)
            with suppress(LeaseLost):  # the study stopped in this moment
                give_up(self._db, self._portfolio.trials(study.id), job, lease, reason)

    def begin(self, assignment: Assignment) -> Work | Pruned:
        """Makes an assignment ready: what its child is to be told, or that the trial was hopeless
        already when the worker before us was lost.

        Raises:
            LeaseLost: another has the job.
            StudyMismatch: Optuna's study is gone.
            WorkFailed: this machine's disk takes nothing.
        """
        brief, job, lease = assignment.brief, assignment.job, assignment.lease
        if job.phase == Phase.SEARCH:
            trials = self._portfolio.trials(job.study_id)
            job = assignment.job = trials.begin(job, lease, brief.definition.study.space)
            if job.epoch and not trials.is_promising(job):
                return Pruned(epoch=job.epoch)
        elif job.phase == Phase.FINAL:
            holdout = brief.data.holdout_sha256(assignment.data_set)
            with self._db.transaction() as tx:
                openings.add(tx, brief.study, job, lease, holdout, provenance.account())
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
        with self._db.transaction() as tx:
            jobs.write(tx, assignment.lease)
            attempts.resume(tx, job.id, artifact.epoch or 0)
        log.info("%s goes on from epoch %s", assignment.title, artifact.epoch)
        return file

    def _work(self, assignment: Assignment, checkpoint: Path | None) -> Work:
        """Only a final job is given a holdout; of the models only the winner's on the searched
        classes are kept, one of which is exported."""
        job, files = assignment.job, self._journal
        definition, data = assignment.brief.definition, assignment.brief.data
        final = job.phase == Phase.FINAL
        kept = final and job.data_set == DataSet.SEARCH and job.configuration != BASELINE
        holdout = data.holdout_path(assignment.data_set)
        return Work(
            definition=definition.reference,
            definition_hash=definition.hash,
            settings=dict(assignment.brief.study.settings),
            params=dict(job.params or {}),
            seed=job.seed,
            training_file=str(data.training_path(assignment.data_set)),
            holdout_file=str(holdout) if final else None,
            model_file=str(files.files_of(assignment.lease, ".keras")) if kept else None,
            checkpoint_file=str(checkpoint) if checkpoint else None,
            checkpoint_stem=str(files.files_of(assignment.lease, "")),
            checkpoint_seconds=self._pace.checkpoint_seconds,
        )
