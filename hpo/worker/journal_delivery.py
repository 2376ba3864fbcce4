"""Delivery: brings journal entries to the database, in order, each until it has landed."""

import hashlib
import logging
import traceback
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path

from sqlalchemy.engine import Connection

from hpo.provenance import Provenance
from hpo.search.promotion import Advice
from hpo.search.trials import Ending, Trials
from hpo.study import phases
from hpo.study.phases import OnEnd
from hpo.training.protocol import (
    Diverged,
    Kept,
    Outcome,
    Paused,
    Pruned,
    Raised,
    Report,
    Trained,
    as_text,
)
from hpo.worker.job_artifacts import JobArtifacts
from hpo.worker.journal import Entry, Excused, GivenBack, Journal, Printed, Resumed
from storage.database import Database
from storage.errors import (
    LeaseLost,
    StorageError,
    StoreUnavailable,
    StudyMismatch,
    TextRefused,
)
from storage.records import BASELINE, ArtifactRecord, EvaluationRecord, JobRecord, Lease
from storage.states import ArtifactKind, JobState, Phase, Split
from storage.tables import evaluations, jobs, leases, logs, paused_jobs, workers

Columns = Mapping[str, float]
"""Of the job's row, to be written with what an entry does."""

log = logging.getLogger(__name__)


class Fate(StrEnum):
    """What became of an entry."""

    LANDED = "landed"
    LOST = "lost"
    """Its lease was, or it came before."""
    SET_ASIDE = "set aside"
    """It can never land."""


@dataclass(frozen=True)
class Delivered:
    """An entry that waits no more."""

    entry: Entry
    fate: Fate
    advice: Advice = Advice.GO_ON
    """What is to become of the training, after a report."""
    study_name: str | None = None
    """Of whose job it was, where it landed."""


