"""Commands on studies: made, worked on, removed; and on the tables they stand in."""

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import cloup

from hpo.commands.budget import given, read_budget, read_entries, read_settings, with_budget
from hpo.commands.bundles import print_export
from hpo.commands.names import DEFINITION, STUDY, TrialNumber
from hpo.commands.options import (
    FILE,
    command,
    confirm,
    say,
    tell_study,
    with_bundle,
    with_devices,
    with_end_hook,
    with_json,
    with_references,
    with_storage,
)
from storage.states import JobState

if TYPE_CHECKING:
    from hpo.settings import Settings


@cloup.command()
@click.argument("definition", type=DEFINITION)
@cloup.option_group(
    "The study",
    click.option("--name", type=STUDY, metavar="NAME", help="Its name; default the definition's."),
    with_bundle,
    click.option("--fallback", type=DEFINITION, metavar="DEFINITION", help="What to run, with the same options, where the data cannot be had."),
)  # fmt: skip
@with_budget
@with_devices
@with_end_hook
@command
@with_storage
def run(
    settings: "Settings",
    definition: str,
    name: str | None,
    overrides: tuple[str, ...],
    directions: tuple[str, ...],
    seed: int | None,
    bundle: Path | None,
    fallback: str | None,
    **budget: Any,
) -> None:
    """Run a study on this machine from its creation to its exported result.

    DEFINITION is cifar100, cifar100-wide, digits, diabetes, images (a folder of pictures: --set data=FOLDER), a
    Python file that defines STUDY, or FILE.py:FUNCTION, an objective as Optuna has it. The same command again
    goes on where it was stopped, also without its options: what is not given is as it was created.
    """
    from hpo import definition_loader
    from hpo.commands import local_run
    from hpo.result.conclusion import read_conclusion
    from hpo.status.study_status import read_status
    from hpo.terminal.console import PlainConsole, has_braille
    from hpo.terminal.study_page import draw_study, ending_line
    from storage.database import Database
    from storage.states import Phase

    given_settings = read_settings(overrides, directions)
    asked = definition_loader.load(definition).with_settings(given_settings)
    spare = None if fallback is None else definition_loader.load(fallback)
    wanted = local_run.Wanted(asked, name, read_budget(budget), seed, bundle, given_settings)
    page = PlainConsole(stderr=True)
    done, study = local_run.run_either(settings, wanted, spare, page)
    reference = done.definition.reference
    if study.phase is Phase.DONE and (study.is_judged_by_values or not study.is_judged):
        db = Database.open(settings.storage_url)
        found = read_status(db, study.name)
        conclusion = read_conclusion(db, study)
        page.print(draw_study(found, chart=has_braille(page), conclusion=conclusion))
        best = found.winner or found.best
        if best is None:
            say(found.no_best_words)
        for job in found.front or filter(None, [best]):
            say(ending_line(found.study, job))
        if conclusion is not None:
            say(f"Verdict: {conclusion.verdict}")
        return
    # What draws and counts is imported when there is something to draw and to count.
    from hpo.bundle import exporter

    exported = exporter.export(settings, done.study_name, done.folder, [reference])
    print_export(exported, done.folder, stderr=False)


