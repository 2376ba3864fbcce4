"""What can go wrong with the database, each with its cause and its mend in the message."""


class StorageError(Exception):
    """Base of everything `storage` raises on purpose."""


class BadUrl(StorageError):
    """The storage URL cannot be used."""


class DatabaseUnavailable(StorageError):
    """The database did not answer, or refused; the same call may succeed later."""


class Conflict(DatabaseUnavailable):
    """Others wrote the same rows at the same time, and the database let them go first: a deadlock,
    or a transaction that cannot be serialized. The same call may succeed at once; see `retries`."""


class StoreUnavailable(DatabaseUnavailable):
    """The artifact store takes nothing now, though the database may."""


class BadPlace(StorageError):
    """The artifacts of the database cannot lie where they are wanted."""


class SchemaMismatch(StorageError):
    """The tables are missing, or older or newer than this code."""


class NotPermitted(StorageError):
    """The database's role lacks a right; the message names what to grant."""


class OtherMachine(StorageError):
    """Workers of two machines would use one SQLite file, where their locks need not hold."""


class StudyNotFound(StorageError):
    """No study of that name."""


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


class TrialExists(StorageError):
    """The job has a trial already: an earlier creation came through, though its answer was lost."""


class ArtifactTooLarge(StorageError):
    """The artifact does not fit the database's limit."""
