"""The file of recorded runs: a line of JSON for each."""

from pathlib import Path

from pydantic import BaseModel, ConfigDict

RECORDED = Path(__file__).parent / "recorded" / "runs.jsonl"


class _Recorded(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class EpochAt(_Recorded):
    """An epoch, so many seconds after the command was started."""

    seconds: float
    trial: str
    epoch: int
    val_accuracy: float


class Run(_Recorded):
    """One tool for a while, and what became of its pick."""

    tool: str
    repetition: int
    classes: tuple[str, ...]
    minutes: float
    training_images: int
    machine: str
    """Its processor, and how many of its cores may be used."""
    load: float
    """How many processes of others wanted one, on average of the minute before."""
    epochs: tuple[EpochAt, ...]
    megabytes: float
    """The most that was resident of all its processes at once, what they share counted once."""
    best: dict[str, str | int | float] | None
    """What the tool says is its best, if it knows one."""
    holdout: tuple[float, ...]
    """The accuracy of that, trained again with some seeds; one that diverged guesses."""

    @property
    def key(self) -> tuple[str, int, tuple[str, ...], float]:
        """What is recorded once."""
        return self.tool, self.repetition, self.classes, self.minutes


def read(file: Path = RECORDED) -> list[Run]:
    """All that is recorded.

    Raises:
        ValueError: a line is no run.
    """
    if not file.exists():
        return []
    return [Run.model_validate_json(line) for line in file.read_bytes().splitlines()]


def append(run: Run, file: Path = RECORDED) -> None:
    """Adds a line."""
    file.parent.mkdir(exist_ok=True)
    with file.open("a") as opened:
        opened.write(run.model_dump_json() + "\n")
