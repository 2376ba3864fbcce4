"""Objectives as people write them for Optuna, of numbers alone."""

import os
import time
from pathlib import Path

import optuna


def parabola(trial: optuna.Trial) -> float:
    """The simplest one."""
    return (trial.suggest_float("x", -10, 10) - 2) ** 2


def branches(trial: optuna.Trial) -> float:
    """Which parameters there are depends on others; it reports, may be pruned, and keeps what it found."""
    kind = trial.suggest_categorical("kind", ["plain", "deep", None])
    rate = trial.suggest_float("rate", 1e-4, 1e-1, log=True)
    layers = trial.suggest_int("layers", 1, 3) if kind == "deep" else 0
    for layer in range(layers):
        trial.suggest_int(f"units_{layer}", 16, 64, step=16)
    for step in range(4):
        trial.report(rate + layers / (step + 1), step)
        if trial.should_prune():
            raise optuna.TrialPruned
    trial.set_user_attr("depth", layers)
    trial.set_constraint("depth", layers - 2)
    return rate + layers


def fenced(trial: optuna.Trial) -> float:
    """The lowest of its values are not feasible."""
    x = trial.suggest_float("x", 0, 1)
    trial.set_constraint("fence", 0.5 - x)
    trial.set_user_attr("double", 2 * x)
    return x


def lame(trial: optuna.Trial) -> float:
    """Some fail."""
    if trial.suggest_categorical("leg", ["left", "right"]) == "left":
        print("on the left")  # noqa: T201 - as objectives do
        raise ArithmeticError("it fell")
    return 1.0


def slow(trial: optuna.Trial) -> float:
    """Long enough to be killed; who calls it is told in a file."""
    x = trial.suggest_float("x", 0, 1)
    with Path(os.environ["CALLED"]).open("a") as file:
        file.write(f"{trial.number} {x} {os.getpid()}\n")
    time.sleep(float(os.environ.get("SLOW_SECONDS", "0.3")))
    return x + trial.suggest_float("y", 0, 1)


def keeping(trial: optuna.Trial) -> float:
    """It counts in a folder that follows it; who began at which step is told in a file."""
    file = trial.checkpoint_folder / "step"  # type: ignore[attr-defined]  # beyond Optuna's
    began = int(file.read_text()) if file.exists() else 0
    x = trial.suggest_float("x", 0, 1)
    with Path(os.environ["CALLED"]).open("a") as told:
        told.write(f"{trial.number} {began}\n")
    for step in range(began + 1, 9):
        time.sleep(float(os.environ.get("SLOW_SECONDS", "0")))
        file.write_text(str(step))
        trial.report(x / step, step)
    return x
