"""Commands on the fleet: workers started, listed, halted and resumed."""

from typing import TYPE_CHECKING

import click
import cloup

from hpo.commands.names import STUDY
from hpo.commands.options import (
    command,
    print_json,
    say,
    tell_study,
    with_devices,
    with_end_hook,
    with_json,
    with_references,
    with_storage,
)

if TYPE_CHECKING:
    from hpo.settings import Settings

ASKED_TO_LEAVE = 75
"""EX_TEMPFAIL of sysexits.h: whoever started it is to start it again."""


@cloup.command()
@click.argument("name", type=STUDY, required=False)
@with_references
@with_devices
@click.option("--grace", metavar="DURATION", help="How long leaving may take; default 30s.")
@click.option("--stall-timeout", metavar="DURATION", help="How long a training may say nothing before it counts as hung; default 30m.")  # fmt: skip
@click.option("--idle-exit", metavar="DURATION", help="Leave when there was nothing to do for this long; default never.")  # fmt: skip
@with_end_hook
@click.option("--parent", type=int, hidden=True)
@command
@with_storage
def worker(
    settings: "Settings", name: str | None, references: tuple[str, ...], parent: int | None
) -> None:
    """Work with all of this machine, on the study NAME until it is over.

    Without NAME on all studies of the database that this machine can train, those of the highest
    priority first, and without end: new ones are taken up within seconds.

    Start as many as you like, on as many machines as you like. SIGTERM, SIGINT or SIGUSR1 lets
    what runs write checkpoints, gives all jobs back and ends within --grace; a second SIGINT ends
    at once.

    For whatever starts workers: it exits with 0 when there is nothing more to do, with 75 when it was asked
    to leave before (start it again), with 1 when this machine is not fit, with 2 when it was wrongly asked.
    """
    import signal
    import sys

    from hpo.result import end_hook
    from hpo.training.child_process import die_with_parent
    from hpo.worker.main import work
    from hpo.worker.wait_times import Ending

    if parent is not None:
        die_with_parent(parent, signal.SIGTERM)
    # `hpo run`, if it is our parent, tells that itself.
    on_end = None if parent is not None else end_hook.in_background(settings)
    ending, study = work(settings, name, references, on_end)
    if study is not None:
        say(f"{study.name}: {study.phase}" + (f", {study.reason}" if study.reason else ""))
    if ending is Ending.ASKED:
        sys.exit(ASKED_TO_LEAVE)


@cloup.command()
@click.argument("name", type=STUDY, required=False)
@with_json
@command
@with_storage
def workers(settings: "Settings", name: str | None, as_json: bool) -> None:
    """List the workers that are alive, on what, and what each is doing.

    With NAME only those at work on that study.
    """
    from hpo.status import fleet_status
    from hpo.terminal.console import PlainConsole
    from hpo.terminal.tables import draw_workers
    from storage.database import Database

    called = fleet_status.call(Database.open(settings.storage_url), name)
    if as_json:
        print_json(fleet_status.as_json(called))
    else:
        PlainConsole().print(draw_workers(called, settings.lease_seconds))


@cloup.command()
@click.argument("name", type=STUDY)
@with_json
@command
@with_storage
def stop(settings: "Settings", name: str, as_json: bool) -> None:
    """Halt a study: what runs writes a checkpoint and stops, workers wait for `hpo resume`."""
    from hpo.study import stop_and_resume
    from storage.database import Database

    study = stop_and_resume.halt(Database.open(settings.storage_url), name)
    tell_study(study, f"halted; `hpo resume {study.name}` goes on", as_json=as_json)


@cloup.command()
@click.argument("name", type=STUDY)
@with_json
@command
@with_storage
def resume(settings: "Settings", name: str, as_json: bool) -> None:
    """Go on with a study that was halted, from its checkpoints."""
    from hpo.study import stop_and_resume
    from storage.database import Database

    study = stop_and_resume.resume(Database.open(settings.storage_url), name)
    tell_study(study, study.phase, as_json=as_json)


@cloup.command()
@click.argument("name", type=STUDY, metavar="[STUDY]", required=False)
@with_references
@with_devices
@with_json
@command
@with_storage
def doctor(
    settings: "Settings", name: str | None, references: tuple[str, ...], as_json: bool
) -> None:
    """Look at all that a worker needs here, and say how to mend what is broken.

    The database, where artifacts lie, devices as Keras sees them, data and definitions of STUDY,
    else of every study that is not over, versions in the fleet, folders. Exits with 1 if a line is
    red.
    """
    import sys
    from dataclasses import asdict

    from hpo.doctor import examination
    from hpo.doctor.finding import Grade
    from hpo.terminal.console import PlainConsole
    from hpo.terminal.tables import draw_finding

    found = []
    page = PlainConsole()
    for finding in examination.examine(settings, name, references):
        found.append(finding)
        if not as_json:
            page.print(draw_finding(finding), soft_wrap=True)
    if as_json:
        print_json([asdict(finding) for finding in found])
    if any(finding.grade == Grade.FAIL for finding in found):
        sys.exit(1)
