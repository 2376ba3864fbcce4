"""What Slurm is given, as programs take it, and what they say; tests/engines has a real Slurm."""

import subprocess
from pathlib import Path

import pytest

from hpo.errors import UsageError, WorkFailed
from hpo.launch import slurm
from hpo.launch.worker_order import WorkerOrder
from hpo.settings import Settings

PRIVATE = "postgresql://me:sesame@host/base"


def test_the_script_is_one_of_bash(tmp_path: Path) -> None:
    """To the letter, with a blank in a path."""
    order = WorkerOrder(Settings(storage=PRIVATE), None, (f"{tmp_path}/my file.py",))
    script = slurm.compose(order, slurm.Array(8), tmp_path)
    checked = subprocess.run(
        ["bash", "-n"], input=script, text=True, capture_output=True, check=False
    )
    assert (checked.returncode, checked.stderr) == (0, "")


def test_what_sbatch_refuses_is_told_in_its_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may be missing, too. It is not shown the database."""
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UsageError, match="there is no sbatch here"):
        slurm.submit("#!/bin/bash")
    program = tmp_path / "sbatch"
    program.write_text(
        '#!/bin/sh\necho "sbatch: error: $HPO_STORAGE no such partition" >&2\nexit 1\n'
    )
    program.chmod(0o755)
    monkeypatch.setenv("HPO_STORAGE", PRIVATE)
    with pytest.raises(WorkFailed) as refused:
        slurm.submit("#!/bin/bash")
    assert str(refused.value) == "sbatch refuses: sbatch: error: no such partition"
