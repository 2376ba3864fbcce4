"""Connections to a server, PostgreSQL or MySQL: how they are made, and how long they may wait."""

from functools import partial
from time import monotonic
from typing import Any

import psycopg
from psycopg.abc import RV, PQGen
from psycopg.rows import TupleRow
from sqlalchemy.engine import URL, Connection

CONNECT_TIMEOUT_SECONDS = 5
# A machine that stops in the middle of a transaction must not keep its locks: the server ends it.
IDLE_TRANSACTION_SECONDS = 10
# Nor does anybody wait for locks longer than such a machine could keep them.
LOCK_SECONDS = 10
# A server that hangs would be waited for without end, and leases run out meanwhile. Longer than a
# lock is waited for, for that is silence too. Spent twice at MySQL, whose driver takes as long to
# make a new connection; psycopg takes the seconds above.
SILENCE_SECONDS = 11
# While tables are made: others may be at it, and to change one that is full takes its time.
PATIENT_SILENCE_SECONDS = 600


def engine_arguments(url: URL, *, patient: bool) -> dict[str, Any]:
    """What an engine on a server is created with: few connections, checked before use."""
    silence_seconds = PATIENT_SILENCE_SECONDS if patient else SILENCE_SECONDS
    common = {
        "pool_size": 1,
        "max_overflow": 1,
        "pool_pre_ping": True,
        "isolation_level": "READ COMMITTED",
    }
    if url.get_backend_name() == "postgresql":
        return common | {
            "creator": partial(_connect_postgresql, url, silence_seconds),
            "pool_events": [(_prepare_postgresql, "connect")],
        }
    return common | {
        "connect_args": {
            "connect_timeout": CONNECT_TIMEOUT_SECONDS,
            "read_timeout": silence_seconds,
            "write_timeout": silence_seconds,
            "charset": "utf8mb4",
            "program_name": "hpo",
            # What stands in /*M! */ only MariaDB reads: MySQL has nothing like it.
            "init_command": (
                "SET SESSION sql_mode = 'STRICT_ALL_TABLES',"
                f" innodb_lock_wait_timeout = {LOCK_SECONDS}, lock_wait_timeout = {LOCK_SECONDS}"
                f" /*M! , idle_transaction_timeout = {IDLE_TRANSACTION_SECONDS} */"
            ),
        },
    }


# Their last argument says whether they hold for a transaction alone.
_LIMIT = (
    "SELECT set_config('idle_in_transaction_session_timeout', %s, %s),"
    " set_config('lock_timeout', %s, %s)"
)


class _Connection(psycopg.Connection[TupleRow]):
    """A connection that gives up on a server which says nothing; psycopg itself never does."""

    silence_seconds: float = SILENCE_SECONDS
    is_pooled: bool = False
    """Whether something like PgBouncer gives each transaction whichever session is free."""

    def wait(self, gen: PQGen[RV], interval: float = 0.1, timeout: float | None = None) -> RV:
        return super().wait(self._unless_silent(gen), interval, timeout)

    def _unless_silent(self, gen: PQGen[RV]) -> PQGen[RV]:
        # psycopg's generators say what they wait for, and are sent what came; nothing, now and then.
        heard = monotonic()
        try:
            wanted = next(gen)
            while True:
                ready = yield wanted
                if ready:
                    heard = monotonic()
                elif monotonic() - heard > self.silence_seconds:
                    self.close()
                    raise psycopg.OperationalError(
                        f"it has said nothing for {self.silence_seconds} s"
                    )
                wanted = gen.send(ready)
        except StopIteration as end:
            result: RV = end.value
            return result


def _connect_postgresql(url: URL, silence_seconds: float) -> _Connection:
    arguments, parameters = url.get_dialect()().create_connect_args(url)
    limits = {
        "connect_timeout": CONNECT_TIMEOUT_SECONDS,
        # A cut link must show within seconds, or leases run out while a write hangs.
        "keepalives_idle": 5,
        "keepalives_interval": 2,
        "keepalives_count": 3,
        "tcp_user_timeout": 10_000,
        "application_name": "hpo",
        # Else it is the database's, which may be none (SQL_ASCII), or one that lacks characters.
        "client_encoding": "utf8",
        # PgBouncer may run the next statement in a session that has prepared nothing.
        "prepare_threshold": None,
    }
    connection = _Connection.connect(*arguments, **{**parameters, **limits})
    connection.silence_seconds = silence_seconds
    return connection


def _prepare_postgresql(connection: _Connection, _record: object) -> None:
    process = connection.execute("SELECT pg_backend_pid()").fetchone()
    connection.is_pooled = process != (connection.info.backend_pid,)
    if not connection.is_pooled:
        # Not among the connection's startup options, which PgBouncer refuses.
        connection.execute(_LIMIT, _limits(for_transaction=False))
    connection.commit()


def limit_transaction(connection: Connection) -> None:
    """Keeps a transaction behind a pooler within the limits: its session at the server is another
    each time, and is somebody else's afterwards. Without a pooler the session itself has them."""
    driver = connection.connection.dbapi_connection
    if isinstance(driver, _Connection) and driver.is_pooled:
        connection.exec_driver_sql(_LIMIT, _limits(for_transaction=True))


def _limits(*, for_transaction: bool) -> tuple[str | bool, ...]:
    return f"{IDLE_TRANSACTION_SECONDS}s", for_transaction, f"{LOCK_SECONDS}s", for_transaction
