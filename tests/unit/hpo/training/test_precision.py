"""Which precision is chosen, by measurements that are made up."""

import json
from pathlib import Path

import pytest

from hpo import provenance
from hpo.devices.discovery import Device
from hpo.training.precision import FLOAT32, HALF, Choice, Precisions, choose
from hpo.training.protocol import Measured, Probed

GPU = Device("gpu:0", "NVIDIA H100", has_bfloat16=True)
OLD = Device("cpu:0", "AMD EPYC 7B13, 1 thread")
PLAIN = Probed(seconds=0.2, losses=(1.4, 1.0, 0.6, 0.4))


def _measured(seconds: float = 0.1, loss: float = 0.4, error: str = "") -> Measured:
    losses = () if error else (1.4, 1.0, 0.6, loss)
    return Measured(
        float32=PLAIN, mixed_bfloat16=Probed(seconds=seconds, losses=losses, error=error)
    )


def test_what_is_faster_and_learns_as_well_is_chosen() -> None:
    """A loss that is higher by a tenth of how far it fell counts as equal, and a lower one does."""
    reason = "2 times as fast as float32 on NVIDIA H100, at an equal loss"
    for loss in (0.2, 0.4, 0.49):
        assert choose(GPU, _measured(0.1, loss)) == Choice(HALF, reason)


@pytest.mark.parametrize(
    ("measured", "reason"),
    [
        (None, "NVIDIA H100 has no arithmetic for bfloat16"),
        (_measured(0.19), "mixed_bfloat16 is 1.1 times as fast as float32 on NVIDIA H100"),
        (_measured(0.8), "mixed_bfloat16 is 0.25 times as fast as float32 on NVIDIA H100"),
        (_measured(loss=0.51), "mixed_bfloat16 comes to a loss of 0.510 instead of 0.400 on NVIDIA H100"),
        (_measured(error="no such op"), "mixed_bfloat16 does not train on NVIDIA H100 (no such op)"),
    ],
)  # fmt: skip
def test_all_else_is_trained_exactly(measured: Measured | None, reason: str) -> None:
    """And it is said why."""
    assert choose(GPU, measured) == Choice(FLOAT32, reason)


def test_what_has_no_such_arithmetic_is_not_measured(tmp_path: Path) -> None:
    """Unless it is to train in it: then it is said what that costs, or that it cannot."""
    known = Precisions(tmp_path)
    assert not known.lacks(OLD, ["auto", "float32"])
    assert known.choice(OLD).reason == "AMD EPYC 7B13 has no arithmetic for bfloat16"
    assert known.lacks(OLD, ["mixed_bfloat16"])
    known.note(OLD, _measured(0.6))
    assert not known.lacks(OLD, ["mixed_bfloat16"])
    assert known.price(OLD) == "3 times the time of float32 on AMD EPYC 7B13"
    assert known.obstacle(OLD) is None
    known.note(OLD, _measured(error="no such op"))
    assert known.obstacle(OLD) == "AMD EPYC 7B13 cannot train in mixed_bfloat16 (no such op)"
    assert known.price(OLD) is None


def test_one_of_a_kind_is_measured_at_a_time(tmp_path: Path) -> None:
    """The others wait for it; if it is lost, that is an answer, too."""
    known = Precisions(tmp_path)
    other = Device("gpu:1", GPU.kind, has_bfloat16=True)
    assert known.lacks(GPU, ["auto"]) and known.may_measure(GPU)
    assert known.lacks(other, ["auto"]) and not known.may_measure(other)
    known.note_lost(GPU, "the child was killed by SIGILL")
    assert not known.lacks(other, ["auto"])
    assert known.choice(other).precision == FLOAT32
    assert "killed by SIGILL" in known.choice(other).reason


def test_a_measurement_is_kept_for_the_next_worker(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """For this kind of device with these versions; what is damaged, or failed, is measured again."""
    folder = tmp_path / "not" / "there"
    Precisions(folder).note(GPU, _measured())
    (file,) = folder.iterdir()
    assert Precisions(folder).choice(GPU).precision == HALF
    assert Precisions(folder).lacks(Device("gpu:0", "NVIDIA T4", has_bfloat16=True), ["auto"])
    with monkeypatch.context() as patched:
        patched.setattr(provenance, "versions", lambda: {"tensorflow": "3"})
        assert Precisions(folder).lacks(GPU, ["auto"])
    file.write_text(json.dumps({"float32": {}})[:9])
    assert Precisions(folder).lacks(GPU, ["auto"])
    file.unlink()
    Precisions(folder).note(GPU, _measured(error="out of memory"))
    assert Precisions(folder).lacks(GPU, ["auto"])


def test_a_folder_that_takes_nothing_is_no_obstacle(caplog: pytest.LogCaptureFixture) -> None:
    """One line says so, and this worker knows what it measured."""
    known = Precisions(Path("/dev/null/cache"))
    known.note(GPU, _measured())
    assert known.choice(GPU).precision == HALF
    assert "what was measured of NVIDIA H100 cannot be kept" in caplog.text