@cloup.command()
@click.argument("name", type=STUDY)
@cloup.option_group(
    "The study",
    click.option("--study", "definition", type=DEFINITION, metavar="DEFINITION", help="cifar100, cifar100-wide, digits, diabetes, images, a Python file, or FILE.py:FUNCTION."),
    click.option("--extend", is_flag=True, help="Raise an existing study's total of --trials."),
    click.option("--priority", type=int, help="Workers on all studies take those of a higher one first; default 0."),
)  # fmt: skip
@with_json
@with_budget
@command
@with_storage
def create(
    settings: "Settings",
    name: str,
    definition: str | None,
    extend: bool,
    priority: int | None,
    as_json: bool,
    overrides: tuple[str, ...],
    directions: tuple[str, ...],
    seed: int | None,
    **budget: Any,
) -> None:
    """Create a study, or extend one, for workers to work on.

    With --from it is, without --study, of the definition of that study. The same command with another
    --priority changes that.
    """
    from hpo import definition_finder, definition_loader
    from hpo.errors import UsageError
    from hpo.formatting import fixed_words, limit_words
    from hpo.study import creation, extension
    from storage.database import Database
    from storage.tables import studies

    amount = read_budget(budget)
    if extend:
        kept = "definition overrides directions seed select_top select_seeds final_seeds sampler pruner source baseline fixed priority"
        if fixed := given(*kept.split()):
            raise UsageError(f"--extend keeps a study's {', '.join(fixed)}", "leave that out")
        study = extension.extend(Database.open(settings.storage_url), name, amount)
    elif definition is None and amount.source is None and not _exists(settings, name):
        raise UsageError("a new study needs a definition", f"hpo create {name} --study cifar100")
    else:
        given_settings = read_settings(overrides, directions)
        if definition is None:
            with Database.open(settings.storage_url).reading() as tx:
                found = definition_finder.find(studies.get(tx, amount.source or name), settings)
        else:
            found = definition_loader.load(definition)
        asked = found.with_settings(given_settings)
        db = Database.create(settings.storage_url, settings.artifacts)
        definition_finder.remember(settings, found)
        asked = creation.configured(db, name, asked, given_settings)
        study = creation.create(db, name, asked, amount, seed, priority)
    words = [f"{study.trials} trials of {study.definition}", *limit_words(study)]
    words += [*filter(None, [fixed_words(study)]), study.phase]
    tell_study(study, ", ".join(words), as_json=as_json)


def _exists(settings: "Settings", name: str) -> bool:
    from storage.database import Database
    from storage.tables import studies

    if not Database.may_exist(settings.storage_url):
        return False
    with Database.open(settings.storage_url).reading() as tx:
        return studies.find(tx, name) is not None


@cloup.command()
@click.argument("name", type=STUDY)
@click.argument("params_file", type=FILE, metavar="PARAMS.json")
@with_references
@with_json
@command
@with_storage
def enqueue(
    settings: "Settings",
    name: str,
    params_file: Path,
    references: tuple[str, ...],
    as_json: bool,
) -> None:
    """Try these parameters soon: as the next trials of a study, which has as many as before.

    PARAMS.json holds them by name, {"name": value, ...}, or a list of such. What is left open the search chooses.
    """
    from hpo.study import given_parameters
    from storage.database import Database
    from storage.tables import studies

    entries = read_entries(params_file)
    db = Database.open(settings.storage_url)
    with db.reading() as tx:
        study = studies.get(tx, name)
    space = given_parameters.searched_space(study, settings, references)
    study = given_parameters.enqueue(db, name, entries, space)
    trials = "the next trial has" if len(entries) == 1 else f"the next {len(entries)} trials have"
    how_far = ", as far as the objective asks for it" if space is None else ""
    tell_study(study, f"{trials} what {params_file} says{how_far}", as_json=as_json)


@cloup.command()
@click.argument("name", type=STUDY)
@click.argument("trial", type=TrialNumber(JobState.FAILED))
@with_json
@command
@with_storage
def retry(settings: "Settings", name: str, trial: int, as_json: bool) -> None:
    """Run a failed trial again, with its parameters, as one more trial of the study."""
    from hpo.study import extension
    from storage.database import Database

    study = extension.retry(Database.open(settings.storage_url), name, trial)
    words = f"trial {trial} runs again; {study.trials} trials, {study.phase}"
    tell_study(study, words, as_json=as_json)


@cloup.command()
@click.argument("name", type=STUDY)
@click.option("--yes", is_flag=True, help="Do not ask.")
@command
@with_storage
def remove(settings: "Settings", name: str, yes: bool) -> None:
    """Remove a study with its trials, results, models and checkpoints.

    Nobody may be at work on it: `hpo stop` it first. Which holdouts it opened is known for ever.
    """
    from hpo.study import removal
    from storage.database import Database
    from storage.errors import StudyRemoved
    from storage.tables import studies

    db = Database.open(settings.storage_url, settings.artifacts)
    study = None
    with suppress(StudyRemoved), db.reading() as tx:  # to go on with that nobody is asked again
        study = studies.get(tx, name)
    if study is not None and not yes:
        confirm(f"Remove {study.name}, {study.trials} trials of {study.definition}, for good?")
    removal.remove(db, name)
    click.echo(f"{name}: removed")


@cloup.group()
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
