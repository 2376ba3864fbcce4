"""The worker of a run, where it does not behave; the ordinary way is in test_cli."""

import subprocess
import sys
from typing import IO, Any

import pytest

from hpo.definition_loader import Definition
from hpo.settings import Settings
from hpo.worker import local_worker
from hpo.worker.local_worker import Audience
from storage.database import Database
from storage.records import StudyRecord
from tests.support.finished import carry_out
from tests.support.marks import on

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
        log.flush()
        started.append(subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]))
        return started[0]

    monkeypatch.setattr(local_worker, "_start", start)
    monkeypatch.setattr(local_worker, "STOP_SECONDS", 0.1)
    said: list[str] = []
    audience = Audience(said.append, lambda read, is_alive, hear: read())
    status = local_worker.work(Settings(grace_seconds=0.1), toy, db, "toy", audience)
    assert status.study.phase.is_over
    assert started[0].returncode is not None
    assert "\n".join(said).splitlines() == LOG.splitlines()[1:3]


def test_a_runs_worker_gets_what_it_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    """The settings of the run, the database's address among them; not the dashboard's password."""
    monkeypatch.setenv("HPO_DASHBOARD_PASSWORD", "hunter2")
    monkeypatch.setenv("HPO_STORAGE", "sqlite:///it.db")
    monkeypatch.setenv("HARMLESS", "kept")
    environment = local_worker._environment(Settings(cpu_slots=3))
    assert "HPO_DASHBOARD_PASSWORD" not in environment
    told = [environment[name] for name in ("HPO_STORAGE", "HPO_CPU_SLOTS", "HARMLESS")]
    assert told == ["sqlite:///it.db", "3", "kept"]
