"""The states a study and its jobs pass through; the diagram is in docs/architecture.md."""

from enum import StrEnum


class JobState(StrEnum):
    """Where one job stands. Every state but OPEN and LEASED is final."""

    OPEN = "open"
    LEASED = "leased"
    SUCCEEDED = "succeeded"
    PRUNED = "pruned"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def is_final(self) -> bool:
        return self not in (JobState.OPEN, JobState.LEASED)


class AttemptState(StrEnum):
    """How it went with one claim of a job."""

    RUNNING = "running"
    ENDED = "ended"
    """The job came to its end."""
    LEFT = "left"
    """It was given back in order: its worker left, or the study was halted."""
    LOST = "lost"
    """Its worker, its child or its device was lost."""
    CANCELLED = "cancelled"


class Phase(StrEnum):
    """Where a study stands. Jobs exist for SEARCH, SELECT and FINAL only."""

    SEARCH = "search"
    SELECT = "select"
    FINAL = "final"
    DONE = "done"
    STOPPED = "stopped"

    @property
    def is_over(self) -> bool:
        return self in (Phase.DONE, Phase.STOPPED)


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
