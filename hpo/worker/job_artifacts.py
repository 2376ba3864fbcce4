"""The artifacts of jobs: keeps files of jobs where every machine finds them, and removes what is of no use.

A row is written first, then the bytes, then the row says that they are valid; removing goes the
other way round. So whatever is killed in between, no bytes are without a row, and none that are
torn count.
"""

import logging
from collections.abc import Callable
from pathlib import Path

from sqlalchemy.engine import Connection

from storage.database import Database
from storage.errors import ArtifactTooLarge, LeaseLost, StoreUnavailable
from storage.records import ArtifactRecord, JobRecord, Lease
from storage.states import ArtifactKind
from storage.tables import artifacts, jobs, paused_jobs

KEPT_CHECKPOINTS = 2
"""Of each job, so that where the last is damaged there is one before."""

MOST_PAUSED_BYTES = 5 * 2**30
"""What the checkpoints of a study's paused jobs take at most. Beyond it those go that are the furthest
from being due: should their jobs be due after all, they begin anew."""

log = logging.getLogger(__name__)


class JobArtifacts:
    """Every method raises DatabaseUnavailable where the database does not answer."""

    def __init__(self, db: Database) -> None:
        """Opens the store: a machine that does not reach it is to take no jobs.

        Raises:
            BadPlace, StoreUnavailable
        """
        self._db = db
        self._store = db.artifacts

    def keep(
        self,
        job: JobRecord,
        lease: Lease,
        artifact: ArtifactRecord,
        content: bytes,
        write: Callable[[Connection], object],
    ) -> bool:
        """Stores an artifact's bytes and makes them valid in the transaction in which `write` then
        writes what belongs with them. False where they are too large: then nothing was written.

        Raises:
            LeaseLost: it is no longer ours to keep anything; nothing of it stays.
            StoreUnavailable: the store takes nothing now.
        """
        try:
            with self._db.transaction() as tx:
                jobs.write(tx, lease)
                artifacts.announce(tx, artifact)
            with self._db.translated():
                artifacts.put(self._store, artifact.id, content)
            with self._db.transaction() as tx:
                jobs.write(tx, lease)
                artifacts.validate(tx, artifact)
                write(tx)
        except LeaseLost:
            # Another may have removed its row before its bytes came; but if it is valid, an earlier
            # try has come through and ended the job.
            with self._db.reading() as tx:
                is_valid = artifacts.is_valid(tx, artifact.id)
            if not is_valid:
                self._discard(artifact)
            raise
        except ArtifactTooLarge as error:
            log.warning("the %s of %s is not kept: %s", artifact.kind, job.title, error)
            self._discard(artifact)
            return False
        return True

    def keep_checkpoint(
        self, job: JobRecord, lease: Lease, artifact: ArtifactRecord, file: Path
    ) -> None:
        """Keeps a checkpoint; older ones than the one before are removed. A job that has come
        further than ever is not one that kills its workers: what it had lost no longer counts.

        Raises:
            LeaseLost: it is no longer ours to keep anything.
        """
        try:
            content = file.read_bytes()
        except FileNotFoundError as error:
            # Delivered by an earlier try, or followed by a newer one.
            log.info("a checkpoint of %s is not there to be kept: %s", job.title, error)
            return
        except OSError as error:
            log.warning("a checkpoint of %s is not kept: %s", job.title, error)
            return
        old: list[ArtifactRecord] = []

        def write(tx: Connection) -> None:
            kept = artifacts.find(tx, job.id, ArtifactKind.CHECKPOINT)
            old[:] = kept[KEPT_CHECKPOINTS:]
            others = (each for each in kept if each.id != artifact.id)
            if all((artifact.epoch or 0) > (each.epoch or 0) for each in others):
                jobs.write(tx, lease, losses=0)

        try:
            self.keep(job, lease, artifact, content, write)
        except StoreUnavailable as error:
            # The next may be taken; results do not wait for this one.
            log.warning("a checkpoint of %s is not kept: %s", job.title, error)
            return
        for each in old:
            self._discard(each)

    def newest_checkpoint(self, job: JobRecord) -> tuple[ArtifactRecord, bytes] | None:
        """The newest checkpoint of a job that is whole; what is found damaged is removed, or it
        would be taken for newer than all that follow.

        Raises:
            StoreUnavailable: the store does not answer, so that none is known to be damaged.
        """
        with self._db.reading() as tx:
            kept = artifacts.find(tx, job.id, ArtifactKind.CHECKPOINT)
        for artifact in kept:
            with self._db.translated():
                content = artifacts.take(self._store, artifact)
            if content is not None:
                return artifact, content
            log.warning(
                "the checkpoint %s of %s, epoch %s, is gone or damaged: the one before is used,"
                " or the training begins anew",
                artifact.id, job.title, artifact.epoch,
            )  # fmt: skip
            self._discard(artifact)
        return None

    def discard_checkpoints(self, job: JobRecord, lease: Lease) -> None:
        """Removes the checkpoints of a job of which none can be used.

        Raises:
            LeaseLost: it is no longer ours to say so.
        """
        with self._db.transaction() as tx:
            jobs.write(tx, lease)
            kept = artifacts.find(tx, job.id, ArtifactKind.CHECKPOINT)
        for artifact in kept:
            self._discard(artifact)

    def bound_paused(self, study_id: int) -> None:
        """Removes the checkpoints of a study's paused jobs that are too many."""
        with self._db.reading() as tx:
            beyond = paused_jobs.checkpoints_beyond(tx, study_id, MOST_PAUSED_BYTES)
        if beyond:
            log.warning(
                "the checkpoints of what is paused take more than %.1f GiB: %s of them removed, the"
                " last ones to be due; these would begin anew",
                MOST_PAUSED_BYTES / 2**30, len(beyond),
            )  # fmt: skip
        for each in beyond:
            self._discard(each)

    def sweep(self) -> None:
        """Removes what is of no use any more, of all studies: checkpoints of jobs that have ended,
        and what somebody began to store and did not finish."""
        with self._db.reading() as tx:
            found = artifacts.superfluous(tx)
        for artifact in found:
            self._discard(artifact)

    def _discard(self, artifact: ArtifactRecord) -> None:
        with self._db.transaction() as tx:
            artifacts.invalidate(tx, artifact)
        try:
            with self._db.translated():
                artifacts.remove(self._store, artifact)
        except StoreUnavailable as error:
            log.info("%s is removed later: %s", artifact.id, error)
            return
        with self._db.transaction() as tx:
            artifacts.forget(tx, artifact)
