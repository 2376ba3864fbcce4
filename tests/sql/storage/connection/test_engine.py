"""URLs: what is taken, what is refused, and what is said of a database that does not answer."""

import socket
import time
from collections import namedtuple
from pathlib import Path

import psutil
import pytest
import sqlalchemy as sa

from storage.connection import server_timeouts
from storage.connection.engine import make_engine, parse_url, refuse_network_file_system
from storage.database import Database
from storage.errors import BadUrl, Conflict, DatabaseUnavailable
from tests.support.marks import on

Mount = namedtuple("Mount", ["mountpoint", "fstype"])


@pytest.mark.parametrize(
    ("text", "driver"),
    [
        ("sqlite:///study.db", "sqlite"),
        ("sqlite:////data/study.db", "sqlite"),
        ("postgresql://me@host/base", "postgresql+psycopg"),
        ("postgresql+psycopg2://me:secret@host:5433/base?application_name=x", "postgresql+psycopg"),
        ("mysql://me@host/base", "mysql+pymysql"),
        ("mysql+mysqldb://me:secret@host:3307/base?ssl_ca=x", "mysql+pymysql"),
        ("mariadb://me@host/base", "mysql+pymysql"),
    ],
)
def test_urls_that_are_taken(text: str, driver: str) -> None:
    """Each database is used through the one driver that is installed."""
    assert parse_url(text).drivername == driver


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("study.db", r"cannot be read: write sqlite:///FILE, postgresql://.* or mysql://"),
        ("", "cannot be read"),
        ("postgresql://me@host:port/base", "cannot be read"),
        ("sqlite://", "in memory is lost at exit"),
        ("sqlite:///:memory:", "in memory is lost at exit"),
        ("postgresql://me@host", "names no database"),
        ("mariadb://me@host", "names no database: mariadb://"),
        ("oracle://me@host/base", "'oracle' is not supported: use sqlite, postgresql or mysql"),
        ("nonsense://me@host/base", "'nonsense' is not supported"),
    ],
)
def test_urls_that_are_refused(text: str, said: str) -> None:
    """The refusal names the cause and what to write."""
    for method in (Database.open, Database.create):
        with pytest.raises(BadUrl, match=said):
            method(text)


def test_a_refusal_keeps_the_password() -> None:
    """A URL that cannot be read may hold a password: it is not repeated."""
    with pytest.raises(BadUrl) as refused:
        parse_url("postgresql//me:secret@host/base")
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize(
    "kind", ["nfs", "nfs4", "cifs", "9p", "lustre", "ceph", "fuse.sshfs", "fuse.glusterfs"]
)
def test_network_file_systems_are_refused(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """SQLite is refused on a network file system, told by the nearest mount above the file."""
    mounts = [Mount("/", "ext4"), Mount("/far", kind), Mount("/far/near", "ext4")]
    monkeypatch.setattr(psutil, "disk_partitions", lambda **_: mounts)
    for method in (Database.open, Database.create):
        with pytest.raises(BadUrl, match=rf"/far/a\.db .*\({kind}\).*or postgresql:// or mysql://"):
            method("sqlite:////far/a.db")
    refuse_network_file_system(Path("/far/near/a.db"))
    refuse_network_file_system(Path("/farther/a.db"))


def test_a_link_onto_a_network_file_system_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file counts, not the name by which it is reached."""
    (tmp_path / "near").mkdir()
    (tmp_path / "near" / "a.db").symlink_to(tmp_path / "far" / "a.db")
    mounts = [Mount("/", "ext4"), Mount(str(tmp_path / "far"), "nfs")]
    monkeypatch.setattr(psutil, "disk_partitions", lambda **_: mounts)
    with pytest.raises(BadUrl, match=r"/far/a\.db lies on a network file system"):
        Database.open(f"sqlite:///{tmp_path}/near/a.db")


@on("postgresql", "mariadb")
def test_a_lock_is_not_waited_for_without_end(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A row that somebody keeps locked is a database that cannot be used, for ours and Optuna's
    connection alike; that is no conflict, which it would do to try again."""
    monkeypatch.setattr(server_timeouts, "LOCK_SECONDS", 1)
    theirs, ours = Database.open(url), Database.open(url)
    change = sa.text("UPDATE hpo_alembic_version SET version_num = version_num")
    with theirs.transaction() as tx:
        tx.execute(change)
        for engine in (ours.engine, ours.optuna.engine):
            with (
                pytest.raises(DatabaseUnavailable, match=r"(?i)lock (wait )?timeout") as raised,
                ours.translated(),
                engine.begin() as mine,
            ):
                mine.execute(change)
            assert not isinstance(raised.value, Conflict)
    theirs.close()
    ours.close()


@on("postgresql")
def test_nothing_is_prepared(db: Database) -> None:
    """PgBouncer would run a prepared statement in a session that knows nothing of it."""
    with db.optuna.engine.connect() as connection:
        for _ in range(10):
            connection.scalar(sa.text("SELECT 1"))
        assert connection.scalar(sa.text("SELECT count(*) FROM pg_prepared_statements")) == 0


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    """A file that cannot be made is a sentence with the mend."""
    with pytest.raises(BadUrl, match=r"folder of .*a\.db cannot be written .*--storage"):
        Database.create(f"sqlite:///{tmp_path}/missing/a.db")


@pytest.mark.parametrize("driver", ["postgresql+psycopg", "mysql+pymysql"])
def test_a_server_that_is_down(driver: str) -> None:
    """A refused connection is told within seconds, with the URL but without the password."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    begun = time.monotonic()
    with pytest.raises(DatabaseUnavailable) as raised:
        Database.open(f"{driver}://me:secret@127.0.0.1:{port}/base")
    assert time.monotonic() - begun < 5
    assert f"{driver}://me:***@127.0.0.1:{port}/base cannot be used" in str(raised.value)
    assert "check that it is up" in str(raised.value)
    assert "secret" not in str(raised.value)


@pytest.mark.parametrize("scheme", ["postgresql", "mysql"])
def test_a_server_that_does_not_answer(scheme: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that takes the connection and says nothing is given up after the set time."""
    monkeypatch.setattr(server_timeouts, "CONNECT_TIMEOUT_SECONDS", 2)
    monkeypatch.setattr(server_timeouts, "SILENCE_SECONDS", 2)
    with socket.create_server(("127.0.0.1", 0)) as mute:
        begun = time.monotonic()
        with pytest.raises(DatabaseUnavailable):
            Database.open(f"{scheme}://me@127.0.0.1:{mute.getsockname()[1]}/base")
        assert time.monotonic() - begun < 20


@pytest.mark.parametrize(
    "text",
    [
        "postgresql://me:secret@host/base",
        "postgresql://me@host/base?password=secret",
        "mysql://me:secret@host/base",
        "mysql://me@host/base?password=secret",
        "mariadb://me@host/base?passwd=secret",
    ],
)
def test_the_password_is_not_shown(text: str) -> None:
    """Wherever a URL has its password, it is used, and hidden where the URL is printed."""
    url = parse_url(text)
    assert url.password == "secret"  # noqa: S105 - nobody's
    shown = Database(url, make_engine(url)).shown_url
    assert shown.endswith("://me:***@host/base")
