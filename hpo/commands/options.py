"""What the commands share: options, and known errors as one line and an exit code."""

import sys
from collections.abc import Callable, Mapping
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from hpo.formatting import printable
from storage.states import Direction, Pruner, Sampler

if TYPE_CHECKING:
    from hpo.study.planning import Budget

FILE = click.Path(path_type=Path, dir_okay=False)
FOLDER = click.Path(path_type=Path, file_okay=False)
EXPORTS = Path("exports")
SAMPLERS = [sampler.value for sampler in Sampler]
PRUNERS = [pruner.value for pruner in Pruner]
DIRECTIONS = [direction.value for direction in Direction]
# Options that are settings, by the names that those have in a file.
SETTINGS = {
    "storage": "storage",
    "cpu": "cpu_slots",
    "devices": "devices",
    "per_device": "per_device",
    "grace": "grace_seconds",
    "stall_timeout": "stall_seconds",
}


def command(function: Callable[..., None]) -> Callable[..., None]:
    """Adds what every command has: --debug, and the translation of known errors."""

    @click.option("--debug", is_flag=True, help="Show the traceback of an error.")
    @wraps(function)
    def run(*args: Any, debug: bool, **kwargs: Any) -> None:
        try:
            function(*args, **kwargs)
        except Exception as error:
            code = _exit_code(error)
            if debug or code is None:
                raise
            click.echo(f"hpo: {printable(str(error))}", err=True)
            sys.exit(code)

    return run


def _exit_code(error: Exception) -> int | None:
    """The exit code of a known error; None for one that is a mistake in this program."""
    from hpo.errors import HpoError
    from storage.errors import BadPlace, BadUrl, StorageError, StudyExists, UnfencedWrite
    from studies.errors import DataError, SettingsError, StudyError

    match error:
        case HpoError():
            return error.exit_code
        case BadUrl() | BadPlace() | StudyExists() | SettingsError():
            return 2
        case UnfencedWrite():
            return None
        case StorageError() | DataError() | StudyError():
            return 1
        case _:
            return None


def with_settings(function: Callable[..., None]) -> Callable[..., None]:
    """Adds the option that names the settings file; the command gets `settings`, with those of
    its options that are settings put in."""

    @click.option("--settings", "file", type=FILE, help="Settings file; default hpo.toml.")
    @wraps(function)
    def run(*args: Any, file: Path | None, **kwargs: Any) -> None:
        from hpo.settings import load_settings, refuse_password

        flags = {setting: kwargs.pop(option, None) for option, setting in SETTINGS.items()}
        if flags["storage"] is not None:
            refuse_password(flags["storage"])
        function(*args, settings=load_settings(file, **flags), **kwargs)

    return run


def with_storage(function: Callable[..., None]) -> Callable[..., None]:
    """Adds the options that say where state lives; the command gets `settings`."""
    option = click.option("--storage", metavar="URL", help="Database; default sqlite:///hpo.db.")
    return option(with_settings(function))


def say(text: object) -> None:
    """Prints a line of data."""
    click.echo(printable(str(text)))


def print_document(text: str) -> None:
    """Prints a file's content: in UTF-8, as its readers expect, whatever the terminal takes."""
    click.echo(text.encode(errors="backslashreplace"), nl=False)


def confirm(question: str) -> None:
    """Goes on where a person says yes.

    Raises:
        UsageError: nobody is at a terminal.
        click.Abort: the answer is no.
    """
    from hpo.errors import UsageError

    if not sys.stdin.isatty():
        raise UsageError("nobody is at a terminal to be asked", "say --yes")
    click.confirm(question, abort=True, err=True)


def with_definition(function: Callable[..., None]) -> Callable[..., None]:
    """Adds the option for the file of a definition, given as `definition`."""
    return click.option(
        "--study",
        "definition",
        metavar="FILE",
        help="File of the definition, where it is not built in.",
    )(function)


def with_references(function: Callable[..., None]) -> Callable[..., None]:
    """Adds the option for files of definitions, one of which may be that of a study in a database;
    given as `references`."""
    return click.option(
        "--study",
        "references",
        multiple=True,
        metavar="FILE",
        help="File of the study's definition, where it is not built in.",
    )(function)


def with_devices(function: Callable[..., None]) -> Callable[..., None]:
    """Adds the options that say what of this machine is to train; all are settings."""
    options = (
        click.option("--cpu", type=int, help="CPU slots to train in; default one a core."),
        click.option("--devices", metavar="LIST", help="GPUs to train on, e.g. 0,2 or UUIDs; default all."),
        click.option("--per-device", type=int, metavar="N", help="Trainings side by side on each GPU; default 1."),
    )  # fmt: skip
    for option in reversed(options):
        function = option(function)
    return function


