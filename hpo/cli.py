"""The command line. Exit codes: 0 done, 1 failed, 2 wrongly asked."""

import errno
import logging
import os
import sys
import time

import click

from hpo.commands import bundles, fleet, starting, studies, transfers, views
from hpo.terminal import streams


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


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="hpo")
def cli() -> None:
    """Hyperparameter optimisation with an exact budget and a verdict one can trust."""


for each in (
    starting.init,
    studies.run,
    studies.create,
    fleet.worker,
    views.list_,
    views.status,
    views.trials,
    views.dashboard,
    views.report,
    fleet.workers,
    fleet.doctor,
    fleet.stop,
    fleet.resume,
    studies.retry,
    studies.remove,
    transfers.copy,
    transfers.import_,
    transfers.rename,
    views.compare,
    bundles.export,
    bundles.verify,
    bundles.predict,
    bundles.train,
    starting.try_,
    studies.db,
):
    cli.add_command(each)
