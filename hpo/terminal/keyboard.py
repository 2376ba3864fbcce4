"""The keyboard of a person who watches: keys as they are pressed."""

import os
import select
import sys
import termios
import time
import tty
from contextlib import suppress
from types import TracebackType
from typing import Any, Self

# Closed, gone, or something else put in its place.
NO_TERMINAL = (OSError, ValueError, AttributeError, termios.error)


class Keyboard:
    """The terminal that stdin is, for as long as this is entered; where it is none, or belongs to
    another program, no key is ever pressed. Ctrl-C stays what it is."""

    def __init__(self) -> None:
        self._before: list[Any] | None = None
        self._terminal: int | None = None

    def __enter__(self) -> Self:
        with suppress(*NO_TERMINAL):
            terminal = sys.stdin.fileno()
            if os.isatty(terminal) and _is_ours(terminal):
                self._before = termios.tcgetattr(terminal)
                tty.setcbreak(terminal, termios.TCSANOW)
                self._terminal = terminal
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        with suppress(*NO_TERMINAL):
            if self._terminal is not None and self._before and _is_ours(self._terminal):
                termios.tcsetattr(self._terminal, termios.TCSADRAIN, self._before)

    @property
    def is_there(self) -> bool:
        """Whether a key may be pressed at all."""
        return self._terminal is not None

    def wait(self, seconds: float) -> str:
        """Waits for so long, or until keys are pressed, and gives these."""
        try:
            if self._terminal is not None and _is_ours(self._terminal):
                ready, _, _ = select.select([self._terminal], [], [], seconds)
                if not ready:
                    return ""
                if pressed := os.read(self._terminal, 1024):
                    return pressed.decode(errors="replace")
                self._terminal = None  # it is gone
        except NO_TERMINAL:
            self._terminal = None
        time.sleep(seconds)
        return ""


def _is_ours(terminal: int) -> bool:
    """Whether this process is in the foreground: in the background a touch of the terminal would stop
    it, and what is typed is meant for the shell."""
    return os.tcgetpgrp(terminal) == os.getpgrp()
