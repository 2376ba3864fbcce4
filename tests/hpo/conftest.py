"""What the tests of the run core share: studies that are done, for one."""

import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from hpo import creation, definitions, provenance
from hpo.answer import finish as finishes
from hpo.bundle import exporter
from hpo.creation import Budget
from hpo.definitions import Definition
from hpo.machine import devices
from hpo.trials import Trials
from storage import artifacts, jobs, studies
from storage.database import Database
from storage.records import JobRecord, Lease, StudyRecord
from storage.states import ArtifactKind, DataSet
from studies.dataset import PreparedData, prepare
from tests.claims import claim_next
from tests.commandline import CommandLine, command_line
from tests.conftest import DEFINITIONS
from tests.databases import SqliteDatabases
from tests.hpo.bundle.bundles import Finished
from tests.hpo.done import Done
from tests.hpo.driver import Driver
from tests.hpo.supervision import supervisor_of

MADE_BY = provenance.of_device("an abacus")
BUDGET = Budget(trials=2, select_top=1, select_seeds=1, final_seeds=2)
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


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Finished:
    """That study; trained once, also where several processes run tests."""
    shared = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent
    made = Finished(shared / "finished")
    with (shared / "finished.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.model_of_another_seed.exists():
            shutil.rmtree(made.folder, ignore_errors=True)
            made.folder.mkdir()
            _train(made)
    return made


def _train(made: Finished) -> None:
    definition = definitions.load("digits").with_settings({"epochs": 1})
    data = prepare(definition.study.data, made.cache)
    db = Database.create(made.url)
    study = creation.create(db, "digits", definition, BUDGET)
    with db.transaction() as tx:
        studies.agree_on_data(tx, study, data.sha256)
    state = made.folder / "state"
    supervisor_of(db, study, definition, data, state, devices.find(1)).run()
    finish = finishes.read(db, "digits")
    exporter.collect(db, definition, data, finish).write(made.bundle.folder)
    second = finish.trained(finish.winner, DataSet.SEARCH)[1]
    with db.reading() as tx:
        (model,) = artifacts.find(tx, second.id, ArtifactKind.MODEL)
    with db.artifacts.open_reader(model.id) as file:
        made.model_of_another_seed.write_bytes(file.read())
    db.close()


@pytest.fixture(scope="session")
def toy_done(
    sqlite_databases: SqliteDatabases,
    toy: Definition,
    toy_data: PreparedData,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Done]:
    """A study of the toy that was really trained; only to be read."""
    url = sqlite_databases.ready()
    db = Database.open(url)
    study = creation.create(db, "toy", toy, Budget(trials=4))
    with db.transaction() as tx:
        studies.agree_on_data(tx, study, toy_data.sha256)
    supervisor_of(db, study, toy, toy_data, tmp_path_factory.mktemp("state")).run()
    yield Done(db, url, sqlite_databases)
    db.close()
    sqlite_databases.drop(url)


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
