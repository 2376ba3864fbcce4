"""Studies of plain Optuna, wherever it keeps them, opened to be read and never written."""

import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from difflib import get_close_matches
from pathlib import Path

import optuna
import sqlalchemy as sa
from optuna.storages import BaseStorage, JournalStorage, RDBStorage
from optuna.storages.journal import JournalFileBackend
from optuna.study._frozen import FrozenStudy
from sqlalchemy.exc import SQLAlchemyError

from hpo.errors import UsageError
from storage.connection.engine import connect_read_only, parse_url, sqlite_path
from storage.database import Database

SQLITE_BEGINS = b"SQLite format 3\0"
MOST_NAMED = 10
IT = "what --from names"
WRITTEN = "give sqlite:///FILE, postgresql://..., mysql://..., or a file"


@contextmanager
def opened(place: str) -> Iterator[BaseStorage]:
    """Optuna's storage at a URL, or in a file, which may be SQLite's or a journal of Optuna's. Of a file it
    is a copy, which Optuna brings to this version if need be.

    Raises:
        BadUrl, DatabaseUnavailable, NotPermitted
        UsageError: there is none, it is not Optuna's, or of a version that cannot be read here.
    """
    file = Path(place).resolve() if "://" not in place else sqlite_path(parse_url(place))
    if file is None:
        with _on_server(place) as storage:
            yield storage
        return
    if not file.is_file():
        raise UsageError(f"there is no file {file}", WRITTEN)
    with tempfile.TemporaryDirectory(prefix="hpo-import-") as folder:
        copy = Path(folder) / "copy"
        try:
            with file.open("rb") as content:
                is_sqlite = content.read(len(SQLITE_BEGINS)) == SQLITE_BEGINS
            yield _of_sqlite(file, copy) if is_sqlite else _of_journal(file, copy)
        except OSError as error:
            raise UsageError(f"{file} cannot be read ({error.strerror})") from error


def choose(storage: BaseStorage, name: str | None) -> FrozenStudy:
    """The study of that name, or the only one there is.

    Raises:
        UsageError: there is none, or several and none is named.
    """
    found = {study.study_name: study for study in storage.get_all_studies()}
    if not found:
        raise UsageError(f"{IT} holds no study", "name another")
    if name is None and len(found) == 1:
        return next(iter(found.values()))
    if name in found:
        return found[name]
    shown = ", ".join(list(found)[:MOST_NAMED])
    more = f" and {len(found) - MOST_NAMED} more" if len(found) > MOST_NAMED else ""
    if name is None:
        raise UsageError(f"{IT} holds {len(found)} studies", f"name one of {shown}{more}")
    near = get_close_matches(name, found, 1)
    hint = f"did you mean '{near[0]}'? " if near else ""
    raise UsageError(f"{IT} has no study '{name}'", f"{hint}it holds {shown}{more}")


@contextmanager
def _on_server(url: str) -> Iterator[RDBStorage]:
    db = Database.reach(url)
    try:
        with db.reading() as tx:
            _refuse_others(tx)
        with db.translated():
            storage = db.optuna
            if _is_older(storage):
                raise UsageError(
                    f"{IT} has the tables of an older Optuna",
                    "`optuna storage upgrade --storage URL` brings them to this one, or take a copy of it",
                )
            yield storage
    finally:
        db.close()


def _of_sqlite(file: Path, copy: Path) -> RDBStorage:
    try:
        with closing(connect_read_only(file)) as source, closing(sqlite3.connect(copy)) as target:
            source.backup(target)
    except sqlite3.Error as error:
        raise UsageError(f"{file} cannot be read ({error})", "see that it is whole") from error
    url = f"sqlite:///{copy}"
    try:
        engine = sa.create_engine(url)
        with engine.connect() as tx:
            _refuse_others(tx)
        engine.dispose()
        storage = RDBStorage(url, skip_compatibility_check=True, skip_table_creation=True)
        if _is_older(storage):
            storage.upgrade()
        return storage
    except SQLAlchemyError as error:
        said = " ".join(str(error.__cause__ or error).split())
        raise UsageError(f"{file} cannot be read ({said})", "see that it is whole") from error


def _of_journal(file: Path, copy: Path) -> JournalStorage:
    copy.write_bytes(file.read_bytes())
    try:
        return JournalStorage(JournalFileBackend(str(copy)))
    except (ValueError, LookupError, TypeError, AttributeError, AssertionError) as error:
        # Whatever else it holds, or operations of a newer Optuna.
        raise UsageError(f"{file} holds no studies of Optuna", WRITTEN) from error


def _refuse_others(tx: sa.Connection) -> None:
    # Optuna itself would make its tables, and note its version, where there are none.
    tables = set(sa.inspect(tx).get_table_names())
    if not {"version_info", "alembic_version", "studies", "trials"} <= tables:
        raise UsageError(f"{IT} holds no studies of Optuna", "name another")
    revision = tx.scalar(sa.text("SELECT version_num FROM alembic_version"))
    if revision is None or tx.scalar(sa.text("SELECT COUNT(*) FROM version_info")) == 0:
        raise UsageError(f"{IT} has not all of Optuna's tables", "name another")


def _is_older(storage: RDBStorage) -> bool:
    """Raises:
    UsageError: it is newer.
    """
    current = storage.get_current_version()
    if current not in storage.get_all_versions():
        raise UsageError(
            f"{IT} has tables ({current}) of a newer Optuna than that of hpo ({optuna.__version__})",
            "update hpo",
        )
    return bool(current != storage.get_head_version())
