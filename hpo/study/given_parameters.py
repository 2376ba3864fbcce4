"""Parameters that a person gives: fixed in all that a search tries, or to be tried soon."""

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any

from hpo import definition_finder
from hpo.definition_loader import refuse_imported
from hpo.errors import UsageError
from hpo.formatting import describe_params
from hpo.settings import Settings
from hpo.study import search_jobs
from storage.connection.retries import retried
from storage.database import Database
from storage.records import Params, StudyRecord
from storage.states import Phase
from storage.tables import jobs, studies
from studies.errors import SettingsError
from studies.json_values import check_json, check_text, plain
from studies.space import Choice, Parameter, Space, Value
from studies.space_points import count_points, fix


def read_given(what: str, given: Mapping[str, Any]) -> Params:
    """Parameters by their names, with NumPy's values as Python's own.

    Raises:
        UsageError: not every database takes them, and `what` they are is named.
    """
    if not isinstance(given, Mapping):
        raise UsageError(f"{what} is {given!r}", "map each parameter to its value")
    params = {plain(name): plain(value) for name, value in given.items()}
    try:
        for name, value in params.items():
            check_text(f"{what}: the name of a parameter", name)
            if isinstance(value, list | tuple | dict):
                raise SettingsError(f"{what}: {name} is {value!r}", "give each a single value")
            check_json(f"{what}: {name}", value)
    except SettingsError as error:
        raise UsageError(error.cause, error.mend) from error
    return params


def read_fixed(given: Mapping[str, Any], space: Space | None) -> Params:
    """What is fixed, of which texts may be numbers, truths or none as JSON has them; without a `space`, as
    an objective has none, any may be.

    Raises:
        UsageError: the space does not have it.
    """
    given = read_given("--fix", given)
    if space is None:
        return {name: _as_value(value) for name, value in given.items()}
    fixed = {
        name: value if name in space and space[name].admits(value) else _as_value(value)
        for name, value in given.items()
    }
    try:
        part = fix(space, fixed)
        if count_points(part) == 0:
            raise SettingsError(
                f"the space forbids all that has {describe_params(fixed)}", "fix less, or another"
            )
    except SettingsError as error:
        raise UsageError(f"--fix: {error.cause}", error.mend) from error
    return {name: _value_of(part[name]) for name in space if name in fixed}


def count_configurations(space: Space, fixed: Params, baseline: Params) -> int | float:
    """How many a search may have: what is left of the space, and the baseline, which keeps its own values."""
    is_left = all(baseline.get(name, value) == value for name, value in fixed.items())
    return count_points(fix(space, fixed)) + (not is_left)


def searched_space(
    study: StudyRecord, settings: Settings, references: Sequence[str] = ()
) -> Space | None:
    """The space of a study's definition, as this machine has it; None of an objective.

    Raises:
        DefinitionError: it does not have it.
    """
    if study.is_called:
        return None
    found = definition_finder.find(study, settings, references)
    return found.with_settings(study.settings).study.space


@retried
def enqueue(db: Database, name: str, given: Sequence[Params], space: Space | None) -> StudyRecord:
    """Has the next trials that nobody has begun train what is `given`, in that order; what that leaves open the
    search chooses. The space, which an objective does not have, is that of the study's definition.

    Raises:
        UsageError: nothing was enqueued: the space does not have it, a trial has it already, or
            so many trials are not left.
    """
    given = [read_given("what is enqueued", params) for params in given]
    if not all(given):
        raise UsageError("what is enqueued has no parameters", "give at least one")
    with db.transaction() as tx:
        study = studies.lock(tx, name)
        refuse_imported(study)
        known = [job.params for job in search_jobs.among(jobs.of_study(tx, study.id))]
        wanted: list[Params] = []
        for number, params in enumerate(given):
            where = "" if len(given) == 1 else f"entry {number + 1}: "
            placed = _placed(study, params, space, where)
            if space is not None and placed in (*known, *wanted):
                raise UsageError(
                    f"{where}study '{name}' has {describe_params(placed)} already",
                    "leave that out; nothing was enqueued",
                )
            wanted.append(placed)
        is_searched = study.phase is Phase.SEARCH and study.reason is None
        left = jobs.give_params(tx, study, wanted) if is_searched else 0
    if left < len(given):
        count = f"{left or 'no'} trial{'s' if left > 1 else ''}"
        total = study.trials + len(given) - left
        raise UsageError(
            f"study '{name}' has {count} left to begin, and {len(given)} to enqueue",
            f"`hpo create {name} --extend --trials {total}` adds some; nothing was enqueued",
        )
    return study


def _placed(study: StudyRecord, params: Params, space: Space | None, where: str) -> Params:
    """With what is fixed beside it, as the space has it.

    Raises:
        UsageError: it is not what the study searches.
    """
    for name, value in study.fixed.items():
        if params.get(name, value) != value:
            raise UsageError(
                f"{where}{name} is fixed at {value!r} in study '{study.name}'", "leave that out"
            )
    if space is None:
        return params
    try:
        searched = fix(space, study.fixed)
        if lost := sorted((params.keys() & space.keys()) - searched.keys()):
            raise SettingsError(
                f"parameter {lost[0]!r} does not apply where {describe_params(study.fixed)}",
                "leave that out",
            )
        part = fix(searched, params)
        if count_points(part) == 0:
            raise SettingsError("the space forbids what is given", "change one of the values")
    except SettingsError as error:
        raise UsageError(f"{where}{error.cause}", error.mend) from error
    placed: dict[str, Value] = {}
    for name, parameter in part.items():
        if name in params and (unknown := sorted(parameter.conditions.keys() - placed.keys())):
            raise UsageError(
                f"{where}whether parameter {name!r} applies depends on {', '.join(unknown)}",
                "give that, too",
            )
        if name in params or (name in study.fixed and parameter.applies(placed)):
            placed[name] = _value_of(parameter)
    return placed


def _value_of(fixed: Parameter) -> Value:
    assert isinstance(fixed, Choice), "of one option"
    return fixed.options[0]


def _as_value(given: object) -> Value:
    """A text as JSON has it, where that is one value."""
    if not isinstance(given, str):
        return given  # type: ignore[return-value]  # checked where it is suggested
    try:
        read: object = json.loads(given)
    except ValueError:
        read = _as_number(given)
    if isinstance(read, float) and not math.isfinite(read):
        return given
    return read if isinstance(read, bool | int | float) or read is None else given


def _as_number(given: str) -> object:
    """`.5` and the like, which JSON does not take."""
    try:
        return float(given)
    except ValueError:
        return given
