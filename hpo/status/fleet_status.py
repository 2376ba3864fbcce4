"""The roll of the fleet: which workers there are, and what each is doing."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from storage.database import Database
from storage.records import JobRecord, WorkerRecord
from storage.tables import jobs, studies, workers


@dataclass(frozen=True)
class Present:
    """A worker that has not left, how long ago it was seen, and the jobs it holds with the names
    of their studies."""

    worker: WorkerRecord
    silent_seconds: float
    holds: Sequence[tuple[str, JobRecord]]


def call(db: Database, study_name: str | None = None) -> list[Present]:
    """The workers that are alive, as far as is known, longest known first; of a study those that
    hold a job of it.

    Raises:
        StudyNotFound, DatabaseUnavailable
    """
    with db.reading() as tx:
        study_id = None if study_name is None else studies.get(tx, study_name).id
        held = jobs.leased(tx, study_id)
        now_ms = studies.clock_ms(tx)
        present = [
            Present(
                worker,
                (now_ms - worker.seen_ms) / 1000,
                [(study, job) for study, job in held if job.worker_id == worker.id],
            )
            for worker in workers.everyone(tx)
        ]
    return [each for each in present if study_name is None or each.holds]


def as_json(called: Sequence[Present]) -> list[dict[str, Any]]:
    """The roll as plain data, for programs."""
    return [
        asdict(each.worker)
        | {
            "silent_seconds": each.silent_seconds,
            "holds": [{"study": study, "job": asdict(job)} for study, job in each.holds],
        }
        for each in called
    ]
