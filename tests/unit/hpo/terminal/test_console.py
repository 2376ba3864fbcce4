"""What reaches a terminal."""

import io
import re

from hpo.status.study_status import Status
from hpo.terminal.console import PlainConsole
from hpo.terminal.study_page import draw_study
from hpo.terminal.watch import watch
from storage.states import JobState, Phase
from tests.support.statuses import status_of, trial

HOSTILE = "Boom: \x1b[2J\x1b]0;title\x07[bold]x[/bold] :dog:"
SHOWN = "Boom: \ufffd[2J\ufffd]0;title"


def _status() -> Status:
    return status_of(
        trial(1, JobState.SUCCEEDED), trial(2, JobState.FAILED, reason=HOSTILE), phase=Phase.DONE
    )


def _console(**how: object) -> PlainConsole:
    return PlainConsole(file=io.StringIO(), width=100, **how)


def _text(console: PlainConsole) -> str:
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_what_others_said_is_not_obeyed() -> None:
    """On a page, in a line and in a table; what rich itself says to a terminal is."""
    console = _console(force_terminal=True, color_system="standard")
    console.print(draw_study(_status()))
    console.print(HOSTILE, soft_wrap=True)
    text = _text(console)
    assert text.count(SHOWN) == 2
    assert "[bold]x[/bold] :dog:" in text
    assert "\x1b[2J" not in text and "\x1b]0" not in text and "\x07" not in text
    assert "\x1b[31m" in text  # failures are red


def test_a_live_page_still_moves() -> None:
    """Its own control codes go through."""
    console = _console(force_terminal=True, color_system=None)
    watch(console, _status, lambda: True)
    text = _text(console)
    assert SHOWN in text
    assert "\x1b[" in text
    assert "\x1b[2J" not in text


COLOUR = re.compile(r"\x1b\[[0-9;]*(3[0-9]|4[0-9]|9[0-7]|10[0-7])[0-9;]*m")


def test_no_colour_where_none_is_wanted() -> None:
    """NO_COLOR, whatever its value; bold is no colour. An empty one says nothing, as no-color.org has it."""
    for value, is_coloured in (("1", False), ("0", False), ("", True)):
        console = _console(
            force_terminal=True, color_system="standard", _environ={"NO_COLOR": value}
        )
        console.print(draw_study(_status()))
        text = _text(console)
        assert bool(COLOUR.search(text)) is is_coloured
        assert "\x1b[1m" in text


def test_a_dumb_terminal_is_given_lines() -> None:
    """Without any code that it would print, and no page that it cannot move."""
    console = _console(force_terminal=True, _environ={"TERM": "dumb"})
    watch(console, _status, lambda: True)
    console.print(draw_study(_status()))
    text = _text(console)
    assert "\x1b" not in text
    assert "\r" not in text
    assert SHOWN in text