class Delivery:
    """Delivers the entries of journals; `trials_of` gives the trials of a study by its id."""

    def __init__(
        self, db: Database, trials_of: Callable[[int], Trials], job_artifacts: JobArtifacts,
        provenance: Provenance, on_end: OnEnd | None = None,
    ) -> None:  # fmt: skip
        self._db = db
        self._on_end = on_end
        self._trials_of = trials_of
        self._job_artifacts = job_artifacts
        self._made_by = provenance.model_dump(mode="json")
        self._known: dict[str, JobRecord] = {}
        self._kept: set[int] = set()
        """The jobs of which a checkpoint was brought by this."""

    def know(self, lease: Lease, job: JobRecord) -> None:
        """How a job stands whose outcome is the next entry of that lease: it need not be read."""
        self._known[lease.token] = job

    def deliver_first(self, journal: Journal) -> Delivered:
        """Delivers what has waited longest in a journal, in which something must.

        Raises:
            DatabaseUnavailable: it stays in the journal, with all behind it; or it was an outcome,
                and waits no more.
        """
        entry = journal.first
        assert entry is not None
        try:
            job = self._read_job(entry)
            trials = self._trials_of(job.study_id)
            advice = self._apply(entry, job, trials)
        except LeaseLost:
            journal.drop_first()
            return Delivered(entry, Fate.LOST)
        except Exception as error:
            if isinstance(error, StorageError) and not isinstance(
                error, StudyMismatch | TextRefused
            ):
                raise
            # Those behind it, and every worker that finds this journal, would wait for ever.
            log.exception("an entry of job %s cannot be delivered", entry.job_id)
            journal.set_first_aside()
            if isinstance(entry.body, Outcome) and not isinstance(error, StudyMismatch):
                said = f"its outcome cannot be told: {type(error).__name__}: {error}"
                self._give_up(entry, f"{said}\n{traceback.format_exc()}")
            return Delivered(entry, Fate.SET_ASIDE)
        journal.drop_first()
        # Only now: should one of these fail, the entry does not come again as a late one.
        if isinstance(entry.body, Outcome | Paused) and (job.id in self._kept or job.attempts > 1):
            self._kept.discard(job.id)
            self._job_artifacts.sweep()
        if isinstance(entry.body, Paused):
            self._job_artifacts.bound_paused(job.study_id)
        return Delivered(entry, Fate.LANDED, advice, trials.study.name)

    def _read_job(self, entry: Entry) -> JobRecord:
        if isinstance(entry.body, Outcome) and entry.token in self._known:
            return self._known.pop(entry.token)
        with self._db.reading() as tx:
            return jobs.get(tx, entry.job_id)

    def _give_up(self, entry: Entry, reason: str) -> None:
        """Ends a job, as failed, whose own outcome can never land: it would be the same again."""
        try:
            with self._db.reading() as tx:
                job = jobs.get(tx, entry.job_id)
            give_up(self._db, self._trials_of(job.study_id), job, entry.lease, reason)
        except LeaseLost:
            pass
        except StorageError:
            raise
        except Exception:
            log.exception("job %s cannot be ended either", entry.job_id)

    def inherit(self, orphan: Journal) -> None:
        """Brings what a worker that died on this machine has left, and gives its jobs back.

        Raises:
            DatabaseUnavailable: calling it again goes on.
        """
        names = set[str | None]()
        while orphan.first is not None:
            brought = self.deliver_first(orphan)
            kind, fate = brought.entry.body.kind, brought.fate
            log.info("brought a worker's %s, who died here: %s", kind, fate)
            names.add(brought.study_name)
        with self._db.transaction() as tx:
            loss = "its worker died, and another began on the same machine"
            if number := jobs.release_of_dead(tx, orphan.supervisor_id, loss):
                log.info("gave back %s of a worker that died on this machine", number)
            workers.leave(tx, orphan.supervisor_id)
        for name in names - {None}:  # of studies that nobody here need work on
            phases.try_to_advance(self._db, str(name), self._on_end)

    def _apply(self, entry: Entry, job: JobRecord, trials: Trials) -> Advice:
        """Says what is to become of the training; only after a report that is a question."""
        lease = entry.lease
        cost = asdict(entry.cost) if entry.cost is not None else {}  # by the names of its columns
        match entry.body:
            case Report() as report:
                if report.not_resumed is not None:
                    self._job_artifacts.discard_checkpoints(job, lease)
                columns = {**cost, "epoch_seconds": report.seconds}
                return self._report(job, lease, report, trials, columns)
            case Kept() as kept:
                self._keep(job, lease, kept)
            case Resumed(across=across):
                trials.note_resumed_across(job, lease, across)
            case Printed(text=text):
                with self._db.transaction() as tx:
                    jobs.write(tx, lease)
                    logs.put(tx, lease, text)
            case GivenBack(loss=loss, crowded=crowded):
                with self._db.transaction() as tx:
                    jobs.release(tx, lease, loss=loss, crowded=crowded, **cost)
            case Paused():
                with self._db.transaction() as tx:
                    paused_jobs.pause(tx, lease, **cost)
            case Excused():
                with self._db.transaction() as tx:
                    leases.excuse(tx, lease)
            case outcome:
                self._end(job, lease, outcome, trials, cost)
        return Advice.GO_ON

    def _report(
        self, job: JobRecord, lease: Lease, report: Report, trials: Trials, columns: Columns
    ) -> Advice:
        if job.phase == Phase.SEARCH:
            advice = trials.report(
                job, lease, report.epoch, report.score, report.loss,
                resumable=report.resumable, **columns,
            )  # fmt: skip
            is_hopeless = report.hopeless is not None and job.configuration != BASELINE
            return Advice.PRUNE if is_hopeless else advice
        with self._db.transaction() as tx:
            jobs.write(tx, lease, epoch=report.epoch, score=report.score, **columns)
        return Advice.GO_ON

    def _keep(self, job: JobRecord, lease: Lease, kept: Kept) -> None:
        artifact = ArtifactRecord(
            f"{ArtifactKind.CHECKPOINT}-{job.id}-{lease.token}-{kept.epoch}.checkpoint",
            job.id, ArtifactKind.CHECKPOINT, kept.size_bytes, kept.sha256, kept.epoch,
            self._made_by,
        )  # fmt: skip
        self._kept.add(job.id)
        self._job_artifacts.keep_checkpoint(job, lease, artifact, Path(kept.file))

    def _end(
        self, job: JobRecord, lease: Lease, outcome: Outcome, trials: Trials, cost: Columns
    ) -> None:
        ending = _ending(outcome, trials.study.unit)
        if job.phase == Phase.SEARCH:
            trials.end(job, lease, ending, **cost)
            return

        def write(tx: Connection) -> None:
            jobs.write(tx, lease, **ending.columns, **cost)
            if isinstance(outcome, Trained):
                evaluations.add(tx, _records(job, outcome))

        if isinstance(outcome, Trained) and outcome.not_kept is not None:
            log.warning("the model of %s is not kept: %s", job.title, outcome.not_kept)
        if isinstance(outcome, Trained) and outcome.model_file is not None:
            try:
                content = Path(outcome.model_file).read_bytes()
            except FileNotFoundError as error:
                log.warning("the model of %s is not kept: %s", job.title, error)
            except OSError as error:
                raise StoreUnavailable(
                    f"this worker cannot read its own file ({error})",
                    "mend that, or remove the file to do without the model",
                ) from error
            else:
                if self._job_artifacts.keep(
                    job, lease, _model(job, lease, content), content, write
                ):
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
    """Ends a job that cannot be trained, as failed; one whose trial takes no end, without it."""
    ending = Ending(JobState.FAILED, reason=as_text(reason))
    if job.phase == Phase.SEARCH:
        try:
            trials.end(job, lease, ending)
        except StorageError:
            raise
        except Exception:
            log.exception("the trial of %s cannot be ended", job.title)
        else:
            return
    with db.transaction() as tx:
        jobs.write(tx, lease, **ending.columns)


def _ending(outcome: Outcome, unit: str) -> Ending:
    """What it is for the job, of which such units are reported."""
    match outcome:
        case Trained() as trained:
            return Ending(
                JobState.SUCCEEDED, trained.score, trained.loss, scores=trained.scores,
                metrics=trained.metrics, constraints=trained.constraints,
            )  # fmt: skip
        case Pruned(epoch=epoch, hopeless=None):
            return Ending(JobState.PRUNED, reason=f"pruned after {unit} {epoch}")
        case Pruned(epoch=epoch, hopeless=hopeless):
            return Ending(JobState.PRUNED, reason=f"pruned after {unit} {epoch}: {hopeless}")
        case Diverged(epoch=epoch, reason=reason):
            return Ending(JobState.DIVERGED, reason=f"diverged in {unit} {epoch}: {reason}")
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
