"""The lookout: who holds which job, and how often each was lost."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from hpo.worker.database_client import MAX_LOSSES
from storage.database import Database
from storage.records import JobRecord, StudyRecord
from storage.states import JobState
from storage.tables import jobs, studies, workers
from tests.chaos.server import Patient


@dataclass(frozen=True)
class Sight:
    """A study at one moment."""

    is_over: bool
    jobs: Sequence[JobRecord]
    """Those that have not ended."""
    pids: Mapping[str, int]
    """Of the workers that have joined and not left, by their ids."""

    def held(self) -> list[JobRecord]:
        """The jobs that somebody holds."""
        return [job for job in self.jobs if job.state == JobState.LEASED]

    def held_by(self, pid: int | None) -> list[JobRecord]:
        """Those that the worker of that process holds."""
        return [job for job in self.held() if self.pids.get(job.worker_id or "") == pid]


class Lookout:
    """Sees to it that no job is lost so often that it is given up, and rightly: then not every one
    would come to its end. What the database does not know yet, it counts itself."""

    def __init__(self, db: Database, study: StudyRecord, patient: Patient) -> None:
        self._db = db
        self._study = study
        self._patient = patient
        self._feared: dict[int, int] = {}
        self.sight = self._see()

    @property
    def may_lose_all(self) -> bool:
        """Whether no job would be given up if all were lost now."""
        return not self._endangered()

    def may_lose(self, pid: int | None, hale: Iterable[int | None]) -> bool:
        """Whether none would be given up that the worker of that process holds, or may take in this
        moment: whatever must not be lost is safe with another of the `hale` ones."""
        safe = {job.id for other in hale if other != pid for job in self.sight.held_by(other)}
        return safe.issuperset(job.id for job in self._endangered())

    def look(self) -> Sight:
        """The study as it stands; where the server is away, as it was last seen: meanwhile nobody
        takes or ends a job."""
        if self._patient.is_well:
            self.sight = self._see()
        return self.sight

    def fear_for(self, pid: int | None) -> None:
        """What the worker of that process holds may be lost by what was done to it."""
        self._fear(self.look().held_by(pid))

    def fear_for_all(self) -> None:
        """Whatever is held may be lost."""
        self._fear(self.sight.held())

    def _endangered(self) -> list[JobRecord]:
        """The jobs that would be given up if they were lost once more."""
        return [
            job
            for job in self.sight.jobs
            if max(job.losses, self._feared.get(job.id, 0)) >= MAX_LOSSES - 1
        ]

    def _fear(self, threatened: Iterable[JobRecord]) -> None:
        for job in threatened:
            self._feared[job.id] = max(self._feared.get(job.id, 0), job.losses + 1)

    def _see(self) -> Sight:
        with self._db.reading() as tx:
            return Sight(
                studies.get(tx, self._study.name).phase.is_over,
                [job for job in jobs.of_study(tx, self._study.id) if not job.state.is_final],
                {worker.id: worker.pid for worker in workers.everyone(tx)},
            )
