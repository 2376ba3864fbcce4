"""All that is known of one trial: what it tried, what it reported, where it was trained, and how it ended."""

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from optuna.trial import FrozenTrial

from hpo.device_hours import Cost
from hpo.errors import NoResult, UsageError
from hpo.search.optuna_study import OURS
from storage.database import Database
from storage.records import AttemptRecord, JobRecord, StudyRecord
from storage.states import Phase
from storage.tables import attempts, jobs, logs, studies, workers


@dataclass(frozen=True)
class TrialDetails:
    """A trial of a study, with the trainings of its configuration in later phases."""

    study: StudyRecord
    trainings: tuple[JobRecord, ...]
    """That of the search, then those of select and final, oldest first."""
    attempts: tuple[AttemptRecord, ...]
    """At these, oldest first."""
    hosts: Mapping[str, str]
    """By the ids of workers."""
    reports: Mapping[int, float]
    """The score after each epoch, or step, of the search."""
    attributes: Mapping[str, Any]
    """What was kept with it beside its value."""
    constraints: Mapping[str, float]
    """How far beyond each bound it is; what is above zero violates it."""

    @property
    def job(self) -> JobRecord:
        """Its training in the search."""
        return self.trainings[0]

    def attempts_at(self, job: JobRecord) -> list[AttemptRecord]:
        """Oldest first."""
        return [each for each in self.attempts if each.job_id == job.id]

    def place(self, attempt: AttemptRecord) -> str:
        """On which device of which host."""
        return f"{self.hosts.get(attempt.worker_id, 'a host that is not known')}, {attempt.device}"

    @property
    def cost(self) -> Cost:
        """What all its trainings took."""
        return Cost(
            sum(job.device_seconds for job in self.trainings),
            sum(job.energy_joules for job in self.trainings),
        )


@dataclass(frozen=True)
class Log:
    """What an attempt at a training printed."""

    job: JobRecord
    attempt: AttemptRecord
    text: str


def read_trial(db: Database, name: str, number: int) -> TrialDetails:
    """Raises:
    StudyNotFound, DatabaseUnavailable
    UsageError: the study has no such trial.
    """
    with db.reading() as tx:
        study = studies.get(tx, name)
        trainings = jobs.of_trial(tx, study.id, number)
        if not trainings:
            raise UsageError(f"study '{name}' has no trial {number}", f"see `hpo trials {name}`")
        made = attempts.of_jobs(tx, [job.id for job in trainings])
        hosts = {worker.id: worker.host for worker in workers.of_study(tx, study.id)}
    return _details(study, trainings, made, hosts, _read_optunas(db, trainings[0]))


def read_trials(db: Database, name: str) -> list[TrialDetails]:
    """All trials that were begun, by number.

    Raises:
        StudyNotFound, DatabaseUnavailable
    """
    with db.reading() as tx:
        study = studies.get(tx, name)
        every, made = jobs.of_study(tx, study.id), attempts.of_study(tx, study.id)
        hosts = {worker.id: worker.host for worker in workers.of_study(tx, study.id)}
    begun = defaultdict[int, list[JobRecord]](list)
    for job in every:
        if job.trial_number is not None:
            begun[job.trial_number].append(job)
    at_jobs = defaultdict[int, list[AttemptRecord]](list)
    for attempt in made:
        at_jobs[attempt.job_id].append(attempt)
    optunas = _read_all_optunas(db, study)
    found = []
    for _, trainings in sorted(begun.items()):
        those = [attempt for job in trainings for attempt in at_jobs[job.id]]
        trial = optunas.get(trainings[0].trial_id or 0)
        found.append(_details(study, trainings, those, hosts, trial))
    return found


def _details(
    study: StudyRecord,
    trainings: Sequence[JobRecord],
    made: Sequence[AttemptRecord],
    hosts: Mapping[str, str],
    trial: FrozenTrial | None,
) -> TrialDetails:
    kept = {} if trial is None else trial.user_attrs
    return TrialDetails(
        study,
        tuple(trainings),
        tuple(made),
        hosts,
        reports={} if trial is None else dict(sorted(trial.intermediate_values.items())),
        attributes={key: value for key, value in kept.items() if not key.startswith(OURS)},
        constraints={} if trial is None else trial.constraints,
    )


def read_logs(db: Database, details: TrialDetails, phase: Phase) -> list[Log]:
    """What its trainings in a phase printed, attempt by attempt; of one that runs, until a moment ago.

    Raises:
        DatabaseUnavailable
        NoResult: no training of it in that phase was begun.
    """
    trainings = [job for job in details.trainings if job.phase == phase]
    with db.reading() as tx:
        printed = logs.of_jobs(tx, [job.id for job in trainings])
    found = [
        Log(job, attempt, printed.get((job.id, number), ""))
        for job in trainings
        for number, attempt in enumerate(details.attempts_at(job), 1)
    ]
    if not found:
        what = f"trial {details.job.trial_number} of study '{details.study.name}'"
        phases = dict.fromkeys(
            job.phase.value for job in details.trainings if details.attempts_at(job)
        )
        where = f"it was in {', '.join(phases)}" if phases else "it was not trained here at all"
        raise NoResult(f"{what} was not trained in {phase}", where)
    return found


def as_json(details: TrialDetails) -> dict[str, Any]:
    """As plain data, for programs. The first of its trainings is that of the search."""
    return {
        "study": details.study.name,
        "trainings": [asdict(job) for job in details.trainings],
        "attempts": [_attempt_as_json(details, each) for each in details.attempts],
        "baseline": dict(details.study.baseline),
        "reports": {
            step: value if math.isfinite(value) else str(value)  # JSON has no such numbers
            for step, value in details.reports.items()
        },
        "attributes": details.attributes,
        "constraints": details.constraints,
        "cost": asdict(details.cost),
    }


def log_as_json(details: TrialDetails, log: Log) -> dict[str, Any]:
    """As plain data, for programs."""
    training = {"phase": log.job.phase, "seed": log.job.seed, "data_set": log.job.data_set}
    return training | _attempt_as_json(details, log.attempt) | {"printed": log.text}


def _attempt_as_json(details: TrialDetails, attempt: AttemptRecord) -> dict[str, Any]:
    return asdict(attempt) | {"host": details.hosts.get(attempt.worker_id)}


def _read_optunas(db: Database, job: JobRecord) -> FrozenTrial | None:
    """None where its study was removed by somebody."""
    try:
        with db.translated():
            return db.optuna.get_trial(job.trial_id or 0)
    except KeyError:
        return None


def _read_all_optunas(db: Database, study: StudyRecord) -> dict[int, FrozenTrial]:
    """By Optuna's ids; none where its study was removed by somebody."""
    try:
        with db.translated():
            study_id = db.optuna.get_study_id_from_name(study.name)
            return {each._trial_id: each for each in db.optuna.get_all_trials(study_id)}
    except KeyError:
        return {}
