"""Where a result came from: versions of what matters, the device, the commit of this code."""

import getpass
import os
import platform
import socket
import subprocess
import uuid
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, distributions, version
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict

import hpo

TENSORFLOW = "tensorflow"
PACKAGES = ("hpo", "keras", "numpy", "optuna", "sqlalchemy", "tensorflow")


class Provenance(BaseModel):
    """What a training was carried out with. Where `versions` and `device` are equal, the same
    training gives the same numbers to the last digit."""

    model_config = ConfigDict(frozen=True)

    versions: Mapping[str, str]
    device: str
    git_commit: str | None

    def differences(self, other: Self) -> list[str]:
        """What of it is otherwise in `other`, for people; the commit says nothing of numbers."""
        ours = {**self.versions, "device": self.device}
        theirs = {**other.versions, "device": other.device}
        return [
            f"{name} {theirs.get(name, 'absent')}, was {ours.get(name, 'absent')}"
            for name in {**ours, **theirs}
            # Of a device that is not known nothing is known to be equal.
            if ours.get(name) != theirs.get(name) or not ours.get(name)
        ]


def of_device(kind: str) -> Provenance:
    """That of trainings on a device of this kind, with this installation."""
    return Provenance(versions=versions(), device=kind, git_commit=git_commit())


def machine() -> str:
    """What tells this machine from all others: equal for all that run under its kernel, containers
    too, until it starts anew."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:  # no Linux
        return f"{uuid.getnode():x}"


def account() -> str:
    """Who is at work, for people: the account and the host."""
    try:
        user = getpass.getuser()
    except (KeyError, OSError):  # a container may run as a number without a name
        user = str(os.getuid())
    return f"{user}@{socket.gethostname()}"


def versions() -> dict[str, str]:
    """Versions by package, and Python's."""
    found = {"python": platform.python_version(), "backend": backend()}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "absent"
    return found


def packages() -> dict[str, str]:
    """Every package that is installed here, with its version."""
    found = {
        name: each.version
        for each in distributions()
        # An installation that was broken off leaves a folder that names nothing.
        if (name := each.metadata["Name"])
    }
    return dict(sorted(found.items(), key=lambda pair: pair[0].lower()))


def lock_file() -> Path | None:
    """The lock file that this code is installed by; None where this code is no checkout."""
    file = Path(hpo.__file__).parents[1] / "uv.lock"
    return file if file.is_file() else None


def backend() -> str:
    """What Keras computes with in a child: TensorFlow, or another with its version."""
    name = os.environ.get("KERAS_BACKEND") or TENSORFLOW
    if name == TENSORFLOW:  # its version is told in any case
        return name
    try:
        return f"{name} {version(name)}"
    except PackageNotFoundError:
        return name


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
    except OSError:
        return None
    return described.stdout.strip() or None
