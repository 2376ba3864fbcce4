"""A machine that has no ssh; tests/engines has real hosts."""

from pathlib import Path

import pytest

from hpo.errors import UsageError
from hpo.launch.ssh import Host, Launcher
from hpo.launch.worker_order import WorkerOrder
from hpo.settings import Settings


def test_without_ssh_that_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """In one line."""
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UsageError, match="there is no ssh here"):
        Launcher(WorkerOrder(Settings()), "hpo").stop(Host("host"))
