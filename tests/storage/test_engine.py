"""URLs: what is taken, what is refused, and what is said of a database that does not answer."""

import socket
import time
from collections import namedtuple
from pathlib import Path

import psutil
import pytest
import sqlalchemy as sa

from storage import engine
from storage.database import Database
from storage.engine import parse_url, refuse_network_file_system
from storage.errors import BadUrl, DatabaseUnavailable
from tests.marks import on

Mount = namedtuple("Mount", ["mountpoint", "fstype"])


@pytest.mark.parametrize(
    ("text", "driver"),
    [
        ("sqlite:///study.db", "sqlite"),
        ("sqlite:////data/study.db", "sqlite"),
        ("postgresql://me@host/base", "postgresql+psycopg"),
        ("postgresql+psycopg2://me:secret@host:5433/base?application_name=x", "postgresql+psycopg"),
    ],
)
def test_urls_that_are_taken(text: str, driver: str) -> None:
    """Each database is used through the one driver that is installed."""
    assert parse_url(text).drivername == driver


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("study.db", "cannot be read: write sqlite:///FILE or postgresql://"),
        ("", "cannot be read"),
        ("postgresql://me@host:port/base", "cannot be read"),
        ("sqlite://", "in memory is lost at exit"),
        ("sqlite:///:memory:", "in memory is lost at exit"),
        ("postgresql://me@host", "names no database"),
        ("mysql://me@host/base", "'mysql' is not supported: use sqlite or postgresql"),
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
        with pytest.raises(BadUrl, match=rf"/far/a\.db .*\({kind}\).*or postgresql://"):
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


@on("postgresql")
def test_a_lock_is_not_waited_for_without_end(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A row that somebody keeps locked is a database that cannot be used, ours and Optuna's
    connection alike, and nothing is prepared that PgBouncer would lose."""
    monkeypatch.setattr(engine, "LOCK_SECONDS", 1)
    theirs, ours = Database.open(url), Database.open(url)
    change = sa.text("UPDATE hpo_alembic_version SET version_num = version_num")
    with theirs.transaction() as tx:
        tx.execute(change)
        with pytest.raises(DatabaseUnavailable, match="lock timeout"), ours.transaction() as mine:
            mine.execute(change)
    with ours.translated(), ours.optuna.engine.connect() as connection:
        assert connection.scalar(sa.text("SHOW lock_timeout")) == "1s"
        for _ in range(10):
            connection.scalar(sa.text("SELECT 1"))
        assert connection.scalar(sa.text("SELECT count(*) FROM pg_prepared_statements")) == 0
    theirs.close()
    ours.close()


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    """A file that cannot be made is a sentence with the mend."""
    with pytest.raises(BadUrl, match=r"folder of .*a\.db cannot be written .*--storage"):
        Database.create(f"sqlite:///{tmp_path}/missing/a.db")


def test_a_server_that_is_down() -> None:
    """A refused connection is told within seconds, with the URL but without the password."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    begun = time.monotonic()
    with pytest.raises(DatabaseUnavailable) as raised:
        Database.open(f"postgresql://me:secret@127.0.0.1:{port}/base")
    assert time.monotonic() - begun < 5
    assert f"postgresql+psycopg://me:***@127.0.0.1:{port}/base cannot be used" in str(raised.value)
    assert "check that it is up" in str(raised.value)
    assert "secret" not in str(raised.value)


def test_a_server_that_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that takes the connection and says nothing is given up after the set time."""
    monkeypatch.setattr(engine, "CONNECT_TIMEOUT_SECONDS", 2)
    with socket.create_server(("127.0.0.1", 0)) as mute:
        begun = time.monotonic()
        with pytest.raises(DatabaseUnavailable):
            Database.open(f"postgresql://me@127.0.0.1:{mute.getsockname()[1]}/base")
        assert time.monotonic() - begun < 20


@on("postgresql")
def test_the_password_is_not_shown(url: str) -> None:
    """The URL that may be printed hides the password."""
    db = Database.open(url.replace("postgres@", "postgres:secret@"))
    assert ":***@" in db.shown_url
    assert "secret" not in db.shown_url
    db.close()
