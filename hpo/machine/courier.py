"""The courier: brings journal entries to the database, in order, each until it has landed.

The database may vanish: then entries wait in the journal, tries are spaced by a growing pause
with jitter, and training goes on.
"""

import logging
import random
import time
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path

from hpo import phases
from hpo.machine.journal import Entry, Journal
from hpo.machine.messages import Diverged, Outcome, Pruned, Raised, Report, Trained
from hpo.trials import Ending, Trials
from storage import artifacts, evaluations, jobs
from storage.database import Database
from storage.errors import ArtifactTooLarge, DatabaseUnavailable, LeaseLost
from storage.records import ArtifactRecord, EvaluationRecord, JobRecord, Lease, StudyRecord
from storage.states import JobState, Phase, Split

FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 20.0
MODEL = "model"

log = logging.getLogger(__name__)


class Reply(StrEnum):
    """What became of an entry."""

    GO_ON = "go on"
    STOP = "stop"
    ENDED = "ended"
    LOST = "lost"


class Outage:
    """Whether the database is to be left alone for now, and for how long."""

    def __init__(self) -> None:
        self._failures = 0
        self._until = 0.0

    @property
    def is_on(self) -> bool:
        """True while no try is due."""
        return time.monotonic() < self._until

    def begin(self, error: DatabaseUnavailable) -> None:
        """Notes a failure: one warning an outage, and a longer pause each time."""
        if self._failures == 0:
            log.warning("%s; training goes on, results wait in the journal", error)
        longest = min(LONGEST_PAUSE_SECONDS, FIRST_PAUSE_SECONDS * 2**self._failures)
        self._failures += 1
        self._until = time.monotonic() + longest * random.uniform(0.5, 1.0)  # noqa: S311 - jitter

    def end(self) -> None:
        """Notes that the database answers."""
        if self._failures:
            log.warning("the database answers again")
        self._failures = 0
        self._until = 0.0


class Courier:
    """Delivers the entries of journals that belong to one study."""

    def __init__(self, db: Database, study: StudyRecord, trials: Trials) -> None:
        self._db = db
        self._study = study
        self._trials = trials

    def deliver(self, journal: Journal) -> Iterator[tuple[Entry, Reply]]:
        """Delivers what waits, oldest first.

        Raises:
            DatabaseUnavailable: the entry at the front, and all behind it, stay in the journal.
        """
        while (entry := journal.first) is not None:
            try:
                reply = self._apply(entry)
            except LeaseLost:
                reply = Reply.LOST
            journal.drop_first()
            yield entry, reply

    def _apply(self, entry: Entry) -> Reply:
        with self._db.reading() as tx:
            job = jobs.get(tx, entry.job_id)
        if isinstance(entry.body, Report):
            return self._report(job, entry.lease, entry.body)
        self._end(job, entry.lease, entry.body)
        phases.advance(self._db, self._study.name)
        return Reply.ENDED

    def _report(self, job: JobRecord, lease: Lease, report: Report) -> Reply:
        if job.phase != Phase.SEARCH:
            with self._db.transaction() as tx:
                jobs.write(tx, lease, epoch=report.epoch, score=report.score)
            return Reply.GO_ON
        goes_on = self._trials.report(job, lease, report.epoch, report.score)
        return Reply.GO_ON if goes_on else Reply.STOP

    def _end(self, job: JobRecord, lease: Lease, outcome: Outcome) -> None:
        ending = _ending(outcome)
        if job.phase == Phase.SEARCH:
            self._trials.end(job, lease, ending)
            return
        with self._db.transaction() as tx:
            jobs.write(tx, lease)  # nothing is stored for a lease that is lost
        model = self._store_model(job, lease, outcome)
        with self._db.transaction() as tx:
            jobs.write(tx, lease, **ending.columns)
            if isinstance(outcome, Trained):
                evaluations.add(tx, _records(job, outcome))
            if model is not None:
                artifacts.record(tx, model)

    def _store_model(self, job: JobRecord, lease: Lease, outcome: Outcome) -> ArtifactRecord | None:
        if not isinstance(outcome, Trained) or outcome.model_file is None:
            return None
        # The token in the name: a holder that lost the job never writes over the next one's file.
        artifact_id = f"{MODEL}-{job.id}-{lease.token}.keras"
        try:
            content = Path(outcome.model_file).read_bytes()
            with self._db.translated():
                size, digest = artifacts.put(self._db.artifacts, artifact_id, content)
        except (ArtifactTooLarge, OSError) as error:
            log.warning("the model of %s is not kept: %s", job.title, error)
            return None
        return ArtifactRecord(artifact_id, job.id, MODEL, size, digest)


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
