"""Making, upgrading and checking the tables, Optuna's and ours. Workers only check."""

from pathlib import Path

import sqlalchemy as sa
from optuna.storages import RDBStorage
from optuna.storages._rdb.models import BaseModel
from sqlalchemy.engine import URL, Connection, Engine

from storage.artifact_stores.in_database import PART_BYTES
from storage.connection.engine import READ_ONLY, engine_arguments, make_engine, use_write_ahead_log
from storage.connection.migration_lock import exclusively
from storage.connection.missing_rights import RIGHTS_OF_A_WORKER, RIGHTS_TO_MAKE_TABLES, permitted
from storage.errors import DatabaseUnavailable, SchemaMismatch
from storage.schema import FIRST_REVISION, REVISION, VERSION_TABLE

MIGRATIONS = Path(__file__).parent / "migrations"
# What MySQL must take in one statement: a part of an artifact, each byte of which may be escaped.
LEAST_PACKET_BYTES = 2 * PART_BYTES + 4096


def upgrade(url: URL) -> None:
    """Brings both sets of tables to this code's version, once, whoever else is trying.

    Raises:
        BadUrl: the SQLite file's folder cannot be written, or lies on a network file system.
        SchemaMismatch: the tables are newer than this code, or older than its first release.
        NotPermitted: the role may not make tables.
    """
    engine = make_engine(url, patient=True)
    try:
        with permitted(url, RIGHTS_TO_MAKE_TABLES), exclusively(engine):
            _make(url, engine)
    finally:
        engine.dispose()


def _make(url: URL, engine: Engine) -> None:
    _refuse_small_packets(engine)
    _refuse_foreign(_revision(engine))
    _refuse_another_program(engine)
    _prepare_empty(engine)
    try:
        # Optuna makes its tables when a storage is opened.
        RDBStorage(
            url.render_as_string(hide_password=False),
            engine_kwargs=engine_arguments(url, patient=True),
        ).engine.dispose()
    except RuntimeError as error:
        raise SchemaMismatch(str(error)) from error
    if engine.dialect.name == "mysql" and _revision(engine) is None:
        _keep_microseconds(engine)
    with engine.begin() as connection:
        _migrate(connection)


def _migrate(connection: Connection) -> None:
    # Imported here: a worker, which only checks, would take half a second longer to start.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _prepare_empty(engine: Engine) -> None:
    if engine.dialect.name == "sqlite":
        use_write_ahead_log(engine)
    if engine.dialect.name == "mysql" and not sa.inspect(engine).get_table_names():
        # Names that differ in case are different names, as in the other databases, and all
        # characters can be stored; of Optuna's tables, too.
        with engine.begin() as connection:
            connection.execute(sa.text("ALTER DATABASE CHARACTER SET utf8mb4 COLLATE utf8mb4_bin"))


def check(engine: Engine) -> None:
    """Raises:
    SchemaMismatch: the tables are missing, older or newer than this code.
    NotPermitted: the role may not read them.
    DatabaseUnavailable: the server is not set up to take what will be written.
    """
    with permitted(engine.url, RIGHTS_OF_A_WORKER):
        _refuse_small_packets(engine)
        current = _revision(engine)
    if current is None:
        _refuse_another_program(engine)
        raise SchemaMismatch("the database has no tables of hpo yet", "run `hpo db upgrade` once")
    _refuse_foreign(current)
    if current < REVISION:
        raise SchemaMismatch(
            f"the tables of the database are older ({current}) than this hpo",
            "run `hpo db upgrade`",
        )


def _keep_microseconds(engine: Engine) -> None:
    # Optuna's times of trials, which MySQL would cut to whole seconds, or round into the future.
    times = ("datetime_start", "datetime_complete")
    changes = ", ".join(f"MODIFY {column} DATETIME(6)" for column in times)
    with engine.begin() as connection:
        connection.execute(sa.text(f"ALTER TABLE trials {changes}"))


def _refuse_small_packets(engine: Engine) -> None:
    # Told here, because a server that is sent more only cuts the connection.
    if engine.dialect.name != "mysql":
        return
    with engine.connect() as connection:
        most = int(connection.scalar(sa.text("SELECT @@max_allowed_packet")) or 0)
    if most < LEAST_PACKET_BYTES:
        raise DatabaseUnavailable(
            f"the server takes {most} bytes at a time, too few for parts of models",
            "set its max_allowed_packet to 16M",
        )


def _refuse_foreign(current: str | None) -> None:
    if current is not None and current > REVISION:
        raise SchemaMismatch(
            f"the tables of the database ({current}) are newer than this hpo", "update this hpo"
        )
    if current is not None and current < FIRST_REVISION:
        raise SchemaMismatch(
            f"the tables of the database ({current}) are older than the first release of hpo",
            "give this one a database of its own",
        )


def _refuse_another_program(engine: Engine) -> None:
    """Optuna's tables are welcome, and those of which its making was broken off. Others of their names
    would be taken for them."""
    known = BaseModel.metadata.tables
    with engine.connect().execution_options(**{READ_ONLY: True}) as connection:
        inspector = sa.inspect(connection)
        there = set(inspector.get_table_names())
        if "version_info" in there:  # that of Optuna, which says itself what it thinks of them
            return
        others = {name for name in there & known.keys() if not _is_as_in(inspector, known[name])}
    others |= there & {"alembic_version"}  # written after all of Optuna's
    if others:
        raise SchemaMismatch(
            f"the database holds tables of another program ({', '.join(sorted(others))})",
            "give hpo a database of its own",
        )


def _is_as_in(inspector: sa.Inspector, table: sa.Table) -> bool:
    columns = {column["name"] for column in inspector.get_columns(table.name)}
    return columns >= set(table.columns.keys())


def _revision(engine: Engine) -> str | None:
    with engine.connect().execution_options(**{READ_ONLY: True}) as connection:
        if not sa.inspect(connection).has_table(VERSION_TABLE):
            return None
        version = sa.table(VERSION_TABLE, sa.column("version_num", sa.String))
        return connection.scalar(sa.select(version.c.version_num))
