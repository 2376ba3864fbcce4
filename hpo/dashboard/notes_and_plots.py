"""What hpo knows of the studies that people look at, kept up to date in the form in which
optuna-dashboard shows notes, plots and artifacts. Nothing of it is written to the database."""

import json
import logging
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from threading import Condition, Event, Thread

from optuna_dashboard._custom_plot_data import SYSTEM_ATTR_PLOT_DATA
from optuna_dashboard._note import note_str_key_prefix, note_ver_key
from optuna_dashboard.artifact._backend import ARTIFACTS_ATTR_PREFIX

from hpo.dashboard import study_note
from hpo.errors import HpoError
from hpo.report.report_data import Contents, read_contents
from hpo.result import finished_study
from hpo.result.result import Conclusion, conclude
from hpo.status.study_status import Status, read_status
from storage.database import Database
from storage.errors import StorageError
from storage.records import JobRecord, StudyRecord
from storage.states import JobState, Phase

LOOK_SECONDS = 2.0
MOST_SHARE = 0.05
"""Of the time, what notes may take, and what plots may take: in a large study both are drawn seldomer."""
NATIVE = {"trials", "importances"}
"""Plots that optuna-dashboard draws itself."""
FORGET_SECONDS = 60.0
"""How long a study is kept up to date that nobody asks for any more."""
WAIT_SECONDS = 5.0
"""How long the first who asks for a study waits for what there is to say of it."""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class File:
    """What can be had as an artifact of a study; `model` is the training that gave it, and without
    one it is the report."""

    study: str
    name: str
    kind: str
    model: JobRecord | None = None


@dataclass
class _Page:
    """What is said of one study."""

    name: str
    wanted_at: float
    body: str = ""
    version: int = 0
    plots: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, File] = field(default_factory=dict)
    conclusion: Conclusion | None = None
    winner: int | None = None
    drawn: tuple[object, ...] | None = None
    failed: bool = False
    due_at: float = 0.0
    plots_due_at: float = 0.0


