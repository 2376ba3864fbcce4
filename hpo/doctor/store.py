"""The artifact store, as this machine reaches it."""

import hashlib
import uuid
from collections.abc import Iterator

from hpo.doctor.finding import Finding, broken, well
from storage import artifacts, identity
from storage.database import Database
from storage.records import ArtifactRecord
from storage.states import ArtifactKind

CONTENT = b"written by hpo doctor, to be removed again"


def examine(db: Database) -> Iterator[Finding]:
    """Writes a file, reads it again and removes it.

    Raises:
        DatabaseUnavailable, StoreUnavailable: it cannot be had, or not be written.
    """
    artifact = ArtifactRecord(
        id=f"doctor-{uuid.uuid4()}",
        job_id=0,
        kind=ArtifactKind.MODEL,
        size_bytes=len(CONTENT),
        sha256=hashlib.sha256(CONTENT).hexdigest(),
    )
    with db.translated():
        store = db.artifacts
        artifacts.put(store, artifact.id, CONTENT)
        try:
            is_read = artifacts.take(store, artifact) is not None
        finally:
            artifacts.remove(store, artifact)
    if is_read:
        with db.reading() as tx:
            place = identity.get(tx).artifacts
        # A place that many machines share is opened only where it has the marker that one of them
        # wrote.
        shared = "" if place is None else f"{place}, the marker of this database is there; "
        yield well("artifacts", f"{shared}written, read and removed again")
    else:
        yield broken("artifacts", "what is written cannot be read", "mend the store's rights")
