"""The journal, when its owners die, and when many come at once."""

import os
import signal
import subprocess
import sys
from pathlib import Path

from hpo.training.protocol import Report
from hpo.worker.journal import Journal
from tests.support.waiting import eventually

DATABASE = "11111111-1111-1111-1111-111111111111"


def test_a_killed_writer_loses_nothing_it_was_told_is_safe(tmp_path: Path) -> None:
    """A process killed while it writes as fast as it can leaves every entry whose `append` had
    returned, in order."""
    code = (
        "import sys; from pathlib import Path; from hpo.worker.journal import Entry, Journal\n"
        "from hpo.training.protocol import Report\n"
        "journal, epoch = Journal.create(Path(sys.argv[1]), sys.argv[2]), 0\n"
        "while True:\n"
        "    epoch += 1\n"
        "    body = Report(epoch=epoch, score=0.5, seconds=1)\n"
        "    journal.append(Entry(job_id=1, token='t', body=body))\n"
        "    print(epoch, flush=True)\n"
    )
    command = [sys.executable, "-c", code, str(tmp_path / "j"), DATABASE]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        for _ in range(20):
            writer.stdout.readline()
        writer.kill()
        told = 20 + len(writer.stdout.readlines())
    (journal,) = Journal.orphans(tmp_path, DATABASE)
    epochs = []
    while journal.first is not None:
        assert isinstance(journal.first.body, Report)
        epochs.append(journal.first.body.epoch)
        journal.drop_first()
    journal.close()
    assert len(epochs) >= told
    assert epochs == list(range(1, len(epochs) + 1))


def test_orphans_are_those_of_the_dead(tmp_path: Path) -> None:
    """A journal is left alone while its supervisor lives, stopped or not, and while it belongs to
    another database; once that supervisor is dead it is found, and by one only."""
    code = (
        "import sys, time; from pathlib import Path; from hpo.worker.journal import Journal\n"
        "journal = Journal.create(Path(sys.argv[1]), sys.argv[2]); print('open', flush=True)\n"
        "time.sleep(300)\n"
    )
    command = [sys.executable, "-c", code, str(tmp_path / "theirs"), DATABASE]
    other = Journal.create(tmp_path / "other", "another database")
    mine = Journal.create(tmp_path / "mine", DATABASE)
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as owner:
        assert owner.stdout is not None
        assert owner.stdout.readline() == "open\n"
        os.kill(owner.pid, signal.SIGSTOP)
        assert list(Journal.orphans(tmp_path, DATABASE)) == []
        owner.kill()
        owner.wait()
        (found,) = eventually(lambda: list(Journal.orphans(tmp_path, DATABASE)))
    assert found.folder == tmp_path / "theirs"
    assert list(Journal.orphans(tmp_path, DATABASE)) == []
    for journal in (found, mine, other):
        journal.close()
    assert list(Journal.orphans(tmp_path, DATABASE)) == []


def test_many_come_and_go_at_once(tmp_path: Path) -> None:
    """Supervisors that start, look for orphans and leave at the same moment do not meet badly."""
    code = (
        "import sys, uuid; from pathlib import Path; from hpo.worker.journal import Journal\n"
        "root = Path(sys.argv[1]); input()\n"
        "for _ in range(40):\n"
        "    found = list(Journal.orphans(root, sys.argv[2]))\n"
        "    journal = Journal.create(root / str(uuid.uuid4()), sys.argv[2])\n"
        "    for one in (*found, journal): one.close()\n"
    )
    command = [sys.executable, "-c", code, str(tmp_path), DATABASE]
    processes = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(4)
    ]
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
    for process in processes:
        _, err = process.communicate(timeout=60)
        assert process.returncode == 0, err
