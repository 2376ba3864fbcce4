"""`make chaos`: real trainings that are killed, then small studies to which all is done at once."""

import logging
import os
import random
import sys
import tempfile
import time
from itertools import count
from pathlib import Path

import click

from tests.chaos import ordeal, server
from tests.chaos.chronicle import Chronicle

NAMED = (("keras", ordeal.KERAS), ("toy", ordeal.TOY), ("called", ordeal.CALLED))
log = logging.getLogger(__name__)


@click.command()
@click.option("--seed", type=int, help="What every choice derives from; default any.")
@click.option("--minutes", type=float, default=4.0, show_default=True, help="How long, about.")
def main(seed: int | None, minutes: float) -> None:
    """Hurt workers and their database, and check what comes of it."""
    until = time.monotonic() + minutes * 60
    seed = random.randrange(10**6) if seed is None else seed
    chronicle = Chronicle()
    log.info("seed %s: the same choices again with make chaos SEED=%s", seed, seed)
    try:
        with (
            tempfile.TemporaryDirectory(prefix="hpo-chaos-") as folder,
            server.running() as patient,
        ):
            for number in count():
                # Keras once, then the others in turn.
                name, trouble = NAMED[0] if not number else NAMED[1 + number % 2]
                name = f"{name}-{number}"
                ordeal.undergo(trouble, f"{seed} {number}", patient, Path(folder) / name, chronicle)
                if number and time.monotonic() > until:
                    break
    except BaseException:
        log.error("FAILED with seed %s, after %s", seed, chronicle.summary)
        raise
    log.info("seed %s: all is well after %s", seed, chronicle.summary)


if __name__ == "__main__":
    os.environ["TZ"] = "UTC"  # as the command line does: Optuna writes local times
    time.tzset()
    logging.basicConfig(level=logging.INFO, stream=sys.stdout, format="%(message)s")
    logging.getLogger("alembic").setLevel(logging.WARNING)
    main()
