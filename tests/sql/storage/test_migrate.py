"""Making, upgrading and checking the tables."""

import multiprocessing
import shutil
import sqlite3
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from importlib.metadata import requires, version
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from optuna.storages import RDBStorage
from optuna.storages._rdb.models import BaseModel
from sqlalchemy.engine import Connection, Engine, make_url

from storage import migrate, schema
from storage.connection.engine import make_engine, parse_url
from storage.database import Database
from storage.errors import DatabaseUnavailable, NotPermitted, SchemaMismatch
from storage.tables import studies
from tests.support.databases import Databases
from tests.support.marks import on
from tests.support.squares import NEW_STUDY

PROCESSES = 8


@pytest.fixture
def bare_engine(bare_url: str) -> Iterator[Engine]:
    """An engine on a database without tables."""
    engine = make_engine(parse_url(bare_url))
    yield engine
    engine.dispose()


def _create(url: str, barrier: Barrier) -> None:
    barrier.wait()
    Database.create(url).close()


def test_simultaneous_processes_make_the_tables_once(bare_url: str) -> None:
    """Eight processes that meet an empty database all come to use the same tables."""
    # A server that forks them has the modules imported, so that they truly start at once.
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["storage.database", __name__])
    barrier = context.Barrier(PROCESSES)
    processes = [
        context.Process(target=_create, args=(bare_url, barrier)) for _ in range(PROCESSES)
    ]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
    assert [process.exitcode for process in processes] == [0] * PROCESSES
    Database.open(bare_url).close()


def test_creating_again_keeps_what_there_is(db: Database, url: str) -> None:
    """A second `create` of the same code is a no-op: rows stay."""
    db.optuna.create_new_study([], "kept")
    Database.create(url).close()
    assert db.optuna.get_study_id_from_name("kept")


def test_opening_creates_nothing(bare_url: str, bare_engine: Engine) -> None:
    """`open` on a database without tables names the mend, and leaves it without tables."""
    bare_engine.connect().close()
    with pytest.raises(SchemaMismatch, match="no tables of hpo yet: run `hpo db upgrade`"):
        Database.open(bare_url)
    assert sa.inspect(bare_engine).get_table_names() == []


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE studies (id INTEGER, title VARCHAR(20))",
        "CREATE TABLE alembic_version (version_num VARCHAR(32))",
    ],
)
def test_tables_of_another_program_are_left_alone(
    bare_url: str, bare_engine: Engine, statement: str
) -> None:
    """It is said whose name they have, and nothing is made beside them."""
    with bare_engine.begin() as connection:
        connection.execute(sa.text(statement))
    (name,) = sa.inspect(bare_engine).get_table_names()
    for _ in range(2):
        with pytest.raises(SchemaMismatch, match=rf"tables of another program \({name}\)"):
            Database.create(bare_url)
    with pytest.raises(SchemaMismatch, match="another program"):
        Database.open(bare_url)
    assert sa.inspect(bare_engine).get_table_names() == [name]


def test_what_was_broken_off_is_gone_on_with(bare_url: str, bare_engine: Engine) -> None:
    """MySQL keeps each table as soon as it is made: those of Optuna come one by one."""
    known = BaseModel.metadata
    first = [table for table in known.sorted_tables if table.name != "version_info"][:4]
    known.create_all(bare_engine, tables=first)
    Database.create(bare_url).close()
    Database.open(bare_url).close()


@on("sqlite")
def test_opening_makes_no_file(bare_url: str) -> None:
    """`open` where there is no file names the mend, and makes none."""
    with pytest.raises(SchemaMismatch, match=r"there is no database at .*hpo run"):
        Database.open(bare_url)
    assert not Path(bare_url.removeprefix("sqlite:///")).exists()


def test_newer_tables_are_refused(db: Database, url: str) -> None:
    """Tables of a later hpo are refused by `open` and by `create`, and left as they are."""
    with db.transaction() as tx:
        tx.execute(sa.text("UPDATE hpo_alembic_version SET version_num = '9999'"))
    for method in (Database.open, Database.create):
        with pytest.raises(SchemaMismatch, match=r"9999.* newer than this hpo: update"):
            method(url)
    with db.reading() as tx:
        found = tx.scalar(sa.text("SELECT version_num FROM hpo_alembic_version"))
    assert found == "9999"


def test_newer_tables_of_optuna_are_refused(db: Database, url: str) -> None:
    """Tables of a later Optuna are refused, not downgraded."""
    with db.transaction() as tx:
        tx.execute(sa.text("UPDATE alembic_version SET version_num = 'v99.0.0.a'"))
    with pytest.raises(SchemaMismatch, match="optuna"):
        Database.create(url)


