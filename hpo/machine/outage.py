"""An outage: the database does not answer, and is asked again after growing pauses."""

import logging
import random
import time
from collections.abc import Callable

from storage.errors import DatabaseUnavailable
from storage.retries import retried

FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 20.0
MOST_OF_A_LEASE = 0.1

log = logging.getLogger(__name__)


class Outage:
    """Whether the database is to be left alone for now, and for how long. No pause takes more
    than a small part of a lease: all workers are back before any lease can be taken over."""

    def __init__(self, lease_seconds: float) -> None:
        self._longest_seconds = min(LONGEST_PAUSE_SECONDS, MOST_OF_A_LEASE * lease_seconds)
        self._failures = 0
        self._until = 0.0

    @property
    def is_on(self) -> bool:
        """True while no try is due."""
        return time.monotonic() < self._until

    def attempt(self, talk: Callable[[], None]) -> None:
        """Talks to the database, unless it is to be left alone. `talk` may run more than once."""
        if self.is_on:
            return
        try:
            retried(talk)()
        except DatabaseUnavailable as error:
            self.begin(error)
            return
        # What was tried in the midst of this may have begun an outage.
        if not self.is_on:
            self.end()

    def begin(self, error: DatabaseUnavailable) -> None:
        """Notes a failure: one warning an outage, and a longer pause each time."""
        if self._failures == 0:
            log.warning("%s; training goes on, results wait in the journal", error)
        longest = min(self._longest_seconds, FIRST_PAUSE_SECONDS * 2**self._failures)
        self._failures += 1
        self._until = time.monotonic() + longest * random.uniform(0.5, 1.0)  # noqa: S311 - jitter

    def end(self) -> None:
        """Notes that the database answers."""
        if self._failures:
            log.warning("the database answers again")
        self._failures = 0
        self._until = 0.0
