"""The life of a study: search, select, final. What comes next is a pure function of its jobs."""

import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from hpo.formatting import score_words
from hpo.search.seeds import derive_seed
from hpo.study import final_looks, racing, search_jobs, total_timeout
from hpo.study.racing import Round
from storage.connection.retries import retried
from storage.database import Database
from storage.errors import StorageError, StudyNotFound
from storage.records import BASELINE, EvaluationRecord, JobRecord, NewJob, StudyRecord
from storage.states import TRAINED, UNFINISHED, DataSet, JobState, Phase
from storage.summary_records import Outline
from storage.tables import evaluations, job_summaries, studies
from storage.tables import jobs as jobs_table

FAILURES_IN_A_ROW = 3
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Advance:
    """Go to another phase, or on in the same one, with these jobs."""

    phase: Phase
    jobs: tuple[NewJob, ...] = ()
    fitting_seeds: int | None = None
    """How many final seeds there is time for, where those are fewer than asked for."""


@dataclass(frozen=True)
class EndSearch:
    """Begin no more search jobs; those that run go on to their end, or to their next rung, unless it is
    `at_once`."""

    reason: str
    at_once: bool = False


@dataclass(frozen=True)
class Stop:
    """Stop the study; jobs that run are cancelled."""

    reason: str


Step = Advance | EndSearch | Stop
OnEnd = Callable[[StudyRecord], None]


@retried
def advance(db: Database, study_name: str, on_end: OnEnd | None = None) -> StudyRecord:
    """Takes whatever steps are due, under the study's lock; returns the study as it then stands. That one
    of them was the study's end is told to `on_end`, once that is written.

    Anybody may call this at any time: what was done already is not done twice. Where nothing is
    due, as nearly always, nothing is locked, and no job is read.
    """
    with db.reading() as tx:
        found = job_summaries.of_phase(tx, study_name, FAILURES_IN_A_ROW)
        if found is None or found[0].phase is Phase.REMOVED:
            return studies.get(tx, study_name)  # which says so
        study, outline, now_ms = found
        if not may_be_due(study, outline, now_ms):
            return study
    with db.transaction() as tx:
        study = studies.lock(tx, study_name)
        goes_on = not study.phase.is_over
        while True:
            now_ms = studies.clock_ms(tx)
            in_final = study.phase == Phase.FINAL
            judged = evaluations.of_study(tx, study.id, study.generation) if in_final else ()
            match decide(study, jobs_table.of_study(tx, study.id), now_ms, judged):
                case None:
                    break
                case Advance(phase=phase, jobs=new, fitting_seeds=seeds):
                    fitting = study.fitting_seeds if seeds is None else seeds
                    study = studies.write(tx, study, phase=phase, fitting_seeds=fitting)
                    jobs_table.add(tx, study, new)
                case EndSearch(reason=reason, at_once=at_once):
                    study = studies.write(tx, study, reason=reason)
                    states = UNFINISHED if at_once else [JobState.OPEN]
                    jobs_table.cancel(tx, study.id, states, reason, also_begun=at_once)
                case Stop(reason=reason):
                    study = studies.write(tx, study, phase=Phase.STOPPED, reason=reason)
                    jobs_table.cancel(tx, study.id, UNFINISHED, "the study stopped")
    if on_end is not None and goes_on and study.phase.is_over:
        on_end(study)
    return study


def try_to_advance(
    db: Database, study_name: str, on_end: OnEnd | None = None
) -> StudyRecord | None:
    """The same for whoever has others to look after: what is wrong with this study is told, and then None,
    as where it was removed in this moment.

    Raises:
        StorageError: it is the database.
    """
    try:
        return advance(db, study_name, on_end)
    except StudyNotFound:
        return None
    except StorageError:
        raise
    except Exception:
        log.exception("study %s cannot be advanced", study_name)
        return None


def decide(
    study: StudyRecord,
    jobs: Sequence[JobRecord],
    now_ms: int,
    judged: Iterable[EvaluationRecord] = (),
) -> Step | None:
    """What is due for a study with these jobs, of which those of the final phase were `judged` so; None
    while there is nothing but to wait."""
    here = [job for job in jobs if job.generation == study.generation and job.phase == study.phase]
    step: Step | None
    match study.phase:
        case Phase.SEARCH:
            step = _after_search(study, search_jobs.among(jobs), now_ms)
        case Phase.SELECT:
            step = _after_select(study, jobs, here, now_ms)
        case Phase.FINAL:
            step = _after_final(study, here, judged)
        case Phase.DONE | Phase.STOPPED | Phase.REMOVED:
            return None
    is_end = isinstance(step, Stop) or (isinstance(step, Advance) and step.phase is Phase.DONE)
    return step if is_end else _cut_off(study, now_ms) or step


