"""A finding: one thing that was looked at, and how it is."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from hpo.errors import HpoError
from storage.errors import StorageError
from studies.errors import StudyError

KnownError = HpoError | StorageError | StudyError
"""What is raised on purpose."""


class Grade(StrEnum):
    """How a thing is: well, to be minded, broken, or not there to be looked at."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"
    NONE = "none"


@dataclass(frozen=True)
class Finding:
    """What was found of the thing called `name`, and how to mend it where it is not well."""

    name: str
    grade: Grade
    found: str
    mend: str = ""


def well(name: str, found: str) -> Finding:
    """It is as it should be."""
    return Finding(name, Grade.OK, found)


def minded(name: str, found: str, mend: str) -> Finding:
    """It works, though not as it might."""
    return Finding(name, Grade.WARN, found, mend)


def broken(name: str, found: str, mend: str) -> Finding:
    """Nothing works before it is mended."""
    return Finding(name, Grade.FAIL, found, mend)


def absent(name: str, found: str) -> Finding:
    """There is nothing to look at."""
    return Finding(name, Grade.NONE, found)


def refused(name: str, error: KnownError) -> Finding:
    """A known error, as what was found."""
    return broken(name, error.cause, error.mend or "see what it says")


def looking(name: str, look: Callable[[], Iterable[Finding]]) -> Iterator[Finding]:
    """What `look` finds; a known error ends it, and is what was found of `name`."""
    try:
        yield from look()
    except (HpoError, StorageError, StudyError) as error:
        yield refused(name, error)
