"""Real workers, started by the real command line, on a study whose pace the test sets."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.engine import make_url

from hpo import creation, definitions
from hpo.creation import Budget
from storage.database import Database
from storage.records import StudyRecord
from tests.conftest import DEFINITIONS
from tests.hpo.fleet.fleet import Fleet
from tests.hpo.fleet.proxy import Proxy

BUDGET = Budget(trials=3, select_top=1, select_seeds=1, final_seeds=2)


@pytest.fixture
def study(db: Database) -> StudyRecord:
    """A small study of the paced definition."""
    return creation.create(db, "toy", definitions.load(str(DEFINITIONS / "paced.py")), BUDGET)


@pytest.fixture
def fleet(db: Database, url: str, tmp_path: Path) -> Iterator[Fleet]:
    """Workers on that database, slow at first."""
    made = Fleet(db, url, tmp_path)
    yield made
    made.close()


@pytest.fixture
def proxy(url: str) -> Iterator[Proxy]:
    """A link to the test's database."""
    parsed = make_url(url)
    with Proxy(parsed.host or "", parsed.port or 5432) as made:
        yield made
