"""What all tests share: a fresh database for each test on each backend, and the toy study."""

from __future__ import annotations

import gc
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from sqlalchemy.engine import URL, make_url

from hpo import definition_loader
from hpo.definition_loader import Definition
from hpo.study import creation
from hpo.study.planning import Budget
from storage.database import Database
from storage.records import StudyRecord
from studies.data.prepared_data import PreparedData
from studies.keras_training import keras_backend
from tests.support import browser, keeper
from tests.support.databases import Databases, MariadbDatabases, PostgresDatabases, SqliteDatabases
from tests.support.keeper import Keeper
from tests.support.servers import in_memory

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from tests.support.s3 import S3

pytest_plugins = ["tests.support.fixtures", "tests.support.images", "tests.support.selection"]
DEFINITIONS = Path(__file__).parent / "support" / "definitions"
# The URLs of servers on which databases may be made. Unset, the tests start their own: those make a
# database in a fraction of the time that a server takes which waits for its disk.
POSTGRES_VARIABLE = "HPO_TEST_POSTGRES"
MARIADB_VARIABLE = "HPO_TEST_MARIADB"

# As the command line does: Optuna writes local times.
os.environ["TZ"] = "UTC"
time.tzset()
# What is imported and collected stays: half of collecting was to look for garbage in it.
gc.disable()
keras_backend.quicken_import()


def pytest_configure(config: pytest.Config) -> None:
    """What is started once a session is started by the process that starts the others. The tests'
    files lie where nobody waits for a disk."""
    if "PYTEST_XDIST_WORKER" in os.environ:
        return
    config.add_cleanup(Keeper().close)
    if (memory := in_memory()) is not None:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(memory))


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop() -> None:
    """From here on garbage is looked for, among what the tests make."""
    gc.freeze()
    gc.enable()


@pytest.fixture(autouse=True)
def _nothing_in_mind(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a machine keeps in mind no test has from another, nor from whoever runs it."""
    state = tmp_path_factory.getbasetemp() / "state" / uuid4().hex
    monkeypatch.setenv("XDG_STATE_HOME", str(state))


@pytest.fixture(scope="session")
def postgres_server() -> URL:
    """A PostgreSQL server on which databases may be made."""
    return make_url(os.environ.get(POSTGRES_VARIABLE) or keeper.ask("postgresql"))


@pytest.fixture(scope="session")
def mariadb_server() -> URL:
    """A MariaDB server on which databases may be made."""
    return make_url(os.environ.get(MARIADB_VARIABLE) or keeper.ask("mariadb"))


@pytest.fixture(scope="session")
def s3_server() -> S3:
    """A server that speaks as S3 does."""
    from tests.support.s3 import S3

    return S3(keeper.ask("s3"))


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """A real browser."""

    with browser.running() as started:
        yield started


@pytest.fixture(scope="session")
def sqlite_databases(tmp_path_factory: pytest.TempPathFactory) -> SqliteDatabases:
    """Makes SQLite databases."""
    return SqliteDatabases(tmp_path_factory.mktemp("databases"))


@pytest.fixture(scope="session")
def postgres_databases(postgres_server: URL) -> Iterator[PostgresDatabases]:
    """Makes PostgreSQL databases."""
    made = PostgresDatabases(postgres_server)
    yield made
    made.close()


@pytest.fixture(scope="session")
def mariadb_databases(mariadb_server: URL) -> Iterator[MariadbDatabases]:
    """Makes MariaDB databases."""
    made = MariadbDatabases(mariadb_server)
    yield made
    made.close()


@pytest.fixture
def backend(request: pytest.FixtureRequest) -> str:
    """A test that asks for a database has SQLite's, unless it names others: see `on`."""
    return str(getattr(request, "param", "sqlite"))


@pytest.fixture
def databases(backend: str, request: pytest.FixtureRequest) -> Databases:
    """Makes databases of the test's backend."""
    fixtures = {
        "sqlite": "sqlite_databases",
        "postgresql": "postgres_databases",
        "mariadb": "mariadb_databases",
    }
    made: Databases = request.getfixturevalue(fixtures[backend])
    return made


@pytest.fixture
def bare_url(databases: Databases) -> Iterator[str]:
    """The URL of a database without any table."""
    url = databases.empty()
    yield url
    databases.drop(url)


@pytest.fixture
def url(databases: Databases) -> Iterator[str]:
    """The URL of a database with all tables and no rows."""
    url = databases.ready()
    yield url
    databases.drop(url)


@pytest.fixture
def db(url: str) -> Iterator[Database]:
    """That database, open."""
    database = Database.open(url)
    yield database
    database.close()


@pytest.fixture(scope="session")
def toy() -> Definition:
    """A definition that trains for a tenth of a second, without TensorFlow."""
    return definition_loader.load(str(DEFINITIONS / "toy.py"))


@pytest.fixture(scope="session")
def toy_data(toy: Definition, tmp_path_factory: pytest.TempPathFactory) -> PreparedData:
    """The toy study's data."""
    return toy.study.prepare(tmp_path_factory.mktemp("cache"))


@pytest.fixture
def study(db: Database, toy: Definition) -> StudyRecord:
    """A small study of the toy definition in that database, with four trials."""
    budget = Budget(trials=4, select_top=2, select_seeds=2, final_seeds=2)
    return creation.create(db, "toy", toy, budget)
