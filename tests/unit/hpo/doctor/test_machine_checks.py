"""What a doctor says of devices, by what a process on them sees, and of folders."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from hpo.devices import nvidia
from hpo.devices.discovery import Device
from hpo.devices.keras_probe import Seen
from hpo.devices.nvidia import Gpu
from hpo.doctor import examination, machine_checks
from hpo.doctor.finding import Grade
from hpo.doctor.machine_checks import check_folder, judge_device
from hpo.settings import Settings

GPU = Device("gpu:0", "an abacus", {})
SEEN = Seen(backend="tensorflow", gpus=1, built_cuda="12.5.1", driver_cuda="12.4")


def _broken(device: Device, seen: Seen) -> list[str]:
    return [each.name for each in judge_device(device, seen) if each.grade == Grade.FAIL]


@pytest.mark.parametrize(
    ("changed", "broken"),
    [
        ({}, []),
        ({"driver_cuda": "13.0"}, []),
        ({"built_cuda": ""}, []),  # JAX does not say
        ({"gpus": 0}, ["gpu:0"]),
        ({"driver_cuda": "11.8"}, ["gpu:0 cuda"]),
        ({"driver_cuda": "", "gpus": 0}, ["gpu:0", "gpu:0 cuda"]),
        ({"error": "it is out of order"}, ["gpu:0"]),
    ],
)
def test_a_gpu(changed: dict[str, object], broken: list[str]) -> None:
    """Must be seen by Keras, and the driver be no older than the CUDA that is used."""
    assert _broken(GPU, SEEN.model_copy(update=changed)) == broken


@pytest.mark.parametrize(
    ("asked", "devices_are", "looked_at"),
    [
        ({}, "gpu:0, gpu:1", ["gpu:0", "gpu:1"]),
        ({"devices": "1"}, "gpu:1", ["gpu:1"]),
        ({"devices": "1", "per_device": 2}, "gpu:1/0, gpu:1/1", ["gpu:1/0"]),
        ({"cpu_slots": 2}, "cpu:0, cpu:1", ["cpu:0"]),
    ],
)
def test_the_devices_of_a_worker_are_looked_at(
    asked: dict[str, object],
    devices_are: str,
    looked_at: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Those that the settings choose, each as a child sees it; of those that are alike one."""
    gpus = [Gpu(index, f"GPU-{index}", "an abacus", 80 << 30, f"GPU-{index}") for index in "01"]
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    monkeypatch.setattr(nvidia, "listed", lambda: gpus)
    probed: list[str] = []

    def see(found: Sequence[Device]) -> list[Seen]:
        probed.extend(device.name for device in found)
        return [SEEN for _ in found]

    monkeypatch.setattr(machine_checks, "probe", see)
    folders = {"state_dir": tmp_path, "cache_dir": tmp_path}
    settings = Settings.model_validate(
        {"storage": f"sqlite:///{tmp_path}/none.db", **folders, **asked}
    )
    found = {each.name: each.found for each in examination.examine(settings)}
    assert found["devices"] == devices_are
    assert probed == looked_at
    assert set(looked_at) <= set(found)


def test_the_cpu_needs_no_driver() -> None:
    """Nor any GPU."""
    assert _broken(Device("cpu:0", "an abacus"), Seen(backend="tensorflow")) == []


def test_a_folder_that_is_not_there_yet(tmp_path: Path) -> None:
    """Can be made, and is not by looking."""
    found = check_folder("state folder", tmp_path / "a" / "state", "HPO_STATE_DIR")
    assert found.grade != Grade.FAIL
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    """Is named with the setting that chooses another."""
    (tmp_path / "file").write_text("")
    found = check_folder("state folder", tmp_path / "file", "HPO_STATE_DIR")
    assert (found.grade, found.mend) == (Grade.FAIL, "set HPO_STATE_DIR")


def test_a_full_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Is red; one that is nearly full is yellow."""
    monkeypatch.setattr(machine_checks, "FEW_BYTES", 1 << 60)
    assert check_folder("cache folder", tmp_path, "HPO_CACHE_DIR").grade == Grade.WARN
    monkeypatch.setattr(machine_checks, "LEAST_BYTES", 1 << 60)
    assert check_folder("cache folder", tmp_path, "HPO_CACHE_DIR").grade == Grade.FAIL
