"""Here a test costs next to nothing: it starts no process but git and uname, imports no TensorFlow, and its
database is SQLite's. One that wants more belongs into another folder."""

import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest


@pytest.fixture
def backend(request: pytest.FixtureRequest) -> str:
    """The one that is a file."""
    assert getattr(request, "param", "sqlite") == "sqlite", "it belongs into tests/sql"
    return "sqlite"


@pytest.fixture(autouse=True)
def _costs_little(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    start = subprocess.Popen.__init__

    def refuse(self: Any, command: Any, *arguments: Any, **options: Any) -> None:
        # h5py asks for the machine's kind when it is imported first.
        assert command[0] in ("git", "uname"), (
            f"it belongs into tests/processes: it starts {command}"
        )
        start(self, command, *arguments, **options)

    monkeypatch.setattr(subprocess.Popen, "__init__", refuse)
    before = {"keras", "tensorflow"} & set(sys.modules)
    yield
    assert {"keras", "tensorflow"} & set(sys.modules) == before, "it belongs into tests/keras"
