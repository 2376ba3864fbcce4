"""A worker: which definition it works with, and how it stops."""

import signal
from pathlib import Path

from hpo.commands.fleet import ASKED_TO_LEAVE
from hpo.status.study_status import read_status
from storage.database import Database
from storage.records import JobRecord, StudyRecord
from storage.states import JobState, Phase
from tests.conftest import DEFINITIONS
from tests.support.commandline import command_line
from tests.support.marks import on
from tests.support.waiting import eventually

TOY = str(DEFINITIONS / "toy.py")
pytestmark = on("sqlite")


def test_sigterm_gives_the_job_back_at_once(
    db: Database, url: str, study: StudyRecord, tmp_path: Path
) -> None:
    """A worker that is asked to stop exits with 75 and says how the study stands; its job is open
    again, no loss is counted, and another worker goes on with its trial."""
    shell = command_line(tmp_path, url)

    def training() -> JobRecord | None:
        running = read_status(db, "toy").running
        return running[0] if running and running[0].epoch else None

    with shell.start(
        "worker", "toy", "--study", TOY, "--cpu", "1", TOY_EPOCH_SECONDS="1"
    ) as worker:
        begun = eventually(training, 60)
        worker.send_signal(signal.SIGTERM)
        out, err = worker.communicate(timeout=60)
    assert (worker.returncode, out) == (ASKED_TO_LEAVE, "toy: search\n"), err
    status = read_status(db, "toy")
    assert status.counts(Phase.SEARCH) == {JobState.OPEN: 4}
    job = status.jobs[0]
    assert (job.id, job.trial_id, job.losses) == (begun.id, begun.trial_id, 0)
    assert job.epoch >= begun.epoch
    assert [member.left_ms is None for member in status.workers] == [False]
    assert list((tmp_path / "state").glob("*-*")) == []


def test_a_standing_worker_serves_what_loads(
    db: Database, url: str, study: StudyRecord, tmp_path: Path
) -> None:
    """Of the files it was given: one that does not load is told in a line, once, and keeps the study
    of another, which was given after it, from nothing."""
    broken = tmp_path / "broken.py"
    broken.write_text("1 / 0\n")
    files = ("--study", str(broken), "--study", TOY)
    with command_line(tmp_path, url).start("worker", *files, "--cpu", "1") as worker:
        eventually(lambda: read_status(db, "toy").study.phase.is_over, 60)
        worker.send_signal(signal.SIGTERM)
        _, err = worker.communicate(timeout=60)
    assert worker.returncode == ASKED_TO_LEAVE, err
    (told,) = [line for line in err.splitlines() if "broken.py" in line]
    assert f"WARNING a definition is not served here: {broken}:1 raises ZeroDivisionError" in told


def test_a_worker_that_idles_leaves(
    db: Database, url: str, study: StudyRecord, tmp_path: Path
) -> None:
    """One that serves every study, and may idle for a second, works until there is nothing to do, and gives its
    machine back: nobody is to start it again."""
    done = command_line(tmp_path, url).run(
        "worker", "--study", TOY, "--cpu", "1", "--idle-exit", "1s"
    )
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    status = read_status(db, "toy")
    assert status.study.phase is Phase.DONE
    assert [member.left_ms is None for member in status.workers] == [False]
