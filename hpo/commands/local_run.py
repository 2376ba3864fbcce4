"""`hpo run`: a study from its creation to its exported result, on this machine."""

import os
import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import IO

from rich.console import Console

from hpo import formatting
from hpo.bundle import manifest
from hpo.commands.options import EXPORTS
from hpo.definition_loader import Definition
from hpo.devices.child_environment import ISOLATED, PRINTING
from hpo.errors import HpoError, UsageError, WorkFailed
from hpo.settings import Settings
from hpo.study import creation, planning, removal, search_jobs
from hpo.study.planning import Budget
from hpo.study.status import Status, read_status
from hpo.terminal import watch
from storage.database import Database
from storage.records import BASELINE, StudyRecord
from storage.states import JobState, Phase
from studies.errors import DataUnavailable, SettingsError
from studies.study import Study

# Beyond the grace that a worker has.
STOP_SECONDS = 10.0
LOG_TAIL_BYTES = 4000
MOST_HEARD_BYTES = 1 << 20
# A line of the worker's log, as hpo.cli has it written.
WARNING = re.compile(r"\S+Z (WARNING|ERROR|CRITICAL) ")


class Interrupted(HpoError):
    """The person asked to stop; nothing is lost."""


@dataclass(frozen=True)
class Wanted:
    """A study that is to be run and exported; unless they are named it is called as its definition,
    and its bundle stands in `exports`."""

    definition: Definition
    name: str | None
    budget: Budget
    seed: int | None
    bundle: Path | None
    given: Mapping[str, str] = field(default_factory=dict)
    """Settings of the definition that were asked for; they are in it already."""

    @property
    def study_name(self) -> str:
        return self.name or self.definition.name

    @property
    def folder(self) -> Path:
        return self.bundle or EXPORTS / self.study_name


def run_either(
    settings: Settings,
    wanted: Wanted,
    fallback: Definition | None,
    console: Console,
) -> tuple[Wanted, StudyRecord]:
    """Runs what is wanted or, where its data cannot be had, the fallback with the same given
    settings; returns which it was, and the study as it ended.

    Raises:
        DataUnavailable: there is no fallback.
        UsageError: the settings do not fit it, the name or the seed cannot be one, or no bundle can
            stand in the folder; and see `run`.
    """
    try:
        return wanted, _run(settings, wanted, console)
    except DataUnavailable as error:
        if fallback is None:
            raise
        missing, other = wanted.definition.reference, fallback.reference
        try:
            instead = replace(wanted, definition=fallback.with_settings(wanted.given))
        except SettingsError as misfit:
            raise UsageError(
                f"the data of {missing} cannot be had ({error}), and --set does not fit the fallback"
                f" ({misfit})",
                f"run {other} itself, with settings of its own",
            ) from misfit
        kept = ", ".join(f"{key}={value}" for key, value in wanted.given.items())
        with_these = f", with {kept}" if kept else ""
        console.print(f"{error}\nRunning {other} instead of {missing}{with_these}.", soft_wrap=True)
        return instead, _run(settings, instead, console)


def _run(settings: Settings, wanted: Wanted, console: Console) -> StudyRecord:
    planning.check(wanted.study_name, wanted.seed)
    has_bundle = wanted.definition.searched.names_classes
    if has_bundle and wanted.budget.final_seeds != 0:
        # Whoever waited for hours is not told then that nothing can be written.
        manifest.reserve(wanted.folder, wanted.study_name)
    elif wanted.bundle is not None:
        what = "a search alone" if has_bundle else "what is no classifier of images"
        raise UsageError(f"{what} gives no bundle", "leave --bundle out")
    return run(settings, wanted, console)


def run(settings: Settings, wanted: Wanted, console: Console) -> StudyRecord:
    """Creates the study unless it exists, works on it with all of this machine, shows how it
    goes on `console`, and returns it once it is over. That its name is taken is found first of all. A
    study that was created here and whose baseline cannot be trained is removed again.

    Raises:
        StudyExists: its name is taken.
        Interrupted: by SIGINT or SIGTERM; the same call goes on where this one stopped.
        WorkFailed: the baseline cannot be trained, or the worker died of something else.
    """
    definition, name, asked = wanted.definition, wanted.study_name, (wanted.budget, wanted.seed)
    existing = None
    if Database.may_exist(settings.storage_url):
        db = Database.create(settings.storage_url, settings.artifacts)
        definition = creation.configured(db, name, definition, wanted.given)
        existing = creation.refuse_taken(db, name, definition, *asked)
        db.close()
    else:
        planning.refuse_unsearchable(definition, planning.plan(name, definition, *asked))
        if wanted.budget.source is not None:
            raise UsageError(
                f"there is no database yet, and so no study '{wanted.budget.source}'",
                "leave --from out, or name the --storage that has it",
            )
    if existing is None or not existing.phase.is_over:
        definition.refuse_without_keras()
    if isinstance(definition.searched, Study):  # of an objective nothing is known
        console.print(f"Preparing the data of {definition.name}", soft_wrap=True)
    definition.searched.prepare(settings.cache_folder, settings.data_dir)
    db = Database.create(settings.storage_url, settings.artifacts)
    with _stopping_gently(name):
        study = creation.create(db, name, definition, *asked)
        console.print(f"Study {study.name} in {db.shown_url}", soft_wrap=True)
        if not study.phase.is_over:
            status = _work(settings, definition, db, name, console)
            study = status.study
            if existing is None:
                _remove_untrainable(db, status, definition.reference)
    db.close()
    return study


def _remove_untrainable(db: Database, status: Status, reference: str) -> None:
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
        is_lost = study.phase is Phase.STOPPED
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
        f"{what}: {formatting.first_line(lost.reason)}",
        f"mend the definition ({mend}) and run this again; the study is removed",
    )
    error.add_note(lost.reason or "")
    raise error


def _work(
    settings: Settings, definition: Definition, db: Database, name: str, console: Console
) -> Status:
    with tempfile.TemporaryFile(prefix="hpo-worker-") as log:
        worker, heard = _start_worker(settings, definition, name, log), _WorkerLog(log)
        try:
            status = watch.watch(
                console,
                lambda: read_status(db, name),
                lambda: worker.poll() is None,
                heard.news,
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
            while warnings := heard.news():
                console.print("\n".join(warnings), soft_wrap=True)
        status = read_status(db, name)
        if not status.study.phase.is_over:
            size = log.seek(0, os.SEEK_END)
            log.seek(max(0, size - LOG_TAIL_BYTES))
            tail = log.read().decode(errors="replace").strip()
            raise WorkFailed(f"the worker ended with code {worker.returncode}: {tail}")
        return status


class _WorkerLog:
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
    environment = {name: value for name, value in os.environ.items() if name[:4] != "HPO_"}
    secrets = {"storage", "storage_file", "dashboard_password", "dashboard_password_file"}
    given = settings.model_dump(mode="json", exclude=secrets)
    given["storage"] = settings.named_storage
    return (
        environment
        | PRINTING
        | {f"HPO_{key.upper()}": str(value) for key, value in given.items() if value is not None}
    )


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
            "stopped; nothing is lost", f"the same command goes on with '{name}'"
        ) from None
    finally:
        signal.signal(signal.SIGTERM, before)
