"""Checkpoint files, when the process that writes one is killed."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from studies import checkpoint
from studies.checkpoint import Checkpoint
from tests.support.images import CHECKOUT
from tests.unit.studies.test_checkpoint import NEW, OLD, _same


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where an old checkpoint is."""
    made = tmp_path / "training.checkpoint"
    checkpoint.write(OLD, made)
    return made


KILLED = """
import os, pathlib, signal
from studies import checkpoint
from tests.unit.studies.test_checkpoint import NEW

def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)

def renamed(self, target):
    os.replace(self, target)
    die()

{moment}
checkpoint.write(NEW, pathlib.Path({path!r}))
"""


@pytest.mark.parametrize(
    ("moment", "left"),
    [
        ("checkpoint.json.dumps = die", OLD),
        ("checkpoint.np.ascontiguousarray = die", OLD),
        ("checkpoint.os.fsync = die", OLD),
        ("checkpoint.Path.replace = die", OLD),
        ("checkpoint.Path.replace = renamed", NEW),
    ],
)
def test_a_kill_leaves_the_old_or_the_new(moment: str, left: Checkpoint, path: Path) -> None:
    """Before anything is written, amid the writing, before it is on the disk, before and after
    the file takes its name."""
    code = KILLED.format(moment=moment, path=str(path))
    killed = subprocess.run([sys.executable, "-c", code], cwd=CHECKOUT, check=False)
    assert killed.returncode == -signal.SIGKILL
    assert _same(checkpoint.read(path), left)
