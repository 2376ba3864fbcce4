"""Databases for tests: each test gets its own, copied from one in which the tables were made."""

import shutil
import uuid
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, Protocol

import psycopg
import pymysql
from sqlalchemy.engine import URL, make_url

from storage.database import Database


class Databases(Protocol):
    """Makes databases of one backend and removes them; all take and give URLs."""

    def empty(self) -> str:
        """One without any table."""
        ...

    def ready(self) -> str:
        """One with all tables and no rows."""
        ...

    def copy(self, url: str) -> str:
        """One with the same rows and artifacts; nobody is connected to the first."""
        ...

    def drop(self, url: str) -> None:
        """Removes it, whoever is connected."""
        ...


class SqliteDatabases:
    """Files in one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._template = folder / "template.db"

    def empty(self) -> str:
        return f"sqlite:///{self._fresh()}"

    def ready(self) -> str:
        if not self._template.exists():
            Database.create(f"sqlite:///{self._template}").close()
        file = self._fresh()
        shutil.copy(self._template, file)
        return f"sqlite:///{file}"

    def copy(self, url: str) -> str:
        folder = self._folder / uuid.uuid4().hex
        shutil.copytree(_file(url).parent, folder)
        return f"sqlite:///{folder / _file(url).name}"

    def drop(self, url: str) -> None:
        shutil.rmtree(_file(url).parent)

    def _fresh(self) -> Path:
        folder = self._folder / uuid.uuid4().hex
        folder.mkdir()
        return folder / "hpo.db"


class PostgresDatabases:
    """Databases on one server."""

    def __init__(self, server: URL) -> None:
        self._server = server
        self._template = ""

    def empty(self) -> str:
        return self._url(self._create(""))

    def ready(self) -> str:
        if not self._template:
            self._template = self._create("")
            Database.create(self._url(self._template)).close()
        return self._url(self._create(f" TEMPLATE {self._template}"))

    def copy(self, url: str) -> str:
        return self._url(self._create(f" TEMPLATE {make_url(url).database}"))

    def in_encoding(self, encoding: str) -> str:
        """One without any table, which stores texts so."""
        options = f" TEMPLATE template0 ENCODING '{encoding}' LC_COLLATE 'C' LC_CTYPE 'C'"
        return self._url(self._create(options))

    def drop(self, url: str) -> None:
        self._do(f"DROP DATABASE {make_url(url).database} WITH (FORCE)")

    def close(self) -> None:
        """Removes what is left."""
        if self._template:
            self._do(f"DROP DATABASE {self._template} WITH (FORCE)")

    def _create(self, options: str) -> str:
        name = f"hpo_test_{uuid.uuid4().hex}"
        self._do(f"CREATE DATABASE {name}{options}")
        return name

    def _do(self, statement: str) -> None:
        server = self._server.set(drivername="postgresql")
        with psycopg.connect(
            server.render_as_string(hide_password=False), autocommit=True
        ) as connection:
            connection.execute(statement.encode())

    def _url(self, name: str) -> str:
        return self._server.set(database=name).render_as_string(hide_password=False)


class MariadbDatabases:
    """Databases on one MariaDB server, which copies none: the statements that make the tables of
    the first are run again for each."""

    def __init__(self, server: URL) -> None:
        self._server = server
        self._template = ""
        self._replay: list[str] = []

    def empty(self) -> str:
        return self._url(self._create())

    def ready(self) -> str:
        if not self._template:
            self._template = self._create()
            Database.create(self._url(self._template)).close()
            self._replay = ["SET foreign_key_checks = 0", *self._statements(self._template)]
        name = self._create()
        self._do(f"USE {name}", *self._replay)
        return self._url(name)

    def copy(self, url: str) -> str:
        name = self._create()
        replay = self._statements(str(make_url(url).database))
        self._do(f"USE {name}", "SET foreign_key_checks = 0", *replay)
        return self._url(name)

    def drop(self, url: str) -> None:
        name = make_url(url).database
        of_it = f"SELECT id FROM information_schema.processlist WHERE db = '{name}'"  # noqa: S608
        for (number,) in self._do(of_it):
            with suppress(pymysql.OperationalError):  # it ended by itself meanwhile
                self._do(f"KILL {number}")
        self._do(f"DROP DATABASE {name}")

    def close(self) -> None:
        """Removes what is left."""
        if self._template:
            self._do(f"DROP DATABASE {self._template}")

    def _create(self) -> str:
        name = f"hpo_test_{uuid.uuid4().hex}"
        self._do(f"CREATE DATABASE {name} CHARACTER SET latin1")  # the worst there is
        return name

    def _statements(self, name: str) -> Iterator[str]:
        yield "ALTER DATABASE CHARACTER SET utf8mb4 COLLATE utf8mb4_bin"
        for (table,) in self._do(f"SHOW TABLES FROM {name}"):
            ((_, made_by),) = self._do(f"SHOW CREATE TABLE {name}.{table}")
            yield made_by
            yield f"INSERT INTO {table} SELECT * FROM {name}.{table}"  # noqa: S608

    def _do(self, *statements: str) -> tuple[tuple[Any, ...], ...]:
        server = self._server
        with (
            pymysql.connect(
                host=server.host,
                port=server.port or 3306,
                user=server.username,
                password=server.password or "",
                autocommit=True,
            ) as connection,
            connection.cursor() as cursor,
        ):
            for statement in statements:
                cursor.execute(statement)
            return cursor.fetchall() if cursor.description else ()

    def _url(self, name: str) -> str:
        return self._server.set(database=name).render_as_string(hide_password=False)


def _file(url: str) -> Path:
    return Path(url.removeprefix("sqlite:///"))
