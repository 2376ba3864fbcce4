"""Engines for one storage URL: ours, and the arguments Optuna's engine is built with."""

import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil
import sqlalchemy as sa
from sqlalchemy.engine import URL, Connection, Engine
from sqlalchemy.exc import ArgumentError

from storage.errors import BadUrl

if TYPE_CHECKING:
    import psycopg

BUSY_TIMEOUT_SECONDS = 30
CONNECT_TIMEOUT_SECONDS = 5
# A machine that stops in the middle of a transaction must not keep its locks: the server ends it.
IDLE_TRANSACTION_SECONDS = 10
# Nor does anybody wait for locks longer than such a machine could keep them.
LOCK_SECONDS = 10
# As the kernel calls them; with FUSE, "fuse." stands before.
NETWORK_FILE_SYSTEMS = {
    *("nfs", "nfs4", "cifs", "smb3", "smbfs", "sshfs", "9p"),
    *("lustre", "gpfs", "beegfs", "ceph", "ceph-fuse", "glusterfs"),
}
# Execution option of a transaction that only reads, so that it does not take SQLite's writer lock.
READ_ONLY = "hpo_read_only"


def parse_url(text: str) -> URL:
    """Checks a storage URL and names its driver.

    Raises:
        BadUrl: it is no URL, or names a database that is not supported.
    """
    try:
        url = sa.make_url(text)
    except (ArgumentError, ValueError):  # the latter of a port that is no number
        raise BadUrl(
            "the storage URL cannot be read: write sqlite:///FILE or postgresql://USER@HOST/DATABASE"
        ) from None
    match url.get_backend_name():
        case "sqlite":
            if not url.database or url.database == ":memory:":
                raise BadUrl("SQLite in memory is lost at exit: name a file, sqlite:///FILE")
            return url.set(drivername="sqlite")
        case "postgresql":
            if not url.database:
                raise BadUrl("the storage URL names no database: postgresql://USER@HOST/DATABASE")
            url = url.set(drivername="postgresql+psycopg")
            # Where it is known to be one, it is never shown.
            if isinstance(password := url.query.get("password"), str):
                url = url.set(password=password).difference_update_query(["password"])
            return url
        case other:
            raise BadUrl(f"storage on '{other}' is not supported: use sqlite or postgresql")


def sqlite_path(url: URL) -> Path | None:
    """The database file of an SQLite URL, wherever links lead; None for a server."""
    if url.get_backend_name() != "sqlite":
        return None
    return Path(url.database or "").resolve()


def refuse_network_file_system(path: Path) -> None:
    """SQLite's locks do not hold on a network file system: two hosts would corrupt the file.

    Raises:
        BadUrl: the file lies on one.
    """
    mounts = sorted(
        psutil.disk_partitions(all=True), key=lambda part: len(part.mountpoint), reverse=True
    )
    for mount in mounts:
        if path.is_relative_to(mount.mountpoint):
            if mount.fstype.removeprefix("fuse.") in NETWORK_FILE_SYSTEMS:
                raise BadUrl(
                    f"{path} lies on a network file system ({mount.fstype}), where SQLite's locks"
                    " do not hold: use a local file, or postgresql:// for several machines"
                )
            return


def engine_arguments(url: URL) -> dict[str, Any]:
    """What both engines on this URL are created with: few connections, checked before use."""
    if url.get_backend_name() == "sqlite":
        return {"connect_args": {"timeout": BUSY_TIMEOUT_SECONDS}}
    return {
        "pool_size": 1,
        "max_overflow": 1,
        "pool_pre_ping": True,
        "pool_events": [(_prepare_postgresql, "connect")],
        "connect_args": {
            "connect_timeout": CONNECT_TIMEOUT_SECONDS,
            # A cut link must show within seconds, or leases run out while a write hangs.
            "keepalives_idle": 5,
            "keepalives_interval": 2,
            "keepalives_count": 3,
            "tcp_user_timeout": 10_000,
            "application_name": "hpo",
            # PgBouncer may run the next statement in a session that has prepared nothing.
            "prepare_threshold": None,
        },
    }


def make_engine(url: URL) -> Engine:
    """Our own engine. On SQLite every writing transaction begins IMMEDIATE, so that it never
    has to upgrade a read lock, which fails at once when somebody else wrote in between.

    Raises:
        BadUrl: an SQLite file on a network file system.
    """
    if (path := sqlite_path(url)) is not None:
        refuse_network_file_system(path)
    engine = sa.create_engine(url, **engine_arguments(url))
    if engine.dialect.name == "sqlite":
        sa.event.listen(engine, "connect", _prepare_sqlite)
        sa.event.listen(engine, "begin", _begin_sqlite)
    return engine


def use_write_ahead_log(engine: Engine) -> None:
    """Lets an SQLite file's readers and its writer not wait for each other; it stays so for good.

    Once, before there is any table and under the lock of whoever makes them: SQLite does not wait
    for a writer to make this change, and so a connection that asked for it would fail at once.
    """
    connection = engine.raw_connection()
    try:
        connection.cursor().execute("PRAGMA journal_mode=WAL")
    finally:
        connection.close()


def _prepare_postgresql(connection: "psycopg.Connection[Any]", _record: object) -> None:
    # Not among the connection's startup options, which PgBouncer refuses.
    connection.execute(
        "SELECT set_config('idle_in_transaction_session_timeout', %s, false),"
        " set_config('lock_timeout', %s, false)",
        (f"{IDLE_TRANSACTION_SECONDS}s", f"{LOCK_SECONDS}s"),
    )
    connection.commit()


def _prepare_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # the driver begins nothing by itself; _begin_sqlite does
    for pragma in ("synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    read_only = connection.get_execution_options().get(READ_ONLY, False)
    connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")
