"""When a checkpoint is due."""

import time

MOST_SHARE = 0.02
"""How much of the time that trains checkpoints may cost."""


class CheckpointTimes:
    """One is due after a number of seconds, and later where writing them takes long; after 0 seconds, at the
    end of each epoch, whatever that costs."""

    def __init__(self, least_seconds: float) -> None:
        self._least_seconds = least_seconds
        self._began = time.monotonic()
        self._due_at = self._began + least_seconds

    @property
    def is_due(self) -> bool:
        return time.monotonic() >= self._due_at

    def begin(self) -> None:
        """One is written."""
        self._began = time.monotonic()

    def settle(self) -> None:
        """Training goes on: what the last one cost decides when the next is due."""
        if self._least_seconds > 0:
            now = time.monotonic()
            self._due_at = now + max(self._least_seconds, (now - self._began) / MOST_SHARE)
