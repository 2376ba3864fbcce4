"""What all tests share: a fresh database for each test on each backend, and the toy study."""

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser
from sqlalchemy.engine import URL, make_url

from hpo import creation, definitions
from hpo.creation import Budget
from hpo.definitions import Definition
from storage.database import Database
from storage.records import StudyRecord
from studies.dataset import PreparedData, prepare
from tests import browser, mariadb, postgres, s3
from tests.databases import Databases, MariadbDatabases, PostgresDatabases, SqliteDatabases

DEFINITIONS = Path(__file__).parent / "definitions"
# The URLs of servers on which databases may be made. Unset, the tests start their own: those make a
# database in a fraction of the time that a server takes which waits for its disk.
POSTGRES_VARIABLE = "HPO_TEST_POSTGRES"
MARIADB_VARIABLE = "HPO_TEST_MARIADB"

# As the command line does: Optuna writes local times.
os.environ["TZ"] = "UTC"
time.tzset()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[URL]:
    """A PostgreSQL server on which databases may be made."""
    if asked := os.environ.get(POSTGRES_VARIABLE):
        yield make_url(asked)
        return
    with postgres.running() as server:
        yield server.url


@pytest.fixture(scope="session")
def mariadb_server() -> Iterator[URL]:
    """A MariaDB server on which databases may be made."""
    if asked := os.environ.get(MARIADB_VARIABLE):
        yield make_url(asked)
        return
    with mariadb.running() as server:
        yield server.url


@pytest.fixture(scope="session")
def s3_server() -> Iterator[s3.S3]:
    """A server that speaks as S3 does."""
    with s3.running() as server:
        yield server


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


@pytest.fixture(params=["sqlite", "postgresql", "mariadb"])
def backend(request: pytest.FixtureRequest) -> str:
    """Each test that asks for a database runs on all three, unless it names some: see `on`."""
    return str(request.param)


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
    return definitions.load(str(DEFINITIONS / "toy.py"))


@pytest.fixture(scope="session")
def toy_data(toy: Definition, tmp_path_factory: pytest.TempPathFactory) -> PreparedData:
    """The toy study's data."""
    return prepare(toy.study.data, tmp_path_factory.mktemp("cache"))


@pytest.fixture
def study(db: Database, toy: Definition) -> StudyRecord:
    """A small study of the toy definition in that database, with four trials."""
    budget = Budget(trials=4, select_top=2, select_seeds=2, final_seeds=2)
    return creation.create(db, "toy", toy, budget)
