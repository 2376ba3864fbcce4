"""The file of recorded curves: a line of JSON for each training."""

import os
from collections.abc import Sequence
from pathlib import Path

from pydantic import BaseModel, ConfigDict

FOLDER = Path(__file__).parent / "recorded"


class Curve(BaseModel):
    """One training, epoch by epoch: losses in nats, accuracies as shares, `cpu_seconds` of the one
    thread that trained. One that diverged has fewer epochs, but the CPU seconds of that in which it did,
    and nothing of the holdout."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    precision: str = "float32"
    """As Keras names the policy."""
    configuration: int
    """0 is the baseline."""
    repeat: int
    """Which of the configuration's seeds, from 0."""
    seed: int
    params: dict[str, str | bool | int | float]
    loss: tuple[float, ...]
    val_loss: tuple[float, ...]
    val_accuracy: tuple[float, ...]
    cpu_seconds: tuple[float, ...]
    wall_seconds: tuple[float, ...]
    holdout_loss: float | None = None
    holdout_accuracy: float | None = None


def file_of(definition: str) -> Path:
    """Where its curves are recorded."""
    return FOLDER / f"{definition}.jsonl"


def read(file: Path) -> list[Curve]:
    """All that is recorded, by configuration and repeat. A last line without an end, as a recorder
    that was killed may leave, is passed over.

    Raises:
        ValueError: a line is no curve.
    """
    if not file.exists():
        return []
    lines = file.read_bytes().splitlines(keepends=True)
    curves = [Curve.model_validate_json(line) for line in lines if line.endswith(b"\n")]
    return sorted(curves, key=lambda curve: (curve.configuration, curve.repeat))


def append(curve: Curve, file: Path) -> None:
    """Adds a line, which is on disk when this returns."""
    file.parent.mkdir(exist_ok=True)
    with file.open("a+b") as opened:
        _drop_half_a_line(opened.fileno(), file.read_bytes())
        opened.write(curve.model_dump_json(exclude_none=True).encode() + b"\n")
        opened.flush()
        os.fsync(opened.fileno())


def _drop_half_a_line(descriptor: int, content: bytes) -> None:
    os.ftruncate(descriptor, content.rfind(b"\n") + 1)


def rounded(values: Sequence[float], digits: int) -> tuple[float, ...]:
    """Short enough for a file in the repository."""
    return tuple(round(value, digits) for value in values)
