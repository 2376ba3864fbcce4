"""Databases that are not in UTF-8, and texts that are not Unicode."""

from collections.abc import Iterator

import pytest

from hpo.definition_loader import Definition
from hpo.doctor import storage_checks
from hpo.doctor.finding import Grade
from hpo.status.study_status import read_status
from hpo.study import creation, planning
from storage.database import Database
from storage.errors import TextRefused
from storage.tables import studies
from tests.support.databases import PostgresDatabases
from tests.support.marks import on


@pytest.fixture
def other(
    request: pytest.FixtureRequest, postgres_databases: PostgresDatabases
) -> Iterator[Database]:
    """A database in the encoding of the test's parameter."""
    url = postgres_databases.in_encoding(request.param)
    db = Database.create(url)
    yield db
    db.close()
    postgres_databases.drop(url)


@on("postgresql")
@pytest.mark.parametrize("other", ["SQL_ASCII", "LATIN1"], indirect=True)
def test_a_database_of_another_encoding(other: Database, toy: Definition, backend: str) -> None:
    """As `initdb` makes one where no language is set: it holds a study, and the doctor sees it."""
    made = creation.create(other, "toy", toy, planning.Budget(trials=2))
    assert read_status(other, "toy").study == made
    found = list(storage_checks.check_database(other))
    assert Grade.FAIL not in {each.grade for each in found}


@on("postgresql")
@pytest.mark.parametrize("other", ["LATIN1"], indirect=True)
def test_a_text_that_a_database_cannot_hold(other: Database, toy: Definition, backend: str) -> None:
    """Is told as such, with what to do; in one without an encoding there is none."""
    made = creation.create(other, "toy", toy, planning.Budget(trials=2))
    refused = pytest.raises(TextRefused, match=r"cannot hold that text .*: use other names")
    with refused, other.transaction() as tx:
        studies.write(tx, made, reason="no \N{GREEK CAPITAL LETTER OMEGA}")
    assert read_status(other, "toy").study == made


def test_a_name_that_is_no_text(db: Database) -> None:
    """As a shell may give one: no study has it."""
    with pytest.raises(TextRefused, match="not Unicode"), db.reading() as tx:
        studies.find(tx, "\udcff")
