"""Objectives of several values, of which none is the best."""

import json
from pathlib import Path

import optuna
import pytest
from optuna.study import StudyDirection

from tests.support.commandline import CommandLine
from tests.support.marks import on

TWO = """
def objective(trial):
    x = trial.suggest_float("x", 0, 5)
    y = trial.suggest_float("y", 0, 3)
    return 4 * x**2 + 4 * y**2, -((x - 5) ** 2 + (y - 5) ** 2)
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """That of the objective."""
    made = tmp_path / "two.py"
    made.write_text(TWO)
    return made


@on("sqlite", "postgresql")
def test_a_front_is_searched_and_shown(shell_on: CommandLine, url: str, file: Path) -> None:
    """As plain Optuna has it, in every place where results are shown; there is no verdict."""
    ways = ("--direction", "minimize", "--direction", "maximize")
    run = ("run", f"{file}:objective", *ways, "--name", "two", "--trials", "16", "--cpu", "2")
    told = shell_on.succeed(*run)
    study = optuna.load_study(study_name="two", storage=url)
    assert study.directions == [StudyDirection.MINIMIZE, StudyDirection.MAXIMIZE]
    assert [trial.number for trial in study.trials] == list(range(16))
    best = {trial.number: trial.values for trial in study.best_trials}
    lines = told.splitlines()
    assert {int(line.split()[1].rstrip(":")) for line in lines} == set(best)
    status = json.loads(shell_on.succeed("status", "two", "--json"))
    assert {job["trial_number"]: job["scores"] for job in status["front"]} == best
    assert "several directions" in status["verdict"]
    page = shell_on.succeed("status", "two")
    assert f"front: {len(best)} of 16 trials (minimize, maximize)" in page
    shell_on.succeed("report", "two", "--format", "md")
    report = (shell_on.folder / "two.md").read_text()
    assert f"on the front, of 16: {len(best)}" in report
    assert told == shell_on.succeed(*run)


def test_what_needs_a_best_is_refused(shell: CommandLine, file: Path) -> None:
    """Before anything is created; and other directions than a study has."""
    called = ("run", f"{file}:objective", "--direction", "minimize", "--direction", "maximize")
    file.with_name("base.json").write_text('{"x": 1.0, "y": 1.0}')
    for option in (
        ("--target", "3"), ("--patience", "3"), ("--pruner", "percentile"),
        ("--baseline", str(file.with_name("base.json"))), ("--final-seeds", "3"),
    ):  # fmt: skip
        line = shell.fail(*called, *option, code=2)
        assert f"no trial is the best, which {option[0]}" in line
    assert not (shell.folder / "hpo.db").exists()
    shell.succeed(*called, "--trials", "3", "--name", "two")
    extended = ("create", "two", "--extend", "--trials", "6")
    assert "no best that would end" in shell.fail(*extended, "--target", "3", code=2)
    shell.succeed(*extended)
    shell.succeed("worker", "two", "--study", f"{file}:objective", "--cpu", "1")
    assert "of 6 trials" in shell.succeed("status", "two")
    other = shell.fail(
        "run", f"{file}:objective", "--direction", "minimize", "--name", "two", code=2
    )
    assert "exists with other settings (directions=" in other and "leave --direction out" in other
