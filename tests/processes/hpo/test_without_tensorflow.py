"""hpo where TensorFlow is not installed."""

from pathlib import Path

import pytest

from tests.support.commandline import CommandLine

OBJECTIVE = """
from sklearn.linear_model import Ridge
from sklearn.datasets import load_diabetes

def objective(trial):
    data, target = load_diabetes(return_X_y=True)
    return Ridge(alpha=trial.suggest_float("alpha", 0.1, 1)).fit(data, target).score(data, target)
"""
# Python reads it when it starts: to import a module that is None is to find that there is none.
ABSENT = "import sys\nsys.modules['tensorflow'] = None\n"


@pytest.fixture
def absent(tmp_path: Path) -> dict[str, str]:
    """What makes it so, for a command and all that this starts."""
    folder = tmp_path / "absent"
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(ABSENT)
    return {"PYTHONPATH": str(folder), "HPO_CPU_SLOTS": "1"}


def test_what_keras_does_not_train_runs(shell: CommandLine, absent: dict[str, str]) -> None:
    """An objective, its status and its report."""
    (shell.folder / "train.py").write_text(OBJECTIVE)
    asked = ("train.py:objective", "--direction", "maximize", "--trials", "2")
    assert "trial " in shell.succeed("run", *asked, **absent)
    assert "2/2" in shell.succeed("status", **absent)
    assert shell.succeed("report", **absent).startswith("train.objective.html: ")


def test_what_keras_trains_is_refused_at_once(shell: CommandLine, absent: dict[str, str]) -> None:
    """In one line that says what to install, before data is prepared, or a study made."""
    for command in ("run", "try"):
        done = shell.run(command, "digits", **absent)
        assert (done.returncode, done.stdout) == (1, "")
        (line,) = done.stderr.splitlines()
        assert line.startswith(
            "hpo: Keras trains digits, and tensorflow is not installed here: pip install tensorflow"
        )
    assert not (shell.folder / "hpo.db").exists()


def test_another_backend_may_train(shell: CommandLine, absent: dict[str, str]) -> None:
    """With JAX in its place there is nothing to refuse; nor is there a backend that nobody has heard of."""
    said = shell.run("try", "digits", "--set", "epochs=0", **absent, KERAS_BACKEND="jax").stderr
    assert "setting epochs cannot be" in said
