"""`hpo run`: a study from its creation to its exported result, on this machine."""

import signal
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

from rich.console import Console

from hpo import definition_finder
from hpo.bundle import EXPORTS, manifest
from hpo.definition_loader import Definition
from hpo.errors import HpoError, UsageError
from hpo.result import end_hook
from hpo.settings import Settings
from hpo.status.study_status import Status
from hpo.study import creation, planning
from hpo.study.planning import Budget
from hpo.terminal import watch
from hpo.worker import local_worker
from storage.database import Database
from storage.records import StudyRecord
from studies.errors import DataUnavailable, SettingsError
from studies.study import Study


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
        definition_finder.remember(settings, definition)
        console.print(f"Study {study.name} in {db.shown_url}", soft_wrap=True)
        if not study.phase.is_over:
            with end_hook.telling_failure(settings, name):
                status = local_worker.work(settings, definition, db, name, _audience(console))
                study = status.study
                if existing is None:
                    local_worker.remove_untrainable(db, status, definition.reference)
            end_hook.tell_end(settings, study)
    db.close()
    return study


def _audience(console: Console) -> local_worker.Audience:
    """Whoever sits before this console."""

    def show(*how: Any) -> Status | None:
        try:
            return watch.watch(console, *how)
        except watch.Quit:
            raise KeyboardInterrupt from None

    return local_worker.Audience(partial(console.print, soft_wrap=True), show)


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
