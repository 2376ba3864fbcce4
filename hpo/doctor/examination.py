"""The examination: everything that is looked at, in turn."""

from collections.abc import Iterator, Sequence

from hpo.doctor import database, devices, fleet, folders, store, work
from hpo.doctor.finding import Finding, absent, broken, looking, refused
from hpo.errors import HpoError
from hpo.settings import Settings
from storage.database import Database
from storage.errors import StorageError


def examine(
    settings: Settings, name: str | None = None, references: Sequence[str] = ()
) -> Iterator[Finding]:
    """What is found of the database, its artifacts and studies, of this machine and the fleet; where
    one cannot be looked at the others are. Of studies the one of that name, else all to be done."""
    yield from looking(
        "state folder", lambda: folders.examine(settings.state_dir, settings.cache_dir)
    )
    yield from looking("devices", lambda: devices.examine(settings.cpu_slots))
    try:
        db = Database.reach(settings.storage_url, settings.artifacts)
    except (HpoError, StorageError) as error:
        yield refused("database", error)
        yield from database.unknown()
        yield from _without_database(name)
        return
    try:
        found = list(database.examine(db))
        yield from found
        if any(each.name in ("database", "tables") and each.mend for each in found):
            yield from _without_database(name)
            return
        yield from looking("artifacts", lambda: store.examine(db))
        yield from looking("versions", lambda: fleet.examine(db))
        yield from looking("studies", lambda: work.examine(db, settings, name, references))
    finally:
        db.close()


def _without_database(name: str | None) -> Iterator[Finding]:
    yield broken("artifacts", "not known", "mend the line `database` or `tables` first")
    yield absent("versions", "the database says nothing of workers")
    yield absent("studies", f"the database says nothing of {name or 'studies'}")
