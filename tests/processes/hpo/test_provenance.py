"""Which commit code says that it is of."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import hpo
from hpo import provenance
from tests.support.marks import needs

pytestmark = needs("git")


@pytest.fixture
def code(tmp_path: Path) -> Path:
    """The code of `provenance`, in a folder of its own."""
    package = tmp_path / "code" / "hpo"
    package.mkdir(parents=True)
    for module in (hpo, provenance):
        shutil.copy(str(module.__file__), package)
    return package.parent


def _run(folder: Path, *command: str) -> str:
    kept = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
    return subprocess.run(
        command,
        cwd=folder,
        env=kept | {"PYTHONDONTWRITEBYTECODE": "1"},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    ).stdout.strip()


def _commit_said(code: Path) -> str:
    return _run(
        code, sys.executable, "-c", "from hpo.provenance import git_commit; print(git_commit())"
    )


def _git(folder: Path, *arguments: str) -> str:
    own = ("user.name=me", "user.email=me@example.org", "commit.gpgsign=false")
    return _run(folder, "git", *(part for setting in own for part in ("-c", setting)), *arguments)


def test_the_commit_of_a_checkout(code: Path) -> None:
    """The commit that is checked out, whatever tag it has, and marked once a file differs."""
    _git(code, "init", "--quiet")
    assert _commit_said(code) == "None"
    _git(code, "add", ".")
    _git(code, "commit", "--quiet", "--message", "First")
    _git(code, "tag", "--annotate", "v1", "--message", "One")
    head = _git(code, "rev-parse", "HEAD")
    assert _commit_said(code) == head
    (code / "hpo" / "__init__.py").write_text("changed = True\n")
    assert _commit_said(code) == f"{head}-dirty"


def test_outside_a_checkout_there_is_no_commit(code: Path) -> None:
    """Code that lies within somebody else's checkout is not of its commit."""
    outer = code.parent
    (outer / "other").write_text("")
    _git(outer, "init", "--quiet")
    _git(outer, "add", "other")
    _git(outer, "commit", "--quiet", "--message", "Theirs")
    assert _commit_said(code) == "None"


def test_the_commit_that_a_wheel_was_built_from(code: Path) -> None:
    """It is told where the code is installed; in a checkout git is asked."""
    (code / "hpo" / "COMMIT").write_text("0123abc\n")
    assert _commit_said(code) == "0123abc"
    _git(code, "init", "--quiet")
    _git(code, "add", ".")
    _git(code, "commit", "--quiet", "--message", "First")
    assert _commit_said(code) == _git(code, "rev-parse", "HEAD")
