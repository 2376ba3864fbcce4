"""What the tests of bundles share: one that holds a really trained Keras model."""

import fcntl
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from hpo import creation, definitions
from hpo.answer import finish as finishes
from hpo.bundle import exporter
from hpo.bundle.exporter import Export
from hpo.creation import Budget
from hpo.definitions import Definition
from hpo.machine import devices
from storage import artifacts, studies
from storage.database import Database
from storage.states import ArtifactKind, DataSet
from studies.dataset import PreparedData, prepare
from tests.commandline import CommandLine
from tests.databases import SqliteDatabases
from tests.hpo.bundle.bundles import Bundle, Finished, Reader, WarmSlot
from tests.hpo.supervision import supervisor_of

BUDGET = Budget(trials=2, select_top=1, select_seeds=1, final_seeds=2)


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
def toy_export(
    sqlite_databases: SqliteDatabases,
    toy: Definition,
    toy_data: PreparedData,
    tmp_path_factory: pytest.TempPathFactory,
) -> Export:
    """What is exported of a study of the toy that was really trained; its database is gone."""
    url = sqlite_databases.ready()
    db = Database.open(url)
    study = creation.create(db, "toy", toy, Budget(trials=4))
    with db.transaction() as tx:
        studies.agree_on_data(tx, study, toy_data.sha256)
    supervisor_of(db, study, toy, toy_data, tmp_path_factory.mktemp("state")).run()
    made = exporter.collect(db, toy, toy_data, finishes.read(db, "toy"))
    db.close()
    sqlite_databases.drop(url)
    return made


@pytest.fixture
def bundle(finished: Finished, tmp_path: Path) -> Bundle:
    """A copy of its bundle, to be damaged."""
    return finished.bundle.copy(tmp_path / "bundle")


@pytest.fixture(scope="session")
def warm_slot() -> Iterator[WarmSlot]:
    """A child that has started."""
    slot = WarmSlot(devices.find(1)[0])
    yield slot
    slot.close()


@pytest.fixture
def reader(
    shell: CommandLine, finished: Finished, warm_slot: WarmSlot, monkeypatch: pytest.MonkeyPatch
) -> Reader:
    """Somebody with a bundle and without a database, whose errands that child does."""
    monkeypatch.setattr("hpo.machine.errand.Slot", lambda device: warm_slot)
    return Reader(shell, finished.cache)
