"""Making, upgrading and checking the tables, Optuna's and ours. Workers only check."""

import fcntl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from optuna.storages import RDBStorage
from sqlalchemy.engine import URL, Engine

from storage.engine import READ_ONLY, engine_arguments, sqlite_path, use_write_ahead_log
from storage.errors import BadUrl, NotPermitted, SchemaMismatch
from storage.schema import VERSION_TABLE

MIGRATIONS = Path(__file__).parent / "migrations"
# Any number does, as long as every version of this program uses the same one.
ADVISORY_LOCK = 0x68706F
RIGHTS_OF_A_WORKER = (
    "SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public",
    "USAGE ON ALL SEQUENCES IN SCHEMA public",
)
# PostgreSQL's codes for a missing right, and for no schema that the role may use.
REFUSALS = ("42501", "3F000")


def upgrade(url: URL, engine: Engine) -> None:
    """Brings both sets of tables to this code's version, once, whoever else is trying.

    Raises:
        BadUrl: the SQLite file's folder cannot be written.
        SchemaMismatch: the tables are newer than this code.
        NotPermitted: the role may not make tables.
    """
    with _permitted(url, ("USAGE, CREATE ON SCHEMA public",)), _exclusively(url, engine):
        _refuse_newer(engine)
        if sqlite_path(url) is not None:
            use_write_ahead_log(engine)
        try:
            # Optuna makes its tables when a storage is opened.
            RDBStorage(
                url.render_as_string(hide_password=False), engine_kwargs=engine_arguments(url)
            ).engine.dispose()
        except RuntimeError as error:
            raise SchemaMismatch(str(error)) from error
        config = _config()
        with engine.begin() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")


def check(engine: Engine) -> None:
    """Raises:
    SchemaMismatch: the tables are missing, older or newer than this code.
    NotPermitted: the role may not read them.
    """
    with _permitted(engine.url, RIGHTS_OF_A_WORKER):
        current = _revision(engine)
    if current is None:
        raise SchemaMismatch("the database has no tables of hpo yet: run `hpo db upgrade` once")
    if current != ScriptDirectory.from_config(_config()).get_current_head():
        _refuse_newer(engine)
        raise SchemaMismatch(
            f"the tables of the database are older ({current}) than this hpo: run `hpo db upgrade`"
        )


def _refuse_newer(engine: Engine) -> None:
    current = _revision(engine)
    known = {script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()}
    if current is not None and current not in known:
        raise SchemaMismatch(
            f"the tables of the database ({current}) are newer than this hpo: update this hpo"
        )


def _revision(engine: Engine) -> str | None:
    with engine.connect().execution_options(**{READ_ONLY: True}) as connection:
        context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE})
        return context.get_current_revision()


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    return config


@contextmanager
def _permitted(url: URL, rights: Sequence[str]) -> Iterator[None]:
    try:
        yield
    except sa.exc.ProgrammingError as error:
        if getattr(error.orig, "sqlstate", None) not in REFUSALS:
            raise
        role = url.username or "the role"
        cause = str(error.orig).splitlines()[0]
        grants = "; ".join(f"GRANT {right} TO {role}" for right in rights)
        raise NotPermitted(
            f"{role} lacks rights in the database ({cause}): have its owner run {grants}"
        ) from error


@contextmanager
def _exclusively(url: URL, engine: Engine) -> Iterator[None]:
    path = sqlite_path(url)
    if path is None:
        with engine.begin() as connection:
            # Waits while others make the tables, then idles while we do, however long that takes.
            connection.execute(sa.text("SET LOCAL lock_timeout = 0"))
            connection.execute(sa.text("SET LOCAL idle_in_transaction_session_timeout = 0"))
            connection.execute(sa.text("SELECT pg_advisory_xact_lock(:n)"), {"n": ADVISORY_LOCK})
            yield
        return
    # SQLite's own lock would keep Optuna's connection out of its turn.
    try:
        lock_file = path.with_name(path.name + ".lock").open("w")
    except OSError as error:
        raise BadUrl(
            f"the folder of {path} cannot be written ({error.strerror}): choose another with --storage"
        ) from error
    with lock_file:
        fcntl.flock(lock_file, fcntl.LOCK_EX)
        yield
