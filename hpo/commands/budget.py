"""The options that say what is to be trained, and what a person wrote in them."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import cloup
from click.core import ParameterSource

from hpo.commands.names import STUDY
from hpo.commands.options import FILE
from storage.states import Direction, Pruner, Sampler

if TYPE_CHECKING:
    from hpo.study.planning import Budget

SAMPLERS = [sampler.value for sampler in Sampler]
PRUNERS = [pruner.value for pruner in Pruner]
DIRECTIONS = [direction.value for direction in Direction]


def with_budget(function: Callable[..., None]) -> Callable[..., None]:
    """Adds the options that say how much is to be trained; of a study that exists those that are not
    given are as it was created."""
    tried = cloup.option_group(
        "What is tried",
        click.option("--trials", type=int, show_default="2 a parameter, at least 16", help="Search trials in total, the baseline among them."),
        click.option("--sampler", type=click.Choice(SAMPLERS), show_default="tpe", help="How the search chooses: learning, by chance, evenly, or from all there is."),
        click.option("--pruner", type=click.Choice(PRUNERS), show_default="halving", help="How it spares itself trials: they pause at rungs, and the best go on; one behind most others ends; or not at all."),
        click.option("--from", "source", type=STUDY, metavar="STUDY", help="Begin the search with what the trials of another study found, whose space is the same or a part of it; an objective with any that has its directions."),
        click.option("--fix", "fixed", multiple=True, metavar="NAME=VALUE", help="A parameter that is not searched: all that is tried has this value; the baseline keeps its own."),
        click.option("--direction", "directions", type=click.Choice(DIRECTIONS), multiple=True, show_default="minimize", help="Of an objective: whether less or more is better; once for each value that it returns."),
        click.option("--set", "overrides", multiple=True, metavar="KEY=VALUE", help="A setting of the definition, e.g. split_seed=1 or epochs=5."),
        click.option("--seed", type=int, show_default="0", help="What all randomness derives from."),
    )  # fmt: skip
    ended = cloup.option_group(
        "When it ends",
        click.option("--timeout", metavar="DURATION", help="End the search after this long, such as 1h30m, 90m or seconds; select and final come after it."),
        click.option("--total-timeout", metavar="DURATION", help="Be over as a whole after this long: the search leaves time for select and final, and what has not ended then is stopped."),
        click.option("--target", type=float, help="End the search at this score."),
        click.option("--patience", type=int, metavar="N", help="End the search when N trials in a row were no better than the best before them, e.g. 20."),
    )  # fmt: skip
    judged = cloup.option_group(
        "How it is judged",
        click.option("--baseline", type=FILE, metavar="FILE", help="Of an objective: parameters in JSON, by name, that its first trial has; with --final-seeds the best is judged against it."),
        click.option("--select-top", type=int, show_default="5", help="Configurations that enter select."),
        click.option("--select-seeds", type=int, show_default="3", help="Seeds of those that stay in select to the end."),
        click.option("--final-seeds", type=int, show_default="10", help="Seeds of winner and baseline in final, at most: with more than 3 it is over after half of them if these decide; with 0 there is the search alone, and no verdict."),
    )  # fmt: skip
    return tried(ended(judged(function)))


def read_budget(values: Mapping[str, Any]) -> "Budget":
    """The budget that the options of `with_budget` ask for."""
    from hpo.study.planning import Budget

    rest = dict(values)
    timeout, total_timeout, sampler, pruner, baseline, fixed = (
        rest.pop(name)
        for name in ("timeout", "total_timeout", "sampler", "pruner", "baseline", "fixed")
    )
    return Budget(
        **rest,
        timeout_seconds=_seconds("--timeout", timeout),
        total_timeout_seconds=_seconds("--total-timeout", total_timeout),
        fixed=read_pairs(fixed, "--fix") or None,
        sampler=None if sampler is None else Sampler(sampler),
        pruner=None if pruner is None else Pruner(pruner),
        baseline=None if baseline is None else read_params(baseline),
    )


def _seconds(option: str, given: str | None) -> float | None:
    from hpo.errors import UsageError
    from hpo.formatting import read_duration

    try:
        return None if given is None else read_duration(given)
    except ValueError as error:
        raise UsageError(f"{option} '{given}' is no duration", str(error)) from error


def read_params(file: Path) -> dict[str, Any]:
    """Parameters by their names, as JSON has them, that --baseline names.

    Raises:
        UsageError: the file cannot be read, or holds something else.
    """
    (params,) = _read_entries(file, f"--baseline {file}")
    return params


def read_entries(file: Path) -> list[dict[str, Any]]:
    """The same of a file of one object or a list of them."""
    return _read_entries(file, str(file), may_be_several=True)


def _read_entries(file: Path, name: str, *, may_be_several: bool = False) -> list[dict[str, Any]]:
    from pydantic import FiniteFloat, TypeAdapter, ValidationError

    from hpo.errors import UsageError

    one: TypeAdapter[Any] = TypeAdapter(dict[str, bool | int | FiniteFloat | str | None])
    several: TypeAdapter[Any] = TypeAdapter(list[dict[str, bool | int | FiniteFloat | str | None]])
    mend = 'write {"name": value, ...}' + (", or a list of such" if may_be_several else "")
    try:
        content = file.read_bytes()
        is_list = may_be_several and content.lstrip().startswith(b"[")
        kind = several if is_list else one
        found = kind.validate_json(content, strict=True)
    except OSError as error:
        raise UsageError(f"{name} cannot be read ({error.strerror})") from None
    except ValidationError as error:
        first = error.errors()[0]
        place = first["loc"][: 1 + is_list]
        is_of_value = len(first["loc"]) > len(place)  # behind which stands a kind that it is not
        said = "it is no finite number, text, true, false or null" if is_of_value else first["msg"]
        reason = ": ".join([*filter(None, [".".join(map(str, place))]), said])
        raise UsageError(f"{name} holds no parameters ({reason})", mend) from None
    entries: list[dict[str, Any]] = found if is_list else [found]
    if not entries or not all(entries):
        raise UsageError(f"{name} holds no parameters", mend)
    return entries


def read_pairs(overrides: tuple[str, ...], option: str = "--set") -> dict[str, str]:
    """What stands in repeated --set KEY=VALUE options."""
    from hpo.errors import UsageError

    pairs: dict[str, str] = {}
    for override in overrides:
        key, equals, value = override.partition("=")
        if not equals:
            raise UsageError(f"{option} {override}", f"write {option} KEY=VALUE")
        pairs[key.strip()] = value.strip()
    return pairs


def read_settings(overrides: tuple[str, ...], directions: tuple[str, ...]) -> dict[str, str]:
    """Those pairs, with the directions that an option gives."""
    return read_pairs(overrides) | ({"directions": ",".join(directions)} if directions else {})


def given(*names: str) -> list[str]:
    """Which of these options of the command that runs were written on its command line."""
    context = click.get_current_context()
    return [
        parameter.opts[0]
        for parameter in context.command.params
        if parameter.name in names
        and context.get_parameter_source(parameter.name) is ParameterSource.COMMANDLINE
    ]
