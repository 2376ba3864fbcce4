"""Workers that are killed, stopped, paused and cut off: real processes, real signals."""

import json
import logging
import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
from optuna.trial import TrialState
from sqlalchemy.engine import make_url

from hpo import creation, definitions
from hpo.creation import Budget
from storage import workers
from storage.database import Database
from storage.records import JobRecord, StudyRecord
from storage.states import JobState, Phase
from tests.commandline import command_line
from tests.conftest import DEFINITIONS
from tests.hpo.outcome import assert_exactly, of_phase, optuna_trials
from tests.hpo.proxy import Proxy
from tests.marks import on
from tests.waiting import eventually

log = logging.getLogger(__name__)
Process = subprocess.Popen[str]
Start = Callable[..., Process]
DEFINITION = str(DEFINITIONS / "paced.py")
EPOCHS = 6
SLOW, FAST = "0.2", "0"


@pytest.fixture
def study(db: Database) -> StudyRecord:
    """A small study whose pace the test sets."""
    budget = Budget(trials=3, select_top=1, select_seeds=1, final_seeds=2)
    return creation.create(db, "toy", definitions.load(DEFINITION), budget)


@pytest.fixture
def pace(tmp_path: Path) -> Path:
    """The seconds each epoch takes, slow at first."""
    file = tmp_path / "pace"
    file.write_text(SLOW)
    return file


@pytest.fixture
def start(url: str, tmp_path: Path, pace: Path) -> Iterator[Start]:
    """Starts a worker with one slot, with NAME=value added to its environment."""
    started: list[Process] = []
    shell = command_line(tmp_path, url)

    def _start(**environment: str) -> Process:
        command = ("worker", "toy", "--study", DEFINITION, "--cpu", "1")
        started.append(shell.start(*command, TOY_PACE=str(pace), **environment))
        return started[-1]

    yield _start
    for process in started:
        process.kill()
        if process.stderr is not None and not process.stderr.closed:
            log.warning("%s", process.communicate()[1])


def _succeeds(process: Process, seconds: float = 60) -> None:
    _, err = process.communicate(timeout=seconds)
    assert process.returncode == 0, err


def _search(db: Database) -> list[JobRecord]:
    return of_phase(db, "toy", Phase.SEARCH)


def _training(db: Database, *processes: Process, epoch: int = 1) -> JobRecord:
    """A search job of which that epoch has been reported, and which goes on."""

    def look() -> JobRecord | None:
        for process in processes:
            assert process.poll() is None, process.communicate()[1]
        leased = (job for job in _search(db) if job.state == JobState.LEASED)
        return next((job for job in leased if job.epoch >= epoch), None)

    return eventually(look)


def _id_of(db: Database, study: StudyRecord, process: Process) -> str | None:
    """The worker's id in the database; None while it has had no job."""
    with db.reading() as tx:
        return next((w.id for w in workers.of_study(tx, study.id) if w.pid == process.pid), None)


def _is_gone(process: psutil.Process) -> bool:
    return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE


@pytest.mark.parametrize("backend", ["sqlite", "postgresql"], indirect=True)
def test_exactly_n_with_three_workers_of_which_one_is_killed(
    db: Database, study: StudyRecord, start: Start, pace: Path
) -> None:
    """kill -9 of a worker in the middle of a trial takes its children with it within 5 s; the
    others end the study with exactly N trials."""
    short = {"HPO_LEASE_SECONDS": "2"}
    started = [start(**short) for _ in range(3)]
    job = _training(db, *started, epoch=3)
    (victim,) = (worker for worker in started if _id_of(db, study, worker) == job.worker_id)
    children = psutil.Process(victim.pid).children(recursive=True)
    assert children
    victim.kill()
    eventually(lambda: all(_is_gone(child) for child in children), seconds=5)
    pace.write_text(FAST)
    for worker in started:
        if worker is not victim:
            _succeeds(worker)
    assert_exactly(db, study)
    ended = _search(db)[job.configuration]
    assert (ended.trial_number, ended.losses) == (job.trial_number, 1)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGUSR1])
@on("sqlite")
def test_a_worker_asked_to_stop_gives_its_job_back(
    db: Database, study: StudyRecord, start: Start, pace: Path, number: signal.Signals
) -> None:
    """Preempted, a worker exits with 0 and its job is open at once, at no cost to the job; the
    next worker goes on with the same trial."""
    worker = start()
    job = _training(db, worker)
    worker.send_signal(number)
    _succeeds(worker, seconds=10)
    given_back = _search(db)[job.configuration]
    assert (given_back.state, given_back.losses) == (JobState.OPEN, 0)
    assert given_back.trial_number == job.trial_number == 0
    assert [trial.state for trial in optuna_trials(db, "toy")] == [TrialState.RUNNING]
    if number == signal.SIGTERM:
        pace.write_text(FAST)
        _succeeds(start())
        assert_exactly(db, study)


