"""Where a result came from."""

import getpass
import os
import platform
import socket
from importlib.metadata import version
from pathlib import Path

import pytest

import hpo
from hpo import provenance
from hpo.devices.child_environment import environment_on
from hpo.devices.discovery import Device
from hpo.provenance import Provenance, versions


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
        "jax 0.10, was absent",
        "device gpu, was cpu",
    ]
    unknown = ours.model_copy(update={"device": ""})
    assert len(unknown.differences(unknown)) == 1
    assert unknown.differences_of_setup(unknown) == []


def test_variables_and_cores_are_circumstances(monkeypatch: pytest.MonkeyPatch) -> None:
    """Those by which Keras, its backends and what lies below compute otherwise are told by name, and
    how many cores there are; what hpo sets or fixes itself is none of them, nor is a path, a level of
    a log, or what belongs to somebody else and may be secret."""
    for name in [name for name in os.environ if provenance.BEAR_ON_NUMBERS.fullmatch(name)]:
        monkeypatch.delenv(name)
    plain = provenance.of_device("cpu")
    assert plain.environment == {}
    assert plain.cores == len(os.sched_getaffinity(0))
    told = {
        "TF_ENABLE_ONEDNN_OPTS": "0", "XLA_FLAGS": "--xla_cpu_enable_fast_math=true",
        "JAX_DEFAULT_MATMUL_PRECISION": "bfloat16", "MKL_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "2", "KMP_AFFINITY": "compact", "NVIDIA_TF32_OVERRIDE": "1",
        "CUBLAS_WORKSPACE_CONFIG": ":4096:8", "OMP_PROC_BIND": "true", "ONEDNN_MAX_CPU_ISA": "SSE41",
    }  # fmt: skip
    untold = {
        "OMP_NUM_THREADS": "3", "TF_NUM_INTRAOP_THREADS": "3", "TF_CPP_MIN_LOG_LEVEL": "0",
        "KERAS_HOME": "/home/me/.keras", "KERAS_BACKEND": "tensorflow", "HOME": "/home/me",
        "TF_VAR_password": "hunter2", "TF_TOKEN_example": "hunter2", "JAX_COMPILATION_CACHE_DIR": "/x",
    }  # fmt: skip
    for name, value in (told | untold).items():
        monkeypatch.setenv(name, value)
    found = provenance.of_device("cpu")
    assert found.environment == told
    differences = plain.differences(found.model_copy(update={"cores": plain.cores + 1}))
    assert "TF_ENABLE_ONEDNN_OPTS 0, was absent" in differences
    assert f"cores {plain.cores + 1}, was {plain.cores}" in differences
    assert len(differences) == len(told) + 1
    assert len(plain.differences_of_setup(found)) == len(told)


def test_no_file_decides_the_backend(monkeypatch: pytest.MonkeyPatch) -> None:
    """A child is told which to use: what the environment says, else TensorFlow; and strings have one
    order in a set, whatever this process was told."""
    device = Device("cpu:0", "")
    monkeypatch.setenv("PYTHONHASHSEED", "5")
    for said, told in (("jax", "jax"), ("", "tensorflow")):
        monkeypatch.setenv("KERAS_BACKEND", said)
        assert environment_on(device)["KERAS_BACKEND"] == told
    monkeypatch.delenv("KERAS_BACKEND")
    assert environment_on(device)["KERAS_BACKEND"] == "tensorflow"
    assert environment_on(device)["PYTHONHASHSEED"] == "0"
    assert environment_on(Device("cpu:0", "", {"KERAS_BACKEND": "jax"}))["KERAS_BACKEND"] == "jax"


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
