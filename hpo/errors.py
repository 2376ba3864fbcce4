"""What can go wrong on this side, each with its cause and its mend."""

from pathlib import Path
from typing import Self


class HpoError(Exception):
    """Base of everything `hpo` raises on purpose: its cause, and how to mend it where that is known."""

    exit_code = 1

    def __init__(self, cause: str, mend: str = "") -> None:
        super().__init__(cause, mend)
        self.cause = cause
        self.mend = mend

    def __str__(self) -> str:
        return f"{self.cause}: {self.mend}" if self.mend else self.cause


class UsageError(HpoError):
    """What was asked for cannot be meant: the command line, the settings or a file is wrong."""

    exit_code = 2


class DefinitionError(UsageError):
    """A study's definition cannot be found, or does not load."""


class NoResult(HpoError):
    """The study has nothing to show: it has not finished, or nothing in it succeeded."""


class WorkFailed(HpoError):
    """A worker or a child of it could not do its work."""

    @classmethod
    def of_definition(cls, error: str, traceback: str) -> Self:
        """What a child said of the definition it trains, in one line; its traceback is a note,
        which --debug shows."""
        said = " ".join(error.split())
        failed = cls(f"the definition raises {said}", "mend it (--debug: where)")
        failed.add_note(traceback)
        return failed

    @classmethod
    def of_machine(cls, error: str, traceback: str) -> Self:
        """What a child said of the machine it trains on, likewise."""
        said = " ".join(error.split())
        failed = cls(f"this machine is at fault ({said})", "free memory, or use another (--debug)")
        failed.add_note(traceback)
        return failed

    @classmethod
    def of_disk(cls, path: Path, error: OSError) -> Self:
        """A worker's own files cannot be written."""
        return cls(
            f"{path} cannot be written ({error.strerror})",
            "make room, or set HPO_STATE_DIR; this worker leaves, its jobs are trained elsewhere",
        )


class BadBundle(HpoError):
    """A bundle that is not what was exported, or does not do what it says."""
