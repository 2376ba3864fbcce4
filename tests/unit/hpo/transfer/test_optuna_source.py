"""Where studies are imported from: opened to be read, never written."""

import hashlib
import sqlite3
from contextlib import closing
from pathlib import Path

import optuna
import pytest
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend

from hpo.errors import HpoError
from hpo.transfer.optuna_source import choose, opened
from storage.errors import BadUrl
from tests.support.foreign import NEWEST, PAIR, STUDY, TRIALS, VERSIONS, restore


@pytest.mark.parametrize("version", VERSIONS)
def test_a_file_of_any_version_is_read_and_stays_as_it_is(version: str, tmp_path: Path) -> None:
    """One whose tables are older, too; nothing is left beside it."""
    file = restore(version, tmp_path)
    before = hashlib.sha256(file.read_bytes()).digest()
    for place in (str(file), f"sqlite:///{file}"):
        with opened(place) as storage:
            found = choose(storage, STUDY)
            assert len(storage.get_all_trials(found._study_id)) == TRIALS + 2
    assert hashlib.sha256(file.read_bytes()).digest() == before
    assert list(tmp_path.iterdir()) == [file]


def test_a_file_that_is_written_meanwhile_is_read_as_it_was_committed(tmp_path: Path) -> None:
    """Its writer need not stop."""
    file = restore(NEWEST, tmp_path)
    with closing(sqlite3.connect(file, isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        writer.execute("UPDATE studies SET study_name = 'half' WHERE study_name = ?", [PAIR])
        with opened(str(file)) as storage:
            assert choose(storage, PAIR).study_name == PAIR
        writer.execute("ROLLBACK")


def test_a_journal_is_one_too(tmp_path: Path) -> None:
    """The only study in it need not be named."""
    file = tmp_path / "journal.log"
    kept = JournalStorage(JournalFileBackend(str(file)))
    optuna.create_study(study_name="noted", storage=kept).add_trial(
        optuna.trial.create_trial(value=1.0)
    )
    before = file.read_bytes()
    with opened(str(file)) as storage:
        assert choose(storage, None).study_name == "noted"
    assert file.read_bytes() == before


def test_which_study_is_meant(tmp_path: Path) -> None:
    """Of several one is to be named; the nearest name is told."""
    with opened(str(restore(NEWEST, tmp_path))) as storage:
        with pytest.raises(HpoError, match=r"holds 2 studies: name one of squares, pair"):
            choose(storage, None)
        with pytest.raises(HpoError, match="no study 'squars': did you mean 'squares'"):
            choose(storage, "squars")


def _say_newer(file: Path) -> None:
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = 'v9.9.9.a'")


def test_what_cannot_be_read_is_told(tmp_path: Path) -> None:
    """In a line; nothing is made in its place."""
    newer, other, text = (tmp_path / name for name in ("newer.db", "other.db", "text.log"))
    alike, torn, later = (tmp_path / name for name in ("alike.db", "torn.db", "later.log"))
    restore(NEWEST, tmp_path).rename(newer)
    _say_newer(newer)
    with closing(sqlite3.connect(other)) as connection, connection:
        connection.execute("CREATE TABLE studies (id INTEGER)")
    text.write_text("no journal\n" * 3)
    with closing(sqlite3.connect(alike)) as connection, connection:
        for table in ("version_info", "alembic_version", "studies", "trials"):
            connection.execute(f"CREATE TABLE {table} (id INTEGER)")
    whole = newer.read_bytes()
    torn.write_bytes(whole[:4096] + b"\x5a" * (len(whole) - 4096))
    later.write_text('{"op_code": 99, "worker_id": "of a newer Optuna"}\n')
    there = sorted(tmp_path.iterdir())
    for place, said in {
        str(newer): r"tables \(v9.9.9.a\) of a newer Optuna",
        str(other): "no studies of Optuna",
        str(text): "no studies of Optuna",
        str(alike): r"cannot be read \(no such column: version_num\)",
        str(torn): r"cannot be read \(database disk image is malformed\)",
        str(later): "no studies of Optuna",
        str(tmp_path / "none.db"): "there is no file",
        str(tmp_path): "there is no file",
        f"sqlite:///{tmp_path}/none.db": "there is no file",
    }.items():
        with pytest.raises(HpoError, match=said), opened(place):
            pass
    with pytest.raises(BadUrl, match="not supported"), opened("oracle://host/db"):
        pass
    assert sorted(tmp_path.iterdir()) == there
