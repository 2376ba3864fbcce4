"""What can go wrong with the database, each with its cause and its mend."""

from typing import Self


class StorageError(Exception):
    """Base of everything `storage` raises on purpose: its cause, and how to mend it where that is
    known."""

    def __init__(self, cause: str, mend: str = "") -> None:
        super().__init__(cause, mend)
        self.cause = cause
        self.mend = mend

    def __str__(self) -> str:
        return f"{self.cause}: {self.mend}" if self.mend else self.cause


class BadUrl(StorageError):
    """The storage URL cannot be used."""


class DatabaseUnavailable(StorageError):
    """The database did not answer, or refused; the same call may succeed later."""


class Conflict(DatabaseUnavailable):
    """Others wrote the same rows at the same time, and the database let them go first: a deadlock,
    or a transaction that cannot be serialized. The same call may succeed at once; see `retries`."""


class StoreUnavailable(DatabaseUnavailable):
    """The artifact store takes or gives nothing now, though the database may."""

    @classmethod
    def to_write(cls, error: OSError) -> Self:
        """The system does not write."""
        return cls(
            f"the artifact store cannot be written ({error})", "make room, or mend its folder"
        )

    @classmethod
    def to_read(cls, error: OSError) -> Self:
        """The system does not read, so that nothing is known of what is stored."""
        return cls(
            f"the artifact store cannot be read ({error})", "mend its folder, or the rights to it"
        )


class BadPlace(StorageError):
    """The artifacts of the database cannot lie where they are wanted."""


class TextRefused(StorageError):
    """A text has characters that the database cannot hold."""


class SchemaMismatch(StorageError):
    """The tables are missing, or older or newer than this code."""


class NotPermitted(StorageError):
    """The database's role lacks a right; the mend is what to grant."""


class OtherMachine(StorageError):
    """Workers of two machines would use one SQLite file, where their locks need not hold."""


class StudyNotFound(StorageError):
    """No study of that name."""


class StudyRemoved(StudyNotFound):
    """A study of that name is being removed, and not all of it is gone yet."""


class StudyExists(StorageError):
    """A study of that name exists and is not the one asked for."""


class StudyMismatch(StorageError):
    """Optuna's study of that name is not the one that belongs to ours."""


class DataMismatch(StorageError):
    """A machine's data differs from that of the study's other workers."""


class LeaseLost(StorageError):
    """Somebody else took the job: an ordinary outcome, nothing of ours may land any more."""

    def __init__(self, job_id: int) -> None:
        super().__init__(
            f"the lease on job {job_id} was lost: another worker took it over, or it was cancelled"
        )
        self.job_id = job_id


class UnfencedWrite(StorageError):
    """A trial was written outside any lease: a mistake in this program, never let through."""


class ParamsTaken(StorageError):
    """A trial was created meanwhile that has the parameters which were chosen for another."""


class ArtifactTooLarge(StorageError):
    """The artifact does not fit the database's limit."""
