"""How a study stands: one consistent reading of the database, and what follows from it."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from hpo.device_hours import Cost
from hpo.search.optuna_study import OURS
from hpo.status import time_left
from hpo.study import final_looks, racing
from hpo.study.search_jobs import best_first, completed, front
from storage.database import Database
from storage.records import BASELINE, JobRecord, StudyRecord, WorkerRecord
from storage.states import JobState, Phase
from storage.tables import attempts, jobs, paused_jobs, studies, trials, workers

WORKING_PHASES = (Phase.SEARCH, Phase.SELECT, Phase.FINAL)


@dataclass(frozen=True)
class Status:
    """A study with all its jobs and workers at one moment of the database's clock."""

    study: StudyRecord
    jobs: tuple[JobRecord, ...]
    workers: tuple[WorkerRecord, ...]
    now_ms: int
    devices: Mapping[int, str] = field(default_factory=dict)
    """The device of each job that runs, by the job's id."""
    paused_bytes: int = 0
    """What the checkpoints of paused jobs take."""
    attributes: Mapping[int, Mapping[str, float]] = field(default_factory=dict)
    """The numbers that were kept with trials beside their values, by Optuna's ids, if asked for."""

    def of_phase(self, phase: Phase) -> list[JobRecord]:
        """The jobs of a phase; of select and final only the present generation's."""
        return [
            job
            for job in self.jobs
            if job.phase == phase
            and (phase == Phase.SEARCH or job.generation == self.study.generation)
        ]

    def counts(self, phase: Phase) -> Counter[JobState]:
        return Counter(job.state for job in self.of_phase(phase))

    def done(self, phase: Phase) -> int:
        """How many jobs of the phase have ended, without those cancelled before they began."""
        return sum(job.state.is_final for job in self._counted(phase))

    def total(self, phase: Phase) -> int:
        """How many jobs the phase has, or will have at most before it is over, without those either."""
        study, counted = self.study, self._counted(phase)
        if phase != Phase.SEARCH and not study.is_judged:
            return 0
        match phase:
            case Phase.SELECT:
                entered = len({job.configuration for job in counted})
                most = entered or min(study.select_top, study.trials - 1)
                planned = sum(racing.fields(most, study.select_seeds))
            case Phase.FINAL:
                others = len(study.final_data_sets) - 1
                planned = 2 * (study.planned_seeds + others * len(final_looks.first_seeds(study)))
            case _:
                return len(counted) or study.trials
        return planned if study.phase == phase or not counted else len(counted)

    def cost(self, *phases: Phase) -> Cost:
        """What the jobs of these phases took, those of former generations too."""
        counted = [job for job in self.jobs if job.phase in phases]
        return Cost(
            sum(job.device_seconds for job in counted), sum(job.energy_joules for job in counted)
        )

    @property
    def began_ms(self) -> int:
        """When work on the study began; an extension, and a pause, begin its timeout anew."""
        began = [job.started_ms for job in self.jobs if job.started_ms is not None]
        return min([self.study.started_ms or self.study.created_ms, *began])

    @property
    def hosts(self) -> dict[str, str]:
        """The host of each worker by its id."""
        return {worker.id: worker.host for worker in self.workers}

    @property
    def running(self) -> list[JobRecord]:
        return [job for job in self.jobs if job.state == JobState.LEASED]

    @property
    def winner(self) -> JobRecord | None:
        """The search job of the configuration that is compared with the baseline in the final phase;
        None before that."""
        final = self.of_phase(Phase.FINAL)
        number = next((j.configuration for j in final if j.configuration != BASELINE), None)
        trials = [job for job in self.of_phase(Phase.SEARCH) if job.configuration == number]
        return max(trials, key=lambda job: job.id, default=None)

    @property
    def best(self) -> JobRecord | None:
        """The best search trial so far, the baseline among them; of several directions by the first. None
        where none is complete, and where none that is complete is feasible."""
        return next(iter(self.feasible), None)

    @property
    def feasible(self) -> list[JobRecord]:
        """The complete search trials among which the best is, that one first."""
        return best_first(self.study, self.jobs)

    @property
    def infeasible(self) -> list[JobRecord]:
        """The complete search trials that violate a constraint."""
        return [job for job in completed(self.jobs) if not job.is_feasible]

    @property
    def completed(self) -> list[JobRecord]:
        """All complete search trials, the best first, and behind all others those that violate a constraint."""
        return [*self.feasible, *self.infeasible]

    @property
    def no_best_words(self) -> str:
        """Why there is no best."""
        if not self.infeasible:
            return "no trial has been completed yet"
        return (
            f"no trial is feasible: each of {len(self.infeasible)} completed violates a constraint"
        )

    @property
    def never_asked(self) -> list[str]:
        """What is fixed of an objective, and no trial that is complete has asked for: its name may be misspelt."""
        if not (self.study.is_called and self.completed):
            return []
        asked = {name for job in self.completed for name in job.params or {}}
        return [name for name in self.study.fixed if name not in asked]

    @property
    def front(self) -> list[JobRecord]:
        """Of several directions the trials that no other beats, see `search_jobs.front`; else none."""
        return front(self.study, self.jobs) if self.study.has_front else []

    @property
    def baseline(self) -> JobRecord | None:
        if not self.study.has_baseline:
            return None
        return next((job for job in completed(self.jobs) if job.configuration == BASELINE), None)

    @property
    def seconds_left(self) -> float | None:
        """An estimate; None until an epoch of a training has been reported."""
        return time_left.estimate(self)

    def _counted(self, phase: Phase) -> list[JobRecord]:
        # A search job with a trial has its number, and is not made up for when a study is extended.
        return [
            job
            for job in self.of_phase(phase)
            if job.state != JobState.CANCELLED or job.trial_id is not None
        ]


