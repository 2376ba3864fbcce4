"""Keys as they are pressed."""

import os
import pty
import sys
import termios
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from hpo.terminal.keyboard import Keyboard

LOCAL_FLAGS = 3


@dataclass
class Terminal:
    """A terminal: `hand` is where a person types, `line` what a program reads."""

    hand: int
    line: int
    is_in_front: bool = True

    @property
    def waits_for_lines(self) -> bool:
        return bool(termios.tcgetattr(self.line)[LOCAL_FLAGS] & termios.ICANON)

    def fileno(self) -> int:
        return self.line


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Iterator[Terminal]:
    """The terminal that stdin is."""
    made = Terminal(*pty.openpty())
    monkeypatch.setattr(sys, "stdin", made)
    monkeypatch.setattr("hpo.terminal.keyboard._is_ours", lambda _terminal: made.is_in_front)
    yield made
    os.close(made.hand)
    os.close(made.line)


def test_a_key_is_heard_at_once(terminal: Terminal) -> None:
    """Without a new line; the terminal is then what it was."""
    with Keyboard() as keyboard:
        assert keyboard.is_there
        os.write(terminal.hand, b"q")
        assert keyboard.wait(30) == "q"
        assert keyboard.wait(0) == ""
    assert terminal.waits_for_lines


def test_in_the_background_nothing_is_touched(terminal: Terminal) -> None:
    """What is typed is the shell's, and the terminal is as another program left it: to read or to
    change it would stop this process."""
    with Keyboard() as keyboard:
        terminal.is_in_front = False
        os.write(terminal.hand, b"q")
        assert keyboard.wait(0) == ""
        terminal.is_in_front = True
        assert keyboard.wait(30) == "q"
        terminal.is_in_front = False
    assert not terminal.waits_for_lines
    with Keyboard() as keyboard:
        assert not keyboard.is_there


def test_where_there_is_no_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """A pipe, or nothing at all, presses no key."""
    with open(os.devnull) as nothing:  # noqa: PTH123 - no path
        for stdin in (nothing, None):
            monkeypatch.setattr(sys, "stdin", stdin)
            with Keyboard() as keyboard:
                assert not keyboard.is_there
                assert keyboard.wait(0) == ""


def test_a_terminal_that_goes_away(terminal: Terminal) -> None:
    """From then on no key is pressed."""
    with Keyboard() as keyboard:
        os.close(terminal.hand)
        assert keyboard.wait(0) == ""
        assert not keyboard.is_there
        terminal.hand = os.dup(terminal.line)
