"""What the dashboard's page waits for in a large study, on one real database.

    python -m benchmarks.dashboard --done 100 1000 10000

The real `hpo dashboard`, asked over HTTP as its page asks: once for all, then, every ten seconds, for
what is new. Goal: with 10,000 trials such a poll takes less than a second.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
from rich import box
from rich.console import Console
from rich.table import Table

from benchmarks.past_trials import make_study
from hpo import definition_loader
from storage.database import Database

PORT = 8973
POLLS = 12
# The page's own pause; trials are then read anew.
PAUSE_SECONDS = 10.5


@dataclass(frozen=True)
class Measured:
    """Seconds until the page had all for the first time, and of each poll; what was sent first."""

    first_seconds: float
    poll_seconds: tuple[float, ...]
    first_megabytes: float
    resident_megabytes: float


def measure(url: str, done: int) -> Measured:
    """Makes a study of so many trials, and looks at it."""
    db = Database.create(url)
    make_study(db, f"of-{done}", definition_loader.load("cifar100"), done, 100)
    study_id = db.optuna.get_study_id_from_name(f"of-{done}")
    db.close()
    with _dashboard(url) as process:
        first_seconds, content = _ask(study_id, 0)
        assert len(content["trials"]) == done
        polls = []
        for _ in range(POLLS):
            time.sleep(PAUSE_SECONDS)
            polls.append(_ask(study_id, done)[0])
        resident = psutil.Process(process.pid).memory_info().rss / 2**20
    return Measured(first_seconds, tuple(polls), len(json.dumps(content)) / 1e6, resident)


def _ask(study_id: int, after: int) -> tuple[float, Any]:
    address = f"http://127.0.0.1:{PORT}/api/studies/{study_id}?after={after}"
    began = time.monotonic()
    with urllib.request.urlopen(address) as answer:
        content = answer.read()
    return time.monotonic() - began, json.loads(content)


@contextmanager
def _dashboard(url: str) -> Iterator["subprocess.Popen[str]"]:
    environment = {**os.environ, "HPO_STORAGE": url}
    command = [sys.executable, "-m", "hpo", "dashboard", "--port", str(PORT)]
    with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        for line in process.stderr:
            if line.startswith("http://"):
                break
        try:
            yield process
        finally:
            process.terminate()


def main(arguments: Sequence[str] | None = None) -> None:
    """Measures each size in turn."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--done", type=int, nargs="+", default=[100, 1000, 10000])
    parser.add_argument("--url", help="An empty database; default an SQLite file.")
    asked = parser.parse_args(arguments)
    table = Table(box=box.MARKDOWN)
    for heading in ("trials", "first, all of it", "sent", "a poll, median", "longest", "memory"):
        table.add_column(heading)
    for done in asked.done:
        with tempfile.TemporaryDirectory(prefix="hpo-dashboard-") as folder:
            found = measure(asked.url or f"sqlite:///{Path(folder) / 'hpo.db'}", done)
        table.add_row(
            f"{done:,}",
            f"{found.first_seconds:.2f} s",
            f"{found.first_megabytes:.1f} MB",
            f"{statistics.median(found.poll_seconds):.3f} s",
            f"{max(found.poll_seconds):.3f} s",
            f"{found.resident_megabytes:.0f} MB",
        )
    Console(width=120).print(table)


if __name__ == "__main__":
    main()
