"""Where a result came from."""

import getpass
import os
import platform
import shutil
import socket
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

import hpo
from hpo import provenance
from hpo.provenance import Provenance, versions


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


def test_versions_are_those_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Python's, those of the packages that bear on a result, and what Keras computes with."""
    monkeypatch.delenv("KERAS_BACKEND", raising=False)
    found = versions()
    assert found.pop("backend") == "tensorflow"
    assert found.pop("python") == platform.python_version()
    assert {"hpo", "keras", "optuna", "tensorflow"} <= found.keys()
    assert found == {package: version(package) for package in found}
    for name, told in (("jax", f"jax {version('jax')}"), ("abacus", "abacus")):
        monkeypatch.setenv("KERAS_BACKEND", name)
        assert versions()["backend"] == told


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


def test_the_provenance_of_a_device() -> None:
    """This installation's versions and commit, and the device it is asked for; as JSON it comes
    back equal."""
    found = provenance.of_device("an abacus")
    assert found.versions == versions()
    assert (found.device, found.git_commit) == ("an abacus", provenance.git_commit())
    assert Provenance.model_validate_json(found.model_dump_json()) == found


def test_differences_are_those_that_change_numbers() -> None:
    """Versions, those that one of both lacks too, and the device; never the commit."""
    ours = Provenance(
        versions={"python": "3.11", "keras": "3.15", "numpy": "2"}, device="cpu", git_commit="1"
    )
    assert ours.differences(ours.model_copy(update={"git_commit": "2"})) == []
    theirs = Provenance(
        versions={"python": "3.11", "keras": "3.16", "jax": "0.10"}, device="gpu", git_commit="1"
    )
    assert ours.differences(theirs) == [
        "keras 3.16, was 3.15",
        "numpy absent, was 2",
        "device gpu, was cpu",
        "jax 0.10, was absent",
    ]
    unknown = ours.model_copy(update={"device": ""})
    assert len(unknown.differences(unknown)) == 1


def test_who_is_at_work(monkeypatch: pytest.MonkeyPatch) -> None:
    """The account and the host; the account's number where it has no name."""
    monkeypatch.setenv("LOGNAME", "ada")
    assert provenance.account() == f"ada@{socket.gethostname()}"

    def nameless() -> str:
        raise KeyError("getpwuid(): uid not found: 12345")

    monkeypatch.setattr(getpass, "getuser", nameless)
    assert provenance.account() == f"{os.getuid()}@{socket.gethostname()}"


def test_all_packages_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By name, whatever their case; what a broken-off installation left behind is none."""
    (tmp_path / "broken-1.0.dist-info").mkdir()
    whole = tmp_path / "AAA_first-2.0.dist-info"
    whole.mkdir()
    (whole / "METADATA").write_text("Metadata-Version: 2.1\nName: AAA_first\nVersion: 2.0\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    found = provenance.packages()
    assert found["AAA_first"] == "2.0"
    assert found["numpy"] == version("numpy")
    assert list(found) == sorted(found, key=str.lower)


def test_the_lock_file_is_that_of_the_checkout(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It stands beside the package; code that was installed elsewhere has none."""
    found = provenance.lock_file()
    assert found is not None and found.parent == Path(str(hpo.__file__)).parents[1]
    monkeypatch.setattr(hpo, "__file__", str(tmp_path / "hpo" / "__init__.py"))
    assert provenance.lock_file() is None
