"""Commands on studies: made, worked on, watched, compared."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hpo.options import (
    EXPORTS,
    command,
    console,
    given,
    read_budget,
    read_pairs,
    say,
    with_budget,
    with_bundle,
    with_devices,
    with_settings,
    with_storage,
)

if TYPE_CHECKING:
    from hpo.definitions import Definition
    from hpo.settings import Settings


@click.command()
@click.argument("definition")
@click.option("--name", help="Name of the study; default the definition's.")
@with_budget
@with_devices
@with_bundle
@click.option("--fallback", metavar="DEFINITION", help="What to run where the data cannot be had.")
@command
@with_storage
def run(
    settings: "Settings",
    definition: str,
    name: str | None,
    overrides: tuple[str, ...],
    seed: int,
    bundle: Path | None,
    fallback: str | None,
    **budget: Any,
) -> None:
    """Run a study on this machine from its creation to its exported result.

    DEFINITION is cifar100, digits, or a Python file that defines STUDY. The same command again
    goes on where it was stopped.
    """
    from hpo import creation, definitions, local_run
    from hpo.answer import finish, tables
    from hpo.bundle import exporter, layout, manifest
    from storage.database import Database
    from studies.errors import DataUnavailable

    page = console()
    asked = definitions.load(definition).with_settings(read_pairs(overrides))

    def run_it(asked: "Definition") -> local_run.Finished:
        amount = read_budget(budget)
        creation.check(name or asked.name, seed)
        # Whoever waited for hours is not told then that nothing can be written.
        manifest.reserve(bundle or EXPORTS / (name or asked.name))
        return local_run.run(settings, asked, name or asked.name, amount, seed, page)

    try:
        finished = run_it(asked)
    except DataUnavailable as error:
        if fallback is None:
            raise
        page.print(f"{error}\nRunning {fallback} instead of {definition}.", soft_wrap=True)
        asked = definitions.load(fallback)
        finished = run_it(asked)
    db = Database.open(settings.storage_url, settings.artifacts)
    export = exporter.collect(db, asked, finished.data, finish.read(db, finished.study.name))
    console(stderr=False).print(tables.report(export.best))
    folder = bundle or EXPORTS / finished.study.name
    export.write(folder)
    click.echo(f"{folder}: {len(export.contents)} files, see {folder / layout.CARD}")


@click.command()
@click.argument("name")
@click.option("--study", "definition", help="Definition: cifar100, digits, or a Python file.")
@click.option("--extend", is_flag=True, help="Raise an existing study's total of --trials.")
@click.option("--priority", type=int, help="Workers on all studies take those of a higher one first; default 0.")  # fmt: skip
@with_budget
@command
@with_storage
def create(
    settings: "Settings",
    name: str,
    definition: str | None,
    extend: bool,
    priority: int | None,
    overrides: tuple[str, ...],
    seed: int,
    **budget: Any,
) -> None:
    """Create a study, or extend one, for workers to work on.

    The same command with another --priority changes that.
    """
    from hpo import creation, definitions
    from hpo.errors import UsageError
    from storage.database import Database

    amount = read_budget(budget)
    if extend:
        kept = (
            "definition",
            "overrides",
            "seed",
            "select_top",
            "select_seeds",
            "final_seeds",
            "priority",
        )
        if fixed := given(*kept):
            raise UsageError(f"--extend keeps a study's {', '.join(fixed)}: leave that out")
        study = creation.extend(Database.open(settings.storage_url), name, amount)
    elif definition is None:
        raise UsageError(f"a new study needs a definition: hpo create {name} --study cifar100")
    else:
        asked = definitions.load(definition).with_settings(read_pairs(overrides))
        db = Database.create(settings.storage_url, settings.artifacts)
        study = creation.create(db, name, asked, amount, seed, priority)
    click.echo(f"{study.name}: {study.trials} trials of {study.definition}, {study.phase}")


@click.command()
@click.argument("name")
@click.argument("trial", type=int)
@command
@with_storage
def retry(settings: "Settings", name: str, trial: int) -> None:
    """Run a failed trial again, with its parameters, as one more trial of the study."""
    from hpo import creation
    from storage.database import Database

    study = creation.retry(Database.open(settings.storage_url), name, trial)
    click.echo(f"{study.name}: trial {trial} runs again; {study.trials} trials, {study.phase}")


@click.command()
@click.argument("name")
@click.option(
    "--watch", is_flag=True, help="Keep watching until the study is over, or q is pressed."
)
@click.option("--failures", is_flag=True, help="Show why trials failed, with their tracebacks.")
@click.option("--json", "as_json", is_flag=True, help="Everything, for programs.")
@command
@with_storage
def status(settings: "Settings", name: str, watch: bool, failures: bool, as_json: bool) -> None:
    """Show how a study stands."""
    import json
    from contextlib import suppress

    from hpo import status as statuses
    from hpo import terminal
    from hpo import watch as watching
    from hpo.errors import UsageError
    from storage.database import Database

    if watch + failures + as_json > 1:
        raise UsageError("--watch, --failures and --json each show it their way: give one of them")
    db = Database.open(settings.storage_url)
    read = statuses.read_status(db, name)
    epochs = int(read.study.settings["epochs"])
    page = console(stderr=False)
    if watch:
        with suppress(watching.Quit):
            watching.watch(page, lambda: statuses.read_status(db, name), epochs, lambda: True)
    elif failures:
        say(statuses.failure_report(read))
    elif as_json:
        click.echo(json.dumps(statuses.as_json(read), indent=2))
    else:
        page.print(terminal.page(read, epochs))


@click.command()
@click.argument("first")
@click.argument("second")
@click.option("--json", "as_json", is_flag=True, help="Everything, for programs.")
@command
@with_storage
def compare(settings: "Settings", first: str, second: str, as_json: bool) -> None:
    """Compare the winners of two finished studies of the same data, on the holdout.

    The difference is the FIRST minus the SECOND.
    """
    from hpo.answer import contest, finish, tables
    from storage.database import Database

    db = Database.open(settings.storage_url)
    held = contest.hold(finish.read(db, first), finish.read(db, second))
    if as_json:
        click.echo(held.model_dump_json(indent=2))
    else:
        console(stderr=False).print(tables.contest_report(held))


@click.command(name="try")
@click.argument("definition")
@click.option("--set", "overrides", multiple=True, metavar="KEY=VALUE", help="A setting of the definition.")  # fmt: skip
@with_devices
@command
@with_settings
def try_(settings: "Settings", definition: str, overrides: tuple[str, ...]) -> None:
    """Try a definition here: train a few configurations for two epochs, without any database."""
    from hpo import creation, definitions, estimate, terminal, words
    from studies.dataset import prepare

    asked = definitions.load(definition).with_settings(read_pairs(overrides))
    data = prepare(asked.study.data, settings.cache_dir, settings.data_dir)
    page = console()

    def tell(sample: estimate.Sample | None) -> None:
        page.print(terminal.pace_line(sample), soft_wrap=True)

    pace = estimate.measure(asked, data, settings.find_devices(), tell)
    budget = creation.Budget()
    seconds = pace.seconds(asked.study.epochs, creation.DEFAULT_TRIALS, budget)
    click.echo(
        f"{asked.name}: {pace.baseline.epoch_seconds:.2f} s an epoch of the baseline;"
        f" about {words.duration(seconds)} for `hpo run {definition}`"
    )


@click.group()
def db() -> None:
    """The database's tables."""


@db.command()
@click.option("--artifacts", metavar="PLACE", help="Where models and checkpoints are to lie: a folder that all machines mount, or s3://BUCKET/PREFIX.")  # fmt: skip
@command
@with_storage
def upgrade(settings: "Settings", artifacts: str | None) -> None:
    """Make the tables, or bring them to this version; safe to repeat."""
    from storage.database import Database

    db = Database.create(settings.storage_url, None if artifacts else settings.artifacts)
    if artifacts:
        db.place_artifacts(artifacts)
    click.echo(f"{db.shown_url}: up to date")