@on("postgresql")
def test_a_paused_worker_finds_its_job_taken(
    db: Database, study: StudyRecord, start: Start, pace: Path
) -> None:
    """A worker stopped beyond its lease, taken over, and then continued, lands nothing: each step
    is reported once, the job ends once, and both workers go on."""
    short = {"HPO_LEASE_SECONDS": "1"}
    paused = start(**short)
    job = _training(db, paused, epoch=2)
    paused.send_signal(signal.SIGSTOP)
    other = start(**short)
    taken = eventually(lambda: next((job for job in _search(db) if job.losses), None))
    assert taken.id == job.id and taken.worker_id != job.worker_id
    paused.send_signal(signal.SIGCONT)
    pace.write_text(FAST)
    for worker in (other, paused):
        _, err = worker.communicate(timeout=60)
        assert worker.returncode == 0, err
    assert "was taken over; its work here is dropped" in err
    assert_exactly(db, study)
    ended = _search(db)[job.configuration]
    assert (ended.losses, ended.worker_id) == (1, taken.worker_id)


@pytest.fixture
def proxy(url: str) -> Iterator[Proxy]:
    """A link to the test's database."""
    parsed = make_url(url)
    with Proxy(parsed.host or "", parsed.port or 5432) as made:
        yield made


def _through(proxy: Proxy, url: str) -> dict[str, str]:
    behind = make_url(url).set(host="127.0.0.1", port=proxy.port)
    return {"HPO_STORAGE": behind.render_as_string(hide_password=False)}


@on("postgresql")
def test_training_goes_on_without_the_database(
    db: Database, url: str, study: StudyRecord, start: Start, pace: Path, proxy: Proxy,
    tmp_path: Path,
) -> None:  # fmt: skip
    """Cut off from its database a worker trains on; when the link heals, what it measured lands in
    order, once, and the study ends with exactly N trials."""
    worker = start(**_through(proxy, url))
    job = _training(db, worker, epoch=2)
    proxy.cut()
    waiting = [entry for entry in _until_trained(tmp_path / "state") if "epoch" in entry]
    first = int(waiting[0]["epoch"])
    assert [entry["epoch"] for entry in waiting] == list(range(first, EPOCHS + 1))
    seen = _search(db)[job.configuration]
    assert (seen.state, seen.epoch) == (JobState.LEASED, first - 1)
    pace.write_text(FAST)
    proxy.heal()
    _, err = worker.communicate(timeout=60)
    assert worker.returncode == 0, err
    assert err.count("training goes on, results wait in the journal") == 1
    assert err.count("the database answers again") == 1
    assert_exactly(db, study)
    assert _search(db)[job.configuration].losses == 0
    reported = optuna_trials(db, "toy")[0].intermediate_values
    assert list(reported) == list(range(1, EPOCHS + 1))
    assert [reported[int(entry["epoch"])] for entry in waiting] == [
        entry["score"] for entry in waiting
    ]


@on("postgresql")
def test_a_dead_workers_journal_is_brought_by_the_next(
    db: Database, url: str, study: StudyRecord, start: Start, pace: Path, proxy: Proxy,
    tmp_path: Path,
) -> None:  # fmt: skip
    """What a worker had measured when it was killed during an outage is brought to the database
    by the next worker on that machine: nothing is trained again."""
    worker = start(**_through(proxy, url))
    job = _training(db, worker, epoch=2)
    proxy.cut()
    score = _until_trained(tmp_path / "state")[-1]["score"]
    worker.kill()
    worker.wait()
    assert _search(db)[job.configuration].state == JobState.LEASED
    pace.write_text(FAST)
    proxy.heal()
    _succeeds(start())
    assert_exactly(db, study)
    ended = _search(db)[job.configuration]
    assert (ended.worker_id, ended.losses, ended.score) == (job.worker_id, 0, score)
    assert list((tmp_path / "state").iterdir()) == []


def _until_trained(state: Path) -> list[dict[str, Any]]:
    """What waits in the journals on this machine, once a whole training does."""

    def look() -> list[dict[str, Any]] | None:
        lines = [line for file in state.glob("*/entries.jsonl") for line in file.open()]
        bodies = [json.loads(line)["body"] for line in lines if line.endswith("\n")]
        return bodies if bodies and bodies[-1]["kind"] == "trained" else None

    return eventually(look)
