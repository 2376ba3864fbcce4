"""How long a worker waits for what, and when it asks a database again that did not answer."""

import logging
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Self, TypeVar

from hpo.settings import Settings
from storage.connection.retries import retried
from storage.errors import DatabaseUnavailable

# Of the grace, what is kept for storing the last checkpoints and signing off.
SIGN_OFF_SHARE = 0.35
MOST_SIGN_OFF_SECONDS = 8.0
# So often that, when the database goes away, every lease has more time left than passes until its
# absence is noticed (storage.tables.workers) and its holder is back (Outage, below).
RENEWALS_IN_A_LEASE = 5
FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 20.0
MOST_OF_A_LEASE = 0.1
log = logging.getLogger(__name__)
T = TypeVar("T")


@dataclass(frozen=True)
class Pace:
    """How long a worker waits for what; the settings of the same names say what they mean."""

    lease_seconds: float = 60.0
    checkpoint_seconds: float = 30.0
    stall_seconds: float = 1800.0
    grace_seconds: float = 30.0
    idle_exit_seconds: float | None = None

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """That of a worker with these settings."""
        return cls(
            settings.lease_seconds,
            settings.checkpoint_seconds,
            settings.stall_seconds,
            settings.grace_seconds,
            settings.idle_exit_seconds,
        )

    @property
    def grace_to_train_seconds(self) -> float:
        """How long a worker that is to leave waits for the ends of epochs."""
        sign_off = min(MOST_SIGN_OFF_SECONDS, SIGN_OFF_SHARE * self.grace_seconds)
        return self.grace_seconds - sign_off

    @property
    def renewal_seconds(self) -> float:
        """How long a worker waits between two renewals of its leases."""
        return self.lease_seconds / RENEWALS_IN_A_LEASE


class Ending(Enum):
    """Why a worker left, of those that did in order."""

    OVER = "the studies that it serves are over"
    IDLE = "there was nothing to do for so long as it was told to wait"
    ASKED = "it was asked to, by a signal"


class Departure:
    """Whether a worker was asked to leave, and how long it may still wait for what runs."""

    def __init__(self, pace: Pace) -> None:
        self._wait_seconds = pace.grace_to_train_seconds
        self._leave_by: float | None = None

    @property
    def has_begun(self) -> bool:
        return self._leave_by is not None

    def begin(self) -> None:
        """It was asked; to be asked again gives no more time."""
        if self._leave_by is None:
            log.info(
                "leaving: what runs is kept at the end of its epoch, for %.0f s at most;"
                " Ctrl-C again ends at once",
                self._wait_seconds,
            )
            self._leave_by = time.monotonic() + self._wait_seconds

    def is_due(self, *, works: bool) -> bool:
        """Whether to go now, where something runs still or not."""
        return self._leave_by is not None and not (works and time.monotonic() < self._leave_by)


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

    def attempt(self, talk: Callable[[], T]) -> T | None:
        """Talks to the database, unless it is to be left alone; gives what comes of it, None where
        the database does not answer. `talk` may run more than once."""
        if self.is_on:
            return None
        try:
            said = retried(talk)()
        except DatabaseUnavailable as error:
            self.begin(error)
            return None
        # What was tried in the midst of this may have begun an outage.
        if not self.is_on:
            self.end()
        return said

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