def _cut_off(study: StudyRecord, now_ms: int) -> Step | None:
    """What becomes at its limit of a study that has not ended: without all that its looks were planned with
    there is no verdict."""
    left = total_timeout.seconds_left(study, now_ms)
    if left is None or left > 0:
        return None
    limit = f"its total timeout of {(study.total_timeout_ms or 0) / 1000:g} s"
    if not study.is_judged:
        return EndSearch(f"the search was ended by {limit}", at_once=True)
    return Stop(f"{limit} came in {study.phase}, before a verdict")


def may_be_due(study: StudyRecord, outline: Outline, now_ms: int) -> bool:
    """Whether `decide` may say anything of jobs with this outline; never false where it does."""
    if study.phase.is_over:
        return False
    if not outline.unfinished:
        return True
    if study.phase != Phase.SEARCH:
        left = total_timeout.seconds_left(study, now_ms)
        return left is not None and left <= 0
    return (
        (study.has_baseline and outline.baseline_failed)
        or _failed_in_a_row(outline.last_ended)
        or total_timeout.may_end_search(study, now_ms)
        or (
            study.reason is None
            and _limit_reached(study, outline.best_score, outline.since_best, now_ms) is not None
        )
    )


def _after_search(study: StudyRecord, jobs: Sequence[JobRecord], now_ms: int) -> Step | None:
    if (failure := _hopeless(study, jobs)) is not None:
        return Stop(failure)
    # One that was begun and given back goes on to its end, like those that run.
    waiting = [
        job
        for job in jobs
        if job.state == JobState.PAUSED or (job.state == JobState.OPEN and job.trial_id is None)
    ]
    best = search_jobs.best_first(study, jobs)
    if waiting and study.halted_ms is None and study.reason is None:
        best_score = best[0].score if best else None
        reason = _limit_reached(study, best_score, _since_best(study, jobs, best), now_ms)
        if reason is None and total_timeout.search_is_to_end(study, jobs, now_ms):
            rest = "select and final" if study.is_judged else "what runs"
            limit = f"the total timeout of {(study.total_timeout_ms or 0) / 1000:g} s"
            reason = f"the search ended to leave {rest} time before {limit}"
        if reason is not None:
            return EndSearch(reason)
    if any(not job.state.is_final for job in jobs):
        return None
    complete = search_jobs.completed(jobs)
    if not study.is_judged:
        return Advance(Phase.DONE) if complete else Stop("no trial was completed")
    baseline = search_jobs.latest(jobs, BASELINE)
    best = list(islice(search_jobs.distinct(best, baseline), study.select_top))
    if not best:
        is_any = any(search_jobs.distinct(complete, baseline))
        lacks = "is feasible" if is_any else "was completed"
        return Stop(f"no trial besides the baseline {lacks}, so there is nothing to compare")
    first = racing.next_round(study, (job.configuration for job in best), ())
    assert first is not None, "there is a configuration, and a seed for it"
    return _begin_round(study, best, first)


def _begin_round(study: StudyRecord, search: Sequence[JobRecord], due: Round) -> Advance:
    """A round of select, for configurations of these search jobs."""
    return Advance(
        Phase.SELECT,
        tuple(
            NewJob(
                Phase.SELECT,
                number,
                derive_seed(study.seed, "select", study.generation, number, index),
                params=(job := search_jobs.latest(search, number)).params,
                trial_number=job.trial_number,
            )
            for number in due.configurations
            for index in due.seeds
        ),
    )


