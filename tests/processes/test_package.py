"""hpo as pip installs it, away from its checkout."""

import os
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

from tests.conftest import DEFINITIONS
from tests.support.marks import slow

CHECKOUT = Path(__file__).parents[2]
PACKAGES = ("hpo", "storage", "studies")
COMMIT = "0123abc"
STALE = "hpo/gone.py"

pytestmark = [slow("builds a wheel and installs it"), pytest.mark.xdist_group("package")]


def _run(*command: str | Path, folder: Path) -> str:
    kept = {
        name: each for name, each in os.environ.items() if not name.startswith(("HPO_", "PYTHON"))
    }
    own = {"HPO_STATE_DIR": str(folder / "state"), "HPO_CACHE_DIR": str(folder / "cache")}
    done = subprocess.run(
        command, cwd=folder, env=kept | own, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from an archive of this checkout in which somebody has built before."""
    folder = tmp_path_factory.mktemp("archive")
    for package in PACKAGES:
        shutil.copytree(
            CHECKOUT / package, folder / package, ignore=shutil.ignore_patterns("__pycache__")
        )
    for file in ("pyproject.toml", "setup.py", "README.md", "LICENSE"):
        shutil.copy(CHECKOUT / file, folder)
    (folder / "hpo" / "COMMIT").write_text(f"{COMMIT}\n")
    stale = folder / "build" / "lib" / STALE
    stale.parent.mkdir(parents=True)
    stale.touch()
    _run(sys.executable, "-m", "pip", "wheel", "--quiet", "--no-build-isolation", "--no-deps", ".", folder=folder)  # fmt: skip
    (built,) = folder.glob("*.whl")
    return built


def test_what_is_in_the_wheel(wheel: Path) -> None:
    """All modules and the files that they read, the licence and the commit; no tests, and nothing of an
    earlier build."""
    names = set(zipfile.ZipFile(wheel).namelist())
    of_us = {
        str(file.relative_to(CHECKOUT))
        for package in PACKAGES
        for file in (CHECKOUT / package).rglob("*")
        if file.suffix not in (".pyc", ".mako")  # the latter is for who writes a migration
        and file.is_file()
    }
    assert of_us <= names
    rest = {name for name in names - of_us if ".dist-info/" not in name}
    assert rest <= {"hpo/COMMIT"}
    assert any(name.endswith("/LICENSE") for name in names)


def test_what_is_installed_works_from_any_folder(wheel: Path, tmp_path: Path) -> None:
    """A study from its creation to its report, and a file to begin with; it knows its commit."""
    venv = tmp_path / "venv"
    _run(sys.executable, "-m", "venv", "--without-pip", venv, folder=tmp_path)
    python = venv / "bin" / "python"
    _run(sys.executable, "-m", "pip", "--python", python, "install", "--quiet", "--no-deps", wheel, folder=tmp_path)  # fmt: skip
    (own,) = (venv / "lib").glob("python*/site-packages")
    # All that hpo needs, but not hpo itself, which stands there by a .pth of its own.
    (own / "needed.pth").write_text(sysconfig.get_path("purelib"))
    work = tmp_path / "work"
    work.mkdir()

    def hpo(*arguments: str) -> str:
        return _run(venv / "bin" / "hpo", *arguments, folder=work)

    assert hpo("--version").endswith(f", commit {COMMIT}\n")
    assert hpo("init", "mine").startswith("mine.py and mine.json: ")
    few = ("--trials", "2", "--select-top", "1", "--select-seeds", "1", "--final-seeds", "2")
    assert "exports/toy: " in hpo("run", str(DEFINITIONS / "toy.py"), *few)
    assert hpo("report").startswith("toy.html: ")
    assert f'"git_commit": "{COMMIT}"' in hpo("status", "--json")
    where = _run(python, "-c", "import hpo, storage, studies; print(hpo, storage, studies)", folder=work)  # fmt: skip
    assert where.count(str(venv)) == 3
