"""An SQLite file that is only there to be looked at."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from click.testing import Result
from sqlalchemy.engine import make_url

from storage.database import Database
from storage.errors import BadUrl, DatabaseUnavailable
from storage.tables import studies
from tests.conftest import DEFINITIONS
from tests.support.commandline import command_line
from tests.support.done import Done
from tests.support.marks import on

TOY = str(DEFINITIONS / "toy.py")


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Without the right to write there; for root, whom no rights bind, the question is answered so."""
    may = os.access

    def access(path: Path, mode: int) -> bool:
        return may(path, mode) and not (mode & os.W_OK and Path(path).is_relative_to(folder))

    within = (folder, *folder.rglob("*"))
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("storage.connection.engine.os.access", access)
        for each in reversed(within):
            each.chmod(0o555 if each.is_dir() else 0o444)
        yield
        for each in within:
            each.chmod(0o755)


@pytest.fixture
def archive(toy_done: Done) -> Iterator[str]:
    """A study that is done, in a folder that cannot be written."""
    with toy_done.copy() as url, _locked(Path(str(make_url(url).database)).parent):
        yield url


def _files(url: str) -> set[str]:
    return {each.name for each in Path(str(make_url(url).database)).parent.iterdir()}


@pytest.mark.parametrize(
    "arguments",
    [
        ("status", "toy"), ("status", "toy", "--json"), ("workers",),
        ("report", "toy", "--study", TOY), ("export", "toy", "--study", TOY),
    ],
)  # fmt: skip
def test_an_archive_can_be_looked_at(
    archive: str, arguments: tuple[str, ...], tmp_path: Path
) -> None:
    """By whoever only looks; nothing is made beside it."""
    before = _files(archive)
    done: Result = command_line(tmp_path, archive).invoke(*arguments)
    assert done.exit_code == 0, done.stderr
    assert _files(archive) == before


def test_it_cannot_be_written(archive: str) -> None:
    """Which is said."""
    db = Database.open(archive)
    with db.reading() as tx:
        study = studies.get(tx, "toy")
    refused = pytest.raises(DatabaseUnavailable, match="can only be read here: mend the rights")
    with refused, db.transaction() as tx:
        studies.write(tx, study, reason="x")
    db.close()


@on("sqlite")
def test_what_its_log_holds_is_read(url: str, tmp_path: Path) -> None:
    """Of a database whose last writer was killed, and of one that somebody else writes: all that was
    committed. Without the log's index that cannot be, which is told and never passed over."""
    path = Path(str(make_url(url).database))
    with closing(sqlite3.connect(path)) as writer:
        writer.execute("CREATE TABLE later AS SELECT 7 AS x")
        writer.commit()
        with _locked(path.parent), closing(Database.open(url)) as db, db.reading() as tx:
            assert tx.exec_driver_sql("SELECT x FROM later").scalar() == 7
        for suffix in ("", "-wal"):
            content = path.with_name(f"hpo.db{suffix}").read_bytes()
            (tmp_path / f"hpo.db{suffix}").write_bytes(content)
    with _locked(tmp_path), pytest.raises(BadUrl, match=r"the changes in hpo.db-wal: copy both"):
        Database.open(f"sqlite:///{tmp_path}/hpo.db")
