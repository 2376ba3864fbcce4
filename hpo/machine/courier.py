"""The courier: brings journal entries to the database, in order, each until it has landed."""

import hashlib
import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path

from sqlalchemy.engine import Connection

from hpo import phases
from hpo.machine.archivist import Archivist
from hpo.machine.journal import Entry, GivenBack, Journal, Resumed
from hpo.machine.messages import Diverged, Kept, Outcome, Pruned, Raised, Report, Trained
from hpo.provenance import Provenance
from hpo.trials import Ending, Trials
from storage import evaluations, jobs
from storage.database import Database
from storage.errors import LeaseLost, StorageError, StudyMismatch
from storage.records import ArtifactRecord, EvaluationRecord, JobRecord, Lease
from storage.states import ArtifactKind, JobState, Phase, Split

Columns = Mapping[str, float]
"""Of the job's row, to be written with what an entry does."""

log = logging.getLogger(__name__)


class Reply(StrEnum):
    """What became of an entry."""

    GO_ON = "go on"
    STOP = "stop"
    DONE = "done"
    RELEASED = "released"
    ENDED = "ended"
    LOST = "lost"


class Courier:
    """Delivers the entries of journals; `trials_of` gives the trials of a study by its id."""

    def __init__(
        self, db: Database, trials_of: Callable[[int], Trials], archivist: Archivist,
        provenance: Provenance,
    ) -> None:  # fmt: skip
        self._db = db
        self._trials_of = trials_of
        self._archivist = archivist
        self._made_by = provenance.model_dump(mode="json")

    def deliver(self, journal: Journal) -> Iterator[tuple[Entry, Reply]]:
        """Delivers what waits, oldest first.

        Raises:
            DatabaseUnavailable: the entry at the front, and all behind it, stay in the journal.
        """
        while (entry := journal.first) is not None:
            try:
                with self._db.reading() as tx:
                    job = jobs.get(tx, entry.job_id)
                trials = self._trials_of(job.study_id)
                reply = self._apply(entry, job, trials)
            except LeaseLost:
                reply = Reply.LOST
            except Exception as error:
                if isinstance(error, StorageError) and not isinstance(error, StudyMismatch):
                    raise
                # Those behind it, and every worker that finds this journal, would wait for ever.
                log.exception("an entry of job %s cannot be delivered", entry.job_id)
                journal.set_first_aside()
                continue
            journal.drop_first()
            yield entry, reply
            if reply is Reply.ENDED:
                # Only now: should one of these fail, the entry does not come again as a late one.
                phases.advance(self._db, trials.study.name)
                self._archivist.sweep()

    def _apply(self, entry: Entry, job: JobRecord, trials: Trials) -> Reply:
        lease = entry.lease
        cost = asdict(entry.cost) if entry.cost is not None else {}  # by the names of its columns
        match entry.body:
            case Report() as report:
                if report.not_resumed is not None:
                    self._archivist.discard_checkpoints(job, lease)
                return self._report(job, lease, report, trials, cost)
            case Kept() as kept:
                self._keep(job, lease, kept)
                return Reply.DONE
            case Resumed(across=across):
                trials.note_resumed_across(job, lease, across)
                return Reply.DONE
            case GivenBack(loss=loss, crowded=crowded):
                with self._db.transaction() as tx:
                    jobs.release(tx, lease, loss=loss, crowded=crowded, **cost)
                return Reply.RELEASED
            case outcome:
                self._end(job, lease, outcome, trials, cost)
                return Reply.ENDED

    def _report(
        self, job: JobRecord, lease: Lease, report: Report, trials: Trials, cost: Columns
    ) -> Reply:
        if job.phase != Phase.SEARCH:
            with self._db.transaction() as tx:
                jobs.write(tx, lease, epoch=report.epoch, score=report.score, **cost)
            return Reply.GO_ON
        goes_on = trials.report(job, lease, report.epoch, report.score, **cost)
        return Reply.GO_ON if goes_on else Reply.STOP

    def _keep(self, job: JobRecord, lease: Lease, kept: Kept) -> None:
        artifact = ArtifactRecord(
            f"{ArtifactKind.CHECKPOINT}-{job.id}-{lease.token}-{kept.epoch}.checkpoint",
            job.id, ArtifactKind.CHECKPOINT, kept.size_bytes, kept.sha256, kept.epoch,
            self._made_by,
        )  # fmt: skip
        self._archivist.keep_checkpoint(job, lease, artifact, Path(kept.file))

    def _end(
        self, job: JobRecord, lease: Lease, outcome: Outcome, trials: Trials, cost: Columns
    ) -> None:
        ending = _ending(outcome)
        if job.phase == Phase.SEARCH:
            trials.end(job, lease, ending, **cost)
            return

        def write(tx: Connection) -> None:
            jobs.write(tx, lease, **ending.columns, **cost)
            if isinstance(outcome, Trained):
                evaluations.add(tx, _records(job, outcome))

        if isinstance(outcome, Trained) and outcome.model_file is not None:
            try:
                content = Path(outcome.model_file).read_bytes()
            except OSError as error:
                log.warning("the model of %s is not kept: %s", job.title, error)
            else:
                if self._archivist.keep(job, lease, _model(job, lease, content), content, write):
                    return
        with self._db.transaction() as tx:
            write(tx)


def _model(job: JobRecord, lease: Lease, content: bytes) -> ArtifactRecord:
    # The token in the name: a holder that lost the job never writes over the next one's file.
    return ArtifactRecord(
        f"{ArtifactKind.MODEL}-{job.id}-{lease.token}.keras",
        job.id, ArtifactKind.MODEL, len(content), hashlib.sha256(content).hexdigest(),
    )  # fmt: skip


def give_up(db: Database, trials: Trials, job: JobRecord, lease: Lease, reason: str) -> None:
    """Ends a job that cannot be trained, as failed."""
    ending = Ending(JobState.FAILED, reason=reason)
    if job.phase == Phase.SEARCH:
        trials.end(job, lease, ending)
    else:
        with db.transaction() as tx:
            jobs.write(tx, lease, **ending.columns)


def _ending(outcome: Outcome) -> Ending:
    match outcome:
        case Trained(score=score, loss=loss):
            return Ending(JobState.SUCCEEDED, score, loss)
        case Pruned(epoch=epoch):
            return Ending(JobState.PRUNED, reason=f"pruned after epoch {epoch}")
        case Diverged(epoch=epoch, reason=reason):
            # Not FAIL: the sampler ignores failed trials and would suggest the region again.
            return Ending(JobState.PRUNED, reason=f"diverged in epoch {epoch}: {reason}")
        case Raised(error=error, traceback=traceback):
            return Ending(JobState.FAILED, reason=f"{error}\n{traceback}")


def _records(job: JobRecord, trained: Trained) -> list[EvaluationRecord]:
    return [
        EvaluationRecord(
            job_id=job.id,
            split=Split(result.split),
            labels=result.labels,
            predictions=result.predictions,
            losses=result.losses,
        )
        for result in trained.evaluations
    ]