def test_older_tables_are_refused_then_upgraded(
    db: Database, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where this code has a further migration, `open` asks for the upgrade and `create` does it."""
    newer = tmp_path / "migrations"
    shutil.copytree(migrate.MIGRATIONS, newer)
    migration = "from alembic import op\nimport sqlalchemy as sa\n"
    migration += "revision, down_revision = '7777', '0012'\n"
    migration += "def upgrade():\n    op.create_table('hpo_later', sa.Column('id', sa.Integer))\n"
    (newer / "versions" / "7777_later.py").write_text(migration)
    monkeypatch.setattr(migrate, "MIGRATIONS", newer)
    monkeypatch.setattr(migrate, "REVISION", "7777")
    with pytest.raises(SchemaMismatch, match=r"older \(0012\).*run `hpo db upgrade`"):
        Database.open(url)
    Database.create(url).close()
    Database.open(url).close()
    assert "hpo_later" in sa.inspect(db.engine).get_table_names()


def test_tables_from_before_the_first_release_are_refused(db: Database, url: str) -> None:
    """Tables of which no migration is known any more are refused by `open` and by `create` in one
    line that says the mend, and left as they are."""
    with db.transaction() as tx:
        tx.execute(sa.text("UPDATE hpo_alembic_version SET version_num = '0004'"))
    before = _columns(db.engine)
    for method in (Database.open, Database.create):
        with pytest.raises(SchemaMismatch, match=r"\(0004\) .*a database of its own") as refused:
            method(url)
        assert len(str(refused.value).splitlines()) == 1
    assert _columns(db.engine) == before
    with db.reading() as tx:
        assert tx.scalar(sa.text("SELECT version_num FROM hpo_alembic_version")) == "0004"


def test_revisions_are_known_without_alembic() -> None:
    """A worker compares the database's revision with constants: they name the first migration and
    the last, and each sorts behind the one before."""
    revisions = [file.name.split("_")[0] for file in (migrate.MIGRATIONS / "versions").glob("*.py")]
    config = Config()
    config.set_main_option("script_location", str(migrate.MIGRATIONS))
    config.set_main_option("path_separator", "os")
    walked = [script.revision for script in ScriptDirectory.from_config(config).walk_revisions()]
    assert walked[::-1] == sorted(revisions)
    assert (walked[-1], walked[0]) == (schema.FIRST_REVISION, schema.REVISION)


@on("sqlite")
def test_opening_imports_no_alembic(db: Database, url: str) -> None:
    """It would be half a second of each worker's start."""
    code = "import sys; from storage.database import Database; Database.open(sys.argv[1])"
    code += "; sys.exit('alembic' in sys.modules)"
    subprocess.run([sys.executable, "-c", code, url], check=True, timeout=60)


def test_migrations_lead_to_the_schema(db: Database) -> None:
    """Alembic finds no difference between what the migrations made and storage.schema."""
    with db.reading() as tx:
        assert _differences(tx) == []
    assert len(schema.metadata.tables) > 5


def _differences(tx: Connection) -> list[Any]:
    ours: dict[str, Any] = {
        "version_table": schema.VERSION_TABLE,
        "compare_type": True,
        "compare_server_default": True,
        "include_name": lambda name, kind, _: kind != "table" or name.startswith(schema.PREFIX),
    }
    context = MigrationContext.configure(tx, opts=ours)
    return list(compare_metadata(context, schema.metadata))


def test_optunas_tables_are_its_own(
    db: Database, databases: Databases, bare_url: str, bare_engine: Engine
) -> None:
    """Beside ours stand exactly the tables that Optuna alone would make, column by column; but at
    MySQL, the times of trials keep their microseconds."""
    _only_optunas(bare_url)
    described = _columns(bare_engine)
    if bare_engine.dialect.name == "mysql":
        described["trials"] = [
            (name, "DATETIME(6)" if kind == "DATETIME" else kind, nullable)
            for name, kind, nullable in described["trials"]
        ]
    ours = {name: columns for name, columns in _columns(db.engine).items() if "hpo_" not in name}
    assert ours == described


def _only_optunas(url: str) -> None:
    RDBStorage(parse_url(url).render_as_string(hide_password=False)).engine.dispose()


def _columns(engine: Engine) -> dict[str, list[tuple[str, str, bool]]]:
    inspector = sa.inspect(engine)
    return {
        table: [
            (column["name"], column["type"].compile(engine.dialect), column["nullable"])
            for column in inspector.get_columns(table)
        ]
        for table in inspector.get_table_names()
    }


@on("postgresql")
def test_a_role_without_rights(db: Database, url: str, bare_url: str) -> None:
    """A role that may not make tables, or not read them, is told what to have granted."""
    role = f"hpo_test_{uuid.uuid4().hex}"
    with db.transaction() as tx:
        tx.execute(sa.text(f"CREATE ROLE {role} LOGIN"))
    try:
        make, read = (text.replace("postgres@", f"{role}@") for text in (bare_url, url))
        with pytest.raises(NotPermitted, match=rf"GRANT USAGE, CREATE ON SCHEMA .* TO {role}"):
            Database.create(make)
        with pytest.raises(NotPermitted, match=r"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL"):
            Database.open(read)
    finally:
        with db.transaction() as tx:
            tx.execute(sa.text(f"DROP ROLE {role}"))


@on("mariadb")
def test_a_user_without_rights(db: Database, url: str, bare_url: str) -> None:
    """A user who may not make tables, not read them, or not even enter the database, is told what
    to have granted."""
    user = f"hpo_{uuid.uuid4().hex[:16]}"
    make, read = (text.replace("root@", f"{user}@") for text in (bare_url, url))
    bare, full = (make_url(text).database for text in (bare_url, url))
    with db.transaction() as tx:
        tx.execute(sa.text(f"CREATE USER {user}"))
    try:
        for may in ("", f"GRANT SELECT ON {bare}.* TO {user}"):
            with db.transaction() as tx:
                tx.execute(sa.text(may or "DO 0"))
            with pytest.raises(NotPermitted, match=rf"GRANT ALL ON {bare}\.\* TO {user}"):
                Database.create(make)
        for may in ("", f"GRANT INSERT ON {full}.* TO {user}"):
            with db.transaction() as tx:
                tx.execute(sa.text(may or "DO 0"))
            granted = rf"GRANT SELECT, INSERT, UPDATE, DELETE ON {full}\.\* TO {user}"
            with pytest.raises(NotPermitted, match=granted):
                Database.open(read)
        for grant in (f"ALL ON {bare}.*", f"SELECT, INSERT, UPDATE, DELETE ON {full}.*"):
            with db.transaction() as tx:
                tx.execute(sa.text(f"GRANT {grant} TO {user}"))
        Database.create(make).close()
        Database.open(read).close()
    finally:
        with db.transaction() as tx:
            tx.execute(sa.text(f"DROP USER {user}"))


@on("mariadb")
def test_names_differ_by_case_and_hold_any_character(db: Database) -> None:
    """Whatever the server was set up with, Optuna's tables and ours tell names apart as the other
    databases do, and store every character."""
    names = ["Ähre 🌾", "ähre 🌾"]
    ids = [db.optuna.create_new_study([], name) for name in names]
    assert [db.optuna.get_study_name_from_id(number) for number in ids] == names
    with db.transaction() as tx:
        for name in names:
            studies.add(tx, replace(NEW_STUDY, name=name))
        assert [studies.get(tx, name).name for name in names] == names


@on("sqlite")
def test_opening_waits_for_no_writer(db: Database, url: str) -> None:
    """To look at a study needs no writer's lock."""
    with db.transaction():
        begun = time.monotonic()
        Database.open(url).close()
        assert time.monotonic() - begun < 5


@on("sqlite")
def test_a_file_that_is_no_database(bare_url: str) -> None:
    """A file with other content is refused with a sentence, and stays as it is."""
    file = Path(bare_url.removeprefix("sqlite:///"))
    file.write_bytes(b"no database, " * 100)
    for method in (Database.open, Database.create):
        with pytest.raises(DatabaseUnavailable, match=r"hpo\.db cannot be used .*not a database"):
            method(bare_url)
    assert file.read_bytes() == b"no database, " * 100


def test_optuna_is_pinned() -> None:
    """The fence reaches into Optuna's sessions: exactly the version it was tried with is used."""
    assert "optuna==5.0.0" in (requires("hpo") or [])
    assert version("optuna") == "5.0.0"


@on("sqlite")
def test_looking_while_the_tables_are_made(bare_url: str) -> None:
    """Whoever looks at a file while another makes its first table sees that there is none yet:
    neither fails over the other's locks. Made, the file keeps a write-ahead log for good."""
    file = bare_url.removeprefix("sqlite:///")
    with closing(sqlite3.connect(file, isolation_level=None)) as maker:
        maker.execute("BEGIN IMMEDIATE")
        with pytest.raises(SchemaMismatch, match="no tables of hpo yet"):
            Database.open(bare_url)
        maker.execute("ROLLBACK")
    Database.create(bare_url).close()
    with closing(sqlite3.connect(file)) as reader:
        assert reader.execute("PRAGMA journal_mode").fetchone() == ("wal",)