def with_bundle(function: Callable[..., None]) -> Callable[..., None]:
    """Adds the option that names the folder of a bundle."""
    return click.option(
        "--bundle", type=FOLDER, help="Folder for the exported files; default exports/NAME."
    )(function)


def with_budget(function: Callable[..., None]) -> Callable[..., None]:
    """Adds the options that say how much is to be trained; of a study that exists those that are not
    given are as it was created."""
    options = (
        click.option("--trials", type=int, show_default="2 a parameter, at least 16", help="Search trials in total, the baseline among them."),
        click.option("--select-top", type=int, show_default="5", help="Configurations that enter select."),
        click.option("--select-seeds", type=int, show_default="3", help="Seeds of those that stay in select to the end."),
        click.option("--final-seeds", type=int, show_default="10", help="Seeds of winner and baseline in final, at most: with more than 3 it is over after half of them if these decide; with 0 there is the search alone, and no verdict."),
        click.option("--timeout", metavar="DURATION", help="End the search after this long, such as 1h30m, 90m or seconds; select and final come after it."),
        click.option("--target", type=float, help="End the search at this score."),
        click.option("--patience", type=int, metavar="N", help="End the search when N trials in a row were no better than the best before them, e.g. 20."),
        click.option("--sampler", type=click.Choice(SAMPLERS), show_default="tpe", help="How the search chooses: learning, by chance, evenly, or from all there is."),
        click.option("--pruner", type=click.Choice(PRUNERS), show_default="halving", help="How it spares itself trials: they pause at rungs, and the best go on; one behind most others ends; or not at all."),
        click.option("--from", "source", metavar="STUDY", help="Begin the search with what the trials of another study found, whose space is the same or a part of it; an objective with any that has its directions."),
        click.option("--baseline", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help="Of an objective: parameters in JSON, by name, that its first trial has; with --final-seeds the best is judged against it."),
        click.option("--direction", "directions", type=click.Choice(DIRECTIONS), multiple=True, show_default="minimize", help="Of an objective: whether less or more is better; once for each value that it returns."),
        click.option("--seed", type=int, show_default="0", help="What all randomness derives from."),
        click.option("--set", "overrides", multiple=True, metavar="KEY=VALUE", help="A setting of the definition, e.g. split_seed=1 or epochs=5."),
    )  # fmt: skip
    for option in reversed(options):
        function = option(function)
    return function


def read_budget(values: Mapping[str, Any]) -> "Budget":
    """The budget that the options of `with_budget` ask for."""
    from hpo.errors import UsageError
    from hpo.formatting import read_duration
    from hpo.study.planning import Budget

    rest = dict(values)
    timeout, sampler, pruner, baseline = (
        rest.pop(name) for name in ("timeout", "sampler", "pruner", "baseline")
    )
    try:
        return Budget(
            **rest,
            timeout_seconds=None if timeout is None else read_duration(timeout),
            sampler=None if sampler is None else Sampler(sampler),
            pruner=None if pruner is None else Pruner(pruner),
            baseline=None if baseline is None else read_params(baseline),
        )
    except ValueError as error:
        raise UsageError(f"--timeout '{timeout}' is no duration", str(error)) from error


def read_params(file: Path) -> dict[str, Any]:
    """Parameters by their names, as JSON has them.

    Raises:
        UsageError: the file cannot be read, or holds something else.
    """
    from pydantic import FiniteFloat, TypeAdapter, ValidationError

    from hpo.errors import UsageError

    kind: TypeAdapter[dict[str, Any]] = TypeAdapter(
        dict[str, bool | int | FiniteFloat | str | None]
    )
    try:
        params = kind.validate_json(file.read_bytes(), strict=True)
    except OSError as error:
        raise UsageError(f"--baseline {file} cannot be read ({error.strerror})") from None
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"][:1])
        reason = f"{where}: {first['msg']}" if where else first["msg"]
        raise UsageError(
            f"--baseline {file} holds no parameters ({reason})", 'write {"name": value, ...}'
        ) from None
    if not params:
        raise UsageError(f"--baseline {file} holds no parameters", 'write {"name": value, ...}')
    return params


def read_pairs(overrides: tuple[str, ...]) -> dict[str, str]:
    """What stands in repeated --set KEY=VALUE options."""
    from hpo.errors import UsageError

    pairs: dict[str, str] = {}
    for override in overrides:
        key, equals, value = override.partition("=")
        if not equals:
            raise UsageError(f"--set {override}", "write --set KEY=VALUE")
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
