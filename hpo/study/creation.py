"""Making a study, once, as it was asked for."""

from collections.abc import Mapping
from dataclasses import replace

from sqlalchemy.exc import IntegrityError

from hpo.definition_loader import Definition, refuse_imported, version_of
from hpo.errors import UsageError
from hpo.formatting import describe_params
from hpo.search import optuna_study, warm_start
from hpo.study import search_jobs
from hpo.study.planning import MOST, Budget, check, plan, refuse_unsearchable
from storage.connection.retries import retried
from storage.database import Database
from storage.errors import StudyExists
from storage.records import EarlierTrial, NewStudy, StudyRecord
from storage.tables import earlier_trials, jobs, studies
from studies.study import Study

# What decides on a study, and the option that asks for it.
OPTIONS = {
    "settings": "--set", "seed": "--seed", "select_top": "--select-top",
    "select_seeds": "--select-seeds", "final_seeds": "--final-seeds", "timeout_ms": "--timeout",
    "target": "--target", "patience": "--patience", "sampler": "--sampler", "pruner": "--pruner",
    "source": "--from", "baseline": "--baseline", "fixed": "--fix",
    "total_timeout_ms": "--total-timeout",
}  # fmt: skip


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
    optuna_study.refuse_foreign(db, name, definition.searched.all_directions)
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
        db, name, definition.searched.all_directions, is_new=existing is None
    )
    if existing is None:
        try:
            with db.transaction() as tx:
                existing = studies.add(tx, new)
                earlier_trials.add(tx, existing, earlier)
                first = warm_start.first_choice(existing, earlier)
                new_jobs = search_jobs.new_jobs(existing, range(new.trials), first)
                jobs.add(tx, existing, new_jobs)
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
    searched = definition.searched
    space = searched.space if isinstance(searched, Study) else None
    return warm_start.fitting(source, trials, space, new)


def _find(db: Database, name: str) -> StudyRecord | None:
    """The study of that name, if there is one, with its trials."""
    with db.reading() as tx:
        existing = studies.find(tx, name)
        if existing is not None:
            optuna_study.check(tx, existing)
    return existing


def _refuse_impossible(db: Database, definition: Definition, new: NewStudy) -> None:
    refuse_unsearchable(definition, new)
    space = definition.searched.space if isinstance(definition.searched, Study) else {}
    for name in (definition.name, *space):
        if not (name.isascii() or db.takes(name)):
            raise UsageError(
                f"this database has not all characters of '{name}' in its encoding",
                "choose another name, or a database in UTF-8",
            )


def _check_same_definition(existing: StudyRecord, definition: Definition) -> None:
    refuse_imported(existing)
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
            others = {key: value for key, value in there.items() if asked.get(key) != value}
            there = ", ".join(f"{key}={value}" for key, value in others.items())
            option = "--direction" if [*others] == ["directions"] else option
        elif field.endswith("timeout_ms") and there is not None:
            there = f"{there / 1000:g} s"
        elif field == "fixed":
            there = describe_params(there) or None
        raise StudyExists(
            f"study '{name}' exists with other {what} ({there})",
            f"leave {option} out to go on with it, or choose another --name",
        )
