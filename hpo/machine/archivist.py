"""The archivist: keeps files of jobs where every machine finds them, and removes what is of no use.

A row is written first, then the bytes, then the row says that they are valid; removing goes the
other way round. So whatever is killed in between, no bytes are without a row, and none that are
torn count.
"""

import logging
from pathlib import Path

from storage import artifacts, jobs
from storage.database import Database
from storage.errors import ArtifactTooLarge, LeaseLost
from storage.records import ArtifactRecord, JobRecord, Lease
from storage.states import ArtifactKind

KEPT_CHECKPOINTS = 2
"""Of each job, so that where the last is damaged there is one before."""

log = logging.getLogger(__name__)


class Archivist:
    """Every method raises DatabaseUnavailable where database or store do not answer."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def store(self, job: JobRecord, lease: Lease, artifact: ArtifactRecord, file: Path) -> bool:
        """Stores a file's bytes; the caller then makes them valid, in the transaction that they
        belong to. False where they are too large, or the file is gone.

        Raises:
            LeaseLost: it is no longer ours to store anything.
        """
        try:
            content = file.read_bytes()
        except FileNotFoundError:
            return False  # delivered by an earlier try, or followed by a newer one
        with self._db.transaction() as tx:
            jobs.write(tx, lease)
            artifacts.announce(tx, artifact)
        try:
            with self._db.translated():
                artifacts.put(self._db.artifacts, artifact.id, content)
        except ArtifactTooLarge as error:
            log.warning("the %s of %s is not kept: %s", artifact.kind, job.title, error)
            self._discard(artifact)
            return False
        return True

    def store_checkpoint(
        self, job: JobRecord, lease: Lease, artifact: ArtifactRecord, file: Path
    ) -> None:
        """Stores a checkpoint and makes it valid; older ones than the one before are removed.

        Raises:
            LeaseLost: it is no longer ours to store anything.
        """
        if not self.store(job, lease, artifact, file):
            return
        try:
            with self._db.transaction() as tx:
                jobs.write(tx, lease)
                artifacts.validate(tx, artifact)
                old = artifacts.find(tx, job.id, ArtifactKind.CHECKPOINT)[KEPT_CHECKPOINTS:]
        except LeaseLost:
            self._discard(artifact)  # its row may have been removed before its bytes came
            raise
        for each in old:
            self._discard(each)

    def newest_checkpoint(self, job: JobRecord) -> tuple[ArtifactRecord, bytes] | None:
        """The newest checkpoint of a job that is whole."""
        with self._db.reading() as tx:
            kept = artifacts.find(tx, job.id, ArtifactKind.CHECKPOINT)
        for artifact in kept:
            with self._db.translated():
                content = artifacts.take(self._db.artifacts, artifact)
            if content is not None:
                return artifact, content
            log.warning(
                "the checkpoint %s of %s, epoch %s, is gone or damaged: the one before is used,"
                " or the training begins anew",
                artifact.id, job.title, artifact.epoch,
            )  # fmt: skip
        return None

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
        with self._db.translated():
            artifacts.remove(self._db.artifacts, artifact)
        with self._db.transaction() as tx:
            artifacts.forget(tx, artifact)
