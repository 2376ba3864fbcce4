"""An objective that takes as long as a file says, and goes on from what it keeps in its folder."""

import os
import random
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import optuna

STEPS = 6


def objective(trial: optuna.Trial) -> float:
    """What it comes to after each step follows from its parameters and its seed alone."""
    folder, seed = trial.checkpoint_folder, trial.seed  # type: ignore[attr-defined]  # beyond Optuna's
    kept = folder / "step"
    began = int(kept.read_text()) if kept.exists() else 0
    x = trial.suggest_float("x", -5, 5)
    shift = trial.suggest_int("shift", 0, 3) if x > 0 else 0
    value = _value(x, shift, seed, began)
    for step in range(began + 1, STEPS + 1):
        time.sleep(float(Path(os.environ["TOY_PACE"]).read_text()))
        value = _value(x, shift, seed, step)
        kept.write_text(str(step))
        trial.report(value, step)
        if trial.should_prune():
            raise optuna.TrialPruned
    return value


def holdout(params: Mapping[str, Any], seed: int) -> list[float]:
    """One loss for each of some examples."""
    time.sleep(float(Path(os.environ["TOY_PACE"]).read_text()))
    chance = random.Random(seed)
    return [(params["x"] - 2) ** 2 + example + chance.gauss(0, 0.1) for example in range(20)]


def _value(x: float, shift: int, seed: int, step: int) -> float:
    return (x - 2) ** 2 + shift + random.Random(f"{seed} {step}").gauss(0, 0.1) + 1 / (step + 1)
