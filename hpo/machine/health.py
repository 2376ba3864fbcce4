"""The health of a device: told by the jobs that were lost on it, one after another."""

import time
from collections import Counter

FAILURES_IN_A_ROW = 3
"""So many different jobs lost in a row are the device's fault. One job lost as often may be its
own."""
RETAKE_SECONDS = 5.0
"""How long a job that was lost here is left to others, the first time; each further loss makes it
longer by the factor below, so that one bad device does not use up what is open."""
RETAKE_FACTOR = 6.0


class Health:
    """What was lost on one device since it last brought a training to its end."""

    def __init__(self) -> None:
        self.losses: Counter[int] = Counter()
        """How often each job was lost, by the job's id."""
        self._lost_at = 0.0

    def note_loss(self, job_id: int) -> None:
        self.losses[job_id] += 1
        self._lost_at = time.monotonic()

    def note_end(self) -> None:
        """A training came to its end: the device works."""
        self.losses.clear()

    @property
    def is_bad(self) -> bool:
        return len(self.losses) >= FAILURES_IN_A_ROW

    @property
    def jobs_to_avoid(self) -> list[int]:
        """Jobs that another device should have first."""
        patience_seconds = RETAKE_SECONDS * RETAKE_FACTOR ** (self.losses.total() - 1)
        recent = time.monotonic() - self._lost_at < patience_seconds
        return list(self.losses) if recent else []
