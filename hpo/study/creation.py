"""Making a study, and giving one a larger budget."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy.exc import IntegrityError

from hpo.definition_loader import Definition, version_of
from hpo.errors import UsageError
from hpo.search import optuna_study, warm_start
from hpo.study import search_jobs
from storage.connection.retries import retried
from storage.database import Database
from storage.errors import StudyExists
from storage.records import EarlierTrial, NewStudy, StudyRecord
from storage.states import Direction, Pruner, Sampler
from storage.tables import earlier_trials, jobs, studies
from studies.space import count_points

DEFAULTS = {
    "select_top": 5, "select_seeds": 3, "final_seeds": 10, "seed": 0,
    "sampler": Sampler.TPE, "pruner": Pruner.HALVING,
}  # fmt: skip
TRIALS_PER_PARAMETER = 2
"""A larger space is searched with more trials by default."""
LEAST_TRIALS = 16
"""Where there are few parameters."""
MOST = 1_000_000
# It names folders and pages, too.
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")

# What decides on a study, and the option that asks for it.
OPTIONS = {
    "settings": "--set", "seed": "--seed", "select_top": "--select-top",
    "select_seeds": "--select-seeds", "final_seeds": "--final-seeds", "timeout_ms": "--timeout",
    "target": "--target", "patience": "--patience", "sampler": "--sampler", "pruner": "--pruner",
    "source": "--from",
}  # fmt: skip


@dataclass(frozen=True)
class Budget:
    """How much is asked to be trained, and how that is searched. `trials` are search jobs, the baseline
    among them; seeds are so many at most. What is None was not asked for: an existing study has it as it
    was created, a new one by default."""

    trials: int | None = None
    select_top: int | None = None
    select_seeds: int | None = None
    final_seeds: int | None = None
    timeout_seconds: float | None = None
    target: float | None = None
    patience: int | None = None
    sampler: Sampler | None = None
    pruner: Pruner | None = None
    source: str | None = None
    """The study with whose trials the search begins."""

    def __post_init__(self) -> None:
        """Raises:
        UsageError: a number that cannot be meant.
        """
        if self.trials == 1:
            raise UsageError(
                "--trials 1 is the baseline alone: nothing would be found, and nothing compared",
                "`hpo try DEFINITION` trains it for a first look; a study takes 2 or more",
            )
        if self.final_seeds == 0 and (self.select_top or self.select_seeds):
            raise UsageError(
                "--final-seeds 0 ends a study with its search, and there is no select",
                "leave --select-top and --select-seeds out",
            )
        counts = {
            "--trials": (self.trials, 2),
            "--select-top": (self.select_top, 1),
            "--select-seeds": (self.select_seeds, 1),
            "--final-seeds": (self.final_seeds or None, 2),
            "--patience": (self.patience, 1),
        }
        for name, (value, least) in counts.items():
            if value is not None and not least <= value <= MOST:
                raise UsageError(f"{name} {value} is not between {least} and {MOST}")
        if self.timeout_seconds is not None and not 0.001 <= self.timeout_seconds < math.inf:
            raise UsageError(
                f"--timeout {self.timeout_seconds:g} leaves no time, or all",
                "give 0.001 s or more",
            )
        if self.target is not None and not math.isfinite(self.target):
            raise UsageError(f"--target {self.target:g} is no score", "give a number")

    @property
    def timeout_ms(self) -> int | None:
        return None if self.timeout_seconds is None else round(self.timeout_seconds * 1000)


def check(name: str, seed: int | None) -> None:
    """Raises:
    UsageError: the name or the seed cannot be one.
    """
    if seed is not None and not 0 <= seed < 2**63:
        raise UsageError(f"--seed {seed} is no seed", "give a number from 0 to 2^63 - 1")
    if NAME.fullmatch(name) is None:
        raise UsageError(
            f"'{name}' cannot name a study",
            "use up to 100 letters, digits, '.', '_' and '-', a letter or digit first",
        )


def configured(
    db: Database, name: str, definition: Definition, given: Mapping[str, object]
) -> Definition:
    """The definition with the `given` settings, and the others as the study of that name has them, if
    there is one.

    Raises:
        SettingsError: an unknown setting, or a value that does not fit.
        StudyExists: it is of another definition.
    """
    with db.reading() as tx:
        existing = studies.find(tx, name)
    if existing is None:
        return definition.with_settings(given)
    _check_same_definition(existing, definition)
    return definition.with_settings({**existing.settings, **given})


def plan(
    name: str,
    definition: Definition,
    budget: Budget,
    seed: int | None = None,
    existing: StudyRecord | None = None,
) -> NewStudy:
    """The study that is asked for; what is not asked for is as in the `existing` one, else as by
    default."""
    asked: dict[str, Any] = {
        "seed": seed,
        "trials": budget.trials,
        "select_top": budget.select_top,
        "select_seeds": budget.select_seeds,
        "final_seeds": budget.final_seeds,
        "timeout_ms": budget.timeout_ms,
        "target": budget.target,
        "patience": budget.patience,
        "sampler": budget.sampler,
        "pruner": budget.pruner,
        "source": budget.source,
    }
    study = definition.study
    trials = max(LEAST_TRIALS, TRIALS_PER_PARAMETER * len(study.space))
    known: Mapping[str, Any] = (
        {**DEFAULTS, "trials": trials} if existing is None else vars(existing)
    )
    amounts: dict[str, Any] = {
        field: known.get(field) if value is None else value for field, value in asked.items()
    }
    points = count_points(study.space)
    return NewStudy(
        name=name,
        definition=study.name,
        definition_hash=definition.hash,
        settings=study.settings(),
        baseline=dict(study.baseline),
        metric=study.metric,
        direction=Direction(study.direction),
        points=int(points) if points <= MOST else None,
        **amounts,
    )


def refuse_taken(
    db: Database, name: str, definition: Definition, budget: Budget, seed: int | None = None
) -> StudyRecord | None:
    """The study of that name if it is the one that is asked for, None if there is none; changes
    nothing.

    Raises:
        StudyExists: it is another one, or none of ours.
        StudyMismatch: its trials are not there any more.
        StudyNotFound: there is no study to begin from.
        UsageError: the database cannot write down what it consists of, its space has fewer points
            than there are to be trials, its sampler cannot treat it, or nothing that the study to begin
            from found fits.
    """
    existing = _find(db, name)
    if existing is not None:
        _check_same(existing, plan(name, definition, budget, seed, existing), definition)
        return existing
    new = plan(name, definition, budget, seed)
    _refuse_impossible(db, definition, new)
    _read_earlier(db, definition, new)
    optuna_study.refuse_foreign(db, name, definition.study.direction)
    return None


@retried
def create(
    db: Database,
    name: str,
    definition: Definition,
    budget: Budget,
    seed: int | None = None,
    priority: int | None = None,
) -> StudyRecord:
    """Makes the study and its search jobs, or returns it unchanged where it exists as asked for; of
    one that exists the priority is changed, unless that is None.

    Raises:
        UsageError: the name, the seed or the priority cannot be one, the database cannot write down
            what the study consists of, its space has fewer points than there are to be trials, or
            its sampler cannot treat it.
        StudyExists: it exists with another definition, settings or budget.
        StudyNotFound: there is no study to begin from.
        StudyMismatch: its trials are not there any more.
    """
    check(name, seed)
    if priority is not None and abs(priority) > MOST:
        raise UsageError(f"--priority {priority} is not between -{MOST} and {MOST}")
    existing = _find(db, name)
    new = replace(plan(name, definition, budget, seed, existing), priority=priority or 0)
    earlier: list[EarlierTrial] = []
    if existing is None:
        _refuse_impossible(db, definition, new)
        earlier = _read_earlier(db, definition, new)
    beside = optuna_study.find_or_make(
        db, name, definition.study.direction, is_new=existing is None
    )
    if existing is None:
        try:
            with db.transaction() as tx:
                existing = studies.add(tx, new)
                earlier_trials.add(tx, existing, earlier)
                first = warm_start.first_choice(existing, earlier)
                jobs.add(tx, existing, search_jobs.new_jobs(existing, range(new.trials), first))
        except IntegrityError:  # somebody made it in this moment
            with db.reading() as tx:
                existing = studies.get(tx, name)
    optuna_study.tie(db, beside, existing)
    _check_same(existing, new, definition)
    if priority is None or priority == existing.priority:
        return existing
    with db.transaction() as tx:
        return studies.write(tx, studies.lock(tx, name), priority=priority)


def _read_earlier(db: Database, definition: Definition, new: NewStudy) -> list[EarlierTrial]:
    if new.source is None:
        return []
    with db.reading() as tx:
        source = studies.get(tx, new.source)
        trials = earlier_trials.of_search(tx, source)
    return warm_start.fitting(source, trials, definition.study.space, new)


def _find(db: Database, name: str) -> StudyRecord | None:
    """The study of that name, if there is one, with its trials."""
    with db.reading() as tx:
        existing = studies.find(tx, name)
        if existing is not None:
            optuna_study.check(tx, existing)
    return existing


def refuse_unsearchable(new: NewStudy) -> None:
    """Raises:
    UsageError: the study's space has fewer points than there are to be trials, or no grid although
        that is its sampler.
    """
    if new.points is None and new.sampler is Sampler.GRID:
        raise UsageError(
            f"the space of '{new.definition}' has no grid: it has real numbers, or more than {MOST}"
            " configurations",
            "give --sampler tpe, random or qmc, or a space of choices and whole numbers",
        )
    if new.points is not None and new.trials > new.points:
        raise UsageError(
            f"the space of '{new.definition}' has {new.points} configurations: --trials"
            f" {new.trials} would train some of them again",
            f"--trials {new.points} tries them all",
        )


def _refuse_impossible(db: Database, definition: Definition, new: NewStudy) -> None:
    refuse_unsearchable(new)
    for name in (definition.name, *definition.study.space):
        if not (name.isascii() or db.takes(name)):
            raise UsageError(
                f"this database has not all characters of '{name}' in its encoding",
                "choose another name, or a database in UTF-8",
            )


def _check_same_definition(existing: StudyRecord, definition: Definition) -> None:
    name = existing.name
    if existing.definition != definition.name:
        raise StudyExists(
            f"study '{name}' exists with the definition '{existing.definition}'",
            "choose another --name",
        )
    if existing.definition_hash != definition.hash:
        changed, mend = definition.changes(existing.definition_hash, version_of(name))
        raise StudyExists(
            f"study '{name}' was made with another version of '{existing.definition}' ({changed})",
            f"choose another --name, or {mend}",
        )


def _check_same(existing: StudyRecord, new: NewStudy, definition: Definition) -> None:
    _check_same_definition(existing, definition)
    name = existing.name
    if existing.trials != new.trials:
        raise StudyExists(
            f"study '{name}' exists with {existing.trials} trials",
            f"leave --trials out to go on, or `hpo create {name} --extend --trials N` raises that",
        )
    for field, option in OPTIONS.items():
        there, asked = getattr(existing, field), getattr(new, field)
        if there == asked:
            continue
        what = option.removeprefix("--").replace("-", " ")
        if field == "settings":
            what = field
            there = ", ".join(
                f"{key}={value}" for key, value in there.items() if asked.get(key) != value
            )
        elif field == "timeout_ms" and there is not None:
            there = f"{there / 1000:g} s"
        raise StudyExists(
            f"study '{name}' exists with other {what} ({there})",
            f"leave {option} out to go on with it, or choose another --name",
        )
