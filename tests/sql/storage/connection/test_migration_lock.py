"""One at a time makes the tables."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from storage.connection import migration_lock
from storage.errors import DatabaseUnavailable


@pytest.fixture
def answers() -> list[int | None]:
    """What the server says when it is asked for the lock, one after the other."""
    return []


@pytest.fixture
def engine(answers: list[int | None], tmp_path: Path) -> Iterator[Engine]:
    """One on what takes itself for MySQL, as far as locks go."""
    left = iter(answers)

    def prepare(connection: sqlite3.Connection, _record: object) -> None:
        connection.create_function("DATABASE", 0, lambda: "hpo")
        connection.create_function("MD5", 1, lambda text: text)
        connection.create_function("CONCAT", 2, lambda first, second: first + second)
        connection.create_function("GET_LOCK", 2, lambda _name, _seconds: next(left))

    made = sa.create_engine(f"sqlite:///{tmp_path}/a.db")
    sa.event.listen(made, "connect", prepare)
    yield made
    made.dispose()


def test_a_server_that_gives_no_lock(engine: Engine, answers: list[int | None]) -> None:
    """It is told, and not asked again without a pause: a server that is short of memory answers
    NULL at once. While another has the lock it is waited for."""
    answers += [0, 0, 1, None, 1]
    with migration_lock._turn_at_mysql(engine):
        pass
    with (
        pytest.raises(DatabaseUnavailable, match="answers NULL"),
        migration_lock._turn_at_mysql(engine),
    ):
        pass
