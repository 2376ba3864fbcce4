"""What a machine can train on. NVML itself is asked, by the package that is used with real drivers;
the driver behind it is the tests' own."""

from typing import Any

import pytest

from tests.support.driver import Driver
from tests.support.marks import needs
from tests.unit.hpo.devices.test_discovery import CORES, FIRST, SECOND

pytestmark = needs("cc")

SLICE = "MIG-cccccccc-0000-0000-0000-000000000000"


OTHER_SLICE = "MIG-dddddddd-0000-0000-0000-000000000000"


FIND = """
import dataclasses, json, sys
from hpo.errors import UsageError
from hpo.devices import discovery
assert "pynvml" not in sys.modules
try:
    print(json.dumps([dataclasses.asdict(each) for each in discovery.find({})]))
except UsageError as error:
    print(json.dumps(str(error)))
"""


def _found(driver: Driver, scenario: str, asked: str = "", **environment: str) -> Any:
    return driver.answer(FIND.format(asked), scenario, **environment)


def _seen(driver: Driver, scenario: str, asked: str = "", **environment: str) -> list[str]:
    """What each child sees."""
    found = _found(driver, scenario, asked, **environment)
    return [each["environment"]["CUDA_VISIBLE_DEVICES"] for each in found]


def test_a_slot_for_each_gpu(driver: Driver) -> None:
    """Each slot sees one GPU, takes of its memory what it needs, and has its part of the cores;
    asking for CPU slots leaves the GPUs alone."""
    first, second = _found(driver, "plain")
    assert (first["name"], first["kind"], first["uuid"]) == ("gpu:0", "NVIDIA H100", FIRST)
    assert (second["name"], second["kind"], second["uuid"]) == ("gpu:1", "NVIDIA A100", SECOND)
    assert first["memory"] != second["memory"]
    for each in first, second:
        environment = each["environment"]
        assert environment["CUDA_VISIBLE_DEVICES"] == each["uuid"]
        assert environment["TF_FORCE_GPU_ALLOW_GROWTH"] == "true"
        assert environment["XLA_PYTHON_CLIENT_PREALLOCATE"] == "false"
        assert environment["OMP_NUM_THREADS"] == str(max(1, CORES // 2))
        assert "XLA_PYTHON_CLIENT_MEM_FRACTION" not in environment
    assert _seen(driver, "plain", "1") == [""]


def test_slots_that_share_a_gpu(driver: Driver) -> None:
    """They have names of their own, one memory, and each a part of it that leaves some for the
    contexts of all."""
    found = _found(driver, "plain", "chosen='1', per_device=3")
    assert [each["name"] for each in found] == ["gpu:1/0", "gpu:1/1", "gpu:1/2"]
    assert {each["memory"] for each in found} == {f"gpu:{SECOND}"}
    for each in found:
        assert each["share"] == 3
        assert each["environment"]["CUDA_VISIBLE_DEVICES"] == SECOND
        assert each["environment"]["XLA_PYTHON_CLIENT_MEM_FRACTION"] == "0.300"
        assert each["environment"]["STUDIES_GPU_MEMORY_MIB"] == str(24 * 1024)


def test_a_gpu_that_is_cut_up(driver: Driver) -> None:
    """Each slice is a device; the GPU that they are slices of is none. Those beside it are whole."""
    found = _found(driver, "cut")
    assert [(each["name"], each["uuid"]) for each in found] == [
        ("gpu:0:0", SLICE),
        ("gpu:0:1", OTHER_SLICE),
        ("gpu:1", SECOND),
    ]
    assert [each["environment"]["CUDA_VISIBLE_DEVICES"] for each in found] == [
        SLICE,
        OTHER_SLICE,
        SECOND,
    ]
    assert len({each["memory"] for each in found}) == 3


@pytest.mark.parametrize(
    ("visible", "seen"),
    [
        ("1", [SECOND]),
        (" 1, 0", [SECOND, FIRST]),
        (SECOND, [SECOND]),
        ("GPU-aab,GPU-aaaa", [SECOND, FIRST]),
        ("0,-1,1", [FIRST]),
        ("1,7,0", [SECOND]),
        ("1,GPU-77,0", [SECOND]),
        ("1,GPU-aa,0", [SECOND]),  # could be either
        ("1,,0", [SECOND]),
        ("0,0", [FIRST]),
    ],
)
def test_only_visible_gpus(driver: Driver, visible: str, seen: list[str]) -> None:
    """What a scheduler hides from this process is left alone. As for CUDA, what names nothing ends
    the list."""
    assert _seen(driver, "plain", CUDA_VISIBLE_DEVICES=visible) == seen


@pytest.mark.parametrize(
    ("visible", "seen"),
    [
        (OTHER_SLICE, [OTHER_SLICE]),
        (f"{OTHER_SLICE},{SECOND}", [OTHER_SLICE, SECOND]),
        ("MIG-7,1", None),
        ("0", [SLICE, OTHER_SLICE]),
        (FIRST, [SLICE, OTHER_SLICE]),
    ],
)
def test_only_visible_slices(driver: Driver, visible: str, seen: list[str] | None) -> None:
    """Slices are seen by their UUIDs; to see a GPU that is cut up is to see its slices."""
    found = _seen(driver, "cut", CUDA_VISIBLE_DEVICES=visible)
    assert found == seen if seen else set(found) == {""}


@pytest.mark.parametrize("visible", ["", "-1", "-1,0"])
def test_a_hidden_driver_is_not_asked(driver: Driver, visible: str) -> None:
    """Where no GPU is to be seen, this machine trains on its cores, even beside a broken driver."""
    assert set(_seen(driver, "broken", CUDA_VISIBLE_DEVICES=visible)) == {""}


def test_a_broken_driver(driver: Driver) -> None:
    """It is told in one line, with the mend, rather than a GPU machine train on its cores unseen; of
    two GPUs one that is lost is left out."""
    said = _found(driver, "broken")
    assert "Driver Not Loaded" in said and "--cpu" in said
    assert "\n" not in said
    assert _seen(driver, "broken", "2") == ["", ""]
    assert _seen(driver, "lost") == [SECOND]


def test_a_choice_among_gpus(driver: Driver) -> None:
    """By index or UUID, in the order that was asked for, of those that are seen; the index is the
    machine's, whatever is hidden."""
    assert _seen(driver, "plain", f"chosen='{SECOND}, 0'") == [SECOND, FIRST]
    assert _seen(driver, "plain", "chosen='1'", CUDA_VISIBLE_DEVICES="1") == [SECOND]
    assert "'0': there are 1 (" in _found(driver, "plain", "chosen='0'", CUDA_VISIBLE_DEVICES="1")
    assert _seen(driver, "cut", "chosen='0:1'") == [OTHER_SLICE]
    assert _seen(driver, "cut", f"chosen='1,{SLICE}'") == [SECOND, SLICE]
