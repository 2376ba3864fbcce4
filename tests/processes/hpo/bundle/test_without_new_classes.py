"""A study that is judged on the searched classes alone, from its creation to what verifies it."""

import json

import numpy as np

from tests.conftest import DEFINITIONS
from tests.support.commandline import CommandLine

TOY = str(DEFINITIONS / "toy.py")
SMALL = ("--trials", "2", "--select-top", "1", "--select-seeds", "1", "--final-seeds", "2")


def test_no_word_is_said_of_new_classes(shell: CommandLine) -> None:
    """Neither where it runs, nor in its report and bundle, which hold what is needed."""
    told = shell.succeed("run", TOY, *SMALL, "--set", "new_classes=")
    assert "Verdict: " in told
    status = json.loads(shell.succeed("status", "toy", "--json"))
    assert status["jobs"]["final"] == {"succeeded": 4}
    shell.succeed("report", "toy", "--study", TOY, "--format", "md", "--output", "toy.md")
    bundle = shell.folder / "exports" / "toy"
    best = json.loads((bundle / "best.json").read_text())
    assert best["class_names"] == {"search": ["a", "b"], "new": []}
    assert best["new_holdout"] is best["new_validation"] is None
    with np.load(bundle / "predictions.npz") as arrays:
        assert {name.split(".")[0] for name in arrays} == {"validation", "holdout"}
    card, report = (bundle / "README.md").read_text(), (shell.folder / "toy.md").read_text()
    for text in (told, shell.succeed("status", "toy"), card, report):
        assert "new class" not in text.replace("new_classes", "")
    assert "verified" in shell.succeed("verify", str(bundle), "--study", TOY, "--retrain")
