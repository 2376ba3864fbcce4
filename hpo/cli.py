"""The command line. Exit codes: 0 done, 1 failed, 2 wrongly asked."""

import logging
import os
import sys
import time

import click

from hpo.commands import bundles, fleet, studies, views


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


for each in (
    studies.run,
    studies.create,
    fleet.worker,
    studies.status,
    views.dashboard,
    views.report,
    fleet.workers,
    fleet.doctor,
    fleet.stop,
    fleet.resume,
    studies.retry,
    studies.compare,
    bundles.export,
    bundles.verify,
    bundles.predict,
    bundles.train,
    studies.try_,
    studies.db,
):
    cli.add_command(each)
