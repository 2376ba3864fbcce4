"""What a training reports, in the child: each epoch to the supervisor, and checkpoints when one is due."""

import math
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from hpo.training import protocol
from hpo.training.checkpoint_times import CheckpointTimes
from hpo.training.protocol import Kept, Work
from studies import checkpoint
from studies.checkpoint import Checkpoint
from studies.study import Study
from studies.training_outcomes import Epoch


class Saver:
    """Writes the checkpoints of a training."""

    def __init__(self, work: Work, epochs: int) -> None:
        self._stem = work.checkpoint_stem
        self._times = CheckpointTimes(work.checkpoint_seconds)
        self._epochs = epochs

    def may_save(self, epoch: Epoch) -> bool:
        """Whether there is anything to go on from; after the last epoch nothing is left to do."""
        return self._stem is not None and epoch.state is not None and epoch.number < self._epochs

    @property
    def is_due(self) -> bool:
        """Whether one is to be written."""
        return self._times.is_due

    def save(self, epoch: Epoch) -> Kept:
        """Writes a checkpoint after `epoch`; `settle` says that it is where it belongs."""
        assert epoch.state is not None
        self._times.begin()
        file = Path(f"{self._stem}-{epoch.number}.checkpoint")
        digest = checkpoint.write(Checkpoint(epoch.number, epoch.metrics, epoch.state()), file)
        return Kept(
            epoch=epoch.number, file=str(file), size_bytes=file.stat().st_size, sha256=digest
        )

    def settle(self) -> None:
        """Training goes on."""
        self._times.settle()


class Interruption(BaseException):
    """Ends a training from within its report. Passes any `except Exception` of a definition."""


class SupervisorGone(Interruption):
    """Nobody is left to train for."""


class ToldToLeave(Interruption):
    """The worker leaves, and with it this child."""

    def __init__(self, epoch: int) -> None:
        super().__init__(f"told to leave after epoch {epoch}")
        self.epoch = epoch


class ToldToPause(Interruption):
    """The training waits until it is due."""

    def __init__(self, epoch: int) -> None:
        super().__init__(f"told to pause after epoch {epoch}")
        self.epoch = epoch


class NotFinite(Interruption):
    """A metric that is no number, in an epoch."""

    def __init__(self, epoch: int, metric: str, value: float) -> None:
        super().__init__(f"{metric} was {value} after epoch {epoch}")
        self.epoch = epoch


def finite(epoch: int, metric: str, value: float) -> float:
    """Raises:
    NotFinite: it is not.
    """
    if not math.isfinite(value):
        raise NotFinite(epoch, metric, value)
    return value


class Reporter:
    """What a trainer is given as its `report`. A training that was interrupted stays so: whoever
    reports again all the same is interrupted again."""

    def __init__(self, pipe: "Connection[Any, Any]", study: Study, saver: Saver) -> None:
        self.interruption: Interruption | None = None
        """What ended the training, though its definition may not have let it pass."""
        self.resumed_from = 0
        self.not_resumed: str | None = None
        self.hopeless: str | None = None
        """As last reported."""
        self._pipe = pipe
        self._study = study
        self._saver = saver

    def __call__(self, epoch: Epoch) -> bool:
        """Whether the training is to go on after `epoch`.

        Raises:
            Interruption: it ends here.
        """
        if self.interruption is not None:
            raise self.interruption
        try:
            return self._tell(epoch)
        except Interruption as interruption:
            self.interruption = interruption
            raise

    def _tell(self, epoch: Epoch) -> bool:
        key, self.hopeless = self._study.score_key, epoch.hopeless
        loss = epoch.metrics.get("val_loss")
        done = protocol.Report(
            epoch=epoch.number,
            score=finite(epoch.number, key, epoch.metrics[key]),
            loss=None if loss is None else finite(epoch.number, "val_loss", loss),
            seconds=epoch.seconds,
            resumed_from=self.resumed_from,
            not_resumed=self.not_resumed,
            hopeless=epoch.hopeless,
            resumable=self._saver.may_save(epoch),
        )
        answer = self._ask(done)
        ends = answer.leave or answer.pause
        if answer.go_on and self._saver.may_save(epoch) and (ends or self._saver.is_due):
            self._save(epoch)
        if answer.pause:
            raise ToldToPause(epoch.number)
        # After the last epoch it is quicker to finish.
        if answer.leave and answer.go_on and epoch.number < self._study.epochs:
            raise ToldToLeave(epoch.number)
        return answer.go_on

    def _save(self, epoch: Epoch) -> None:
        try:
            kept = self._saver.save(epoch)
        except OSError as error:
            # The machine's fault, not the definition's: the training goes on from an older one at
            # worst.
            print(f"no checkpoint after epoch {epoch.number}: {error}", flush=True)  # noqa: T201 - told if the child is lost
        else:
            self._ask(kept)
        self._saver.settle()

    def _ask(self, question: protocol.Report | protocol.Kept) -> protocol.Answer:
        try:
            protocol.send(self._pipe, question)
            answer = protocol.receive_in_child(self._pipe)
        except (EOFError, OSError) as error:
            raise SupervisorGone("the supervisor is gone") from error
        assert isinstance(answer, protocol.Answer), f"out of turn: {answer}"
        return answer
