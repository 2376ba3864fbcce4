"""The command line. Each command parses, calls one plain function and prints.

What is heavy is imported inside the commands, so that `hpo --help` answers at once. stdout is
data, stderr is logs; exit codes: 0 done, 1 failed, 2 wrongly asked.
"""

import logging
import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hpo.options import (
    FILE,
    FOLDER,
    command,
    given,
    read_budget,
    read_pairs,
    with_budget,
    with_settings,
    with_storage,
)

if TYPE_CHECKING:
    from rich.console import Console

    from hpo.definitions import Definition
    from hpo.settings import Settings

EXPORTS = Path("exports")


def main() -> None:
    """The entry point: known errors become one line and an exit code."""
    os.environ["TZ"] = "UTC"  # Optuna stores local times
    time.tzset()
    logging.basicConfig(
        level=logging.INFO,
        stream=sys.stderr,
        format="%(asctime)s %(levelname)s %(message)s",
        datefmt="%Y-%m-%dT%H:%M:%SZ",
    )
    logging.getLogger("alembic").setLevel(logging.WARNING)
    cli()


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="hpo")
def cli() -> None:
    """Hyperparameter optimisation with an exact budget and a verdict one can trust."""


@cli.command()
@click.argument("definition")
@click.option("--name", help="Name of the study; default the definition's.")
@with_budget
@click.option("--cpu", type=int, help="CPU slots to train in; default one a core.")
@click.option("--out", type=FOLDER, help="Folder for the exported files; default exports/NAME.")
@click.option("--fallback", metavar="DEFINITION", help="What to run where the data cannot be had.")
@command
@with_storage
def run(
    settings: "Settings",
    definition: str,
    name: str | None,
    overrides: tuple[str, ...],
    seed: int,
    out: Path | None,
    fallback: str | None,
    **budget: Any,
) -> None:
    """Run a study on this machine from its creation to its exported result.

    DEFINITION is cifar100, digits, or a Python file that defines STUDY. The same command again
    goes on where it was stopped.
    """
    from hpo import definitions, local_run
    from hpo.answer import result, tables
    from hpo.bundle import exporter
    from storage.database import Database
    from studies.errors import DataUnavailable

    console = _console()
    asked = definitions.load(definition).with_settings(read_pairs(overrides))

    def run_it(asked: "Definition") -> local_run.Finished:
        amount = read_budget(budget)
        return local_run.run(settings, asked, name or asked.name, amount, seed, console)

    try:
        finished = run_it(asked)
    except DataUnavailable as error:
        if fallback is None:
            raise
        console.print(f"{error}\nRunning {fallback} instead of {definition}.", soft_wrap=True)
        asked = definitions.load(fallback)
        finished = run_it(asked)
    db = Database.open(settings.storage_url)
    outcome = result.assemble(db, finished.study.name)
    _console(stderr=False).print(tables.report(outcome))
    folder = out or EXPORTS / finished.study.name
    files = exporter.export(db, asked, finished.data, finished.study.name, folder)
    for path in files.paths:
        click.echo(path)


@cli.command()
@click.argument("name")
@click.option("--study", "definition", help="Definition: cifar100, digits, or a Python file.")
@click.option("--extend", is_flag=True, help="Raise an existing study's total of --trials.")
@with_budget
@command
@with_storage
def create(
    settings: "Settings",
    name: str,
    definition: str | None,
    extend: bool,
    overrides: tuple[str, ...],
    seed: int,
    **budget: Any,
) -> None:
    """Create a study, or extend one, for workers to work on."""
    from hpo import creation, definitions
    from hpo.errors import UsageError
    from storage.database import Database

    amount = read_budget(budget)
    if extend:
        kept = ("definition", "overrides", "seed", "select_top", "select_seeds", "final_seeds")
        if fixed := given(*kept):
            raise UsageError(f"--extend keeps a study's {', '.join(fixed)}: leave that out")
        study = creation.extend(Database.open(settings.storage_url), name, amount)
    elif definition is None:
        raise UsageError(f"a new study needs a definition: hpo create {name} --study cifar100")
    else:
        asked = definitions.load(definition).with_settings(read_pairs(overrides))
        db = Database.create(settings.storage_url)
        study = creation.create(db, name, asked, amount, seed)
    click.echo(f"{study.name}: {study.trials} trials of {study.definition}, {study.phase}")


@cli.command()
@click.argument("name")
@click.option("--study", "references", multiple=True, metavar="FILE", help="File of the study's definition, where it is not built in.")  # fmt: skip
@click.option("--cpu", type=int, help="CPU slots to train in; default one a core.")
@click.option("--parent", type=int, hidden=True)
@command
@with_storage
def worker(
    settings: "Settings", name: str, references: tuple[str, ...], parent: int | None
) -> None:
    """Work on a study with all of this machine until the study is over.

    Start as many as you like, on as many machines as you like. SIGTERM gives all jobs back.
    """
    import signal

    from hpo.machine.parent import die_with_parent
    from hpo.machine.worker import work

    if parent is not None:
        die_with_parent(parent, signal.SIGTERM)
    study = work(settings, name, references)
    click.echo(f"{study.name}: {study.phase}" + (f", {study.reason}" if study.reason else ""))


