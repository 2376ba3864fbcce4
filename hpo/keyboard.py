"""The keyboard of a person who watches: keys as they are pressed."""

import os
import select
import sys
import termios
import time
import tty
from types import TracebackType
from typing import Any, Self


class Keyboard:
    """The terminal that stdin is, for as long as this is entered; where it is none, or belongs to
    another program, no key is ever pressed. Ctrl-C stays what it is."""

    def __init__(self) -> None:
        self._before: list[Any] | None = None
        self._terminal: int | None = None

    def __enter__(self) -> Self:
        try:
            terminal = sys.stdin.fileno()
            # In the background, a change of the terminal would stop this process.
            if os.isatty(terminal) and os.tcgetpgrp(terminal) == os.getpgrp():
                self._before = termios.tcgetattr(terminal)
                tty.setcbreak(terminal, termios.TCSANOW)
                self._terminal = terminal
        except (OSError, ValueError, AttributeError):  # closed, or something else put in its place
            self._terminal = None
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._terminal is not None and self._before is not None:
            termios.tcsetattr(self._terminal, termios.TCSADRAIN, self._before)

    @property
    def is_there(self) -> bool:
        """Whether a key may be pressed at all."""
        return self._terminal is not None

    def wait(self, seconds: float) -> str:
        """Waits for so long, or until keys are pressed, and gives these."""
        if self._terminal is None:
            time.sleep(seconds)
            return ""
        ready, _, _ = select.select([self._terminal], [], [], seconds)
        pressed = os.read(self._terminal, 1024) if ready else b""
        if ready and not pressed:  # the terminal is gone
            self._terminal = None
        return pressed.decode(errors="replace")
