"""What this machine does when a study ends: a command or a URL of its own settings, that is told how it came out.

It is called by whoever wrote into the database that the study is over, after that: by one worker for an end, and by
none where that process is killed in this moment. `hpo run` calls it itself, whoever ended its study.
"""

import json
import logging
import os
import signal
import subprocess
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import asdict, dataclass
from functools import partial
from http.client import HTTPException
from threading import Thread
from urllib.parse import urlsplit

from hpo.errors import HpoError
from hpo.formatting import first_line
from hpo.result.conclusion import read_conclusion
from hpo.settings import Settings
from storage.database import Database
from storage.records import StudyRecord
from storage.states import Phase

COMMAND_SECONDS = 300.0
POST_SECONDS = 10.0
URLS = ("http://", "https://")
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Ending:
    """How a study ended: done or stopped; or that its run failed, which another may go on with."""

    study: str
    phase: str
    verdict: str | None = None
    reason: str | None = None

    @property
    def sentence(self) -> str:
        """In one line."""
        told = self.verdict or (first_line(self.reason) if self.reason else "")
        return f"study {self.study}: {self.phase}" + (f", {told}" if told else "")

    @property
    def body(self) -> bytes:
        """As JSON, with the sentence as `text`, which chats show."""
        return json.dumps({"text": self.sentence, **asdict(self)}).encode()


def in_background(settings: Settings) -> Callable[[StudyRecord], None] | None:
    """What is to be called when a study has ended, while its worker goes on with others; None where
    nothing is."""
    if settings.on_end is None:
        return None

    def begin(study: StudyRecord) -> None:
        tell = partial(tell_end, settings, study)
        Thread(target=tell, name=f"end-of-{study.name}").start()  # which the process waits for

    return begin


def tell_end(settings: Settings, study: StudyRecord) -> None:
    """Tells that a study is over, with its verdict; what goes wrong is a warning."""
    if settings.on_end is None:
        return
    verdict = None
    if study.phase is Phase.DONE:
        try:
            with closing(Database.open(settings.storage_url, settings.artifacts)) as db:
                if (conclusion := read_conclusion(db, study)) is not None:
                    verdict = conclusion.verdict
        except Exception as error:
            log.warning("on_end: the verdict of %s cannot be told: %s", study.name, error)
    _tell(settings, Ending(study.name, study.phase.value, verdict, study.reason))


@contextmanager
def telling_failure(settings: Settings, name: str) -> Iterator[None]:
    """Tells that a study's run failed, if it does; that a person interrupts it is no failure."""
    try:
        yield
    except Exception as error:
        cause = error.cause if isinstance(error, HpoError) else str(error)
        _tell(settings, Ending(name, "failed", reason=cause or type(error).__name__))
        raise


def _tell(settings: Settings, ending: Ending) -> None:
    if (asked := settings.on_end) is None:
        return
    try:
        if asked.startswith(URLS):
            _post(asked, ending)
        else:
            _run(asked, ending)
    except (OSError, ValueError, HTTPException, subprocess.SubprocessError) as error:
        log.warning(
            "on_end: %s was not told of the end of %s: %s", _name(asked), ending.study, _said(error)
        )


def _name(asked: str) -> str:
    """Without what may be a secret in it."""
    if not asked.startswith(URLS):
        return "the command"
    with suppress(ValueError):
        return urlsplit(asked).hostname or "the URL"
    return "the URL"


def _said(error: Exception) -> str:
    match error:
        case subprocess.TimeoutExpired():
            return f"it took more than {COMMAND_SECONDS:g} s"
        case subprocess.CalledProcessError():
            return f"it ended with code {error.returncode}"
        case OSError():
            return f"{type(error).__name__}: {error}"
    return type(error).__name__  # others repeat the URL


def _post(url: str, ending: Ending) -> None:
    headers = {"Content-Type": "application/json", "User-Agent": "hpo"}
    request = urllib.request.Request(url, ending.body, headers, method="POST")  # noqa: S310 - of http
    with urllib.request.urlopen(request, timeout=POST_SECONDS):  # noqa: S310 - likewise
        pass


def _run(command: str, ending: Ending) -> None:
    told = {
        "HPO_STUDY_NAME": ending.study,
        "HPO_STUDY_PHASE": ending.phase,
        "HPO_STUDY_VERDICT": ending.verdict or "",
        "HPO_STUDY_REASON": first_line(ending.reason).replace("\0", "") if ending.reason else "",
    }
    # By a shell, as its person wrote it into the settings here; nothing of the study is part of it.
    with subprocess.Popen(  # noqa: S602 - see above
        command,
        shell=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,  # that of `hpo run` is data
        env=os.environ | told,
        start_new_session=True,
    ) as process:
        try:
            process.communicate(ending.body, timeout=COMMAND_SECONDS)
        except BaseException:
            os.killpg(process.pid, signal.SIGKILL)
            raise
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