@cli.command()
@click.argument("name")
@click.option("--watch", is_flag=True, help="Keep watching until the study is over.")
@click.option("--json", "as_json", is_flag=True, help="Everything, for programs.")
@command
@with_storage
def status(settings: "Settings", name: str, watch: bool, as_json: bool) -> None:
    """Show how a study stands."""
    import json

    from hpo import status as statuses
    from hpo import terminal
    from hpo.errors import UsageError
    from storage.database import Database

    if watch and as_json:
        raise UsageError("--watch is for people and --json for programs: give one of them")
    db = Database.open(settings.storage_url)
    read = statuses.read_status(db, name)
    epochs = int(read.study.settings["epochs"])
    console = _console(stderr=False)
    if watch:
        terminal.watch(console, lambda: statuses.read_status(db, name), epochs, lambda: True)
    elif as_json:
        click.echo(json.dumps(statuses.as_json(read), indent=2))
    else:
        console.print(terminal.page(read, epochs))


@cli.command()
@click.argument("name")
@click.option("--out", type=FOLDER, help="Folder for the files; default exports/NAME.")
@click.option("--study", "references", multiple=True, metavar="FILE", help="File of the study's definition, where it is not built in.")  # fmt: skip
@command
@with_storage
def export(settings: "Settings", name: str, out: Path | None, references: tuple[str, ...]) -> None:
    """Write the best configuration with its proof, and the trained model."""
    from hpo.answer import result, tables
    from hpo.bundle import exporter
    from hpo.machine.worker import find_definition
    from storage import studies
    from storage.database import Database
    from studies.dataset import prepare

    db = Database.open(settings.storage_url)
    with db.reading() as tx:
        study = studies.get(tx, name)
    _console().print(tables.report(result.assemble(db, name)))
    definition = find_definition(study, references).with_settings(study.settings)
    data = prepare(definition.study.data, settings.cache_dir, settings.data_dir)
    for path in exporter.export(db, definition, data, name, out or EXPORTS / name).paths:
        click.echo(path)


@cli.command()
@click.option(
    "--config", "config_file", type=FILE, required=True, help="A best.json that was exported."
)
@click.option("--out", type=FILE, help="Where to save the trained model, a .keras file.")
@click.option(
    "--cpu", type=int, help="CPU slots this machine is shared by; as in the run to be repeated."
)
@click.option("--study", "definition", metavar="FILE", help="File of the definition, where it is not built in.")  # fmt: skip
@command
@with_settings
def train(
    settings: "Settings", config_file: Path, out: Path | None, definition: str | None
) -> None:
    """Train an exported configuration again, without any database."""
    from hpo.bundle import replay

    console = _console()

    def tell(epoch: int, score: float) -> None:
        console.print(f"epoch {epoch}: {score:.4f}", soft_wrap=True)

    cache, data = settings.cache_dir, settings.data_dir
    click.echo(replay.train(config_file, cache, data, out, tell, definition, settings.cpu_slots))


@cli.command(name="try")
@click.argument("definition")
@click.option("--set", "overrides", multiple=True, metavar="KEY=VALUE", help="A setting of the definition.")  # fmt: skip
@click.option("--cpu", type=int, help="CPU slots to train in; default one a core.")
@command
@with_settings
def try_(settings: "Settings", definition: str, overrides: tuple[str, ...]) -> None:
    """Try a definition here: train a few configurations for two epochs, without any database."""
    from hpo import creation, definitions, estimate, terminal
    from hpo.machine import devices
    from studies.dataset import prepare

    asked = definitions.load(definition).with_settings(read_pairs(overrides))
    data = prepare(asked.study.data, settings.cache_dir, settings.data_dir)
    console = _console()

    def tell(sample: estimate.Sample | None) -> None:
        console.print(terminal.pace_line(sample), soft_wrap=True)

    pace = estimate.measure(asked, data, devices.find(settings.cpu_slots), tell)
    budget = creation.Budget()
    seconds = pace.seconds(asked.study.epochs, creation.DEFAULT_TRIALS, budget)
    click.echo(
        f"{asked.name}: {pace.baseline.epoch_seconds:.2f} s an epoch of the baseline;"
        f" about {terminal.duration(seconds)} for `hpo run {definition}`"
    )


@cli.group()
def db() -> None:
    """The database's tables."""


@db.command()
@command
@with_storage
def upgrade(settings: "Settings") -> None:
    """Make the tables, or bring them to this version; safe to repeat."""
    from storage.database import Database

    click.echo(f"{Database.create(settings.storage_url).shown_url}: up to date")


def _console(*, stderr: bool = True) -> "Console":
    from rich.console import Console

    return Console(stderr=stderr, highlight=False, markup=False, emoji=False)