def read_status(db: Database, name: str, *, with_attributes: bool = False) -> Status:
    """Raises:
    StudyNotFound, DatabaseUnavailable
    """
    with db.reading() as tx:
        study = studies.get(tx, name)
        return Status(
            study,
            tuple(jobs.of_study(tx, study.id)),
            tuple(workers.of_study(tx, study.id)),
            studies.clock_ms(tx),
            {each.job_id: each.device for each in attempts.running(tx, study.id)},
            paused_jobs.checkpoint_bytes(tx, study.id),
            trials.numbers_kept(tx, study.id, OURS) if with_attributes else {},
        )


def failure_report(status: Status) -> str:
    """Why jobs failed, and why what runs was lost before, with all that is known; one paragraph
    each."""
    told = [
        f"{job.title} {job.state}{_attempts(job)}: {job.reason}"
        for job in status.jobs
        if job.reason and (job.state == JobState.FAILED or not job.state.is_final)
    ]
    return "\n\n".join(told) or "nothing has failed"


def _attempts(job: JobRecord) -> str:
    return f" at attempt {job.attempts}" if job.attempts > 1 else ""


def as_json(status: Status) -> dict[str, Any]:
    """The status as plain data, for programs: all trainings there are, in their phases. `best` is that
    of the search, of its feasible trials, `winner` what is compared with the baseline in the end."""
    best, baseline, winner = status.best, status.baseline, status.winner
    return {
        "study": asdict(status.study),
        "winner": winner and asdict(winner),
        "jobs": {
            phase.value: {state.value: number for state, number in status.counts(phase).items()}
            for phase in WORKING_PHASES
        },
        "cost": {phase.value: asdict(status.cost(phase)) for phase in WORKING_PHASES},
        "best": best and asdict(best),
        "front": [asdict(job) for job in status.front],
        "baseline": baseline and asdict(baseline),
        "running": [asdict(job) | {"device": status.devices.get(job.id)} for job in status.running],
        "paused": {
            "number": status.counts(Phase.SEARCH)[JobState.PAUSED],
            "checkpoint_bytes": status.paused_bytes,
        },
        "failures": [asdict(job) for job in status.jobs if job.state == JobState.FAILED],
        "workers": [asdict(worker) for worker in status.workers],
        "seconds_left": status.seconds_left,
        "trials": [
            asdict(job) | {"attributes": status.attributes.get(job.trial_id or 0, {})}
            for job in status.of_phase(Phase.SEARCH)
        ],
        "select": [asdict(job) for job in status.of_phase(Phase.SELECT)],
        "final": [asdict(job) for job in status.of_phase(Phase.FINAL)],
    }
