"""The life of a study: search, select, final. What comes next is a pure function of its jobs."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import fmean

from hpo.errors import UsageError
from hpo.seeds import derive_seed
from storage import jobs as jobs_table
from storage import studies
from storage.database import Database
from storage.records import BASELINE, JobRecord, NewJob, Outline, StudyRecord
from storage.retries import retried
from storage.states import DataSet, JobState, Phase

FAILURES_IN_A_ROW = 3


@dataclass(frozen=True)
class Advance:
    """Go to another phase with these jobs."""

    phase: Phase
    jobs: tuple[NewJob, ...] = ()


@dataclass(frozen=True)
class EndSearch:
    """Give out no more search jobs; those that run go on to their end."""

    reason: str


@dataclass(frozen=True)
class Stop:
    """Stop the study; jobs that run are cancelled."""

    reason: str


Step = Advance | EndSearch | Stop


@retried
def advance(db: Database, study_name: str) -> StudyRecord:
    """Takes whatever steps are due, under the study's lock; returns the study as it then stands.

    Anybody may call this at any time: what was done already is not done twice. Where nothing is
    due, as nearly always, nothing is locked, and no job is read.
    """
    with db.reading() as tx:
        study = studies.get(tx, study_name)
        outline = jobs_table.outline(tx, study, FAILURES_IN_A_ROW)
        if not may_be_due(study, outline, studies.clock_ms(tx)):
            return study
    with db.transaction() as tx:
        study = studies.lock(tx, study_name)
        while True:
            now_ms = studies.clock_ms(tx)
            match decide(study, jobs_table.of_study(tx, study.id), now_ms):
                case None:
                    return study
                case Advance(phase=phase, jobs=new):
                    study = studies.write(tx, study, phase=phase)
                    jobs_table.add(tx, study, new)
                case EndSearch(reason=reason):
                    study = studies.write(tx, study, reason=reason)
                    jobs_table.cancel(tx, study.id, [JobState.OPEN], reason, also_begun=False)
                case Stop(reason=reason):
                    study = studies.write(tx, study, phase=Phase.STOPPED, reason=reason)
                    running = [JobState.OPEN, JobState.LEASED]
                    jobs_table.cancel(tx, study.id, running, "the study stopped")


@retried
def halt(db: Database, study_name: str) -> StudyRecord:
    """Keeps the study from being worked on: what runs is given back at its next checkpoint, and
    nothing is given out, until `resume`. Again is fine.

    Raises:
        UsageError: the study is over.
    """
    with db.transaction() as tx:
        study = studies.lock(tx, study_name)
        if study.phase.is_over:
            raise UsageError(f"study '{study_name}' is {study.phase}: there is nothing to stop")
        return study if study.halted_ms is not None else studies.halt(tx, study)


@retried
def resume(db: Database, study_name: str) -> StudyRecord:
    """Lets the study be worked on again; where it was, that changes nothing. The time it was halted
    does not count towards its timeout."""
    with db.transaction() as tx:
        study = studies.lock(tx, study_name)
        if study.halted_ms is None:
            return study
        started_ms = study.started_ms
        if started_ms is not None:
            started_ms += studies.clock_ms(tx) - max(study.halted_ms, started_ms)
        return studies.write(tx, study, halted_ms=None, started_ms=started_ms)


def decide(study: StudyRecord, jobs: Sequence[JobRecord], now_ms: int) -> Step | None:
    """What is due for a study with these jobs; None while there is nothing but to wait."""
    here = [job for job in jobs if job.generation == study.generation and job.phase == study.phase]
    match study.phase:
        case Phase.SEARCH:
            return _after_search(study, search_of(jobs), now_ms)
        case Phase.SELECT:
            return _after_select(study, here)
        case Phase.FINAL:
            return _after_final(here)
        case Phase.DONE | Phase.STOPPED:
            return None


def may_be_due(study: StudyRecord, outline: Outline, now_ms: int) -> bool:
    """Whether `decide` may say anything of jobs with this outline; never false where it does."""
    if study.phase.is_over:
        return False
    if not outline.unfinished:
        return True
    if study.phase != Phase.SEARCH:
        return False
    return (
        outline.baseline_failed
        or _failed_in_a_row(outline.last_ended)
        or _limit_reached(study, outline.best_score, now_ms) is not None
    )


def search_jobs(study: StudyRecord, numbers: Iterable[int]) -> list[NewJob]:
    """The search jobs with these configuration numbers."""
    return [
        NewJob(
            Phase.SEARCH,
            number,
            derive_seed(study.seed, "search", number),
            params=study.baseline if number == BASELINE else None,
        )
        for number in numbers
    ]


def search_of(jobs: Iterable[JobRecord]) -> list[JobRecord]:
    """The search jobs among them."""
    return [job for job in jobs if job.phase == Phase.SEARCH]


def latest(jobs: Iterable[JobRecord], configuration: int) -> JobRecord:
    """The last search job of a configuration: one that failed may have been run again."""
    return max((job for job in jobs if job.configuration == configuration), key=lambda job: job.id)


def again(study: StudyRecord, failed: JobRecord, number: int) -> NewJob:
    """The search job that runs a failed one again, with its parameters and another seed; `number`
    is one that no search job of the study has had."""
    seed = derive_seed(study.seed, "again", number)
    return NewJob(Phase.SEARCH, failed.configuration, seed, params=failed.params)


def best_first(jobs: Iterable[JobRecord]) -> list[JobRecord]:
    """Succeeded search jobs by score; ties go to the lower loss, then to the lower trial number."""
    done = [job for job in jobs if job.phase == Phase.SEARCH and job.state == JobState.SUCCEEDED]
    return sorted(done, key=lambda job: (-(job.score or 0.0), job.loss or 0.0, job.trial_number))


def rank_select(study: StudyRecord, jobs: Iterable[JobRecord]) -> list[int]:
    """The configurations of select by mean validation accuracy over their fresh seeds, best first;
    ties as in the search.

    A configuration of which a seed diverged or failed is left out: it cannot be relied on.
    """
    trained: dict[int, list[JobRecord]] = {}
    for job in jobs:
        if job.phase == Phase.SELECT and job.generation == study.generation:
            trained.setdefault(job.configuration, []).append(job)

    def key(configuration: int) -> tuple[float, float, int]:
        seeds = trained[configuration]
        # Rounded, or the order of a sum would decide between equal means.
        score = round(fmean(job.score or 0.0 for job in seeds), 9)
        return -score, fmean(job.loss or 0.0 for job in seeds), seeds[0].trial_number or 0

    whole = (
        configuration
        for configuration, seeds in trained.items()
        if all(job.state == JobState.SUCCEEDED for job in seeds)
    )
    return sorted(whole, key=key)


def _after_search(study: StudyRecord, jobs: Sequence[JobRecord], now_ms: int) -> Step | None:
    if (failure := _hopeless(study, jobs)) is not None:
        return Stop(failure)
    # One that was begun and given back goes on to its end, like those that run.
    waiting = [job for job in jobs if job.state == JobState.OPEN and job.trial_id is None]
    best = best_first(jobs)
    if waiting and study.halted_ms is None:
        reason = _limit_reached(study, best[0].score if best else None, now_ms)
        if reason is not None:
            return EndSearch(reason)
    if any(not job.state.is_final for job in jobs):
        return None
    baseline = latest(jobs, BASELINE)
    best = [job for job in best if job.configuration != BASELINE]
    if not best:
        return Stop("no trial besides the baseline was completed, so there is nothing to compare")
    return Advance(
        Phase.SELECT,
        tuple(
            NewJob(
                Phase.SELECT,
                job.configuration,
                derive_seed(study.seed, "select", study.generation, job.configuration, index),
                params=job.params,
                trial_number=job.trial_number,
            )
            for job in (*best[: study.select_top], baseline)
            for index in range(study.select_seeds)
        ),
    )


def _after_select(study: StudyRecord, jobs: Sequence[JobRecord]) -> Step | None:
    if any(not job.state.is_final for job in jobs):
        return None
    # If the baseline leads, it is compared with the best of the others.
    ranked = rank_select(study, jobs)
    winner = next((number for number in ranked if number != BASELINE), None)
    if winner is None:
        reasons = {job.reason for job in jobs if job.reason}
        return Stop(
            f"no configuration came through select with all its seeds: {'; '.join(reasons)}"
        )
    origin = {job.configuration: job for job in jobs}
    return Advance(
        Phase.FINAL,
        tuple(
            NewJob(
                Phase.FINAL,
                number,
                derive_seed(study.seed, "final", study.generation, number, index),
                data_set,
                origin[number].params,
                origin[number].trial_number,
            )
            for data_set in DataSet
            for index in range(study.final_seeds)
            for number in (winner, BASELINE)
        ),
    )


def _after_final(jobs: Sequence[JobRecord]) -> Step | None:
    return None if any(not job.state.is_final for job in jobs) else Advance(Phase.DONE)


def _hopeless(study: StudyRecord, jobs: Sequence[JobRecord]) -> str | None:
    ended = sorted(
        (job for job in jobs if job.state.is_final and job.state != JobState.CANCELLED),
        key=lambda job: job.ended_ms or 0,
    )
    baseline = latest(jobs, BASELINE)
    if baseline.state == JobState.FAILED:
        return f"the baseline failed: {baseline.reason}"
    # Failures before an extension were known when it was asked for.
    last = [job for job in ended if job.generation == study.generation][-FAILURES_IN_A_ROW:]
    if _failed_in_a_row([job.state for job in last]):
        return f"{FAILURES_IN_A_ROW} trials in a row failed, the last: {last[-1].reason}"
    return None


def _failed_in_a_row(last_ended: Sequence[JobState]) -> bool:
    failed = [state for state in last_ended if state == JobState.FAILED]
    return len(failed) == len(last_ended) == FAILURES_IN_A_ROW


def _limit_reached(study: StudyRecord, best_score: float | None, now_ms: int) -> str | None:
    started_ms = now_ms if study.started_ms is None else study.started_ms
    if study.timeout_ms is not None and now_ms - started_ms >= study.timeout_ms:
        return f"the search ended at its timeout of {study.timeout_ms / 1000:g} s"
    if study.target is not None and best_score is not None and best_score >= study.target:
        return f"the search ended at its target: a score of {best_score:.4f}"
    return None
