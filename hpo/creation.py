"""Making a study, and giving one a larger budget."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

import optuna
from sqlalchemy.engine import Connection
from sqlalchemy.exc import IntegrityError

from hpo import phases
from hpo.definitions import Definition
from hpo.errors import UsageError
from hpo.trials import UUID_ATTRIBUTE
from storage import jobs, studies
from storage.database import Database
from storage.errors import StudyExists
from storage.records import BASELINE, JobRecord, NewStudy, StudyRecord
from storage.retries import retried
from storage.states import JobState, Phase

DEFAULT_TRIALS = 16
MOST = 1_000_000
# It names folders and pages, too.
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


@dataclass(frozen=True)
class Budget:
    """How much is to be trained. `trials` are search jobs, the baseline among them; None is the
    number that an existing study has, and the default for a new one."""

    trials: int | None = None
    select_top: int = 5
    select_seeds: int = 3
    final_seeds: int = 5
    timeout_seconds: float | None = None
    target: float | None = None

    def __post_init__(self) -> None:
        """Raises:
        UsageError: a number that cannot be meant.
        """
        counts = {
            "--trials": (self.trials, 2),
            "--select-top": (self.select_top, 1),
            "--select-seeds": (self.select_seeds, 1),
            "--final-seeds": (self.final_seeds, 2),
        }
        for name, (value, least) in counts.items():
            if value is not None and not least <= value <= MOST:
                raise UsageError(f"{name} {value} is not between {least} and {MOST}")
        if self.timeout_seconds is not None and not 0 < self.timeout_seconds < math.inf:
            raise UsageError(
                f"--timeout {self.timeout_seconds:g} leaves no time, or all: give seconds > 0"
            )
        if self.target is not None and not math.isfinite(self.target):
            raise UsageError(f"--target {self.target:g} is no score: give a number")

    @property
    def timeout_ms(self) -> int | None:
        return None if self.timeout_seconds is None else round(self.timeout_seconds * 1000)


def check(name: str, seed: int) -> None:
    """Raises:
    UsageError: the name or the seed cannot be one.
    """
    if not 0 <= seed < 2**63:
        raise UsageError(f"--seed {seed} is no seed: give a number from 0 to 2^63 - 1")
    if NAME.fullmatch(name) is None:
        raise UsageError(
            f"'{name}' cannot name a study: use up to 100 letters, digits, '.', '_' and '-',"
            " a letter or digit first"
        )


@retried
def create(
    db: Database,
    name: str,
    definition: Definition,
    budget: Budget,
    seed: int = 0,
    priority: int | None = None,
) -> StudyRecord:
    """Makes the study and its search jobs, or returns it unchanged where it exists as asked for; of
    one that exists the priority is changed, unless that is None.

    Raises:
        UsageError: the name, the seed or the priority cannot be one.
        StudyExists: it exists with another definition, settings or budget.
    """
    check(name, seed)
    if priority is not None and abs(priority) > MOST:
        raise UsageError(f"--priority {priority} is not between -{MOST} and {MOST}")
    with db.reading() as tx:
        existing = studies.find(tx, name)
    trials = budget.trials or (existing.trials if existing else DEFAULT_TRIALS)
    study = definition.study
    new = NewStudy(
        name=name,
        definition=study.name,
        definition_hash=definition.hash,
        settings=study.settings(),
        baseline=dict(study.baseline),
        seed=seed,
        trials=trials,
        select_top=budget.select_top,
        select_seeds=budget.select_seeds,
        final_seeds=budget.final_seeds,
        timeout_ms=budget.timeout_ms,
        target=budget.target,
        priority=priority or 0,
    )
    beside = _optuna_study(db, name)
    if existing is None:
        try:
            with db.transaction() as tx:
                existing = studies.add(tx, new)
                jobs.add(tx, existing, phases.search_jobs(existing, range(trials)))
        except IntegrityError:  # somebody made it in this moment
            with db.reading() as tx:
                existing = studies.get(tx, name)
    _tie(db, beside, existing)
    _check_same(existing, new)
    if priority is None or priority == existing.priority:
        return existing
    with db.transaction() as tx:
        return studies.write(tx, studies.lock(tx, name), priority=priority)


@retried
def extend(db: Database, name: str, budget: Budget) -> StudyRecord:
    """Raises the study's total of trials to that of `budget`; the same total again changes
    nothing. Timeout and target are the budget's from now on; the timeout counts anew.

    A study that is past its search enters a new generation: search goes on, then select and
    final are done anew. What was running of the old generation's select and final is cancelled.
    Trials that a timeout or a target had cancelled are made up for.

    Raises:
        UsageError: no total is given, or the study has more trials than that already.
    """
    trials = budget.trials
    if trials is None:
        raise UsageError("--extend needs --trials, the new total")
    with db.transaction() as tx:
        study = studies.lock(tx, name)
        if trials < study.trials:
            raise UsageError(
                f"study '{name}' has {study.trials} trials already: --trials {trials} would take"
                " some away; give a larger total"
            )
        if trials == study.trials:
            return study
        search = phases.search_of(jobs.of_study(tx, study.id))
        if phases.latest(search, BASELINE).state == JobState.FAILED:
            raise UsageError(
                f"the baseline of study '{name}' failed, which more trials cannot mend: mend what"
                f" `hpo status --failures` shows, then `hpo retry {name} 0`"
            )
        study = _search_again(tx, study, search, trials)
        limits = {"timeout_ms": budget.timeout_ms, "target": budget.target, "started_ms": None}
        return studies.write(tx, study, **limits)


@retried
def retry(db: Database, name: str, trial: int) -> StudyRecord:
    """Runs a failed trial again, with its parameters, as one more trial: one that has ended stays
    as it was. A study that is past its search enters a new generation, as when it is extended.

    Raises:
        UsageError: there is no such trial, it did not fail, or it is run again already.
    """
    with db.transaction() as tx:
        study = studies.lock(tx, name)
        search = phases.search_of(jobs.of_study(tx, study.id))
        failed = next((job for job in search if job.trial_number == trial), None)
        if failed is None:
            raise UsageError(f"study '{name}' has no trial {trial}: see `hpo status {name}`")
        if failed.state != JobState.FAILED:
            raise UsageError(
                f"trial {trial} of study '{name}' {failed.state}: only failed ones are run again"
            )
        later = phases.latest(search, failed.configuration)
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
    columns: dict[str, object] = {"trials": trials, "reason": None}
    if study.phase != Phase.SEARCH or study.reason is not None:
        # Its timeout or target, if it ended by one, would end it again at once.
        columns |= {"started_ms": None, "timeout_ms": None, "target": None}
    if study.phase != Phase.SEARCH:
        jobs.cancel(tx, study.id, [JobState.OPEN, JobState.LEASED], "the study was extended")
        columns |= {"phase": Phase.SEARCH, "generation": study.generation + 1}
    study = studies.write(tx, study, **columns)
    # One that was cancelled in its midst has its trial, and its number.
    counted = sum(job.state != JobState.CANCELLED or job.trial_id is not None for job in search)
    if again is not None:
        jobs.add(tx, study, [phases.again(study, again, len(search))])
        counted += 1
    first = max(job.configuration for job in search) + 1
    jobs.add(tx, study, phases.search_jobs(study, range(first, first + trials - counted)))
    return study


def _optuna_study(db: Database, name: str) -> optuna.Study:
    """Optuna's study of that name, made if need be.

    Raises:
        StudyExists: it is none of ours.
    """
    with db.translated():
        study = optuna.create_study(
            study_name=name, storage=db.optuna, direction="maximize", load_if_exists=True
        )
        if UUID_ATTRIBUTE not in study.user_attrs and study.get_trials(deepcopy=False):
            raise StudyExists(
                f"Optuna has a study '{name}' that hpo did not make: choose another --name"
            )
        return study


def _tie(db: Database, beside: optuna.Study, study: StudyRecord) -> None:
    """Of several that make a study at once the one whose row stands decides; one that was killed
    before it came here is made up for."""
    with db.translated():
        if beside.user_attrs.get(UUID_ATTRIBUTE) != study.uuid and not beside.get_trials():
            beside.set_user_attr(UUID_ATTRIBUTE, study.uuid)


def _check_same(existing: StudyRecord, new: NewStudy) -> None:
    name = existing.name
    if existing.definition != new.definition:
        raise StudyExists(
            f"study '{name}' exists with the definition '{existing.definition}':"
            " choose another --name"
        )
    if existing.definition_hash != new.definition_hash:
        raise StudyExists(
            f"study '{name}' was made with another version of '{existing.definition}':"
            " choose another --name, or go back to that version"
        )
    if existing.trials != new.trials:
        raise StudyExists(
            f"study '{name}' exists with {existing.trials} trials:"
            f" `hpo create {name} --extend --trials N` raises that"
        )
    for field in (
        "settings", "seed", "select_top", "select_seeds", "final_seeds", "timeout_ms", "target",
    ):  # fmt: skip
        if getattr(existing, field) != getattr(new, field):
            raise StudyExists(
                f"study '{name}' exists with other {field.replace('_', ' ')}"
                f" ({getattr(existing, field)}): choose another --name"
            )
