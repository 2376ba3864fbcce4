"""The command line. Exit codes: 0 done, 1 failed, 2 wrongly asked."""

import errno
import logging
import os
import sys
import time

import click
import cloup

from hpo.commands import bundles, details, fleet, launch, starting, studies, transfers, views
from hpo.terminal import streams

WHOLE = 1000
"""Characters of a sentence that is not cut."""


def main() -> None:
    """The entry point: known errors become one line and an exit code."""
    streams.protect()
    os.environ["TZ"] = "UTC"  # Optuna stores local times
    time.tzset()
    logging.basicConfig(
        level=logging.INFO,
        stream=sys.stderr,
        format="%(asctime)s %(levelname)s %(message)s",
        datefmt="%Y-%m-%dT%H:%M:%SZ",
    )
    logging.getLogger("alembic").setLevel(logging.WARNING)
    try:
        cli()
    except SystemExit:
        # Whoever wants no more may leave; but data that a full disk did not take is missing.
        if (error := streams.lost()) is not None and error.errno != errno.EPIPE:
            click.echo(f"hpo: stdout cannot be written ({error.strerror}): make room", err=True)
            sys.exit(1)
        raise


def _tell_version(context: click.Context, _option: click.Parameter, is_asked: bool) -> None:
    if not is_asked or context.resilient_parsing:
        return
    from hpo import __version__
    from hpo.provenance import git_commit

    commit = git_commit()
    click.echo(f"hpo {__version__}" + (f", commit {commit}" if commit else ""))
    context.exit()


@cloup.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option("--version", is_flag=True, is_eager=True, expose_value=False, callback=_tell_version, help="Show version and commit, and exit.")  # fmt: skip
def cli() -> None:
    """Hyperparameter optimisation with an exact budget and a verdict one can trust."""


# By what a person is about.
for use, commands in {
    "Begin": (starting.init, starting.try_, studies.run, transfers.import_),
    "Look": (
        views.list_,
        views.status,
        views.trials,
        details.show,
        details.logs,
        views.dashboard,
        views.report,
        views.compare,
    ),
    "Steer": (studies.enqueue, fleet.stop, fleet.resume, studies.retry),
    "Use several machines": (studies.create, fleet.worker, launch.launch, fleet.workers),
    "Use the result": (bundles.export, bundles.verify, bundles.predict, bundles.train),
    "Look after all of it": (
        fleet.doctor,
        transfers.copy,
        transfers.rename,
        studies.remove,
        studies.db,
        starting.completion,
    ),
}.items():
    for command in commands:
        command.short_help = command.get_short_help_str(limit=WHOLE)
    cli.section(use, *commands)
