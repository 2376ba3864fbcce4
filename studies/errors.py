"""What can be wrong with a study: its settings or its data; each with its cause and its mend."""

from pathlib import Path
from typing import Self


class StudyError(Exception):
    """A study cannot run as asked: the cause, and how to mend it where that is known; both in one
    line."""

    def __init__(self, cause: str, mend: str = "") -> None:
        super().__init__(cause, mend)
        self.cause = cause
        self.mend = mend

    def __str__(self) -> str:
        return f"{self.cause}: {self.mend}" if self.mend else self.cause


class SettingsError(StudyError):
    """A setting, a parameter or a space that makes no sense."""


class DataError(StudyError):
    """A data file that is damaged, foreign or unreadable; the message names the file."""


class DataUnavailable(DataError):
    """Data found in no known place and not to be downloaded either."""


class Unreadable(DataError):
    """A file that the system does not let be read now, so that nothing is known of what it holds."""

    @classmethod
    def of(cls, path: Path | str, error: OSError) -> Self:
        """As the system says it."""
        return cls(
            f"{path} cannot be read ({error.strerror})", "mend this machine, or the rights to it"
        )


class InvalidOutput(StudyError):
    """What a definition's code gives that is not what was asked of it: a model, its answers, or what
    is reported of its training."""


class ModelError(StudyError):
    """A saved model that cannot be used here; the message names the file."""


class CheckpointError(StudyError):
    """A checkpoint from which this training cannot go on."""
