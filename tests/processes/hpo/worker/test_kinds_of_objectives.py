"""Objectives of ten kinds, as they are written for Optuna, each a study of its own."""

import importlib.util
from dataclasses import dataclass

import optuna
import pytest
from optuna.trial import FrozenTrial, TrialState

from tests.conftest import DEFINITIONS
from tests.support.commandline import CommandLine
from tests.support.marks import slow

KINDS = DEFINITIONS / "kinds.py"
TRIALS = 6


@dataclass(frozen=True)
class Kind:
    """One, with the directions of its values and the parameters that each trial may have."""

    name: str
    params: frozenset[str]
    directions: tuple[str, ...] = ("minimize",)
    reports: bool = False


ALL = (
    Kind("function", frozenset({"x0", "x1", "x2"})),
    Kind("forest", frozenset({"trees", "depth"}), ("maximize",)),
    Kind("either", frozenset({"model", "c", "neighbours"}), ("maximize",)),
    Kind("steps", frozenset({"alpha"}), ("maximize",), reports=True),
    Kind("boosting", frozenset({"leaves", "rate"}), reports=True),
    Kind("constrained", frozenset({"x", "y"})),
    Kind("two_ways", frozenset({"neighbours"}), ("maximize", "minimize")),
    Kind("told", frozenset({"weight"}), ("maximize",)),
    Kind("older", frozenset({"x", "y", "z"})),
    Kind("network", frozenset({"rate", "units"}), reports=True),
)
TORCH = Kind("torch_network", frozenset({"rate", "units"}), reports=True)
HERE = (*ALL, TORCH) if importlib.util.find_spec("torch") else ALL
"""PyTorch is large: whoever wants that one installs it."""


@slow("calls objectives of ten libraries")
@pytest.mark.parametrize("kind", HERE, ids=lambda kind: kind.name)
def test_it_runs_as_it_is(shell: CommandLine, kind: Kind) -> None:
    """So many trials, each with what it asked for, and as Optuna reads them."""
    for trial in _run(shell, kind):
        assert trial.state in (TrialState.COMPLETE, TrialState.PRUNED)
        assert trial.params and trial.params.keys() <= kind.params
        assert bool(trial.intermediate_values) is kind.reports
        if trial.state is TrialState.COMPLETE:
            assert len(trial.values) == len(kind.directions)


def _run(shell: CommandLine, kind: Kind) -> list[FrozenTrial]:
    ways = [part for each in kind.directions for part in ("--direction", each)]
    called = ("run", f"{KINDS}:{kind.name}", *ways, "--trials", str(TRIALS), "--cpu", "1")
    done = shell.run(*called)
    assert done.returncode == 0, done.stderr
    url = f"sqlite:///{shell.folder}/hpo.db"
    trials = optuna.load_study(study_name=f"kinds.{kind.name}", storage=url).get_trials()
    assert [trial.number for trial in trials] == list(range(TRIALS))
    return trials
