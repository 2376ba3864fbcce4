"""The studies that there are to work on: whether this machine has their definitions and data, and the
versions of those who work on them."""

from collections.abc import Iterator, Sequence

from hpo import definition_loader, provenance
from hpo.doctor.finding import Finding, absent, broken, looking, minded, refused, well
from hpo.errors import DefinitionError
from hpo.provenance import Provenance
from hpo.search import optuna_study
from hpo.settings import Settings
from hpo.worker import served_studies
from storage.database import Database
from storage.errors import StudyMismatch
from storage.records import StudyRecord
from storage.tables import studies, workers


def check_studies(
    db: Database, settings: Settings, name: str | None, references: Sequence[str]
) -> Iterator[Finding]:
    """The study of that name, else each that is not over. Data is prepared, which may take minutes.

    Raises:
        StudyNotFound, DatabaseUnavailable
    """
    for error in definition_loader.load_all(references)[1]:
        yield refused("definitions", error)
    with db.reading() as tx:
        demanded = [demand.study for demand in studies.demands(tx, name)]
        expected = [studies.data_sha256(tx, study) for study in demanded]
    if not demanded:
        yield absent("studies", "none is to be worked on")
    for study, sha256 in zip(demanded, expected, strict=True):
        yield from _trials(db, study)
        yield from _study(study, sha256, settings, references, is_asked_for=name is not None)


def check_versions(db: Database) -> Iterator[Finding]:
    """Whether the versions of packages here are those of each worker that is alive.

    Raises:
        DatabaseUnavailable
    """
    with db.reading() as tx:
        alive = workers.everyone(tx)
    ours = provenance.of_device("any")
    unlike = {}
    for worker in alive:
        theirs = Provenance.model_validate(worker.provenance)
        if differing := theirs.differences_of_setup(ours):
            unlike[worker.host] = "; ".join(differing)
    for host, said in unlike.items():
        yield minded("versions", f"unlike those on {host}: {said}", "install by the same uv.lock")
    if not alive:
        yield absent("versions", "no worker is alive to compare with")
    elif not unlike:
        yield well("versions", f"those of all {len(alive)} workers")


def _trials(db: Database, study: StudyRecord) -> Iterator[Finding]:
    """Optuna's study of it; where that was removed nothing more is said of it than that."""
    try:
        with db.reading() as tx:
            optuna_study.check(tx, study)
    except StudyMismatch as error:
        yield refused(f"trials of {study.name}", error)


def _study(
    study: StudyRecord,
    sha256: str | None,
    settings: Settings,
    references: Sequence[str],
    *,
    is_asked_for: bool,
) -> Iterator[Finding]:
    definition, data = f"definition of {study.name}", f"data of {study.name}"

    def look() -> Iterator[Finding]:
        try:
            made = served_studies.prepare(study, settings, references)
        except DefinitionError as error:
            if is_asked_for:
                raise
            # A worker on all studies leaves it to machines that have it.
            yield minded(definition, error.cause, error.mend)
            return
        yield well(definition, f"{made.definition.name} {made.definition.hash[:12]}")
        yield _data(data, made, sha256)

    yield from looking(data, look)


def _data(name: str, made: served_studies.PreparedStudy, sha256: str | None) -> Finding:
    here = made.data.sha256
    if damaged := made.data.damaged():
        return broken(
            name,
            f"damaged: {', '.join(damaged)}",
            f"delete {made.data.folder}: it is prepared again",
        )
    if sha256 not in (None, here):
        return broken(
            name,
            f"{here[:12]} here, {str(sha256)[:12]} elsewhere",
            "bring the same files here",
        )
    return well(name, f"{here[:12]} in {made.data.folder}")
