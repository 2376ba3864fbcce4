"""Findings, and what known errors are as such."""

from collections.abc import Iterator

import pytest

from hpo.doctor.finding import Finding, Grade, looking, refused, well
from hpo.errors import NoResult
from storage.errors import DatabaseUnavailable


def test_an_error_is_its_cause_and_its_mend() -> None:
    """As it was raised with them; what has no mend says itself what is to do."""
    error = DatabaseUnavailable("it is down (host: no (x): y)", "check, that; all")
    assert refused("x", error) == Finding("x", Grade.FAIL, error.cause, error.mend)
    alone = refused("x", NoResult("it is so: (y)"))
    assert alone == Finding("x", Grade.FAIL, "it is so: (y)", "see what it says")


def test_a_known_error_ends_what_was_looked_at() -> None:
    """What was found before stays; a mistake in this program passes."""

    def look() -> Iterator[Finding]:
        yield well("first", "fine")
        raise DatabaseUnavailable("gone", "bring it back")

    found = list(looking("second", look))
    assert [each.name for each in found] == ["first", "second"]
    assert found[1].mend == "bring it back"

    def mistaken() -> Iterator[Finding]:
        yield well("x", str(1 / 0))

    with pytest.raises(ZeroDivisionError):
        list(looking("x", mistaken))
