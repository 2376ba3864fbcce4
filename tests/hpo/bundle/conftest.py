"""What the tests of bundles share: one that holds a really trained Keras model."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from hpo.answer import finish as finishes
from hpo.bundle import exporter
from hpo.bundle.exporter import Export
from hpo.definitions import Definition
from hpo.machine import devices
from studies.dataset import PreparedData
from tests.commandline import CommandLine
from tests.hpo.bundle.bundles import Bundle, Finished, Reader, WarmSlot
from tests.hpo.done import Done


@pytest.fixture(scope="session")
def toy_export(toy_done: Done, toy: Definition, toy_data: PreparedData) -> Export:
    """What is exported of the study of the toy that was really trained."""
    return exporter.collect(toy_done.db, toy, toy_data, finishes.read(toy_done.db, "toy"))


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
