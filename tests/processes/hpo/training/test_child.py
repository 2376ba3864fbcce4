"""The process that trains one job: what it must not carry, which every job would pay for."""

import subprocess
import sys


def test_a_child_starts_without_what_only_its_supervisor_needs() -> None:
    """Neither a database's libraries nor, before it trains, Keras: they take longer than it."""
    loaded = subprocess.run(
        [sys.executable, "-c", "import sys, hpo.training.child; print(*sys.modules)"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout.split()
    assert "hpo.training.child" in loaded
    assert {"sqlalchemy", "optuna", "pandas", "boto3", "pynvml", "rich", "keras"}.isdisjoint(loaded)
