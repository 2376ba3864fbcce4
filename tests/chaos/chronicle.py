"""The chronicle: what was done, and when, counted by kind."""

import logging
import time
from collections import Counter

log = logging.getLogger(__name__)


class Chronicle:
    """Logs each event as it happens, so that whoever looks for a cause finds them in order."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self._began = time.monotonic()

    def note(self, kind: str, what: object = "") -> None:
        """One event."""
        self.add(kind, 1, what)

    def add(self, kind: str, number: int, what: object = "") -> None:
        """Several of a kind."""
        self.counts[kind] += number
        log.info("%7.2f s  %s %s: %s", time.monotonic() - self._began, number, kind, what)

    @property
    def summary(self) -> str:
        """How often each kind of event happened."""
        return ", ".join(f"{number} {kind}" for kind, number in self.counts.most_common() if number)
