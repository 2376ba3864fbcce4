"""A worker of this machine's own for one study, started and stopped by whoever runs that study here."""

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import IO

from hpo.definition_loader import Definition
from hpo.devices.child_environment import ISOLATED, PRINTING
from hpo.errors import UsageError, WorkFailed
from hpo.formatting import first_line
from hpo.settings import Settings
from hpo.status.study_status import Status, read_status
from hpo.study import removal, search_jobs
from storage.database import Database
from storage.records import BASELINE
from storage.states import JobState, Phase

# Beyond the grace that a worker has.
STOP_SECONDS = 10.0
LOG_TAIL_BYTES = 4000
MOST_HEARD_BYTES = 1 << 20
# A line of the worker's log, as hpo.cli has it written.
WARNING = re.compile(r"\S+Z (WARNING|ERROR|CRITICAL) ")

Watch = Callable[
    [Callable[[], Status], Callable[[], bool], Callable[[], Sequence[str]]], Status | None
]
"""Shows a study until it is over: is given how to read it, whether its worker is alive, and what that warns of."""


@dataclass(frozen=True)
class Audience:
    """Who is shown how a run goes; `tell` takes a line that stays. A `watch` that raises KeyboardInterrupt ends the
    run."""

    tell: Callable[[str], None]
    watch: Watch


def work(
    settings: Settings, definition: Definition, db: Database, name: str, audience: Audience
) -> Status:
    """Works on a study with all of this machine until it is over, and returns how it stands then.

    Raises:
        KeyboardInterrupt: a person's; what ran is kept, and the same call goes on with it.
        WorkFailed: the worker died.
    """
    with tempfile.TemporaryFile(prefix="hpo-worker-") as log:
        worker, heard = _start(settings, definition, name, log), _Log(log)
        try:
            status = audience.watch(
                lambda: read_status(db, name), lambda: worker.poll() is None, heard.news
            )
            # The study may have been ended elsewhere while ours is in a long epoch.
            with suppress(subprocess.TimeoutExpired):
                worker.wait(timeout=settings.grace_seconds)
        except KeyboardInterrupt:
            audience.tell(
                "Stopping: what runs is kept at the end of its epoch; once more ends it at once"
            )
            raise
        finally:
            _stop(worker, settings.grace_seconds + STOP_SECONDS)
            while warnings := heard.news():
                audience.tell("\n".join(warnings))
        status = read_status(db, name)
        if not status.study.phase.is_over:
            size = log.seek(0, os.SEEK_END)
            log.seek(max(0, size - LOG_TAIL_BYTES))
            tail = log.read().decode(errors="replace").strip()
            raise WorkFailed(f"the worker ended with code {worker.returncode}: {tail}")
        return status


def remove_untrainable(db: Database, status: Status, reference: str) -> None:
    """Leaves nothing behind of a study whose baseline failed, unless another trial of it came to a rung or
    to its end, nor of an objective that stopped before any did: once the definition is mended, the same
    command begins anew.

    Raises:
        WorkFailed: it was so.
    """
    study = status.study
    came_on = [JobState.SUCCEEDED]
    if study.has_baseline:
        lost = search_jobs.latest(search_jobs.among(status.jobs), BASELINE)
        is_lost = search_jobs.has_failed(study, lost)
        what, mend = (
            "the baseline cannot be trained",
            "its file" if study.is_called else f"`hpo try {reference}` trains it for a moment",
        )
    else:
        failed = (job for job in status.jobs if job.state == JobState.FAILED)
        lost = next(failed, status.jobs[0])
        is_cut_off = lost.state is JobState.CANCELLED  # by its total timeout
        is_lost = study.phase is Phase.STOPPED and not is_cut_off
        what, mend = "the objective failed", "its file"
        came_on += [JobState.PRUNED]
    others = (job for job in status.jobs if job is not lost)
    if not is_lost or any(job.state in came_on or job.rung_ms is not None for job in others):
        return
    try:
        removal.remove(db, study.name)
    except UsageError:  # others hold jobs of it; that it stopped is told as ever
        return
    error = WorkFailed(
        f"{what}: {first_line(lost.reason)}",
        f"mend the definition ({mend}) and run this again; the study is removed",
    )
    error.add_note(lost.reason or "")
    raise error


class _Log:
    """What a worker warns of as it is written, from a file that holds all that it says."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._heard = 0

    def news(self) -> list[str]:
        """The warnings since this was last asked; a line that is half written is left for the next
        time."""
        said = os.pread(self._file.fileno(), MOST_HEARD_BYTES, self._heard)
        whole = said[: said.rfind(b"\n") + 1]
        self._heard += len(whole)
        return [line for line in whole.decode(errors="replace").splitlines() if WARNING.match(line)]


def _start(
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
    environment = {name: value for name, value in os.environ.items() if name[:4] != "HPO_"}
    return environment | PRINTING | settings.for_workers() | {"HPO_STORAGE": settings.named_storage}


def _stop(worker: subprocess.Popen[bytes], patience_seconds: float) -> None:
    if worker.poll() is None:
        worker.terminate()
        try:
            worker.wait(timeout=patience_seconds)
        except (subprocess.TimeoutExpired, KeyboardInterrupt):
            worker.kill()
            worker.wait()
