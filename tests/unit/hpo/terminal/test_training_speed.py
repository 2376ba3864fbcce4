"""What is said while this machine's pace is measured."""

import io

import pytest
from rich.console import Console

from hpo.terminal.training_speed import pace_line, telling_pace
from hpo.training.duration_estimate import Sample

SAMPLE = Sample({"activation": "swish", "learning_rate": 0.001234}, 0.5, 30.0, 1.239)
SAYS = "Measuring how fast this machine trains: 4 short trainings"
LINE = "   1.24 s an epoch: activation=swish learning_rate=0.0012"


def _told(console: Console, *samples: Sample | None, slots: int = 2) -> list[str]:
    with telling_pace(console, slots) as tell:
        for sample in samples:
            tell(sample)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue().splitlines()


def test_a_pace_in_words() -> None:
    """Seconds an epoch, with the parameters, numbers short."""
    assert pace_line(SAMPLE) == LINE


def test_a_pipe_hears_what_is_done_and_of_each_sample() -> None:
    """However often nothing new is heard, no line is added."""
    lines = _told(Console(file=io.StringIO(), width=20), None, SAMPLE, *[None] * 100, SAMPLE)
    assert lines == [f"{SAYS}, 2 at a time", LINE, LINE]
    alone = _told(Console(file=io.StringIO()), slots=1)
    assert alone == [SAYS]
    assert "4 at a time" in _told(Console(file=io.StringIO()), slots=8)[0]


def test_a_long_silence_is_broken_ever_more_seldom(monkeypatch: pytest.MonkeyPatch) -> None:
    """After 30 s, 60 s more, 120 s more: 4 lines in 8 minutes."""
    seconds = iter(range(481))
    monkeypatch.setattr("hpo.terminal.training_speed.time.monotonic", lambda: float(next(seconds)))
    lines = _told(Console(file=io.StringIO()), *[None] * 480)
    said = ["30 s", "2 min", "4 min", "8 min"]
    assert lines[1:] == [f"  0 of 4 trained after {each}" for each in said]


def test_a_terminal_shows_one_line_that_lives() -> None:
    """It says how many are done, and is gone at the end."""
    console = Console(file=io.StringIO(), width=80, force_terminal=True, color_system=None)
    text = "\n".join(_told(console, None, SAMPLE, None))
    assert LINE in text
    assert "of 4 trained after" in text
    assert text.endswith("\x1b[2K\x1b[?25h") or "\x1b[2K" in text.splitlines()[-1]
