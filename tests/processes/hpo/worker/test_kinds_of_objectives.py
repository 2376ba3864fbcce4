"""Objectives of ten kinds, as they are written for Optuna, each a study of its own, by one standing worker."""

import importlib.util
from dataclasses import dataclass

import optuna
from optuna.trial import FrozenTrial, TrialState

from hpo.commands.fleet import ASKED_TO_LEAVE
from tests.conftest import DEFINITIONS
from tests.support.commandline import CommandLine
from tests.support.marks import on, slow
from tests.support.waiting import eventually

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


@on("sqlite")
@slow("calls objectives of ten kinds")
def test_they_run_as_they_are(shell_on: CommandLine, url: str) -> None:
    """All by one worker: each study has so many trials, each trial what it asked for, as Optuna reads them."""
    references = {kind.name: f"{KINDS}:{kind.name}" for kind in HERE}
    for kind in HERE:
        ways = [part for each in kind.directions for part in ("--direction", each)]
        shell_on.succeed(
            "create", kind.name, "--study", references[kind.name], *ways, "--trials", str(TRIALS)
        )
    known = [part for each in references.values() for part in ("--study", each)]
    with shell_on.installed.start("worker", *known, "--cpu", "2") as worker:
        eventually(lambda: all(_is_done(url, kind) for kind in HERE), 200)
        worker.terminate()
        _, said = worker.communicate(timeout=60)
    assert worker.returncode == ASKED_TO_LEAVE, said
    for kind in HERE:
        for trial in _trials(url, kind):
            assert trial.params and trial.params.keys() <= kind.params, kind
            assert bool(trial.intermediate_values) is kind.reports, kind
            if trial.state is TrialState.COMPLETE:
                assert len(trial.values) == len(kind.directions), kind


def _is_done(url: str, kind: Kind) -> bool:
    ended = [trial for trial in _trials(url, kind) if trial.state.is_finished()]
    assert all(trial.state is not TrialState.FAIL for trial in ended), (kind, ended)
    return len(ended) == TRIALS


def _trials(url: str, kind: Kind) -> list[FrozenTrial]:
    trials = optuna.load_study(study_name=kind.name, storage=url).get_trials()
    assert [trial.number for trial in trials] == list(range(len(trials)))
    return trials
