"""Engines for one storage URL: ours, and the arguments Optuna's engine is built with."""

import os
import sqlite3
from functools import partial
from pathlib import Path
from typing import Any

import psutil
import sqlalchemy as sa
from sqlalchemy.engine import URL, Connection, Engine
from sqlalchemy.exc import ArgumentError

from storage.errors import BadUrl

BUSY_TIMEOUT_SECONDS = 30
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
    if text.partition("?")[0].count("@") > 1:
        # All that follows the first would be taken for the host, and shown.
        raise BadUrl(
            "the storage URL has more than one @", "write those of a name or a password as %40"
        )
    try:
        url = sa.make_url(text)
    except (ArgumentError, ValueError):  # the latter of a port that is no number
        raise BadUrl(
            "the storage URL cannot be read",
            "write sqlite:///FILE, postgresql://USER@HOST/DATABASE or mysql://USER@HOST/DATABASE",
        ) from None
    match url.get_backend_name():
        case "sqlite":
            if not url.database or url.database == ":memory:":
                raise BadUrl("SQLite in memory is lost at exit", "name a file, sqlite:///FILE")
            return url.set(drivername="sqlite")
        case "postgresql":
            return _server_url(url, "postgresql+psycopg")
        case "mysql" | "mariadb":
            return _server_url(url, "mysql+pymysql")
        case other:
            raise BadUrl(
                f"storage on '{other}' is not supported", "use sqlite, postgresql or mysql"
            )


def _server_url(url: URL, driver: str) -> URL:
    if not url.database:
        raise BadUrl(
            "the storage URL names no database", f"{url.get_backend_name()}://USER@HOST/DATABASE"
        )
    url = url.set(drivername=driver)
    # Where it is known to be one, a password is never shown; PyMySQL has two names for it.
    for name in ("passwd", "password"):
        if isinstance(password := url.query.get(name), str):
            url = url.set(password=password).difference_update_query([name])
    return url


def sqlite_path(url: URL) -> Path | None:
    """The database file of an SQLite URL, wherever links lead; None for a server."""
    if url.get_backend_name() != "sqlite":
        return None
    return Path(url.database or "").resolve()


def is_archive(path: Path) -> bool:
    """Whether an SQLite file is there only to be read: it, or its folder, cannot be written here."""
    return path.exists() and not all(os.access(each, os.W_OK) for each in (path, path.parent))


def _connect_archive(path: Path) -> sqlite3.Connection:
    """Where there is a write-ahead log, its index is needed to read it; where there is none, SQLite
    would make both, unless it is told that nobody writes.

    Raises:
        BadUrl: there is a log without an index, which cannot be made here.
    """
    log, index = (path.with_name(path.name + suffix) for suffix in ("-wal", "-shm"))
    is_logged = log.exists() and log.stat().st_size > 0
    if is_logged and not index.exists():
        raise BadUrl(
            f"{path} can only be read here, and not without the changes in {log.name}",
            "copy both into a folder that can be written",
        )
    how = "mode=ro" if is_logged or index.exists() else "immutable=1"
    return sqlite3.connect(
        f"{path.as_uri()}?{how}", uri=True, timeout=BUSY_TIMEOUT_SECONDS, check_same_thread=False
    )


def connect_read_only(path: Path) -> sqlite3.Connection:
    """A connection that changes nothing of an SQLite file, not even where it is free to.

    Raises:
        BadUrl, see `_connect_archive`.
    """
    if is_archive(path):
        return _connect_archive(path)
    return sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True, timeout=BUSY_TIMEOUT_SECONDS)


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
                    " do not hold",
                    "use a local file, or postgresql:// or mysql:// for several machines",
                )
            return


def engine_arguments(url: URL, *, patient: bool = False) -> dict[str, Any]:
    """What both engines on this URL are created with; `patient` where tables are made."""
    path = sqlite_path(url)
    if path is None:
        # Its driver is imported where there is a server.
        from storage.connection import server_timeouts

        return server_timeouts.engine_arguments(url, patient=patient)
    if is_archive(path):
        # Each connection looks anew whether somebody else has begun to write.
        return {"creator": partial(_connect_archive, path), "poolclass": sa.NullPool}
    return {"connect_args": {"timeout": BUSY_TIMEOUT_SECONDS}}


def make_engine(url: URL, *, patient: bool = False) -> Engine:
    """Our own engine; `patient` where tables are made. On SQLite every writing transaction begins IMMEDIATE, so that it never
    has to upgrade a read lock, which fails at once when somebody else wrote in between.

    Raises:
        BadUrl: an SQLite file on a network file system.
    """
    if (path := sqlite_path(url)) is not None and not is_archive(path):
        refuse_network_file_system(path)
    engine = sa.create_engine(url, **engine_arguments(url, patient=patient))
    if engine.dialect.name == "sqlite":
        sa.event.listen(engine, "connect", _prepare_sqlite)
        sa.event.listen(engine, "begin", _begin_sqlite)
    else:
        from storage.connection import server_timeouts

        sa.event.listen(engine, "begin", server_timeouts.limit_transaction)
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


def _prepare_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # the driver begins nothing by itself; _begin_sqlite does
    for pragma in ("synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    read_only = connection.get_execution_options().get(READ_ONLY, False)
    connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")
