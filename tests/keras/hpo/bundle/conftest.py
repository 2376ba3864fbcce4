"""What the tests of bundles share: one that holds a really trained Keras model."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from hpo.devices import discovery
from tests.support.bundles import Bundle, Finished, Reader, WarmSlot
from tests.support.commandline import CommandLine
from tests.support.scripts import exported

__all__ = ["exported"]


@pytest.fixture
def bundle(finished: Finished, tmp_path: Path) -> Bundle:
    """A copy of its bundle, to be damaged."""
    return finished.bundle.copy(tmp_path / "bundle")


@pytest.fixture(scope="session")
def warm_slot() -> Iterator[WarmSlot]:
    """A child that has started."""
    slot = WarmSlot(discovery.find(1)[0])
    yield slot
    slot.close()


@pytest.fixture
def reader(
    shell: CommandLine, finished: Finished, warm_slot: WarmSlot, monkeypatch: pytest.MonkeyPatch
) -> Reader:
    """Somebody with a bundle and without a database, whose errands that child does."""
    monkeypatch.setattr("hpo.training.child_pool.Slot", lambda device: warm_slot)
    return Reader(shell, finished.cache)
