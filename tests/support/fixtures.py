"""What the tests of the run core share: studies that are done, for one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from hpo import definition_loader, provenance
from hpo.bundle import exporter
from hpo.definition_loader import Definition
from hpo.devices import discovery
from hpo.result import finished_study
from hpo.search.trials import Trials
from hpo.study import creation
from hpo.study.planning import Budget
from storage.database import Database
from storage.records import JobRecord, Lease, StudyRecord
from storage.states import ArtifactKind, DataSet
from storage.tables import artifacts, jobs, studies
from studies.data.prepared_data import PreparedData
from tests.conftest import DEFINITIONS
from tests.support.claims import claim_next
from tests.support.commandline import CommandLine, command_line
from tests.support.dashboard import Dashboard
from tests.support.databases import SqliteDatabases
from tests.support.done import Done
from tests.support.driver import Driver
from tests.support.once import made_once
from tests.support.supervision import supervisor_of

if TYPE_CHECKING:
    from hpo.bundle.exporter import Export
    from hpo.report.report_data import Contents
    from tests.support.bundles import Finished

MADE_BY = provenance.of_device("an abacus")
BUDGET = Budget(trials=2, select_top=1, select_seeds=1, final_seeds=2)
SPACE = definition_loader.load(str(DEFINITIONS / "toy.py")).study.space
Claim = Callable[..., tuple[JobRecord, Lease]]
Start = Callable[..., Dashboard]


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
    """A study of the digits that was really trained."""
    from tests.support.bundles import Finished

    return Finished(made_once(tmp_path_factory, "finished", _train_digits))


def _train_digits(folder: Path) -> None:
    from tests.support.bundles import Finished

    made = Finished(folder)
    settings = {"epochs": 1, "precision": "float32"}  # the same on every machine
    definition = definition_loader.load("digits").with_settings(settings)
    data = definition.study.prepare(made.cache)
    db = Database.create(made.url)
    study = creation.create(db, "digits", definition, BUDGET)
    with db.transaction() as tx:
        studies.agree_on_data(tx, study, data.sha256)
    supervisor_of(db, study, definition, data, folder / "state", discovery.find(1)).run()
    done = finished_study.read(db, "digits")
    exporter.collect(db, definition, data, done).write(made.bundle.folder)
    second = done.trained(done.winner, DataSet.SEARCH)[1]
    with db.reading() as tx:
        (model,) = artifacts.find(tx, second.id, ArtifactKind.MODEL)
    with db.artifacts.open_reader(model.id) as file:
        made.model_of_another_seed.write_bytes(file.read())
    db.close()


@pytest.fixture(scope="session")
def toy_done(
    sqlite_databases: SqliteDatabases, toy: Definition, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Done]:
    """A study of the toy that was really trained; only to be read."""
    folder = made_once(tmp_path_factory, "toy", partial(_train_toy, toy))
    url = f"sqlite:///{folder}/toy/hpo.db"
    db = Database.open(url)
    yield Done(db, url, sqlite_databases)
    db.close()


def _train_toy(toy: Definition, folder: Path) -> None:
    data = toy.study.prepare(folder / "cache")
    (folder / "toy").mkdir()
    db = Database.create(f"sqlite:///{folder}/toy/hpo.db")
    study = creation.create(db, "toy", toy, Budget(trials=4, final_seeds=3))
    with db.transaction() as tx:
        studies.agree_on_data(tx, study, data.sha256)
    supervisor_of(db, study, toy, data, folder / "state").run()
    db.close()


@pytest.fixture(scope="session")
def contents(toy_done: Done, toy_data: PreparedData) -> Contents:
    """That of the toy study, which is done, with its pictures."""
    from hpo.report.report_data import read_contents

    return read_contents(toy_done.db, "toy", lambda _study: toy_data)


@pytest.fixture(scope="session")
def toy_export(toy_done: Done, toy: Definition, toy_data: PreparedData) -> Export:
    """What is exported of the study of the toy that was really trained."""
    from hpo.result import finished_study as finishes

    return exporter.collect(toy_done.db, toy, toy_data, finishes.read(toy_done.db, "toy"))


@pytest.fixture
def start(shell_on: CommandLine) -> Iterator[Start]:
    """Starts dashboards on the test's database, with these options and variables."""
    with ExitStack() as stack:

        def start_one(*options: str, **environment: str) -> Dashboard:
            return stack.enter_context(Dashboard.running(shell_on, options, environment))

        yield start_one


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
