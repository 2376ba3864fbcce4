"""The studies that there are to work on: whether this machine has their definitions and data."""

from collections.abc import Iterator, Sequence

from hpo.doctor.finding import Finding, absent, broken, looking, minded, well
from hpo.errors import DefinitionError
from hpo.machine import brief
from hpo.settings import Settings
from storage import studies
from storage.database import Database
from storage.records import StudyRecord


def examine(
    db: Database, settings: Settings, name: str | None, references: Sequence[str]
) -> Iterator[Finding]:
    """The study of that name, else each that is not over. Data is prepared, which may take minutes.

    Raises:
        StudyNotFound, DatabaseUnavailable
    """
    with db.reading() as tx:
        demanded = [demand.study for demand in studies.demands(tx, name)]
        expected = [studies.data_sha256(tx, study) for study in demanded]
    if not demanded:
        yield absent("studies", "none is to be worked on")
    for study, sha256 in zip(demanded, expected, strict=True):
        yield from _examine(study, sha256, settings, references, is_asked_for=name is not None)


def _examine(
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
            made = brief.make(study, settings, references)
        except DefinitionError as error:
            if is_asked_for:
                raise
            # A worker on all studies leaves it to machines that have it.
            yield minded(definition, str(error).partition(":")[0], str(error).partition(": ")[2])
            return
        yield well(definition, f"{made.definition.name} {made.definition.hash[:12]}")
        yield _data(data, made, sha256)

    yield from looking(data, look)


def _data(name: str, made: brief.Brief, sha256: str | None) -> Finding:
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
