"""`hpo run`: a study from its creation to its exported result, on this machine."""

import os
import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import IO

from rich.console import Console

from hpo import creation, estimate, terminal, watch, words
from hpo.creation import Budget
from hpo.definitions import Definition
from hpo.errors import HpoError, WorkFailed
from hpo.machine.slot import ISOLATED
from hpo.settings import Settings
from hpo.status import Status, read_status
from storage import studies
from storage.database import Database
from storage.records import StudyRecord
from studies.dataset import PreparedData, prepare

# Beyond the grace that a worker has.
STOP_SECONDS = 10.0
LOG_TAIL_BYTES = 4000
# A line of the worker's log, as hpo.cli has it written.
WARNING = re.compile(r"\S+Z (WARNING|ERROR|CRITICAL) ")


class Interrupted(HpoError):
    """The person asked to stop; nothing is lost."""


@dataclass(frozen=True)
class Finished:
    """What a run leaves behind: the study, over, with the data it was run on."""

    study: StudyRecord
    data: PreparedData


def run(
    settings: Settings,
    definition: Definition,
    name: str,
    budget: Budget,
    seed: int,
    console: Console,
) -> Finished:
    """Creates the study unless it exists, works on it with all of this machine, shows how it
    goes on `console`, and returns once it is over. A definition that cannot be trained is found
    before a study of it is created.

    Raises:
        UsageError: the name or the seed cannot be one.
        Interrupted: by SIGINT or SIGTERM; the same call goes on where this one stopped.
        WorkFailed: the worker died of something else.
    """
    creation.check(name, seed)
    console.print(f"Preparing the data of {definition.name}", soft_wrap=True)
    data = prepare(definition.study.data, settings.cache_dir, settings.data_dir)
    db = Database.create(settings.storage_url, settings.artifacts)
    with db.reading() as tx:
        is_new = studies.find(tx, name) is None
    with _stopping_gently(name):
        if is_new:
            _tell_estimate(definition, data, settings, budget, console)
        study = creation.create(db, name, definition, budget, seed)
        console.print(f"Study {study.name} in {db.shown_url}", soft_wrap=True)
        status = read_status(db, name)
        if not study.phase.is_over:
            status = _work(settings, definition, db, name, console)
    db.close()
    return Finished(status.study, data)


def _tell_estimate(
    definition: Definition,
    data: PreparedData,
    settings: Settings,
    budget: Budget,
    console: Console,
) -> None:
    console.print("Measuring how fast this machine trains", soft_wrap=True)

    def tell(sample: estimate.Sample | None) -> None:
        console.print(terminal.pace_line(sample), soft_wrap=True)

    pace = estimate.measure(definition, data, settings.find_devices(), tell)
    trials = budget.trials or creation.DEFAULT_TRIALS
    seconds = pace.seconds(definition.study.epochs, trials, budget)
    slots = f"{pace.slots} slot{'s' if pace.slots > 1 else ''}"
    console.print(
        f"Estimate: about {words.duration(seconds)} for {trials} trials, select and final"
        f" on {slots}",
        soft_wrap=True,
    )


def _work(
    settings: Settings, definition: Definition, db: Database, name: str, console: Console
) -> Status:
    with tempfile.TemporaryFile(prefix="hpo-worker-") as log:
        worker = _start_worker(settings, definition, name, log)
        try:
            status = watch.watch(
                console,
                lambda: read_status(db, name),
                definition.study.epochs,
                lambda: worker.poll() is None,
            )
            # The study may have been ended elsewhere while ours is in a long epoch.
            with suppress(subprocess.TimeoutExpired):
                worker.wait(timeout=settings.grace_seconds)
        except (KeyboardInterrupt, watch.Quit):
            console.print(
                "Stopping: what runs is kept at the end of its epoch; Ctrl-C again ends at once",
                soft_wrap=True,
            )
            raise KeyboardInterrupt from None
        finally:
            _stop(worker, settings.grace_seconds + STOP_SECONDS)
            _tell_warnings(log, console)
        status = read_status(db, name)
        if not status.study.phase.is_over:
            size = log.seek(0, os.SEEK_END)
            log.seek(max(0, size - LOG_TAIL_BYTES))
            tail = log.read().decode(errors="replace").strip()
            raise WorkFailed(f"the worker ended with code {worker.returncode}: {tail}")
        return status


def _tell_warnings(log: IO[bytes], console: Console) -> None:
    """What its worker warned of is not lost to the person with its log."""
    log.seek(0)
    for line in log.read().decode(errors="replace").splitlines():
        if WARNING.match(line):
            console.print(line, soft_wrap=True)


def _start_worker(
    settings: Settings, definition: Definition, name: str, log: IO[bytes]
) -> subprocess.Popen[bytes]:
    """The very worker that `hpo worker` is, in a process of its own."""
    command = [
        sys.executable,
        *ISOLATED,
        "-m",
        "hpo",
        "worker",
        name,
        "--study",
        definition.reference,
    ]
    return subprocess.Popen(
        [*command, "--parent", str(os.getpid())],
        env=_environment(settings),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=log,
        # Ctrl-C reaches the whole group of a terminal; the worker is stopped by us alone.
        start_new_session=True,
    )


def _environment(settings: Settings) -> Mapping[str, str]:
    environment = dict(os.environ)
    environment.pop("HPO_STORAGE_FILE", None)
    secrets = {"storage", "storage_file", "dashboard_password", "dashboard_password_file"}
    given = settings.model_dump(mode="json", exclude=secrets)
    given["storage"] = settings.named_storage
    return environment | {
        f"HPO_{key.upper()}": str(value) for key, value in given.items() if value is not None
    }


def _stop(worker: subprocess.Popen[bytes], patience_seconds: float) -> None:
    if worker.poll() is None:
        worker.terminate()
        try:
            worker.wait(timeout=patience_seconds)
        except (subprocess.TimeoutExpired, KeyboardInterrupt):
            worker.kill()
            worker.wait()


@contextmanager
def _stopping_gently(name: str) -> Iterator[None]:
    """SIGTERM stops a run as Ctrl-C does."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    except KeyboardInterrupt:
        raise Interrupted(
            f"stopped; nothing is lost: the same command goes on with '{name}'"
        ) from None
    finally:
        signal.signal(signal.SIGTERM, before)
