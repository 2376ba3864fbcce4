"""Real workers, started by the real command line, on a study whose pace the test sets."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.engine import make_url

from hpo import definition_loader
from hpo.study import creation
from hpo.study.planning import Budget
from storage.database import Database
from storage.records import StudyRecord
from storage.states import Pruner
from storage.tables import studies
from tests.conftest import DEFINITIONS
from tests.support.fleet import Fleet
from tests.support.proxy import Proxy

# None pauses, so that each job is claimed once where nothing happens to it.
BUDGET = Budget(trials=3, select_top=1, select_seeds=1, final_seeds=2, pruner=Pruner.NONE)


@pytest.fixture
def study(db: Database) -> StudyRecord:
    """A small study of the paced definition."""
    return small(db, "paced", BUDGET)


def small(db: Database, name: str, budget: Budget) -> StudyRecord:
    """A study `toy` of that definition, with one final seed: less than a verdict needs, but here
    none is asked for."""
    study = creation.create(
        db, "toy", definition_loader.load(str(DEFINITIONS / f"{name}.py")), budget
    )
    with db.transaction() as tx:
        studies.write(tx, study, final_seeds=1)
    with db.reading() as tx:
        return studies.get(tx, "toy")


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
