"""Makes a study of plain Optuna as its users have them; run by the Optuna that it is to be of:

python -m venv old && old/bin/pip install optuna==3.6.1 && old/bin/python make.py optuna-3.6.1.sql

What it writes is the database as SQL, which `sqlite3.Connection.executescript` reads back.
"""

import os
import sqlite3
import sys
import tempfile
from pathlib import Path

os.environ["TZ"] = "UTC"

import optuna

TRIALS = 50


def objective(trial: optuna.Trial) -> float:
    """Of all that a trial may have: kinds of parameters, conditions, reports, attributes, a failure."""
    x = trial.suggest_float("x", -3.0, 3.0)
    rate = trial.suggest_float("rate", 1e-4, 1e-1, log=True)
    layers = trial.suggest_int("layers", 1, 4)
    kind = trial.suggest_categorical("kind", ["plain", "deep", None])
    if kind == "deep":
        x += trial.suggest_float("shift", 0.0, 1.0, step=0.25)
    trial.set_user_attr("size", layers * 10)
    trial.set_user_attr("note", {"of": ["anything", 1.5, None]})
    for step in range(3):
        trial.report((x - 1) ** 2 + layers / (step + 1), step)
        if trial.number > 10 and trial.number % 5 == 0 and step == 1:
            raise optuna.TrialPruned
    if trial.number == 7:
        raise ValueError("it does not converge")
    return float((x - 1) ** 2 + rate + layers / 3)


def two(trial: optuna.Trial) -> tuple[float, float]:
    """Two values, which are to be small and large."""
    x = trial.suggest_float("x", 0.0, 2.0)
    return x**2, -((x - 1) ** 2)


def main(out: Path) -> None:
    """Writes two studies."""
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "optuna.db"
        storage = optuna.storages.RDBStorage(f"sqlite:///{file}")
        sampler = optuna.samplers.TPESampler(seed=1)
        study = optuna.create_study(study_name="squares", storage=storage, sampler=sampler)
        study.set_user_attr("by", "anybody")
        study.optimize(objective, n_trials=TRIALS, catch=(ValueError,))
        study.ask()  # it runs for ever
        study.enqueue_trial({"x": 1.0})  # and this one waits
        pair = optuna.create_study(
            study_name="pair", storage=storage, directions=["minimize", "maximize"],
            sampler=optuna.samplers.RandomSampler(seed=1),
        )  # fmt: skip
        pair.optimize(two, n_trials=10)
        storage.engine.dispose()
        with sqlite3.connect(file) as connection:
            out.write_text("\n".join(connection.iterdump()) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
