"""The database and the artifact store, as this machine reaches them."""

import hashlib
import uuid
from collections.abc import Iterator

from hpo.doctor.finding import Finding, broken, minded, refused, well
from storage import health, migrate
from storage.database import Database
from storage.errors import StorageError
from storage.health import Condition
from storage.records import ArtifactRecord
from storage.states import ArtifactKind
from storage.tables import artifacts, database_identity

# The first that can pass over rows which others hold, which claiming does.
OLDEST = {"PostgreSQL": (9, 6), "MySQL": (8, 0), "MariaDB": (10, 6)}
CLOCK_SECONDS = 2.0
SLOW_SECONDS = 0.1
ASPECTS = ("tables", "rights", "version", "clock", "latency", "isolation")
CONTENT = b"written by hpo doctor, to be removed again"


def check_database(db: Database) -> Iterator[Finding]:
    """All that can be said of an open database; where it does not answer, that for each."""
    try:
        found = health.examine(db)
    except StorageError as error:
        yield refused("database", error)
        yield from unknown_database()
        return
    yield well("database", db.shown_url)
    tables = _tables(db)
    yield tables
    yield (
        broken("rights", "not known", "mend the line `tables` first")
        if tables.mend
        else _rights(db)
    )
    yield from judge_database(found)


def unknown_database() -> Iterator[Finding]:
    """What can be said of a database that does not answer."""
    for aspect in ASPECTS:
        yield broken(aspect, "not known", "mend the line `database` first")


def judge_database(found: Condition) -> Iterator[Finding]:
    """What to think of a database in that condition."""
    version = ".".join(map(str, found.version))
    oldest = OLDEST.get(found.product, ())
    if found.version < oldest:
        need = ".".join(map(str, oldest))
        yield broken("version", f"{found.product} {version}", f"bring it to {need} or newer")
    else:
        yield well("version", f"{found.product} {version}")
    ahead = f"{found.clock_ahead_seconds:+.1f} s against this machine's"
    if abs(found.clock_ahead_seconds) > CLOCK_SECONDS:
        yield minded("clock", ahead, "let both machines keep time by NTP: logs are hard to compare")
    else:
        yield well("clock", ahead)
    latency = f"{found.latency_seconds * 1000:.1f} ms a question"
    if found.latency_seconds > SLOW_SECONDS:
        yield minded(
            "latency", latency, "bring workers and database closer, or train longer epochs"
        )
    else:
        yield well("latency", latency)
    wanted = "WAL" if found.product == "SQLite" else "READ COMMITTED"
    if found.isolation != wanted:
        mend = (
            "run `hpo db upgrade` where it can be written"
            if wanted == "WAL"
            else "let its pooler pass it on"
        )
        yield broken("isolation", f"{found.isolation} instead of {wanted}", mend)
    else:
        yield well("isolation", wanted)


def check_artifacts(db: Database) -> Iterator[Finding]:
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
            place = database_identity.get(tx).artifacts
        # A place that many machines share is opened only where it has the marker that one of them
        # wrote.
        shared = "" if place is None else f"{place}, the marker of this database is there; "
        yield well("artifacts", f"{shared}written, read and removed again")
    else:
        yield broken("artifacts", "what is written cannot be read", "mend the store's rights")


def _tables(db: Database) -> Finding:
    try:
        migrate.check(db.engine)  # at MySQL max_allowed_packet, too
    except StorageError as error:
        return refused("tables", error)
    return well("tables", "of this version")


def _rights(db: Database) -> Finding:
    try:
        health.try_rights(db.url, db.engine)
    except StorageError as error:
        return refused("rights", error)
    return well("rights", "reads and writes every table")
