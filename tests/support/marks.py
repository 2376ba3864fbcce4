"""Marks of this suite: on which databases a test runs, and what it costs."""

import os
from collections.abc import Iterator, Sequence
from functools import cache

import pytest

from hpo import provenance

ALL_DATABASES = "HPO_TEST_ALL_DATABASES"


def on(*backends: str) -> pytest.MarkDecorator:
    """For a test that runs on these databases. Without it a test runs on SQLite, in `tests/sql` on all
    three."""
    return pytest.mark.parametrize("backend", [of(each) for each in backends], indirect=True)


def of(backend: str, *marks: pytest.MarkDecorator) -> object:
    """A database as a parameter of a test, with these marks."""
    return pytest.param(backend, marks=[*wanted_by(backend), *marks])


def wanted_by(backend: str) -> list[pytest.MarkDecorator]:
    """The marks of every test on this database: what it wants that no wheel brings."""
    return [needs("mariadbd")] if backend == "mariadb" else []


@cache
def number_of_commit() -> int:
    """A number that is another one at each commit of this project."""
    return int((provenance.git_commit() or "0")[:7], 16)


def in_turn(number: int = 0, among: Sequence[str] = ("postgresql", "mariadb")) -> Iterator[str]:
    """That of these databases on which the costly test of that number runs, another one at another commit;
    all where HPO_TEST_ALL_DATABASES is set."""
    for turn, backend in enumerate(among):
        if ALL_DATABASES in os.environ or (number + turn + number_of_commit()) % len(among) == 0:
            yield backend


def needs(*programs: str) -> pytest.MarkDecorator:
    """For a test that wants programs which no wheel brings; `programs` says which there are."""
    return pytest.mark.needs(*programs)


def slow(why: str) -> pytest.MarkDecorator:
    """For a test that `make test` leaves to `make test-all`, because it takes long."""
    return pytest.mark.slow(why)
