"""Who is compared: how each is started, where its epochs are read, and what it says is its best."""

import json
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from benchmarks.peers.epochs import Epochs, InDatabase, InLog
from benchmarks.peers.task import Task
from hpo.settings import Settings

SCRIPTS = Path(__file__).parent / "scripts"
HPO = "hpo"
PEERS = {
    "Optuna": "optuna_script.py",
    "KerasTuner": "keras_tuner_script.py",
    "Ray Tune": "ray_tune_script.py",
}
NAMES = (HPO, *PEERS)
TRIALS = 1000
"""More than anybody comes to."""
LOG = "epochs.jsonl"
DATABASE = "hpo.db"

Params = dict[str, str | int | float]


@dataclass(frozen=True)
class Tool:
    """One of those that are compared, in an empty folder of its own."""

    name: str
    command: tuple[str, ...]
    environment: dict[str, str]
    epochs: Epochs
    ask_best: tuple[str, ...]
    read_best: Callable[[str], Params | None]


def make(
    name: str, task: Task, folder: Path, repetition: int, python: Path, settings: Settings
) -> Tool:
    """The tool of that name; a peer's script is run by the interpreter `python`."""
    if name == HPO:
        return _hpo(task, folder, repetition, settings)
    script = (str(python), str(SCRIPTS / PEERS[name]))
    environment = _environment() | {
        "DATA": str(task.data.training_path("search")),
        "EPOCHS_LOG": str(folder / LOG),
        # What they leave at home is gone with the folder.
        "HOME": str(folder),
        "RAY_TMPDIR": str(folder),
        "RAY_USAGE_STATS_ENABLED": "0",
        # Its trials give way to any other process, so that it alone would suffer from one.
        "RAY_worker_niceness": "0",
    }
    log = InLog(folder / LOG)
    return Tool(name, script, environment, log, (*script, "--best"), _last_line)


def _hpo(task: Task, folder: Path, repetition: int, settings: Settings) -> Tool:
    hpo = (sys.executable, "-m", "hpo")
    run = ("run", "cifar100", "--trials", str(TRIALS), "--seed", str(repetition))
    classes = ("--set", f"classes={','.join(task.classes)}")
    database = folder / DATABASE
    environment = _environment() | {
        "HPO_STORAGE": f"sqlite:///{database}",
        "HPO_STATE_DIR": str(folder / "state"),
        "HPO_CACHE_DIR": str(settings.cache_folder),
    }
    if settings.data_dir is not None:
        environment["HPO_DATA_DIR"] = str(settings.data_dir)
    status = (*hpo, "status", "cifar100", "--json")
    return Tool(HPO, (*hpo, *run, *classes), environment, InDatabase(database), status, _status)


def _environment() -> dict[str, str]:
    """A user's: where what is imported is not kept compiled, each process of TensorFlow takes many seconds
    more to start, and some tools start more of them than others."""
    withheld = ("HPO_", "PYTHONDONTWRITEBYTECODE")
    ours = {name: value for name, value in os.environ.items() if not name.startswith(withheld)}
    return ours | {"TF_CPP_MIN_LOG_LEVEL": "2"}


def _last_line(printed: str) -> Params | None:
    lines = printed.splitlines()
    best: Params | None = json.loads(lines[-1]) if lines else None
    return best


def _status(printed: str) -> Params | None:
    best = json.loads(printed)["best"]
    params: Params | None = best and best["params"]
    return params
