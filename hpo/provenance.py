"""Where a result came from: versions of what matters, the device, the commit of this code."""

import getpass
import os
import platform
import re
import socket
import subprocess
import uuid
from collections.abc import Mapping
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, distributions, version
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict

import hpo

TENSORFLOW = "tensorflow"
BACKENDS = (TENSORFLOW, "jax", "torch")
"""What Keras computes with, by the names of packages."""
# Variables by which Keras, its backends and the libraries below them compute otherwise.
BEAR_ON_NUMBERS = re.compile(
    r"(TF|XLA|KERAS|JAX|TORCH|PYTORCH|OMP|GOMP|MKL|KMP|OPENBLAS|BLIS|GOTO|VECLIB|NUMEXPR|NPY|DNNL"
    r"|ONEDNN|EIGEN|CUBLAS|CUBLASLT|CUDNN|NCCL)_\w+|NVIDIA_TF32_OVERRIDE"
)
# Those that are said otherwise, set for each device, or fixed before each training; paths and words;
# what scikit-learn sets when it is imported;
# and those of Terraform, which has the prefix of TensorFlow.
BEAR_ON_NONE = re.compile(
    r"KERAS_(BACKEND|HOME|MAX_EPOCHS|MAX_STEPS_PER_EPOCH)|OMP_NUM_THREADS|TF_NUM_INT(RA|ER)OP_THREADS"
    r"|TF_FORCE_GPU_ALLOW_GROWTH|XLA_PYTHON_CLIENT_\w+|TF_CPP_\w+|KMP_(DUPLICATE_LIB_OK|INIT_AT_FORK)|\w+_(DIR|PATH|HOME)"
    r"|TF_(VAR|TOKEN|CLI|LOG|WORKSPACE|CONFIG)(_\w+)?|\w*(SECRET|TOKEN|PASSWORD|CREDENTIAL)\w*"
)
PACKAGES = ("hpo", "keras", "numpy", "optuna", "sqlalchemy", "tensorflow")


class Provenance(BaseModel):
    """What a training was carried out with. Where all but the commit is equal, the same training gives
    the same numbers to the last digit. `environment` are the variables that may bear on them, and
    `cores` is how many the process may use."""

    model_config = ConfigDict(frozen=True)

    versions: Mapping[str, str]
    device: str
    git_commit: str | None
    environment: Mapping[str, str] = {}
    cores: int = 0

    def differences(self, other: Self) -> list[str]:
        """What of it is otherwise in `other`, for people; the commit says nothing of numbers."""
        own = {"device": self.device, "cores": str(self.cores)}
        theirs = {"device": other.device, "cores": str(other.cores)}
        # Of a device that is not known nothing is known to be equal.
        unknown = [] if self.device or other.device else ["device, which is not known"]
        return [*self.differences_of_setup(other), *_differences(own, theirs), *unknown]

    def differences_of_setup(self, other: Self) -> list[str]:
        """The same, but of the device and its machine, of which a fleet has several."""
        ours = {**self.versions, **self.environment}
        return _differences(ours, {**other.versions, **other.environment})


def _differences(ours: Mapping[str, str], theirs: Mapping[str, str]) -> list[str]:
    return [
        f"{name} {theirs.get(name, 'absent')}, was {ours.get(name, 'absent')}"
        for name in {**ours, **theirs}
        if ours.get(name) != theirs.get(name)
    ]


def of_device(kind: str) -> Provenance:
    """That of trainings on a device of this kind, with this installation."""
    return Provenance(
        versions=versions(),
        device=kind,
        git_commit=git_commit(),
        environment=environment(),
        cores=cores(),
    )


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


def engine() -> str:
    """What started this process, and its number there, for people; empty where nobody knows of any."""
    if (job := os.environ.get("SLURM_ARRAY_JOB_ID")) is not None:
        return f"slurm job {job}_{os.environ.get('SLURM_ARRAY_TASK_ID')}"
    if (job := os.environ.get("SLURM_JOB_ID")) is not None:
        return f"slurm job {job}"
    if "KUBERNETES_SERVICE_HOST" in os.environ:
        return f"pod {socket.gethostname()}"
    return ""


def versions() -> dict[str, str]:
    """Versions by package, and Python's."""
    found = {"python": platform.python_version(), "backend": backend()}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "absent"
    return found


def environment() -> dict[str, str]:
    """The variables of this process, by name, that children take over and that may bear on numbers."""
    return {
        name: value
        for name, value in sorted(os.environ.items())
        if BEAR_ON_NUMBERS.fullmatch(name) and not BEAR_ON_NONE.fullmatch(name)
    }


def cores() -> int:
    """How many cores this process may use."""
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return allowed or 1


def packages() -> dict[str, str]:
    """Every package that is installed here, with its version."""
    found: dict[str, str] = {}
    for each in distributions():
        # An installation that was broken off leaves a folder that names nothing, which importlib_metadata
        # raises where it has taken the place of Python's own.
        with suppress(FileNotFoundError):
            if name := each.metadata["Name"]:
                found[name] = each.version
    return dict(sorted(found.items(), key=lambda pair: pair[0].lower()))


def lock_file() -> Path | None:
    """The lock file that this code is installed by; None where this code is no checkout."""
    file = Path(hpo.__file__).parents[1] / "uv.lock"
    return file if file.is_file() else None


def backend() -> str:
    """What Keras computes with in a child: TensorFlow, or another with its version."""
    name = backend_name()
    if name == TENSORFLOW:  # its version is told in any case
        return name
    try:
        return f"{name} {version(name)}"
    except PackageNotFoundError:
        return name


def backend_name() -> str:
    """The backend that a child is told to use: no file of one machine decides it."""
    return os.environ.get("KERAS_BACKEND") or TENSORFLOW


def git_commit() -> str | None:
    """The commit this code was checked out at, marked `-dirty` if files differ, or the one that its
    wheel was built from; None where neither is known."""
    package = Path(hpo.__file__).parent
    if not (package.parent / ".git").exists():
        built_from = package / "COMMIT"
        return built_from.read_text().strip() or None if built_from.is_file() else None
    try:
        described = subprocess.run(
            ["git", "describe", "--always", "--dirty", "--abbrev=40", "--exclude=*"],
            cwd=package.parent,
            capture_output=True,
            text=True,
            check=False,
        )
    except OSError:
        return None
    return described.stdout.strip() or None
