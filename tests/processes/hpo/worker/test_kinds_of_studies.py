"""A declared study that is no classifier of images goes from its search to its verdict."""

import json
import zipfile

import optuna
from optuna.trial import TrialState

from tests.support.commandline import CommandLine
from tests.support.marks import on, slow

BUDGET = (
    "--trials", "4", "--set", "epochs=4", "--set", "rungs=2", "--select-top", "1", "--select-seeds", "1",
    "--final-seeds", "2",
)  # fmt: skip


@slow("trains networks in a run")
@on("postgresql")
def test_a_regression_is_judged_on_its_holdout(shell_on: CommandLine, url: str) -> None:
    """By its squared errors, the lower the better, on no new classes; what was found is exported as data, and
    plain Optuna reads it."""
    line = shell_on.fail("run", "diabetes", *BUDGET, "--bundle", "out", code=2)
    assert "no classifier of images gives no bundle" in line
    told = shell_on.succeed("run", "diabetes", *BUDGET)
    status = json.loads(shell_on.succeed("status", "diabetes", "--json"))
    assert status["verdict"] in told
    assert "on 88 unseen examples, over 2 seeds a side" in status["verdict"]
    trials = optuna.load_study(study_name="diabetes", storage=url).trials
    assert len(trials) == 4
    done = {trial.number: trial for trial in trials if trial.state is TrialState.COMPLETE}
    assert min(trial.value or 0 for trial in done.values()) == status["best"]["score"]
    exported = json.loads(shell_on.succeed("export", "diabetes", "--format", "json"))
    assert exported["metric"] == "mse" and exported["params"] in [
        each.params for each in done.values()
    ]
    line = shell_on.fail("export", "diabetes", code=1)
    assert "no classifier of images" in line and "--format json" in line
    shell_on.succeed("export", "diabetes", "--model", "best.keras")
    assert zipfile.is_zipfile(shell_on.folder / "best.keras")
    line = shell_on.fail("export", "diabetes", "--model", "nowhere/best.keras", code=2)
    assert "nowhere/best.keras cannot be written" in line
    shell_on.succeed("report", "diabetes", "--format", "md")
    report = (shell_on.folder / "diabetes.md").read_text()
    assert "best on the holdout" in report and "Rescaling" in report
