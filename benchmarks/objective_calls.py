"""Calls of an objective that takes no time, beside plain Optuna on the same kind of database.

    python -m benchmarks.objective_calls --trials 1000 --storages sqlite postgresql

Each is started as a person would: plain Optuna as so many processes that share a study, each of which asks
for its part of the trials; hpo as one worker with so many slots, and as so many workers. Counted from the start of the first call to
the end of the last, so that what either imports does not count.
"""

import argparse
import multiprocessing
import os
import subprocess
import sys
import tempfile
import uuid
from datetime import datetime
from pathlib import Path
from statistics import median

import optuna
import sqlalchemy as sa
from rich import box
from rich.console import Console
from rich.table import Table

from hpo.search.samplers import MAX_STARTUP_TRIALS
from tests.conftest import DEFINITIONS

OBJECTIVES = DEFINITIONS / "objectives.py"
SERVER = "postgresql://postgres@127.0.0.1:5432"


def parabola(trial: optuna.Trial) -> float:
    """As in that file."""
    return (trial.suggest_float("x", -10, 10) - 2) ** 2


def _optimize(url: str, trials: int) -> None:
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    sampler = optuna.samplers.TPESampler(n_startup_trials=MAX_STARTUP_TRIALS)
    study = optuna.load_study(study_name="calls", storage=url, sampler=sampler)
    study.optimize(parabola, n_trials=trials)


def call_plainly(url: str, trials: int, processes: int) -> None:
    """As plain Optuna does."""
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    optuna.create_study(study_name="calls", storage=url)
    each = trials // processes
    parts = [trials - (processes - 1) * each, *[each] * (processes - 1)]
    started = [multiprocessing.Process(target=_optimize, args=(url, part)) for part in parts]
    for process in started:
        process.start()
    for process in started:
        process.join()


def call_by_workers(url: str, trials: int, workers: int, slots: int, folder: Path) -> None:
    """As hpo does, by so many workers of so many slots each."""
    environment = {**os.environ, "HPO_STORAGE": url, "HPO_STATE_DIR": str(folder / "state")}
    reference = f"{OBJECTIVES}:parabola"
    hpo = [sys.executable, "-m", "hpo"]
    create = [*hpo, "create", "calls", "--study", reference, "--trials", str(trials)]
    subprocess.run(create, env=environment, check=True, capture_output=True)
    work = [*hpo, "worker", "calls", "--study", reference, "--cpu", str(slots)]
    started = [
        subprocess.Popen(work, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT)
        for _ in range(workers)
    ]
    for process in started:
        assert process.wait() == 0, "a worker failed"


def seconds_of(url: str, trials: int) -> float:
    """From the first trial's start to the last one's end; of so many that are complete."""
    found = optuna.load_study(study_name="calls", storage=url).get_trials()
    assert len([each for each in found if each.values]) == trials, "some were lost"
    began = [each.datetime_start or datetime.max for each in found]
    ended = [each.datetime_complete or datetime.min for each in found]
    return (max(ended) - min(began)).total_seconds()


def measure(storage: str, trials: int, processes: int, way: str) -> float:
    """The seconds of all calls, one way or another, on a database of their own."""
    name = f"calls_{uuid.uuid4().hex[:12]}"
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/calls.db" if storage == "sqlite" else f"{SERVER}/{name}"
        server = None
        if storage != "sqlite":
            server = sa.create_engine(f"{SERVER}/postgres".replace("postgresql:", "postgresql+psycopg:"), isolation_level="AUTOCOMMIT")  # fmt: skip
            with server.connect() as connection:
                connection.execute(sa.text(f"CREATE DATABASE {name}"))
            url = url.replace("postgresql:", "postgresql+psycopg:")
        try:
            match way:
                case "slots":
                    call_by_workers(url, trials, 1, processes, Path(folder))
                case "workers":
                    call_by_workers(url, trials, processes, 1, Path(folder))
                case _:
                    call_plainly(url, trials, processes)
            return seconds_of(url, trials)
        finally:
            if server is not None:
                with server.connect() as connection:
                    connection.execute(sa.text(f"DROP DATABASE {name} WITH (FORCE)"))


def main() -> None:
    """Prints one Markdown table; either takes its turn."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--trials", type=int, default=1000)
    parser.add_argument("--repetitions", type=int, default=3)
    parser.add_argument("--processes", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--storages", nargs="+", choices=("sqlite", "postgresql"), default=["sqlite", "postgresql"])  # fmt: skip
    asked = parser.parse_args()
    table = Table(box=box.MARKDOWN)
    for title in ("storage", "at once", "plain Optuna, ms a trial", "hpo, slots", "hpo, workers"):
        table.add_column(title, justify="right")
    for storage in asked.storages:
        for processes in asked.processes:
            found: dict[str, list[float]] = {"plain": [], "slots": [], "workers": []}
            for _ in range(asked.repetitions):
                for way, seconds in found.items():
                    seconds.append(measure(storage, asked.trials, processes, way))
            each = [f"{1000 * median(seconds) / asked.trials:.1f}" for seconds in found.values()]
            table.add_row(storage, str(processes), *each)
    Console(width=200).print(table)


if __name__ == "__main__":
    main()
