"""Where a result came from: versions of what matters, and the commit of this code."""

import platform
import subprocess
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import hpo

PACKAGES = ("hpo", "keras", "numpy", "optuna", "sqlalchemy", "tensorflow")


def versions() -> dict[str, str]:
    """Versions by package, and Python's."""
    found = {"python": platform.python_version()}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "absent"
    return found


def git_commit() -> str | None:
    """The commit this code was checked out at, marked `-dirty` if files differ; None where this
    code is no checkout of its own, or git is not installed."""
    checkout = Path(hpo.__file__).parents[1]
    if not (checkout / ".git").exists():
        return None
    try:
        described = subprocess.run(
            ["git", "describe", "--always", "--dirty", "--abbrev=40", "--exclude=*"],
            cwd=checkout,
            capture_output=True,
            text=True,
            check=False,
        )
    except FileNotFoundError:
        return None
    return described.stdout.strip() or None
