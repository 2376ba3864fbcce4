"""What the tests of the run core share."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from hpo import definitions, provenance
from hpo.definitions import Definition
from hpo.trials import Trials
from storage import jobs
from storage.database import Database
from storage.records import JobRecord, Lease, StudyRecord
from tests.claims import claim_next
from tests.commandline import CommandLine, command_line
from tests.conftest import DEFINITIONS
from tests.hpo.driver import Driver

MADE_BY = provenance.of_device("an abacus")
SPACE = definitions.load(str(DEFINITIONS / "toy.py")).study.space
Claim = Callable[..., tuple[JobRecord, Lease]]


@pytest.fixture
def shell(tmp_path: Path) -> CommandLine:
    """A user in an empty folder, without any setting."""
    return command_line(tmp_path)


@pytest.fixture
def shell_on(url: str, tmp_path: Path) -> CommandLine:
    """A user whose HPO_STORAGE is a ready database."""
    return command_line(tmp_path, url)


@pytest.fixture(scope="session")
def driver(tmp_path_factory: pytest.TempPathFactory) -> Driver:
    """An NVIDIA driver, for processes that are started with its environment."""
    return Driver.build(tmp_path_factory.mktemp("driver"))


@pytest.fixture
def trials(db: Database, study: StudyRecord, toy: Definition) -> Trials:
    """The trials of the toy study."""
    return Trials(db, study, MADE_BY)


@pytest.fixture
def claim(db: Database, study: StudyRecord) -> Claim:
    """Claims the study's next job as (worker, lease in seconds); there must be one."""

    return partial(claim_next, db, study)


@pytest.fixture
def take_over(db: Database, claim: Claim) -> Callable[[Lease], tuple[JobRecord, Lease]]:
    """Another worker takes the job of a lease that has expired."""

    def _take_over(lease: Lease) -> tuple[JobRecord, Lease]:
        with db.transaction() as tx:
            jobs.write(tx, lease, lease_expires_ms=0)
        job, theirs = claim("another")
        assert job.id == lease.job_id
        return job, theirs

    return _take_over
