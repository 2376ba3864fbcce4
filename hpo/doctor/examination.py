"""The examination: everything that is looked at, in turn."""

from collections.abc import Iterator, Sequence
from functools import partial

from hpo.devices import discovery
from hpo.doctor import machine_checks, storage_checks, study_checks
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
    for folder in ("state folder", "cache folder"):
        yield from looking(folder, partial(_check_folder, settings, folder))
    yield from looking(
        "devices", lambda: machine_checks.check_devices(discovery.find_for(settings))
    )
    try:
        db = Database.reach(settings.storage_url, settings.artifacts)
    except (HpoError, StorageError) as error:
        yield refused("database", error)
        yield from storage_checks.unknown_database()
        yield from _without_database(name)
        return
    try:
        found = list(storage_checks.check_database(db))
        yield from found
        if any(each.name in ("database", "tables") and each.mend for each in found):
            yield from _without_database(name)
            return
        yield from looking("artifacts", lambda: storage_checks.check_artifacts(db))
        yield from looking("versions", lambda: study_checks.check_versions(db))
        yield from looking(
            "studies", lambda: study_checks.check_studies(db, settings, name, references)
        )
    finally:
        db.close()


def _check_folder(settings: Settings, name: str) -> Iterator[Finding]:
    if name == "state folder":
        yield machine_checks.check_folder(name, settings.state_folder, "HPO_STATE_DIR")
    else:
        yield machine_checks.check_folder(name, settings.cache_folder, "HPO_CACHE_DIR")


def _without_database(name: str | None) -> Iterator[Finding]:
    yield broken("artifacts", "not known", "mend the line `database` or `tables` first")
    yield absent("versions", "the database says nothing of workers")
    yield absent("studies", f"the database says nothing of {name or 'studies'}")
