"""What the commands share: options, and known errors as one line and an exit code."""

import json
import sys
from collections.abc import Callable
from dataclasses import asdict
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import cloup

from hpo.commands.names import DEFINITION
from hpo.formatting import printable

if TYPE_CHECKING:
    from storage.records import StudyRecord

FILE = click.Path(path_type=Path, dir_okay=False)
FOLDER = click.Path(path_type=Path, file_okay=False)
# Options that are settings, by the names that those have in a file.
SETTINGS = {
    "storage": "storage",
    "cpu": "cpu_slots",
    "devices": "devices",
    "per_device": "per_device",
    "grace": "grace_seconds",
    "idle_exit": "idle_exit_seconds",
    "stall_timeout": "stall_seconds",
    "on_end": "on_end",
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


def with_json(function: Callable[..., None]) -> Callable[..., None]:
    """Adds the option that asks for data in place of words, given as `as_json`."""
    return click.option("--json", "as_json", is_flag=True, help="As JSON, for programs.")(function)


def print_json(value: object) -> None:
    """Prints data, for programs."""
    print_document(json.dumps(value, indent=2) + "\n")


def tell_study(study: "StudyRecord", words: str, *, as_json: bool) -> None:
    """Says what became of a study; for programs as it now stands."""
    if as_json:
        print_json(asdict(study))
    else:
        say(f"{study.name}: {words}")


def with_definition(function: Callable[..., None]) -> Callable[..., None]:
    """Adds the option for the file of a definition, given as `definition`."""
    return click.option(
        "--study",
        "definition",
        type=DEFINITION,
        metavar="FILE",
        help="File of the definition, where it is not built in.",
    )(function)


def with_references(function: Callable[..., None]) -> Callable[..., None]:
    """Adds the option for files of definitions, one of which may be that of a study in a database;
    given as `references`."""
    return click.option(
        "--study",
        "references",
        type=DEFINITION,
        multiple=True,
        metavar="FILE",
        help="File of the study's definition, where it is not built in.",
    )(function)


def with_devices(function: Callable[..., None]) -> Callable[..., None]:
    """Adds the options that say what of this machine is to train; all are settings."""
    return cloup.option_group(
        "This machine",
        click.option("--cpu", type=int, help="CPU slots to train in; default one a core."),
        click.option("--devices", metavar="LIST", help="GPUs to train on, e.g. 0,2 or UUIDs; default all."),
        click.option("--per-device", type=int, metavar="N", help="Trainings side by side on each GPU; default 1."),
    )(function)  # fmt: skip


def with_end_hook(function: Callable[..., None]) -> Callable[..., None]:
    """Adds the option that says what is told of a study's end; it is a setting."""
    option = click.option("--on-end", metavar="COMMAND|URL", help="What is told when the study ends: a command of the shell, or a URL by POST.")  # fmt: skip
    return option(function)


def with_bundle(function: Callable[..., None]) -> Callable[..., None]:
    """Adds the option that names the folder of a bundle."""
    return click.option(
        "--bundle", type=FOLDER, help="Folder for the exported files; default exports/NAME."
    )(function)
