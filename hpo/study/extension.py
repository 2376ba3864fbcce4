"""More of a study that exists: a larger total of trials, or a failed one again."""

from collections.abc import Sequence

from sqlalchemy.engine import Connection

from hpo.definition_loader import refuse_imported
from hpo.errors import UsageError
from hpo.search import optuna_study
from hpo.study import search_jobs
from hpo.study.planning import Budget
from storage.connection.retries import retried
from storage.database import Database
from storage.records import BASELINE, JobRecord, Params, StudyRecord
from storage.states import UNFINISHED, JobState, Phase
from storage.tables import jobs, studies


@retried
def extend(db: Database, name: str, budget: Budget) -> StudyRecord:
    """Raises the study's total of trials to that of `budget`; the same total again changes
    nothing, unless the study stopped, which then goes on. Timeouts and target are the budget's from now on; they
    count anew, and so does the patience, which is the study's own where the budget has none.

    A study that is past its search enters a new generation: search goes on, then select and
    final are done anew. What was running of the old generation's select and final is cancelled.
    Trials that a timeout or a target had cancelled are made up for.

    Raises:
        UsageError: no total is given, the study has more trials than that already, or its space
            has no points for as many.
        StudyMismatch: its trials are not there any more.
    """
    trials = budget.trials
    if trials is None:
        raise UsageError("--extend needs --trials, the new total")
    with db.transaction() as tx:
        study = studies.lock(tx, name)
        refuse_imported(study)
        if trials < study.trials:
            raise UsageError(
                f"study '{name}' has {study.trials} trials already: --trials {trials} would take"
                " some away",
                "give a larger total",
            )
        if study.has_front and (budget.target is not None or budget.patience is not None):
            raise UsageError(
                f"study '{name}' has several directions, and no best that would end its search",
                "leave --target and --patience out",
            )
        if trials == study.trials and study.phase is not Phase.STOPPED:
            return study
        optuna_study.check(tx, study)
        search = search_jobs.among(jobs.of_study(tx, study.id))
        first = search_jobs.latest(search, BASELINE)
        if study.has_baseline and search_jobs.has_failed(study, first):
            raise UsageError(
                f"the baseline of study '{name}' failed, which more trials cannot mend",
                f"`hpo status {name}` says why: mend that, then `hpo retry {name} 0`",
            )
        study = _search_again(tx, study, search, trials)
        limits: dict[str, object] = {
            "timeout_ms": budget.timeout_ms,
            "total_timeout_ms": budget.total_timeout_ms,
            "target": budget.target,
            "started_ms": None,
        }
        if budget.patience is not None:
            limits["patience"] = budget.patience
        return studies.write(tx, study, **limits)


@retried
def retry(db: Database, name: str, trial: int) -> StudyRecord:
    """Runs a failed trial again, with its parameters and another seed, as one more trial: one that
    has ended stays as it was. A study that is past its search enters a new generation, as when it is extended.

    Raises:
        UsageError: there is no such trial, it did not fail, or it is run again already.
        StudyMismatch: its trials are not there any more.
    """
    with db.transaction() as tx:
        study = studies.lock(tx, name)
        refuse_imported(study)
        optuna_study.check(tx, study)
        search = search_jobs.among(jobs.of_study(tx, study.id))
        failed = next((job for job in search if job.trial_number == trial), None)
        if failed is None:
            raise UsageError(f"study '{name}' has no trial {trial}", f"see `hpo status {name}`")
        if not search_jobs.has_failed(study, failed):
            raise UsageError(
                f"trial {trial} of study '{name}' {failed.state}", "only failed ones are run again"
            )
        later = search_jobs.latest(search, failed.configuration)
        if later.id != failed.id:
            number = "one to come" if later.trial_number is None else f"trial {later.trial_number}"
            raise UsageError(f"trial {trial} of study '{name}' is run again already, as {number}")
        return _search_again(tx, study, search, study.trials + 1, failed)


def _search_again(
    tx: Connection,
    study: StudyRecord,
    search: Sequence[JobRecord],
    trials: int,
    again: JobRecord | None = None,
) -> StudyRecord:
    """Lets the search of a locked study, whose jobs so far are `search`, go on to a total of
    `trials`, one of them that of a failed job `again`."""
    columns: dict[str, object] = {"trials": trials, "reason": None, "fitting_seeds": None}
    if study.phase != Phase.SEARCH or study.reason is not None:
        # Its timeout or target, if it ended by one, would end it again at once; its patience counts in
        # a generation.
        columns |= {
            "started_ms": None,
            "timeout_ms": None,
            "total_timeout_ms": None,
            "target": None,
        }
        columns |= {"generation": study.generation + 1}
    if study.phase != Phase.SEARCH:
        jobs.cancel(tx, study.id, UNFINISHED, "the study was extended")
        columns |= {"phase": Phase.SEARCH}
    study = studies.write(tx, study, **columns)
    # One that was cancelled in its midst has its trial, and its number.
    counted = [
        job.configuration
        for job in search
        if job.state != JobState.CANCELLED or job.trial_id is not None
    ]
    lacking = trials - len(counted) - (again is not None)
    if study.points is not None and len(set(counted)) + lacking > study.points:
        raise UsageError(
            f"the space of study '{study.name}' has {study.points} configurations, and"
            f" {len(set(counted))} of them are in its search: it cannot have {lacking} more",
            f"--trials {trials - len(set(counted)) - lacking + study.points} tries them all",
        )
    if again is not None:
        jobs.add(tx, study, [search_jobs.again(study, again, len(search))])
    first = max(job.configuration for job in search) + 1
    numbers = range(first, first + lacking)
    jobs.add(tx, study, search_jobs.new_jobs(study, numbers, _given_up(search)))
    return study


def _given_up(search: Sequence[JobRecord]) -> list[Params]:
    """What was given to search jobs, as another study's best is, that were cancelled before they were begun."""
    kept = [
        job.params for job in search if job.trial_id is not None or job.state != JobState.CANCELLED
    ]
    return [job.params for job in search if job.params is not None and job.params not in kept]
