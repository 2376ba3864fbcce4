"""What a fleet loses to hpo itself: many workers, whose trainings sleep, on one real PostgreSQL.

    python -m benchmarks.fleet --workers 64 --done 10000

All of it on one machine: the real command line, supervisors, Optuna and the server. Goals: with 64
workers and trials of 60 s they train at least 99% of the time, with at most 3 connections each.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import psutil
import psycopg
from rich import box
from rich.console import Console
from rich.table import Table
from sqlalchemy.engine import URL, make_url

from benchmarks.past_trials import make_study
from hpo import definition_loader
from storage.database import Database

SLEEPER = Path(__file__).with_name("sleeper.py")
NAME = "sleeper"
MORE = 2000
UP_SECONDS = 600.0
LEAVE_SECONDS = 60.0


@dataclass(frozen=True)
class Measured:
    """One fleet for a while. Pauses are those of each child, between epochs and between trials;
    seconds of processor time are of the server and of all supervisors."""

    seconds: float
    trained_seconds: float
    epoch_pauses: tuple[float, ...]
    trial_pauses: tuple[float, ...]
    server_seconds: float
    supervisor_seconds: float
    connections: int
    megabytes: float


def measure(url: URL, workers: int, epoch_seconds: float, seconds: float) -> Measured:
    """Starts the fleet, waits until all train, and looks at it for so long."""
    with tempfile.TemporaryDirectory(prefix="hpo-fleet-") as made:
        folder = Path(made)
        with _fleet(url, workers, epoch_seconds, folder) as fleet:
            logs = [folder / f"{index}.log" for index in range(workers)]
            deadline = time.monotonic() + UP_SECONDS
            while not all(log.exists() and log.stat().st_size for log in logs):
                assert time.monotonic() < deadline, "the workers do not come up"
                assert all(process.is_running() for process in fleet)
                time.sleep(0.5)
            began, server_before, fleet_before = time.time(), _cpu(_server()), _cpu(fleet)
            connections = 0
            while time.time() < began + seconds:
                connections = max(connections, _connections(url))
                time.sleep(1)
            ended = time.time()
            megabytes = sum(process.memory_info().rss for process in fleet) / workers / 2**20
            server_seconds = _cpu(_server()) - server_before
            fleet_seconds = _cpu(fleet) - fleet_before
            time.sleep(2 * epoch_seconds)  # an epoch is logged when it ends
        slept = [[epoch for epoch in _epochs(log) if epoch.ended > began] for log in logs]
    trained = sum(max(0.0, min(e.ended, ended) - max(e.began, began)) for log in slept for e in log)
    pauses = [
        (after.number == 1, after.began - before.ended)
        for log in slept
        for before, after in pairwise(log)
        if after.began < ended
    ]
    return Measured(
        ended - began,
        trained,
        tuple(seconds for is_trials, seconds in pauses if not is_trials),
        tuple(seconds for is_trials, seconds in pauses if is_trials),
        server_seconds,
        fleet_seconds,
        connections,
        megabytes,
    )


@contextmanager
def _fleet(
    url: URL, workers: int, epoch_seconds: float, folder: Path
) -> Iterator[list[psutil.Process]]:
    command = [sys.executable, "-m", "hpo", "worker", NAME, "--study", str(SLEEPER), "--cpu", "1"]
    common = os.environ | {
        "HPO_STORAGE": url.render_as_string(hide_password=False),
        "HPO_CACHE_DIR": str(folder / "cache"),
        "SLEEPER_SECONDS": str(epoch_seconds),
    }
    started = []
    try:
        for index in range(workers):
            own = {
                "HPO_STATE_DIR": str(folder / f"state-{index}"),
                "SLEEPER_LOG": str(folder / f"{index}.log"),
            }
            with (folder / f"{index}.err").open("w") as errors:
                process = subprocess.Popen(command, env=common | own, stderr=errors)
            started.append(process)
        yield [psutil.Process(process.pid) for process in started]
    finally:
        # Asked, and not killed: that would count as a loss of each job, of which three end it.
        for process in started:
            process.terminate()
        for process in started:
            try:
                process.wait(LEAVE_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


class _Epoch(NamedTuple):
    number: int
    began: float
    ended: float


def _epochs(log: Path) -> Iterator[_Epoch]:
    for line in log.read_text().splitlines():
        number, began, ended = line.split()
        yield _Epoch(int(number), float(began), float(ended))


def _server() -> list[psutil.Process]:
    """All of this machine's servers: there should be no other at work."""
    return [each for each in psutil.process_iter(["name"]) if each.info["name"] == "postgres"]


def _cpu(processes: list[psutil.Process]) -> float:
    total = 0.0
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            times = process.cpu_times()
            total += times.user + times.system
    return total


def _connections(url: URL) -> int:
    with psycopg.connect(_plain(url)) as connection:
        row = connection.execute(
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        ).fetchone()
    assert row is not None
    return int(row[0])


def _plain(url: URL) -> str:
    return url.set(drivername="postgresql").render_as_string(hide_password=False)


@contextmanager
def _past(server: URL, done: int) -> Iterator[URL]:
    """A database with a study of so many finished trials."""
    name = f"hpo_benchmark_{done}"
    url = server.set(database=name)
    with psycopg.connect(_plain(server), autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)".encode())
        connection.execute(f"CREATE DATABASE {name}".encode())
    db = Database.create(url.render_as_string(hide_password=False))
    make_study(db, NAME, definition_loader.load(str(SLEEPER)), done, MORE)
    db.close()
    with psycopg.connect(_plain(url), autocommit=True) as connection:
        connection.execute("ANALYZE")
    yield url
    with psycopg.connect(_plain(server), autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


def _milliseconds(pauses: Sequence[float]) -> str:
    if not pauses:
        return "-"
    return f"{1000 * statistics.fmean(pauses):.0f} ({1000 * statistics.median(pauses):.0f}) ms"


def main() -> None:
    """Prints a row for each size of fleet and of history."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--server", default="postgresql://postgres@127.0.0.1/postgres")
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 4, 16, 64])
    parser.add_argument("--done", type=int, nargs="+", default=[100, 1000, 10000])
    parser.add_argument("--epoch-seconds", type=float, default=3.0, help="of 20 in a trial")
    parser.add_argument("--seconds", type=float, default=180.0)
    asked = parser.parse_args()
    table = Table(box=box.MARKDOWN)
    for title in (
        "workers", "finished", "training", "between epochs", "between trials", "trials/s",
        "reports/s", "server CPU", "supervisors CPU", "connections each", "MB each",
    ):  # fmt: skip
        table.add_column(title, justify="right")
    console = Console(width=160)
    for done in asked.done:
        with _past(make_url(asked.server), done) as url:
            for workers in asked.workers:
                got = measure(url, workers, asked.epoch_seconds, asked.seconds)
                table.add_row(
                    str(workers),
                    str(done),
                    f"{got.trained_seconds / got.seconds / workers:.2%}",
                    _milliseconds(got.epoch_pauses),
                    _milliseconds(got.trial_pauses),
                    f"{len(got.trial_pauses) / got.seconds:.2f}",
                    f"{len(got.epoch_pauses + got.trial_pauses) / got.seconds:.1f}",
                    f"{got.server_seconds / got.seconds:.1%}",
                    f"{got.supervisor_seconds / got.seconds:.1%}",
                    f"{got.connections / workers:.2f}",
                    f"{got.megabytes:.0f}",
                )
                console.print(table)


if __name__ == "__main__":
    main()
