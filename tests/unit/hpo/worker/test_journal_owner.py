"""The owner of a journal: where a free lock says that it is dead, and where it says nothing."""

import socket
from dataclasses import dataclass
from pathlib import Path

import pytest

from hpo import provenance
from hpo.training.protocol import Report
from hpo.worker import journal_owner
from hpo.worker.journal import Entry, Journal

DATABASE = "11111111-1111-1111-1111-111111111111"
ENTRY = Entry(job_id=1, token="t", body=Report(epoch=1, score=0.1, seconds=0.5))


@dataclass
class Machine:
    """As which this process appears."""

    patch: pytest.MonkeyPatch
    machine_id: Path

    def become(self, host: str, kernel: str, installation: str = "an installation") -> None:
        self.patch.setattr(socket, "gethostname", lambda: host)
        self.patch.setattr(provenance, "machine", lambda: kernel)
        self.machine_id.write_text(installation)


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    """It may become another."""
    machine_id = tmp_path / "machine-id"
    monkeypatch.setattr(journal_owner, "MACHINE_ID", machine_id)
    return Machine(monkeypatch, machine_id)


@pytest.mark.parametrize(
    "finder",
    [("host-a", "boot 1"), ("container-b", "boot 1"), ("host-a", "boot 2")],
    ids=["the same", "another container", "started anew"],
)
def test_a_free_lock_says_on_its_own_machine_that_a_worker_is_dead(
    tmp_path: Path, machine: Machine, finder: tuple[str, str]
) -> None:
    """Under whichever name it is found: by the host or a container of it, before or after the
    machine was started anew."""
    machine.become("host-a", "boot 1")
    journal = Journal.create(tmp_path / "j", DATABASE)
    journal.append(ENTRY)
    journal.close()
    machine.become(*finder)
    (found,) = Journal.orphans(tmp_path, DATABASE)
    assert found.first == ENTRY
    found.close()


@pytest.mark.parametrize(
    "finder",
    [("host-b", "boot 2"), ("host-a", "boot 2", "another installation")],
    ids=["another host", "another of that name"],
)
def test_elsewhere_a_free_lock_says_nothing(
    tmp_path: Path, machine: Machine, caplog: pytest.LogCaptureFixture, finder: tuple[str, ...]
) -> None:
    """Where the folder is shared and its locks are not, a worker that lives would seem dead: its
    journal is left alone, and one line says what may be done with what waits in it. An empty one is
    not worth a word."""
    machine.become("host-a", "boot 1")
    journal = Journal.create(tmp_path / "j", DATABASE)
    journal._file.close()  # its lock with it, as if it could not be seen
    machine.become(*finder)
    assert list(Journal.orphans(tmp_path, DATABASE)) == []
    assert caplog.text == ""
    machine.become("host-a", "boot 1")
    journal = Journal.create(tmp_path / "j", DATABASE)
    journal.append(ENTRY)
    journal._file.close()
    machine.become(*finder)
    before = {file: file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()}
    assert list(Journal.orphans(tmp_path, DATABASE)) == []
    assert {file: file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()} == before
    (record,) = caplog.records
    assert f"{tmp_path / 'j'} is that of a worker on host-a, which may live" in record.message
    assert "remove the folder: its jobs are trained again" in record.message
