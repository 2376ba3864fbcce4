"""Commands to begin with: a file of one's own, a first look at what a machine can do."""

import json
from dataclasses import asdict
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

import click
import cloup
from click import shell_completion

from hpo.commands.budget import read_pairs
from hpo.commands.names import DEFINITION
from hpo.commands.options import (
    command,
    print_document,
    print_json,
    say,
    with_devices,
    with_json,
    with_settings,
)

if TYPE_CHECKING:
    from hpo.settings import Settings

BASELINE = {"rate": 0.01, "layers": 2, "units": 32}
"""Of the template."""


@cloup.command()
@click.argument("name")
@command
def init(name: str) -> None:
    """Write NAME.py, a search of your own to begin with, and NAME.json, its baseline.

    It runs at once; the comments in it say what to change.
    """
    from hpo.errors import UsageError
    from hpo.study import planning

    planning.check(name, None)
    template = resources.files("hpo.commands").joinpath("objective.template").read_text()
    files = {
        Path(f"{name}.py"): template.replace("NAME", name),
        Path(f"{name}.json"): f"{json.dumps(BASELINE)}\n",
    }
    if there := [str(file) for file in files if file.exists()]:
        raise UsageError(f"there is {' and '.join(there)} already", "choose another NAME")
    for file, content in files.items():
        try:
            with file.open("x") as new:
                new.write(content)
        except OSError as error:
            raise UsageError(f"{file} cannot be written ({error.strerror})") from error
    called = f"{name}.py:objective --trials 20 --baseline {name}.json --final-seeds 6"
    say(f"{' and '.join(map(str, files))}: hpo run {called}")


@cloup.command(name="try")
@click.argument("definition", type=DEFINITION)
@click.option("--set", "overrides", multiple=True, metavar="KEY=VALUE", help="A setting of the definition.")  # fmt: skip
@with_json
@with_devices
@command
@with_settings
def try_(settings: "Settings", definition: str, overrides: tuple[str, ...], as_json: bool) -> None:
    """Try a definition here: train a few configurations for two epochs, without any database."""
    from hpo import definition_loader, formatting
    from hpo.devices import discovery
    from hpo.study import planning
    from hpo.terminal.console import PlainConsole
    from hpo.terminal.training_speed import telling_pace
    from hpo.training import duration_estimate, precision

    asked = definition_loader.load(definition).with_settings(read_pairs(overrides))
    asked.refuse_without_keras()
    data = asked.study.prepare(settings.cache_folder, settings.data_dir)
    devices = discovery.find_for(settings)
    page = PlainConsole(stderr=True)
    if asked.study.needs_keras and asked.study.settings().get("precision") == precision.AUTO:
        known = precision.Precisions(settings.cache_folder)
        choice = precision.decide(known, devices[0], settings.stall_seconds)
        page.print(f"{choice.precision}: {choice.reason}", soft_wrap=True)
        asked = asked.with_settings({"precision": choice.precision})
    with telling_pace(page, len(devices)) as tell:
        pace = duration_estimate.measure(
            asked, data, devices, tell, stall_seconds=settings.stall_seconds
        )
    study = planning.plan(asked.name, asked, planning.Budget())
    seconds = pace.seconds(asked.study.epochs, study)
    if as_json:
        print_json({"definition": asked.name, **asdict(pace), "study_seconds": seconds})
        return
    click.echo(
        f"{asked.name}: {pace.baseline.epoch_seconds:.2f} s an epoch of the baseline;"
        f" about {formatting.duration(seconds)} for `hpo run {definition}`"
    )


@cloup.command()
@click.argument("shell", type=click.Choice(("bash", "zsh", "fish")))
@click.pass_context
def completion(context: click.Context, shell: str) -> None:
    """Print what makes a shell complete commands, options and the names of studies.

    \b
    bash:  hpo completion bash >> ~/.bashrc
    zsh:   hpo completion zsh >> ~/.zshrc    (below its compinit)
    fish:  hpo completion fish > ~/.config/fish/completions/hpo.fish
    """
    found = shell_completion.get_completion_class(shell)
    assert found is not None, "click has all of these"
    print_document(found(context.find_root().command, {}, "hpo", "_HPO_COMPLETE").source())
