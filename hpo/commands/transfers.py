"""Commands on studies as a whole: brought in from Optuna, copied, renamed."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click
import cloup

from hpo.commands.names import STUDY
from hpo.commands.options import FILE, command, print_json, say, tell_study, with_json, with_storage

if TYPE_CHECKING:
    from hpo.settings import Settings


@cloup.command("import")
@click.argument("study", required=False)
@click.option("--from", "url", metavar="URL", help="Where Optuna has it: a database, an SQLite file, or a journal.")  # fmt: skip
@click.option("--from-file", "url_file", type=FILE, help="A file that holds that URL, where it has a password.")  # fmt: skip
@click.option("--name", help="Name of the study here; default that which it has.")
@with_json
@command
@with_storage
def import_(
    settings: "Settings",
    study: str | None,
    url: str | None,
    url_file: Path | None,
    name: str | None,
    as_json: bool,
) -> None:
    """Bring in a study that plain Optuna made, as history.

    It is over, and all its trials are shown, reported and exported as any study's are; another begins with it
    (`hpo run --from`). Where it comes from is only read. STUDY may be left out where there is but one.
    """
    from hpo.settings import read_place
    from hpo.transfer import importing, optuna_source
    from storage.database import Database

    with optuna_source.opened(read_place("--from", url, url_file)) as source:
        found = optuna_source.choose(source, study)
        name = importing.name_for(found, name)
        db = Database.create(settings.storage_url, settings.artifacts)
        imported = importing.import_study(db, source, found, name)
    made = imported.study
    words = f"{made.trials} trials of Optuna's study '{found.study_name}'"
    if imported.unfinished:
        words += f", {imported.unfinished} of them cancelled, for they had not ended"
    tell_study(made, words, as_json=as_json)
    if not as_json:
        say(f"`hpo run FILE.py:FUNCTION --from {made.name} --name NEW` goes on from it")


@cloup.command()
@click.argument("name", type=STUDY)
@click.argument("new")
@with_json
@command
@with_storage
def rename(settings: "Settings", name: str, new: str, as_json: bool) -> None:
    """Call a study by another name.

    Nobody may be at work on it: `hpo stop` it first. Workers that wait for it go on with it.
    """
    from hpo.transfer import renaming
    from storage.database import Database

    study = renaming.rename(Database.open(settings.storage_url), name, new)
    if as_json:
        print_json(asdict(study))
    else:
        say(f"{name}: now {study.name}")


@cloup.command()
@click.argument("name", type=STUDY)
@click.argument("new")
@click.option("--to", "url", metavar="URL", help="The database that the copy is to stand in; default the same.")  # fmt: skip
@click.option("--to-file", "url_file", type=FILE, help="A file that holds that URL, where it has a password.")  # fmt: skip
@with_json
@command
@with_storage
def copy(
    settings: "Settings",
    name: str,
    new: str,
    url: str | None,
    url_file: Path | None,
    as_json: bool,
) -> None:
    """Copy a study, within its database or into another.

    NEW has the trials, results, models and checkpoints of NAME, and is a study of its own from then on. Nobody may be at work on it: `hpo stop` it first. The uses of its holdout count once, whoever has the copy.
    """
    from hpo.settings import read_place
    from hpo.transfer import copying
    from storage.database import Database
    from storage.tables import studies

    db = target = Database.open(settings.storage_url, settings.artifacts)
    with db.reading() as tx:
        studies.get(tx, name)  # before anything is made elsewhere
    if (url, url_file) != (None, None):
        target = Database.create(read_place("--to", url, url_file))
    copied = copying.copy(db, name, new, target)
    words = f"{copied.study.trials} trials, {copied.files} models and checkpoints"
    if copied.lost_files:
        words += f"; {copied.lost_files} more are gone or damaged"
    words = f"a copy of '{name}' in {target.shown_url}, {words}"
    tell_study(copied.study, words, as_json=as_json)
