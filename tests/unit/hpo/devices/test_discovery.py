"""What a machine can train on, as a person asks for it; what a driver says of it is in `tests/system`."""

import os
import platform
from pathlib import Path

import pytest

from hpo.devices import discovery, nvidia
from hpo.devices.nvidia import Gpu
from hpo.errors import UsageError
from tests.conftest import DEFINITIONS
from tests.support.commandline import CommandLine

FIRST = "GPU-aaaaaaaa-0000-0000-0000-000000000000"
SECOND = "GPU-aabbbbbb-0000-0000-0000-000000000000"
CORES = len(os.sched_getaffinity(0))


@pytest.fixture
def no_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine without any."""
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    monkeypatch.setattr(nvidia, "listed", list)


@pytest.fixture
def two_gpus(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine with two."""
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    gpus = [Gpu("0", FIRST, "H100", 80 << 30, FIRST), Gpu("1", SECOND, "A100", 80 << 30, SECOND)]
    monkeypatch.setattr(nvidia, "listed", lambda: gpus)


def test_as_many_cpu_slots_as_asked_for() -> None:
    """Slots share the cores, see no GPU, and have names of their own."""
    slots = discovery.find(2)
    assert [slot.name for slot in slots] == ["cpu:0", "cpu:1"]
    for slot in slots:
        assert slot.environment["CUDA_VISIBLE_DEVICES"] == ""
        assert int(slot.environment["OMP_NUM_THREADS"]) == max(1, CORES // 2)


def test_the_kind_of_a_cpu_slot_is_what_its_numbers_depend_on() -> None:
    """The processor's model and the number of threads: the same for all slots of a machine, and
    another where the slots have other shares of it."""
    one, same = discovery.find(10_000)[:2]
    assert one.kind == same.kind
    assert one.kind.endswith(", 1 thread")
    model = one.kind.removesuffix(", 1 thread")
    assert model in Path("/proc/cpuinfo").read_text() + platform.processor() + platform.machine()
    assert model
    (whole,) = discovery.find(1)
    assert whole.kind == f"{model}, {CORES} thread{'s' * (CORES > 1)}"


@pytest.mark.parametrize(
    ("told", "has_it"),
    [
        ("flags\t\t: fpu avx2 avx512_bf16 amx_tile", True),
        ("flags\t\t: fpu amx_bf16", True),
        ("Features\t: fp asimd bf16", True),
        ("flags\t\t: fpu avx2", False),
        ("", False),
    ],
)
def test_a_processor_says_whether_it_computes_in_bfloat16(
    told: str, has_it: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the flags that Linux shows; where nothing is said it does not."""
    monkeypatch.setattr(Path, "read_text", lambda *_, **__: f"model name\t: an abacus\n{told}\n")
    (slot,) = discovery.find(1)
    assert slot.has_bfloat16 is has_it
    assert slot.kind.startswith("an abacus, ")


def test_no_slot_is_refused() -> None:
    """None at all is refused with the mend."""
    with pytest.raises(UsageError, match="ask for 1 or more"):
        discovery.find(0)


def test_a_machine_without_gpu_trains_on_its_cores(no_gpu: None) -> None:
    """At least one slot, and no more than there are cores."""
    slots = discovery.find()
    assert 1 <= len(slots) <= CORES
    assert all(slot.name.startswith("cpu:") for slot in slots)


@pytest.mark.parametrize("chosen", ["2", "x", "-1", "0,7", ",", "GPU-aa", "0,0", f"0,{FIRST}"])
def test_a_choice_of_what_is_not_there(shell: CommandLine, two_gpus: None, chosen: str) -> None:
    """An unknown GPU, one twice, or an empty list: one line that lists what there is, exit 2."""
    line = shell.fail("try", str(DEFINITIONS / "toy.py"), "--devices", chosen, code=2)
    assert f"0 (H100, {FIRST}), 1 (A100, {SECOND})" in line


def test_a_choice_that_cannot_be_meant(shell: CommandLine, no_gpu: None) -> None:
    """GPUs where there is none, or together with CPU slots, or no slot on each: exit 2."""
    toy = str(DEFINITIONS / "toy.py")
    assert "no GPU can be seen" in shell.fail("try", toy, "--devices", "0", code=2)
    assert "no GPU can be seen" in shell.fail("try", toy, code=2, HPO_DEVICES="0")
    both = ("--devices", "0", "--cpu", "1")
    assert "keep one of them" in shell.fail("try", toy, *both, code=2)
    assert "'devices'" in shell.fail("try", toy, "--devices", "", code=2)
    assert "'per_device'" in shell.fail("try", toy, "--per-device", "0", code=2)
