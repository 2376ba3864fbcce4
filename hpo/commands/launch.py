"""Commands that have an engine start workers."""

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import cloup

from hpo.commands.names import STUDY
from hpo.commands.options import command, print_document, say, with_references, with_storage

if TYPE_CHECKING:
    from hpo.launch.worker_order import WorkerOrder
    from hpo.settings import Settings


def with_order(function: Callable[..., None]) -> Callable[..., None]:
    """Adds what all engines are asked; the command gets an `order`. That the study is there is
    for those to find out who reach the database from here."""

    @with_references
    @click.option(
        "--per-device", type=int, metavar="N", help="Trainings side by side on each GPU; default 1."
    )
    @click.option("--grace", metavar="DURATION", help="How long leaving may take; default 30s.")
    @click.option("--idle-exit", metavar="DURATION", help="Give a machine back when there was nothing to do for this long; default never, and with STUDY when that is over.")  # fmt: skip
    @command
    @with_storage
    @wraps(function)
    def run(
        settings: "Settings", references: tuple[str, ...], name: str | None, **kwargs: Any
    ) -> None:
        from hpo.definition_loader import BUILT_IN
        from hpo.launch.worker_order import WorkerOrder

        files = tuple(each for each in references if each not in BUILT_IN)
        function(order=WorkerOrder(settings, name, files), **kwargs)

    return run


@cloup.group()
def launch() -> None:
    """Have an engine start workers on STUDY, or on every study of the database."""


OF_STUDY = click.argument("name", type=STUDY, metavar="[STUDY]", required=False)


@launch.command()
@OF_STUDY
@click.option("--workers", type=int, default=1, show_default=True, help="How many one-node jobs.")
@click.option("--gpus-per-worker", type=int, default=0, show_default=True, help="GPUs of each.")
@click.option("--cpus-per-worker", type=int, help="Cores of each; default as the cluster gives.")
@click.option("--time", help="Limit of each, as Slurm has it, such as 4:00:00.")
@click.option("--partition", help="Where they are queued.")
@click.option("--account", help="Who pays.")
@click.option("--sbatch-option", "options", multiple=True, metavar="OPTION", help="More of sbatch, such as --mem=16G.")  # fmt: skip
@click.option("--dry-run", is_flag=True, help="Print what would be submitted, and submit nothing.")
@click.option(
    "--stop", "is_stopped", is_flag=True, help="End them instead; what they train is kept."
)
@with_order
def slurm(
    order: "WorkerOrder",
    dry_run: bool,
    is_stopped: bool,
    **array: Any,
) -> None:
    """Queue workers as an array of one-node jobs.

    Ahead of its limit, and when it is preempted, a worker writes checkpoints and leaves, and its job is queued
    again, until the study is over.
    """
    from hpo.launch import slurm as engine

    folder: Path = order.settings.state_folder / "launch"
    if is_stopped:
        ids = engine.stop(order.name)
        say(
            f"{order.name}: {len(ids)} jobs cancelled" if ids else f"{order.name}: no job is queued"
        )
        return
    order.check()
    script = engine.compose(order, engine.Array(**array), folder)
    if dry_run:
        print_document(script)
        return
    folder.mkdir(parents=True, exist_ok=True)
    order.write_secret(folder)
    number = engine.submit(script)
    say(f"{order.name}: array {number}, logs in {folder}")


@launch.command()
@OF_STUDY
@click.option(
    "--image", required=True, help="The image of hpo, as the Dockerfile of its source builds it."
)
@click.option("--workers", type=int, default=1, show_default=True, help="How many pods.")
@click.option("--gpus-per-worker", type=int, default=0, show_default=True, help="GPUs of each.")
@click.option("--cpus-per-worker", metavar="CORES", help="Cores of each, such as 4.")
@click.option("--memory", help="Memory of each, such as 16Gi.")
@click.option("--data-claim", metavar="NAME", help="A PersistentVolumeClaim with data sets, seen at /data.")  # fmt: skip
@click.option("--queue", help="The LocalQueue of Kueue that admits them.")
@with_order
def kubernetes(order: "WorkerOrder", **fleet: Any) -> None:
    """Print manifests for `kubectl apply -f -`: workers, the tables' migration, the dashboard.

    With STUDY the workers are a Job, which ends with it; else a Deployment. What the database's URL and the
    dashboard's password are stands in Secrets of yours, which the first lines say how to make.
    """
    from hpo.launch import kubernetes as engine

    print_document(engine.compose(order, engine.Fleet(**fleet)))


@launch.command()
@click.argument("hosts", nargs=-1, required=True, metavar="HOST[:GPUS]...")
@click.option(
    "--on", "name", type=STUDY, metavar="STUDY", help="Work on this study alone, until it is over."
)
@click.option(
    "--program",
    default="hpo",
    show_default=True,
    help="What hpo is called there, or where it lies.",
)
@click.option(
    "--stop", "is_stopped", is_flag=True, help="Have them leave instead; what they train is kept."
)
@click.option("--logs", "is_shown", is_flag=True, help="Print what they have said instead.")
@with_order
def ssh(
    order: "WorkerOrder", hosts: tuple[str, ...], program: str, is_stopped: bool, is_shown: bool
) -> None:
    """Start a worker on each HOST that `ssh HOST` logs in to without a question, such as gpu1 or me@gpu2:0,1.

    Each is examined first, as by `hpo doctor` there: a worker is started on all of them, or on none. The database's
    URL goes to a file there that is yours alone, and the files of definitions go beside it.
    """
    from hpo.errors import UsageError, WorkFailed
    from hpo.launch import ssh as engine

    if is_stopped and is_shown:
        raise UsageError("--stop and --logs are two things", "give one of them")
    launcher = engine.Launcher(order, program)
    asked = [engine.Host.read(host) for host in hosts]
    if is_stopped:
        for host in asked:
            say(f"{host.address}: {'left' if launcher.stop(host) else 'no worker runs there'}")
        return
    if is_shown:
        for host in asked:
            say(f"{host.address}:\n{launcher.read_log(host).rstrip()}")
        return
    order.check()
    unfit = engine.launch(launcher, asked)
    if unfit:
        told = "; ".join(f"{address}: {', '.join(found)}" for address, found in unfit.items())
        raise WorkFailed(f"no worker was started, {told}", "`hpo doctor` there says how to mend it")
    for host in asked:
        say(f"{host.address}: started")
