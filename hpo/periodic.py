"""Duties that come again and again."""

import time


class Every:
    """Something that is due at once, and then so many seconds after it was last done. It stays due
    until somebody says that it was."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self.hasten()

    @property
    def is_due(self) -> bool:
        return time.monotonic() >= self._due_at

    def restart(self, done_at: float | None = None) -> None:
        """It was done: now, or at that time of the monotonic clock."""
        self._due_at = (time.monotonic() if done_at is None else done_at) + self._seconds

    def hasten(self) -> None:
        """It is due now, whenever it was done."""
        self._due_at = time.monotonic()
