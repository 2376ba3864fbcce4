"""What a doctor says of databases and artifact stores."""

import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import make_url

from hpo.doctor.finding import Grade
from hpo.doctor.storage_checks import ASPECTS, check_artifacts, check_database, judge_database
from storage import health
from storage.connection.engine import make_engine, parse_url
from storage.database import Database
from storage.health import Condition
from tests.support.marks import on

WELL = Condition("PostgreSQL", (18, 1), "READ COMMITTED", 0.001, 0.0)


def test_a_database_that_is_well(db: Database) -> None:
    """Every line is green on each backend, and says which it is."""
    found = list(check_database(db))
    assert {each.grade for each in found} == {Grade.OK}, found
    assert [each.name for each in found] == ["database", *ASPECTS]


@on("sqlite")
def test_the_journal_of_a_file_that_is_only_read(db: Database) -> None:
    """The file itself says which it has; SQLite says nothing of one that it may not write."""
    assert db.url.database is not None
    file = Path(db.url.database)
    assert health._is_in_wal_mode(file)
    plain = file.with_name("plain.db")
    with sqlite3.connect(plain) as made:
        made.execute("CREATE TABLE t (x)")
    assert not health._is_in_wal_mode(plain)


@pytest.mark.parametrize(
    ("condition", "aspect", "grade"),
    [
        (replace(WELL, product="MariaDB", version=(10, 5)), "version", Grade.FAIL),
        (replace(WELL, product="SQLite", version=(3, 40), isolation="DELETE"), "isolation", Grade.FAIL),
        (replace(WELL, isolation="SERIALIZABLE"), "isolation", Grade.FAIL),
        (replace(WELL, clock_ahead_seconds=-9.0), "clock", Grade.WARN),
        (replace(WELL, latency_seconds=0.5), "latency", Grade.WARN),
    ],
)  # fmt: skip
def test_a_database_that_is_not(condition: Condition, aspect: str, grade: Grade) -> None:
    """That line alone is not green, and says the mend."""
    (found,) = [each for each in judge_database(condition) if each.grade != Grade.OK]
    assert (found.name, found.grade) == (aspect, grade)
    assert found.mend


@on("postgresql")
def test_a_role_that_only_reads(db: Database, url: str) -> None:
    """Is told what to have granted, though it may read all tables."""
    name = f"reader_{make_url(url).database}"
    with db.transaction() as tx:
        tx.execute(sa.text(f"CREATE ROLE {name} LOGIN"))
        tx.execute(sa.text(f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {name}"))
    reader = Database.open(make_url(url).set(username=name).render_as_string(hide_password=False))
    found = {each.name: each for each in check_database(reader)}
    reader.close()
    with db.transaction() as tx:
        tx.execute(sa.text(f"DROP OWNED BY {name}"))
        tx.execute(sa.text(f"DROP ROLE {name}"))
    assert found["tables"].grade == Grade.OK
    assert found["rights"].grade == Grade.FAIL
    assert found["rights"].mend.startswith("have its owner run GRANT SELECT, INSERT")


def test_tables_of_another_program(bare_url: str) -> None:
    """They are told to be that, and not tried."""
    engine = make_engine(parse_url(bare_url))
    with engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE studies (id INTEGER)"))
    engine.dispose()
    db = Database.reach(bare_url)
    found = {each.name: each.found for each in check_database(db)}
    db.close()
    assert "another program" in found["tables"]
    assert found["rights"] == "not known"


def test_the_store_is_left_as_it_was(db: Database, url: str) -> None:
    """What is written to try it is removed again."""
    (found,) = check_artifacts(db)
    assert found.grade == Grade.OK
    folder = Path(url.removeprefix("sqlite:///")).with_suffix(".artifacts")
    assert not folder.exists() or list(folder.iterdir()) == []
