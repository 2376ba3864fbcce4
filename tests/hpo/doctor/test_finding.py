"""Findings, and what known errors are as such."""

from collections.abc import Iterator

import pytest

from hpo.doctor.finding import Finding, Grade, looking, refused, well
from storage.errors import DatabaseUnavailable


@pytest.mark.parametrize(
    ("said", "found", "mend"),
    [
        ("the tables are older (0003) than this: run it", "the tables are older (0003) than this", "run it"),
        ("it is down (host: no (x): y): check, that; all", "it is down (host: no (x): y)", "check, that; all"),
        ("no definition 'x': give it", "no definition 'x'", "give it"),
        ("it is so", "it is so", "see what it says"),
    ],
)  # fmt: skip
def test_an_error_is_its_cause_and_its_mend(said: str, found: str, mend: str) -> None:
    """What a driver said stands in brackets and is no mend."""
    assert refused("x", DatabaseUnavailable(said)) == Finding("x", Grade.FAIL, found, mend)


def test_a_known_error_ends_what_was_looked_at() -> None:
    """What was found before stays; a mistake in this program passes."""

    def look() -> Iterator[Finding]:
        yield well("first", "fine")
        raise DatabaseUnavailable("gone: bring it back")

    found = list(looking("second", look))
    assert [each.name for each in found] == ["first", "second"]
    assert found[1].mend == "bring it back"

    def mistaken() -> Iterator[Finding]:
        yield well("x", str(1 / 0))

    with pytest.raises(ZeroDivisionError):
        list(looking("x", mistaken))
