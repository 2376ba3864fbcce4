"""A fleet of real workers, and what can be seen of it in the database."""

import json
import logging
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import psutil
from sqlalchemy.engine import make_url

from hpo.commands.fleet import ASKED_TO_LEAVE
from storage.database import Database
from storage.records import BASELINE, ArtifactRecord, JobRecord
from storage.states import ArtifactKind, JobState, Phase
from storage.tables import artifacts, jobs, studies, workers
from tests.conftest import DEFINITIONS
from tests.support.commandline import Process, command_line
from tests.support.outcome import of_phase
from tests.support.proxy import Proxy
from tests.support.waiting import eventually

log = logging.getLogger(__name__)
EPOCHS = 6
HELD = 4
"""The epoch whose end no training sees until `go_on`."""


class Fleet:
    """Workers with one slot each on the study `toy`, held up until the test lets them go on. Those of a machine share its state folder."""

    def __init__(self, db: Database, url: str, folder: Path) -> None:
        self._db = db
        self._folder = folder
        self._started: list[Process] = []
        self._pace = folder / "pace"
        self.shell = command_line(folder, url)
        self.hold(HELD)

    def hold(self, epoch: int) -> None:
        """No training comes to the end of this epoch."""
        self._pace.write_text(f"hold {epoch}")

    def go_on(self, epoch_seconds: float = 0) -> None:
        """Nothing is held up any more."""
        self._pace.write_text(str(epoch_seconds))

    def start(
        self,
        *options: str,
        study: str | None = "toy",
        definition: str = "paced",
        machine: str = "here",
        slots: Sequence[str] = ("--cpu", "1"),
        enter: Sequence[str] = (),
        **environment: str,
    ) -> Process:
        """Starts a worker on a study, or on all, with NAME=value added to its environment, here
        or on the host that `enter` leads to. It writes a checkpoint after each epoch."""
        file = str(DEFINITIONS / f"{definition}.py")
        own = {
            "TOY_PACE": str(self._pace),
            "HPO_CHECKPOINT_SECONDS": "0",
            "HPO_STATE_DIR": str(self.state(machine)),
        }
        name = () if study is None else (study,)
        command = ("worker", *name, "--study", file, *slots, *options)
        shell = replace(self.shell, enter=enter)
        self._started.append(shell.start(*command, **{**own, **environment}))
        return self._started[-1]

    def state(self, machine: str = "here") -> Path:
        """The state folder of a machine."""
        return self._folder / f"state-{machine}"

    def finish(self, process: Process, seconds: float = 60, *, asked: bool = False) -> str:
        """Waits for a worker that must end well, where it was `asked` to leave saying so; gives its log, in which
        nothing is out of hand."""
        _, err = process.communicate(timeout=seconds)
        assert process.returncode == (ASKED_TO_LEAVE if asked else 0), err
        assert "Traceback" not in err, err
        return err

    def close(self) -> None:
        """Kills what is left."""
        for process in self._started:
            process.kill()
            if process.stderr is not None and not process.stderr.closed:
                log.warning("%s", process.communicate()[1])

    def search(self) -> list[JobRecord]:
        return of_phase(self._db, "toy", Phase.SEARCH)

    def held(self, *processes: Process) -> JobRecord:
        """The baseline's job, which no pruner ends, once it is held up: all epochs before were
        reported, their checkpoints kept, and no journal holds anything."""

        def look() -> JobRecord | None:
            for process in processes:
                assert process.poll() is None, process.communicate()[1]
            kept = self.checkpoints(self.search()[BASELINE])
            journals = self._folder.glob("state-*/*/entries.jsonl")
            is_held = kept and kept[0].epoch == HELD - 1
            is_told = not any(file.stat().st_size for file in journals)
            # Read again: the epoch may have been reported after the first look.
            return self.search()[BASELINE] if is_held and is_told else None

        job = eventually(look)
        assert (job.state, job.epoch) == (JobState.LEASED, HELD - 1)
        return job

    def checkpoints(self, job: JobRecord) -> list[ArtifactRecord]:
        """The valid checkpoints of a job, newest first."""
        with self._db.reading() as tx:
            return artifacts.find(tx, job.id, ArtifactKind.CHECKPOINT)

    def id_of(self, process: Process) -> str | None:
        """The worker's id in the database; None while it has had no job."""
        with self._db.reading() as tx:
            study = studies.get(tx, "toy")
            seen = workers.of_study(tx, study.id)
        return next((worker.id for worker in seen if worker.pid == process.pid), None)

    def job(self, job_id: int) -> JobRecord:
        with self._db.reading() as tx:
            return jobs.get(tx, job_id)

    def until(self, job: JobRecord, *states: JobState) -> JobRecord:
        """The job, as soon as it is in one of these states."""

        def look() -> JobRecord | None:
            found = self.job(job.id)
            return found if found.state in states else None

        return eventually(look)

    def until_trained(self, machine: str = "here") -> list[dict[str, Any]]:
        """What waits in the journals of a machine, once a whole training does."""

        def look() -> list[dict[str, Any]] | None:
            files = self.state(machine).glob("*/entries.jsonl")
            lines = [line for file in files for line in file.open()]
            bodies = [json.loads(line)["body"] for line in lines if line.endswith("\n")]
            return bodies if bodies and bodies[-1]["kind"] == "trained" else None

        return eventually(look)


def through(proxy: Proxy, url: str) -> dict[str, str]:
    """The setting of a worker that reaches its database by that link."""
    behind = make_url(url).set(host="127.0.0.1", port=proxy.port)
    return {"HPO_STORAGE": behind.render_as_string(hide_password=False)}


def is_gone(process: psutil.Process) -> bool:
    """Whether a process has ended, whoever still has to hear of it."""
    return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE


def attempt_seconds(job: JobRecord) -> float:
    """How long the last holder of a job that ended had it."""
    assert job.started_ms is not None and job.ended_ms is not None
    return (job.ended_ms - job.started_ms) / 1000


def left_behind(db: Database) -> list[str]:
    """What should not be there once all workers have left: leases, artifacts that are of no use."""
    with db.reading() as tx:
        leases = [f"a lease on {job.title}" for _, job in jobs.leased(tx)]
        return leases + [f"the artifact {each.id}" for each in artifacts.superfluous(tx)]
