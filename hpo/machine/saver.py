"""The saver: writes a training's checkpoints, in the child, when one is due."""

import time
from pathlib import Path

from hpo.machine.messages import Kept, Work
from studies import checkpoint
from studies.checkpoint import Checkpoint
from studies.training import Epoch

MOST_SHARE = 0.02
"""How much of the time that trains checkpoints may cost."""


class Saver:
    """A checkpoint is due after a number of seconds, and later where writing them takes long; after
    0 seconds, at the end of each epoch, whatever that costs."""

    def __init__(self, work: Work, epochs: int) -> None:
        self._stem = work.checkpoint_stem
        self._least_seconds = work.checkpoint_seconds
        self._epochs = epochs
        self._began = time.monotonic()
        self._due_at = self._began + self._least_seconds

    def may_save(self, epoch: Epoch) -> bool:
        """Whether there is anything to go on from; after the last epoch nothing is left to do."""
        return self._stem is not None and epoch.state is not None and epoch.number < self._epochs

    @property
    def is_due(self) -> bool:
        return time.monotonic() >= self._due_at

    def save(self, epoch: Epoch) -> Kept:
        """Writes a checkpoint after `epoch`; `settle` says that it is where it belongs."""
        assert epoch.state is not None
        self._began = time.monotonic()
        file = Path(f"{self._stem}-{epoch.number}.checkpoint")
        digest = checkpoint.write(Checkpoint(epoch.number, epoch.metrics, epoch.state()), file)
        return Kept(
            epoch=epoch.number, file=str(file), size_bytes=file.stat().st_size, sha256=digest
        )

    def settle(self) -> None:
        """Training goes on: what the last checkpoint cost decides when the next is due."""
        if self._least_seconds > 0:
            now = time.monotonic()
            self._due_at = now + max(self._least_seconds, (now - self._began) / MOST_SHARE)
