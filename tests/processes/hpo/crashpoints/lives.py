"""The nursery: a process that has imported everything and opened nothing. Workers and their
children are forked from it: to start one takes milliseconds, where an interpreter takes a second.
"""

import ctypes
import gc
import json
import logging
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Never, Self

import numpy.random  # noqa: F401 - each worker would import these
import psycopg  # noqa: F401
import sqlalchemy as sa
import sqlalchemy.dialects.sqlite

from hpo import provenance
from hpo.devices import discovery
from hpo.settings import Settings
from hpo.training import child, child_pool  # noqa: F401 - each worker would import the first
from hpo.worker import job_artifacts, supervisor
from hpo.worker import main as worker
from storage import migrate
from tests.processes.hpo.crashpoints.points import Points
from tests.support import nursery

PR_SET_CHILD_SUBREAPER = 36
LONGEST_SECONDS = 40
ROOT = Path(__file__).parents[4]


@dataclass(frozen=True)
class Life:
    """One worker, from its start to its end; `signals` come at those points."""

    url: str
    study: str
    definition: str
    cache_dir: str
    state_dir: str
    record: str
    lease_seconds: float
    checkpoint_seconds: float
    signals: Mapping[str, int] = field(default_factory=dict)

    @property
    def log(self) -> Path:
        """What it logged."""
        return Path(self.record).with_suffix(".log")


class Nursery:
    """That process, seen from the test."""

    def __init__(self) -> None:
        kept = {key: value for key, value in os.environ.items() if not key.startswith("HPO_")}
        self._process = subprocess.Popen(
            [sys.executable, "-m", __spec__.name],
            cwd=ROOT,
            env=kept | {"TZ": "UTC", "TOY_EPOCH_SECONDS": "0"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate()

    def live(self, life: Life) -> int:
        """Lets a worker live to its end; gives its exit code, negative for a signal. All its
        children are gone by then."""
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.write(json.dumps(asdict(life)) + "\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())


class Offspring(nursery.Offspring):
    """A child whose points count."""

    points: Points

    def __init__(self, command: Sequence[str], **options: Any) -> None:
        self.points.note_child()
        super().__init__(command, **options)

    def forked(self) -> None:
        self.points.become_child()


def _live(life: Life) -> Never:
    code = 1
    try:
        signal.alarm(LONGEST_SECONDS)
        logging.basicConfig(filename=life.log, level=logging.INFO)
        url = life.url.removeprefix("sqlite:///")
        Offspring.points = Points(
            Path(life.record),
            life.signals,
            [Path(life.state_dir), Path(url).with_suffix(".artifacts")],
        )
        Offspring.points.install()
        subprocess.Popen = Offspring  # type: ignore[misc, assignment]
        worker.work(
            Settings(
                storage=life.url,
                cache_dir=Path(life.cache_dir),
                state_dir=Path(life.state_dir),
                lease_seconds=life.lease_seconds,
                checkpoint_seconds=life.checkpoint_seconds,
                cpu_slots=1,
            ),
            life.study,
            [life.definition],
        )
        code = 0
    except BaseException:
        logging.exception("the worker failed")
    finally:
        logging.shutdown()
        os._exit(code)


def main() -> None:
    """Reads lives, one a line, and answers each with its exit code."""
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1)
    # What does not change from worker to worker is found out once.
    provenance.git_commit = cache(provenance.git_commit)
    provenance.versions = cache(provenance.versions)
    provenance.of_device("")
    discovery.find(1)
    sa.orm.configure_mappers()
    migrate.check = lambda engine: None
    gc.disable()  # none lives long, and a collection would copy what is shared
    gc.freeze()
    child_pool.RETAKE_SECONDS = 0.0
    supervisor.POLL_SECONDS = 0.1
    job_artifacts.KEPT_CHECKPOINTS = 1
    for line in sys.stdin:
        life = Life(**json.loads(line))
        pid = os.fork()
        if pid == 0:
            _live(life)
        _, status = os.waitpid(pid, 0)
        # Its children are ours now, and to die.
        with suppress(ChildProcessError):
            while True:
                os.wait()
        print(os.waitstatus_to_exitcode(status), flush=True)  # noqa: T201 - the answer


if __name__ == "__main__":
    main()
