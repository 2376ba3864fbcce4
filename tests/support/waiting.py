"""Waiting for what another process does, with a deadline instead of a guess."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def eventually(look: Callable[[], T | None], seconds: float = 60.0) -> T:
    """What `look` gives as soon as it is neither None nor False; fails the test at the deadline."""
    deadline = time.monotonic() + seconds
    while True:
        seen = look()
        if seen is not None and seen is not False:
            return seen
        assert time.monotonic() < deadline, f"did not happen within {seconds:g} s"
        time.sleep(0.02)
