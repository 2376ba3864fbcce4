"""Commands that look into one trial, and at what a study was asked for."""

from typing import TYPE_CHECKING

import click

from hpo.commands.options import command, with_storage
from storage.states import Phase

if TYPE_CHECKING:
    from hpo.settings import Settings

TRIAL = click.IntRange(min=0)
PHASES = [Phase.SEARCH.value, Phase.SELECT.value, Phase.FINAL.value]


@click.command()
@click.argument("name")
@click.argument("trial", type=TRIAL, required=False)
@click.option("--json", "as_json", is_flag=True, help="Everything, for programs.")
@command
@with_storage
def show(settings: "Settings", name: str, trial: int | None, as_json: bool) -> None:
    """Show one trial, or what a study was asked for.

    Of TRIAL: its parameters, its value, what it reported, where it was trained, what that cost, why it failed.
    Without TRIAL: settings, space, budget, limits, and where data and artifacts lie.
    """
    import json

    from hpo.study import study_details, trial_details
    from hpo.terminal.console import PlainConsole, has_braille
    from hpo.terminal.tables import draw_facts
    from hpo.terminal.trial_page import draw_trial
    from storage.database import Database

    db, page = Database.open(settings.storage_url), PlainConsole()
    if trial is None:
        study = study_details.read_study(db, name)
        if as_json:
            click.echo(json.dumps(study_details.as_json(study), indent=2))
        else:
            page.print(draw_facts(study_details.describe(study)))
        return
    details = trial_details.read_trial(db, name, trial)
    if as_json:
        click.echo(json.dumps(trial_details.as_json(details), indent=2))
    else:
        page.print(draw_trial(details, chart=has_braille(page)))


@click.command()
@click.argument("name")
@click.argument("trial", type=TRIAL)
@click.option("--phase", type=click.Choice(PHASES), default=PHASES[0], show_default=True, help="Of which trainings: those with fresh seeds are in select and final.")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="As it was printed, for programs.")
@command
@with_storage
def logs(settings: "Settings", name: str, trial: int, phase: str, as_json: bool) -> None:
    """Show what the training of a trial printed.

    Of one that runs, it is what it had printed half a minute ago.
    """
    import json

    from rich.text import Text

    from hpo.formatting import as_left_on_screen
    from hpo.study.trial_details import log_as_json, read_logs, read_trial
    from hpo.terminal.console import PlainConsole
    from hpo.terminal.trial_page import attempt_words
    from storage.database import Database

    db, page = Database.open(settings.storage_url), PlainConsole()
    details = read_trial(db, name, trial)
    printed = read_logs(db, details, Phase(phase))
    if as_json:
        click.echo(json.dumps([log_as_json(details, log) for log in printed], indent=2))
        return
    for log in printed:
        heading = f"{log.job.title}, seed {log.job.seed}: {attempt_words(details, log.attempt)}"
        page.print(Text(heading, style="bold"), soft_wrap=True)
        if shown := as_left_on_screen(log.text):
            page.print(Text(shown), soft_wrap=True)
        else:
            page.print(Text("nothing was printed", style="dim"))
