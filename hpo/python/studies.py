"""Studies of a database: made, opened, listed."""

import inspect
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, TypeVar

from hpo import definition_finder, definition_loader
from hpo.errors import DefinitionError, UsageError
from hpo.python.study import Study
from hpo.settings import load_settings
from hpo.status import study_list
from hpo.study import creation
from hpo.study.planning import Budget
from storage.database import Database
from storage.states import Pruner, Sampler
from storage.tables import studies
from studies.json_values import plain

Objective = Callable[[Any], Any]
"""As Optuna has it: takes a trial, returns a number, or several."""
Kind = TypeVar("Kind", Sampler, Pruner)


def create_study(
    definition: str | Path | Objective,
    name: str | None = None,
    *,
    storage: str | None = None,
    settings: Mapping[str, object] | None = None,
    directions: Sequence[str] = (),
    trials: int | None = None,
    select_top: int | None = None,
    select_seeds: int | None = None,
    final_seeds: int | None = None,
    timeout_seconds: float | None = None,
    total_timeout_seconds: float | None = None,
    target: float | None = None,
    patience: int | None = None,
    sampler: str | None = None,
    pruner: str | None = None,
    source: str | None = None,
    baseline: Mapping[str, Any] | None = None,
    fixed: Mapping[str, Any] | None = None,
    seed: int | None = None,
    priority: int | None = None,
) -> Study:
    """Makes a study, or opens the one that was made as it is asked for here; what is not given is then as it was.

    `definition` is what `hpo run` takes: the name of a built-in one, a Python file that defines STUDY, or
    FILE.py:FUNCTION, an objective; or such a function, imported from its file. `name` is by default that of the
    definition. `storage` is a database's URL, by default that of the environment or hpo.toml, else
    sqlite:///hpo.db. `settings` are those of the definition, as `hpo run --set` gives them, `directions` for
    each value of an objective "minimize" or "maximize". `source` is `--from`, the study with whose trials the
    search begins, `fixed` what `--fix` gives. All others are the options of `hpo create` of the same names.

    Raises:
        UsageError: something cannot be meant.
        DefinitionError: there is no such definition, or its code raises.
        StudyExists: the name is taken by another study.
    """
    budget = Budget(
        trials=plain(trials),
        select_top=plain(select_top),
        select_seeds=plain(select_seeds),
        final_seeds=plain(final_seeds),
        timeout_seconds=plain(timeout_seconds),
        total_timeout_seconds=plain(total_timeout_seconds),
        target=plain(target),
        patience=plain(patience),
        sampler=_choose(Sampler, sampler),
        pruner=_choose(Pruner, pruner),
        source=source,
        baseline=baseline,
        fixed=fixed,
    )
    given = dict(settings or {})
    if directions:
        given["directions"] = directions if isinstance(directions, str) else ",".join(directions)
    found = definition_loader.load(_reference(definition)).with_settings(given)
    machine = load_settings(storage=storage)
    called = name or found.name
    with closing(Database.create(machine.storage_url, machine.artifacts)) as db:
        found = creation.configured(db, called, found, given)
        is_new = creation.refuse_taken(db, called, found, budget, plain(seed)) is None
        creation.create(db, called, found, budget, plain(seed), plain(priority))
    definition_finder.remember(machine, found)
    return Study(called, machine, (found.reference,), is_new)


def open_study(
    name: str, *, storage: str | None = None, definition: str | Path | Objective | None = None
) -> Study:
    """A study that exists. `definition` is its file, which to run it and to export its model wants where it is not
    built in.

    Raises:
        StudyNotFound: it does not; the nearest name is told.
    """
    machine = load_settings(storage=storage)
    with closing(Database.open(machine.storage_url)) as db, db.reading() as tx:
        study = studies.get(tx, name)
    return Study(study.name, machine, () if definition is None else (_reference(definition),))


def list_studies(*, storage: str | None = None) -> list[dict[str, Any]]:
    """All studies of a database, the newest first, as `hpo list --json` has them."""
    with closing(Database.open(load_settings(storage=storage).storage_url)) as db:
        return [study_list.as_json(each) for each in study_list.list_studies(db)[0]]


def _choose(kinds: type[Kind], name: str | None) -> Kind | None:
    if name is None or name in list(kinds):
        return None if name is None else kinds(name)
    raise UsageError(f"'{name}' is no {kinds.__name__.lower()}", f"give one of {', '.join(kinds)}")


def _reference(definition: str | Path | Objective) -> str:
    if not callable(definition):
        return str(definition)
    name = getattr(definition, "__qualname__", "")
    try:
        file = Path(inspect.getsourcefile(definition) or "")
    except TypeError:  # built in
        file = Path()
    if not file.is_file() or not name.isidentifier():
        raise DefinitionError(
            f"{name or definition!r} is no function of a file, and the processes that call it read it from one",
            "write it to a file, in a notebook with %%writefile train.py, and give 'train.py:objective'",
        )
    return f"{file}:{name}"
