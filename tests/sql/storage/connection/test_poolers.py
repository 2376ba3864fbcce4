"""A pooler such as PgBouncer between us and PostgreSQL: each transaction may have another session."""

import psycopg
import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from storage.connection import server_timeouts
from storage.database import Database
from tests.support.marks import on

LIMITS = sa.text(
    "SELECT current_setting('lock_timeout'), current_setting('idle_in_transaction_session_timeout')"
)
HELD = (f"{server_timeouts.LOCK_SECONDS}s", f"{server_timeouts.IDLE_TRANSACTION_SECONDS}s")


@on("postgresql")
@pytest.mark.parametrize("whose", ["engine", "optuna"])
def test_each_transaction_keeps_the_limits_itself(db: Database, whose: str) -> None:
    """In a session that was given nothing, as a pooler's others were not, transactions of either
    engine have the limits, and leave the session without them."""
    engine: Engine = db.engine if whose == "engine" else db.optuna.engine
    with engine.connect() as connection:
        driver = connection.connection.dbapi_connection
        assert isinstance(driver, server_timeouts._Connection)
        assert not driver.is_pooled
        assert tuple(connection.execute(LIMITS).one()) == HELD
        driver.execute("RESET ALL")
        driver.commit()
        driver.is_pooled = True
    with engine.begin() as tx:
        assert tx.connection.dbapi_connection is driver
        assert tuple(tx.execute(LIMITS).one()) == HELD
    assert driver.execute("SHOW lock_timeout").fetchone() == ("0",)
    driver.rollback()


@on("postgresql")
def test_a_pooler_is_told_by_the_process_behind_it(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever answers for many sessions names a process that is not the one which works."""
    db.engine.dispose()  # so that the next connection is new
    monkeypatch.setattr(psycopg.ConnectionInfo, "backend_pid", -514546216)  # as PgBouncer did
    with db.engine.connect() as connection:
        driver = connection.connection.dbapi_connection
        assert isinstance(driver, server_timeouts._Connection)
        assert driver.is_pooled
        assert tuple(connection.execute(LIMITS).one()) == HELD