class LiveContent:
    """Works in a thread of its own, from `start` to `stop`, on the studies that were asked for within
    the last minute."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._pages: dict[str, _Page] = {}
        self._changed = Condition()
        self._stopped = Event()
        self._thread = Thread(target=self._work, name="live-content", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopped.set()
        with self._changed:
            self._changed.notify_all()
        if self._thread.is_alive():
            self._thread.join()

    def attributes(self, name: str) -> dict[str, object]:
        """The system attributes that show what is known of a study; whoever asks first waits for
        them, for a while."""
        deadline = time.monotonic() + WAIT_SECONDS
        with self._changed:
            page = self._pages.get(name)
            if page is None:
                page = self._pages[name] = _Page(name, time.monotonic())
                self._changed.notify_all()
            page.wanted_at = time.monotonic()
            while not (page.body or page.failed) and (left := deadline - time.monotonic()) > 0:
                self._changed.wait(left)
                if self._pages.get(name) is not page:  # there is nothing to say of it
                    return {}
            return _attributes(page) if page.body else {}

    def winner(self, name: str) -> int | None:
        """The number of the trial that won a study which is done and looked at."""
        with self._changed:
            page = self._pages.get(name)
            return None if page is None else page.winner

    def findings(self, name: str) -> dict[str, str]:
        """What came of such a study, as attributes that stand at the top of its page."""
        with self._changed:
            page = self._pages.get(name)
            if page is None or page.conclusion is None:
                return {}
            won = {} if page.winner is None else {"winner": f"trial {page.winner}"}
            return {"verdict": page.conclusion.verdict, **won}

    def find_file(self, artifact_id: str) -> File | None:
        """The file of that id, of a study that is looked at."""
        with self._changed:
            for page in self._pages.values():
                if (file := page.files.get(artifact_id)) is not None:
                    return file
        return None

    def _work(self) -> None:
        while not self._stopped.is_set():
            with self._changed:
                pages = list(self._pages.values())
            now = time.monotonic()
            for page in pages:
                if now - page.wanted_at > FORGET_SECONDS:
                    self._forget(page)
                elif now >= page.due_at:
                    self._keep(page)
            with self._changed:
                if not any(page.due_at == 0 for page in self._pages.values()):
                    self._changed.wait(LOOK_SECONDS / 4)

    def _keep(self, page: _Page) -> None:
        began = time.monotonic()
        try:
            status = read_status(self._db, page.name)
            stands = _stands(status)
            if page.drawn != stands:
                self._conclude(page, status)
            self._write_note(page, status)
            page.due_at = time.monotonic() + _pause(began)
            # Plots change with trainings that end.
            began = time.monotonic()
            if page.drawn != stands and began >= page.plots_due_at:
                self._draw(page, status)
                page.drawn = stands
                page.plots_due_at = time.monotonic() + _pause(began)
        except (StorageError, HpoError) as error:
            # Removed, none of ours, or the database is away: asked again when somebody looks.
            log.info("nothing is shown of study %s for now: %s", page.name, error)
            self._forget(page)
        except Exception:
            log.exception("not all that is known of study %s can be shown", page.name)
            page.due_at = time.monotonic() + FORGET_SECONDS
            with self._changed:
                page.failed = True
                self._changed.notify_all()

    def _write_note(self, page: _Page, status: Status) -> None:
        body = study_note.write(status, page.conclusion)
        with self._changed:
            if body != page.body:
                page.body, page.version = body, page.version + 1
            self._changed.notify_all()

    def _conclude(self, page: _Page, status: Status) -> None:
        """The verdict does not wait for the plots."""
        is_done, winner = status.study.phase == Phase.DONE, status.winner
        page.conclusion = conclude(finished_study.read(self._db, page.name)) if is_done else None
        page.winner = winner.trial_number if is_done and winner else None

    def _draw(self, page: _Page, status: Status) -> None:
        if not status.completed:
            return
        from hpo.report import charts  # which the dashboard's start need not wait for

        contents = read_contents(self._db, page.name)
        drawn = {
            f"{SYSTEM_ATTR_PLOT_DATA}{figure.id}:0": figure.titled.json
            for figure in charts.draw(contents)
            if figure.id not in NATIVE
        }
        with self._changed:
            page.plots, page.files = drawn, _files(contents)

    def _forget(self, page: _Page) -> None:
        with self._changed:
            self._pages.pop(page.name, None)
            self._changed.notify_all()


def _attributes(page: _Page) -> dict[str, object]:
    files = {
        f"{ARTIFACTS_ATTR_PREFIX}{artifact_id}": json.dumps(
            {
                "artifact_id": artifact_id,
                "filename": file.name,
                "mimetype": file.kind,
                "encoding": None,
            }
        )
        for artifact_id, file in page.files.items()
    }
    said = {note_ver_key(None): page.version, f"{note_str_key_prefix(None)}0": page.body}
    return {**said, **page.plots, **files}


def _files(contents: Contents) -> dict[str, File]:
    """The report of a study that is done, and the model that is exported."""
    study, finished = contents.study, contents.finished
    if study.phase != Phase.DONE or finished is None:
        return {}
    files = {_id(study, "report"): File(study.name, f"{study.name}.html", "text/html")}
    if (job := finished.exported) is not None:
        name = f"{study.name}.{'keras' if contents.layers else 'bin'}"
        files[_id(study, "model")] = File(study.name, name, "application/octet-stream", job)
    return files


def _id(study: StudyRecord, what: str) -> str:
    """Such as the dashboard takes for one of an artifact; the same wherever this runs."""
    return uuid.uuid5(uuid.UUID(study.uuid), f"{what} {study.generation}").hex


def _stands(status: Status) -> tuple[object, ...]:
    """What plots are drawn of: equal as long as they would be the same."""
    ended = sum(job.state.is_final or job.state is JobState.PAUSED for job in status.jobs)
    return status.study.generation, status.study.phase, ended


def _pause(began: float) -> float:
    return max(LOOK_SECONDS, (time.monotonic() - began) / MOST_SHARE)
