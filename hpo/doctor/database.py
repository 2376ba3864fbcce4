"""The database, as this machine reaches it."""

from collections.abc import Iterator

from hpo.doctor.finding import Finding, broken, minded, refused, well
from storage import condition, tables
from storage.condition import Condition
from storage.database import Database
from storage.errors import StorageError

# The first that can pass over rows which others hold, which claiming does.
OLDEST = {"PostgreSQL": (9, 6), "MySQL": (8, 0), "MariaDB": (10, 6)}
CLOCK_SECONDS = 2.0
SLOW_SECONDS = 0.1
ASPECTS = ("tables", "rights", "version", "clock", "latency", "isolation")


def examine(db: Database) -> Iterator[Finding]:
    """All that can be said of an open database; where it does not answer, that for each."""
    try:
        found = condition.examine(db)
    except StorageError as error:
        yield refused("database", error)
        yield from unknown()
        return
    yield well("database", db.shown_url)
    yield _tables(db)
    yield _rights(db)
    yield from judge(found)


def unknown() -> Iterator[Finding]:
    """What can be said of a database that does not answer."""
    for aspect in ASPECTS:
        yield broken(aspect, "not known", "mend the line `database` first")


def judge(found: Condition) -> Iterator[Finding]:
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
        mend = "run `hpo db upgrade`" if wanted == "WAL" else "let its pooler pass it on"
        yield broken("isolation", f"{found.isolation} instead of {wanted}", mend)
    else:
        yield well("isolation", wanted)


def _tables(db: Database) -> Finding:
    try:
        tables.check(db.engine)  # at MySQL max_allowed_packet, too
    except StorageError as error:
        return refused("tables", error)
    return well("tables", "of this version")


def _rights(db: Database) -> Finding:
    try:
        condition.try_rights(db.url, db.engine)
    except StorageError as error:
        return refused("rights", error)
    return well("rights", "reads and writes every table")
