"""Commands that look into one trial, and at what a study was asked for."""

from typing import TYPE_CHECKING

import click
import cloup

from hpo.commands.names import STUDY, TrialNumber
from hpo.commands.options import command, print_json, with_json, with_storage
from storage.states import Phase

if TYPE_CHECKING:
    from hpo.settings import Settings

TRIAL = TrialNumber()
PHASES = [Phase.SEARCH.value, Phase.SELECT.value, Phase.FINAL.value]


@cloup.command()
@click.argument("name", type=STUDY, required=False)
@click.argument("trial", type=TRIAL, required=False)
@with_json
@command
@with_storage
def show(settings: "Settings", name: str | None, trial: int | None, as_json: bool) -> None:
    """Show one trial, or what a study was asked for.

    Of TRIAL: its parameters, its value, what it reported, where it was trained, what that cost, why it failed.
    Without TRIAL: settings, space, budget, limits, and where data and artifacts lie.
    """
    from hpo.status import study_details, trial_details
    from hpo.status.study_list import the_only
    from hpo.terminal.console import PlainConsole, has_braille
    from hpo.terminal.tables import draw_facts
    from hpo.terminal.trial_page import draw_trial
    from storage.database import Database

    db, page = Database.open(settings.storage_url), PlainConsole()
    name = name or the_only(db)
    if trial is None:
        study = study_details.read_study(db, name)
        if as_json:
            print_json(study_details.as_json(study))
        else:
            page.print(draw_facts(study_details.describe(study)))
        return
    details = trial_details.read_trial(db, name, trial)
    if as_json:
        print_json(trial_details.as_json(details))
    else:
        page.print(draw_trial(details, chart=has_braille(page)))


@cloup.command()
@click.argument("name", type=STUDY)
@click.argument("trial", type=TRIAL)
@click.option("--phase", type=click.Choice(PHASES), default=PHASES[0], show_default=True, help="Of which trainings: those with fresh seeds are in select and final.")  # fmt: skip
@with_json
@command
@with_storage
def logs(settings: "Settings", name: str, trial: int, phase: str, as_json: bool) -> None:
    """Show what the training of a trial printed.

    Of one that runs, it is what it had printed half a minute ago.
    """
    from rich.text import Text

    from hpo.formatting import as_left_on_screen
    from hpo.status.trial_details import log_as_json, read_logs, read_trial
    from hpo.terminal.console import PlainConsole
    from hpo.terminal.trial_page import attempt_words
    from storage.database import Database

    db, page = Database.open(settings.storage_url), PlainConsole()
    details = read_trial(db, name, trial)
    printed = read_logs(db, details, Phase(phase))
    if as_json:
        print_json([log_as_json(details, log) for log in printed])
        return
    for log in printed:
        heading = f"{log.job.title}, seed {log.job.seed}: {attempt_words(details, log.attempt)}"
        page.print(Text(heading, style="bold"), soft_wrap=True)
        if shown := as_left_on_screen(log.text):
            page.print(Text(shown), soft_wrap=True)
        else:
            page.print(Text("nothing was printed", style="dim"))