def _after_select(
    study: StudyRecord, all_jobs: Sequence[JobRecord], jobs: Sequence[JobRecord], now_ms: int
) -> Step | None:
    if any(not job.state.is_final for job in jobs):
        return None
    # The baseline is in no race: it is compared with the best of the others, even if it leads.
    entered = dict.fromkeys(job.configuration for job in jobs)
    search = search_jobs.among(all_jobs)
    due = racing.next_round(study, entered, jobs)
    if due is not None and total_timeout.has_time(study, all_jobs, due.trainings, now_ms):
        return _begin_round(study, search, due)
    ranked = racing.rank(study, jobs)
    if not ranked:
        reasons = {job.reason for job in jobs if job.reason}
        return Stop(
            f"no configuration came through select with all its seeds: {'; '.join(reasons)}"
        )
    pair = [search_jobs.latest(search, number) for number in (ranked[0], BASELINE)]
    seeds = total_timeout.fitting_seeds(study, all_jobs, (ranked[0], BASELINE), now_ms)
    study = replace(study, fitting_seeds=seeds)
    step = _begin_look(study, pair, final_looks.first_seeds(study), study.final_data_sets)
    return replace(step, fitting_seeds=seeds)


def _begin_look(
    study: StudyRecord, pair: Sequence[JobRecord], seeds: range, data_sets: Iterable[DataSet]
) -> Advance:
    """What a look is to see of winner and baseline, of which these are trainings."""
    return Advance(
        Phase.FINAL,
        tuple(
            NewJob(
                Phase.FINAL,
                job.configuration,
                derive_seed(study.seed, "final", study.generation, job.configuration, index),
                data_set,
                job.params,
                job.trial_number,
            )
            for data_set in data_sets
            for index in seeds
            for job in pair
        ),
    )


def _after_final(
    study: StudyRecord, jobs: Sequence[JobRecord], judged: Iterable[EvaluationRecord]
) -> Step | None:
    if any(not job.state.is_final for job in jobs):
        return None
    if not (more := final_looks.next_seeds(study, jobs, judged)):
        return Advance(Phase.DONE)
    # New classes are no part of the verdict: the first look's seeds are enough of them.
    return _begin_look(study, jobs[:2], more, [DataSet.SEARCH])


def _hopeless(study: StudyRecord, jobs: Sequence[JobRecord]) -> str | None:
    if study.has_baseline:
        baseline = search_jobs.latest(jobs, BASELINE)
        if baseline.state == JobState.FAILED:
            return f"the baseline failed: {baseline.reason}"
        if search_jobs.has_failed(study, baseline):
            return f"the baseline has no score: {baseline.reason}"
    # Failures before an extension were known when it was asked for.
    present = [job for job in jobs if job.generation == study.generation]
    ended = [
        (job.ended_ms or 0, job.id, job.state, job.reason)
        for job in present
        if job.state.is_final and job.state != JobState.CANCELLED
    ]
    # One that came to a rung has shown that it can be trained.
    reached = [
        (job.rung_ms, job.id, JobState.PAUSED, job.reason)
        for job in present
        if job.rung_ms is not None
    ]
    last = sorted(ended + reached, key=lambda event: event[:3])[-FAILURES_IN_A_ROW:]
    if _failed_in_a_row([state for _, _, state, _ in last]):
        return f"{FAILURES_IN_A_ROW} trials in a row failed, the last: {last[-1][-1]}"
    return None


def _failed_in_a_row(last_ended: Sequence[JobState]) -> bool:
    failed = [state for state in last_ended if state == JobState.FAILED]
    return len(failed) == len(last_ended) == FAILURES_IN_A_ROW


def _since_best(study: StudyRecord, jobs: Sequence[JobRecord], best: Sequence[JobRecord]) -> int:
    """How many trials were begun after the best score was reached and are no better. Those before an
    extension were known when it was asked for."""
    if not best:
        return 0
    reached_ms = min(job.ended_ms or 0 for job in best if job.score == best[0].score)
    return sum(
        job.generation == study.generation
        and job.state in (*TRAINED, JobState.PAUSED)
        and (job.started_ms or 0) > reached_ms
        for job in jobs
    )


def _limit_reached(
    study: StudyRecord, best_score: float | None, since_best: int, now_ms: int
) -> str | None:
    started_ms = now_ms if study.started_ms is None else study.started_ms
    if study.timeout_ms is not None and now_ms - started_ms >= study.timeout_ms:
        return f"the search ended at its timeout of {study.timeout_ms / 1000:g} s"
    key = study.direction.key
    if study.target is not None and best_score is not None and key(best_score) <= key(study.target):
        return f"the search ended at its target: a score of {score_words(best_score)}"
    if study.patience is not None and best_score is not None and since_best >= study.patience:
        return f"the search ended by its patience: {since_best} trials in a row were no better than {score_words(best_score)}"
    return None
