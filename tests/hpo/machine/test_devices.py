"""What a machine can train on."""

import os
import sys
from pathlib import Path

import pytest

from hpo.errors import UsageError
from hpo.machine import devices


@pytest.fixture(autouse=True)
def _bare_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine with no program in its path, and so no GPU that is listed."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)


def _driver_says(folder: Path, text: str, code: int = 0) -> None:
    program = folder / "nvidia-smi"
    program.write_text(f"#!{sys.executable}\nprint({text!r})\nraise SystemExit({code})\n")
    program.chmod(0o755)


def test_as_many_cpu_slots_as_asked_for() -> None:
    """Slots share the cores, see no GPU, and have names of their own."""
    cores = len(os.sched_getaffinity(0))
    slots = devices.find(2)
    assert [slot.name for slot in slots] == ["cpu:0", "cpu:1"]
    for slot in slots:
        assert slot.environment["CUDA_VISIBLE_DEVICES"] == ""
        assert int(slot.environment["OMP_NUM_THREADS"]) == max(1, cores // 2)


def test_no_slot_is_refused() -> None:
    """None at all is refused with the mend."""
    with pytest.raises(UsageError, match="ask for 1 or more"):
        devices.find(0)


def test_a_machine_without_gpu_trains_on_its_cores() -> None:
    """At least one slot, and no more than there are cores."""
    slots = devices.find()
    assert 1 <= len(slots) <= len(os.sched_getaffinity(0))
    assert all(slot.name.startswith("cpu:") for slot in slots)


def test_a_slot_for_each_gpu(tmp_path: Path) -> None:
    """Each slot sees one GPU; asking for CPU slots leaves the GPUs alone."""
    _driver_says(tmp_path, "0\n1")
    slots = devices.find()
    assert [slot.name for slot in slots] == ["gpu:0", "gpu:1"]
    assert [slot.environment["CUDA_VISIBLE_DEVICES"] for slot in slots] == ["0", "1"]
    assert [slot.name for slot in devices.find(1)] == ["cpu:0"]


def test_a_broken_driver_is_no_gpu(tmp_path: Path) -> None:
    """A driver that fails lists nothing."""
    _driver_says(tmp_path, "NVIDIA-SMI has failed", code=9)
    assert devices.find()[0].name.startswith("cpu:")


@pytest.mark.parametrize(
    ("visible", "names"),
    [
        ("1", ["gpu:1"]),
        ("2, 0", ["gpu:2", "gpu:0"]),
        ("GPU-8932f937", ["gpu:GPU-8932f937"]),
        ("", []),
        ("-1", []),
        ("0,-1,1", ["gpu:0"]),
    ],
)
def test_only_visible_gpus(
    visible: str, names: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a scheduler hides from this process is left alone; as for CUDA, -1 ends the list."""
    _driver_says(tmp_path, "0\n1\n2")
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", visible)
    found = [slot.name for slot in devices.find()]
    assert [name for name in found if name.startswith("gpu:")] == names
    assert found
