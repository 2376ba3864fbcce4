"""`hpo run`, where its worker does not behave; the ordinary way is in test_cli."""

import io
import subprocess
import sys
from typing import IO, Any

import pytest
from rich.console import Console

from hpo import local_run
from hpo.definitions import Definition
from hpo.settings import Settings
from storage.database import Database
from storage.records import StudyRecord
from tests.hpo.finished import carry_out
from tests.marks import on

LOG = """\
2026-01-01T00:00:00Z INFO cpu:0 trains trial 1
2026-01-01T00:00:01Z WARNING the database cannot be used [/now]
2026-01-01T00:00:02Z ERROR trial 1 is given up
WARNING: of somebody else
"""


@on("sqlite")
def test_a_worker_that_goes_on_is_stopped_and_its_warnings_are_told(
    db: Database, study: StudyRecord, toy: Definition, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The study is over, ended by others, and our worker still trains: it is stopped and the run
    ends well. What the worker warned of is printed as it is, the rest of its log is not."""
    carry_out(db, study)
    started: list[subprocess.Popen[bytes]] = []

    def start(*arguments: Any) -> "subprocess.Popen[bytes]":
        log: IO[bytes] = arguments[-1]
        log.write(LOG.encode())
        started.append(subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]))
        return started[0]

    monkeypatch.setattr(local_run, "_start_worker", start)
    monkeypatch.setattr(local_run, "STOP_SECONDS", 0.1)
    said = io.StringIO()
    console = Console(file=said, markup=False, highlight=False)
    status = local_run._work(Settings(grace_seconds=0.1), toy, db, "toy", console)
    assert status.study.phase.is_over
    assert started[0].returncode is not None
    assert [line for line in said.getvalue().splitlines() if "Z " in line or "WARN" in line] == (
        LOG.splitlines()[1:3]
    )
