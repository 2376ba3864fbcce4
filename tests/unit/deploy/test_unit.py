"""The systemd unit of a worker."""

from pathlib import Path

import pytest

FILE = Path(__file__).parents[3] / "deploy" / "hpo-worker.service"


@pytest.fixture(scope="module")
def unit() -> dict[str, list[str]]:
    """What is set, each time."""
    settings: dict[str, list[str]] = {}
    for line in FILE.read_text().splitlines():
        if line and not line.startswith(("#", "[")):
            key, _, value = line.partition("=")
            settings.setdefault(key, []).append(value)
    return settings


def test_a_worker_is_given_its_grace(unit: dict[str, list[str]]) -> None:
    """It alone is told to leave, has longer than its grace, and starts again unless wrongly asked."""
    (start,) = unit["ExecStart"]
    grace_seconds = float(start.split("--grace ")[1].split()[0])
    assert float(unit["TimeoutStopSec"][0]) >= grace_seconds + 10
    assert unit["KillMode"] == ["mixed"]
    assert unit["Restart"] == ["on-failure"]
    assert unit["RestartPreventExitStatus"] == ["2"]


def test_the_password_is_a_credential(unit: dict[str, list[str]]) -> None:
    """It stands neither in the unit nor in its environment: only the file's name does."""
    (name, _, source) = unit["LoadCredential"][0].partition(":")
    assert source.startswith("/etc/hpo/")
    assert f"HPO_STORAGE_PASSWORD_FILE=%d/{name}" in unit["Environment"]
    assert "://" not in FILE.read_text()


def test_the_journal_outlives_the_worker(unit: dict[str, list[str]]) -> None:
    """State and cache are folders that systemd keeps, and the worker is told of them."""
    assert (unit["StateDirectory"], unit["CacheDirectory"]) == (["hpo"], ["hpo"])
    said = " ".join(unit["Environment"]).split()
    assert {"HPO_STATE_DIR=%S/hpo", "HPO_CACHE_DIR=%C/hpo"} < set(said)


def test_cuda_is_left_its_devices(unit: dict[str, list[str]]) -> None:
    """Nothing is set that hides /dev/nvidia* or forbids code that is made at run time."""
    closed = {"PrivateDevices", "DeviceAllow", "DevicePolicy", "ProtectClock"}
    assert not closed & set(unit)
    assert "MemoryDenyWriteExecute" not in unit
    assert unit["NoNewPrivileges"] == ["yes"]
    assert unit["DynamicUser"] == ["yes"]
