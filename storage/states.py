"""The states a study and its jobs pass through; the diagram is in docs/architecture.md."""

from collections.abc import Iterable
from enum import StrEnum


class JobState(StrEnum):
    """Where one job stands. Every state but OPEN, LEASED and PAUSED is final."""

    OPEN = "open"
    LEASED = "leased"
    PAUSED = "paused"
    """It came to a rung, and others were better: it goes on from its checkpoint when it is due."""
    SUCCEEDED = "succeeded"
    PRUNED = "pruned"
    DIVERGED = "diverged"
    """Its loss, or another metric, was no number any more."""
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def is_final(self) -> bool:
        return self not in UNFINISHED


UNFINISHED = (JobState.OPEN, JobState.LEASED, JobState.PAUSED)
TRAINED = (JobState.SUCCEEDED, JobState.PRUNED, JobState.DIVERGED)
"""Those that came to an end which says something of their configuration."""


class Pruner(StrEnum):
    """How a search spares itself the epochs of trials that are not worth them."""

    HALVING = "halving"
    """Trials pause at rungs, and only the best of each go on."""
    PERCENTILE = "percentile"
    """One that falls behind most others is ended."""
    NONE = "none"
    """All are trained to the end."""


class AttemptState(StrEnum):
    """How it went with one claim of a job."""

    RUNNING = "running"
    ENDED = "ended"
    """The job came to its end."""
    LEFT = "left"
    """It was given back in order: its worker left, or the study was halted."""
    PAUSED = "paused"
    """It came to a rung, where the job waits to be due."""
    LOST = "lost"
    """Its worker, its child or its device was lost."""
    CANCELLED = "cancelled"


class Phase(StrEnum):
    """Where a study stands. Jobs are added for SEARCH, SELECT and FINAL only."""

    SEARCH = "search"
    SELECT = "select"
    FINAL = "final"
    DONE = "done"
    STOPPED = "stopped"
    REMOVED = "removed"
    """It is not there any more for anybody, though not all of it may be gone yet."""

    @property
    def is_over(self) -> bool:
        return self in (Phase.DONE, Phase.STOPPED, Phase.REMOVED)


class DataSet(StrEnum):
    """Which images a job trains on: the searched classes, or the entirely new ones."""

    SEARCH = "search"
    NEW = "new"


class Split(StrEnum):
    """Which images of a data set an evaluation was made on."""

    VALIDATION = "validation"
    HOLDOUT = "holdout"


class ArtifactKind(StrEnum):
    """What a stored file is."""

    MODEL = "model"
    CHECKPOINT = "checkpoint"


class Direction(StrEnum):
    """Which of two scores is the better."""

    MAXIMIZE = "maximize"
    MINIMIZE = "minimize"

    def key(self, score: float) -> float:
        """What sorts scores, the best first."""
        return -score if self is Direction.MAXIMIZE else score

    def best(self, scores: Iterable[float]) -> float | None:
        """The best of these; None where there are none."""
        return min(scores, key=self.key, default=None)


class Sampler(StrEnum):
    """How a search chooses what it tries: by an estimator of what is good, by chance, by a sequence that
    fills the space evenly, or from all there is."""

    TPE = "tpe"
    RANDOM = "random"
    QMC = "qmc"
    GRID = "grid"
