"""What a machine can train on."""

import os
import platform
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


def _driver_lists(folder: Path, *models: str, code: int = 0) -> None:
    """A driver that answers as the real one does, for GPUs of these models."""
    program = folder / "nvidia-smi"
    program.write_text(
        f"#!{sys.executable}\nimport sys\n"
        f"for index, model in enumerate({models!r}):\n"
        "    assert sys.argv[1] == '--query-gpu=index,uuid,name'\n"
        "    print(f'{index}, GPU-{index}a{index}b, {model}')\n"
        f"raise SystemExit({code})\n"
    )
    program.chmod(0o755)


def test_as_many_cpu_slots_as_asked_for() -> None:
    """Slots share the cores, see no GPU, and have names of their own."""
    cores = len(os.sched_getaffinity(0))
    slots = devices.find(2)
    assert [slot.name for slot in slots] == ["cpu:0", "cpu:1"]
    for slot in slots:
        assert slot.environment["CUDA_VISIBLE_DEVICES"] == ""
        assert int(slot.environment["OMP_NUM_THREADS"]) == max(1, cores // 2)


def test_the_kind_of_a_cpu_slot_is_what_its_numbers_depend_on() -> None:
    """The processor's model and the number of threads: the same for all slots of a machine, and
    another where the slots have other shares of it."""
    one, same = devices.find(10_000)[:2]
    assert one.kind == same.kind
    assert one.kind.endswith(", 1 thread")
    model = one.kind.removesuffix(", 1 thread")
    assert model in Path("/proc/cpuinfo").read_text() + platform.processor() + platform.machine()
    assert model
    cores = len(os.sched_getaffinity(0))
    (whole,) = devices.find(1)
    assert whole.kind == f"{model}, {cores} thread{'s' * (cores > 1)}"


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
    _driver_lists(tmp_path, "NVIDIA H100", "NVIDIA A100")
    slots = devices.find()
    assert [slot.kind for slot in slots] == ["NVIDIA H100", "NVIDIA A100"]
    assert [slot.name for slot in slots] == ["gpu:0", "gpu:1"]
    assert [slot.environment["CUDA_VISIBLE_DEVICES"] for slot in slots] == ["0", "1"]
    assert {slot.environment["CUDA_DEVICE_ORDER"] for slot in slots} == {"PCI_BUS_ID"}
    assert [slot.name for slot in devices.find(1)] == ["cpu:0"]


def test_a_broken_driver_is_no_gpu(tmp_path: Path) -> None:
    """A driver that fails lists nothing."""
    _driver_lists(tmp_path, "NVIDIA H100", code=9)
    assert devices.find()[0].name.startswith("cpu:")


@pytest.mark.parametrize(
    ("visible", "gpus"),
    [
        ("1", [("gpu:1", "one")]),
        ("2, 0", [("gpu:2", "two"), ("gpu:0", "none")]),
        ("GPU-1a1b", [("gpu:GPU-1a1b", "one")]),
        ("GPU-8932f937", [("gpu:GPU-8932f937", "")]),
        ("", []),
        ("-1", []),
        ("0,-1,1", [("gpu:0", "none")]),
    ],
)
def test_only_visible_gpus(
    visible: str, gpus: list[tuple[str, str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a scheduler hides from this process is left alone; as for CUDA, -1 ends the list. The
    model of a GPU is known by its index or its whole UUID, else nothing is made up."""
    _driver_lists(tmp_path, "none", "one", "two")
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", visible)
    found = devices.find()
    assert [(slot.name, slot.kind) for slot in found if slot.name.startswith("gpu:")] == gpus
    assert found
