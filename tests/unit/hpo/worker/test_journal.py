"""The journal: what must reach the database, on disk until it has."""

import errno
import os
import uuid
from pathlib import Path

import pytest

from hpo.errors import UsageError, WorkFailed
from hpo.training.protocol import Diverged, Evaluated, Kept, Pruned, Raised, Report, Trained
from hpo.worker.journal import Body, Entry, Excused, GivenBack, Journal, Resumed
from storage.records import Lease

DATABASE = "11111111-1111-1111-1111-111111111111"


def _report(epoch: int, job: int = 1) -> Entry:
    return Entry(job_id=job, token="t", body=Report(epoch=epoch, score=0.1 * epoch, seconds=0.5))


@pytest.mark.parametrize(
    "body",
    [
        Report(epoch=3, score=0.1 + 0.2, seconds=1.5),
        Trained(
            score=0.5,
            loss=1.5,
            evaluations=(
                Evaluated(split="holdout", labels=b"AAEC", predictions=b"", losses=b"AACAPwAAAEA="),
            ),
            model_file="/somewhere/model.keras",
        ),
        Pruned(epoch=2),
        Diverged(epoch=1, reason="loss was nan"),
        Raised(error="ValueError: ünïcode", traceback="a\nb\tc\\n"),
        Kept(epoch=2, file="/somewhere/2.checkpoint", size_bytes=7, sha256="0" * 64),
        Resumed(across="device an abacus, was a slide rule"),
        GivenBack(),
        GivenBack(loss="the child died", crowded=True),
        Excused(),
    ],
    ids=lambda body: body.kind,
)
def test_what_is_written_is_read_again(tmp_path: Path, body: Body) -> None:
    """Every kind of entry comes back from the disk as it was, lease and all."""
    entry = Entry(job_id=7, token="abc", body=body)
    journal = Journal.create(tmp_path / "j", DATABASE)
    journal.append(entry)
    journal.close()
    again = Journal.create(tmp_path / "j", DATABASE)
    assert again.first == entry
    assert again.first.lease == Lease(7, "abc")
    assert again.leases == (set() if body == Excused() else {Lease(7, "abc")})
    again.close()


def test_oldest_first(tmp_path: Path) -> None:
    """Entries leave in the order in which they came; what was dropped in an emptied journal is
    gone from the disk."""
    journal = Journal.create(tmp_path / "j", DATABASE)
    entries = [_report(1), _report(2), _report(1, job=2)]
    for entry in entries:
        journal.append(entry)
    for entry in entries:
        assert journal.first == entry
        journal.drop_first()
    assert journal.first is None
    journal.append(_report(9))
    journal.close()
    again = Journal.create(tmp_path / "j", DATABASE)
    assert again.first == _report(9)
    again.drop_first()
    assert again.first is None
    again.close()


def test_an_empty_journal_leaves_nothing(tmp_path: Path) -> None:
    """With all delivered, the folder is removed with the files in it; else it stays whole."""
    journal = Journal.create(tmp_path / "j", DATABASE)
    (journal.files / "model.keras").write_text("bytes")
    journal.append(_report(1))
    journal.close()
    assert (tmp_path / "j" / "files" / "model.keras").exists()
    journal = Journal.create(tmp_path / "j", DATABASE)
    journal.drop_first()
    journal.close()
    assert not (tmp_path / "j").exists()


def test_a_torn_line_is_dropped(tmp_path: Path) -> None:
    """Wherever a supervisor was cut while writing its last entry, the entries before it stand,
    and the journal can be written on."""
    whole, last = _report(1), _report(2)
    journal = Journal.create(tmp_path / "j", DATABASE)
    journal.append(whole)
    journal.append(last)
    journal.close()
    file = tmp_path / "j" / "entries.jsonl"
    content = file.read_bytes()
    first_length = content.index(b"\n") + 1
    for length in (first_length, first_length + 1, len(content) - 30, len(content) - 1):
        file.write_bytes(content[:length])
        torn = Journal.create(tmp_path / "j", DATABASE)
        assert torn.first == whole
        torn.append(_report(3))
        torn.close()
        after = Journal.create(tmp_path / "j", DATABASE)
        found = []
        while after.first is not None:
            found.append(after.first)
            after.drop_first()
        after.close()
        assert found == [whole, _report(3)]
        (tmp_path / "j").mkdir()


def test_a_damaged_entry_is_set_aside(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """An entry in the midst that cannot be read takes none with it: those around it are delivered,
    and it stays in a file beside the journal, named in a warning, when that has gone."""
    journal = Journal.create(tmp_path / "j", DATABASE)
    journal.append(_report(1))
    journal.append(_report(2))
    journal.close()
    file = tmp_path / "j" / "entries.jsonl"
    first, second = file.read_bytes().splitlines(keepends=True)
    file.write_bytes(first + b"\0\0\n" + second + second[:9])
    (found,) = Journal.orphans(tmp_path, DATABASE)
    for epoch in (1, 2):
        assert found.first == _report(epoch)
        found.drop_first()
    found.close()
    (aside,) = tmp_path.iterdir()
    assert aside.read_bytes() == b"\0\0\n"
    assert str(aside) in caplog.text


def test_a_folder_that_is_not_ours_to_read(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """An orphan that cannot be opened is passed over with a warning, and the next is found."""
    (tmp_path / "a" / "owner.json").mkdir(parents=True)  # an OSError for root, too
    journal = Journal.create(tmp_path / "b", DATABASE)
    journal.append(_report(1))
    journal.close()
    (found,) = Journal.orphans(tmp_path, DATABASE)
    found.close()
    assert found.folder == tmp_path / "b"
    assert f"{tmp_path / 'a'} is passed over" in caplog.text


def test_a_journal_has_one_owner(tmp_path: Path) -> None:
    """Opening a journal that is held raises, and harms nothing."""
    journal = Journal.create(tmp_path / "j", DATABASE)
    journal.append(_report(1))
    with pytest.raises(BlockingIOError):
        Journal.create(tmp_path / "j", DATABASE)
    journal.close()
    again = Journal.create(tmp_path / "j", DATABASE)
    assert again.first == _report(1)
    again.close()


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    """The refusal names the folder and the setting."""
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(UsageError, match=r"/file/j cannot be written .*HPO_STATE_DIR"):
        Journal.create(tmp_path / "file" / "j", DATABASE)


def test_a_journal_for_another_database(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """It is named with what to do, and left as it is; an empty one is not worth a word."""
    other = Journal.create(tmp_path / "theirs", "22222222-2222-2222-2222-222222222222")
    other.append(_report(1))
    other.close()
    before = {file: file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()}
    assert list(Journal.orphans(tmp_path, DATABASE)) == []
    assert "theirs is for another database: it is left as it is, until a worker on" in caplog.text
    assert {file: file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()} == before
    caplog.clear()
    (tmp_path / "theirs" / "entries.jsonl").write_bytes(b"")
    assert list(Journal.orphans(tmp_path, DATABASE)) == []
    assert caplog.text == ""


def test_only_the_newest_checkpoint_is_kept_for_delivery(tmp_path: Path) -> None:
    """In an outage checkpoints would pile up: of those that wait only the last one's file stays,
    of each job; once a job is done with, all its files go."""
    journal = Journal.create(tmp_path / "j", DATABASE)
    lease, other = Lease(1, "t"), Lease(1, "u")
    files = []
    for each, epoch in ((lease, 1), (other, 1), (lease, 2)):
        file = journal.files_of(each, f"-{epoch}.checkpoint")
        file.write_bytes(b"x")
        body = Kept(epoch=epoch, file=str(file), size_bytes=1, sha256="0" * 64)
        journal.append(Entry(job_id=each.job_id, token=each.token, body=body))
        files.append(file)
    assert [file.exists() for file in files] == [False, True, True]
    journal.remove_files(lease)
    assert [file.exists() for file in files] == [False, True, False]
    journal.close()


@pytest.mark.parametrize("last", [GivenBack(), Pruned(epoch=2)], ids=lambda body: body.kind)
def test_files_go_with_what_needs_them(tmp_path: Path, last: Body) -> None:
    """A checkpoint's file once it is delivered, all of a job's once nothing follows, and none of
    another holder's."""
    journal = Journal.create(tmp_path / "j", DATABASE)
    resumed, kept, model, other = (
        journal.files_of(Lease(1, token), ending)
        for token, ending in (("t", "-resume"), ("t", "-2"), ("t", ".keras"), ("u", "-resume"))
    )
    for file in (resumed, kept, model, other):
        file.write_bytes(b"x")
    for body in (Kept(epoch=2, file=str(kept), size_bytes=1, sha256="0" * 64), last):
        journal.append(Entry(job_id=1, token="t", body=body))
    journal.drop_first()
    assert set(journal.files.iterdir()) == {resumed, model, other}
    journal.drop_first()
    assert set(journal.files.iterdir()) == {other}
    journal.close()


def test_a_disk_that_takes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The worker is told to leave, with the folder and the mend."""

    def fail(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    journal = Journal.create(tmp_path / "j", DATABASE)
    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(WorkFailed, match=r"/j cannot be written \(No space left.*HPO_STATE_DIR"):
        journal.append(_report(1))


def test_what_a_killed_supervisor_left_in_the_making(tmp_path: Path) -> None:
    """A journal that was half made or half removed for an hour is cleared away; one that is
    younger, or in which something waits, and what is not of our making stay."""
    old, young, waiting = (str(uuid.uuid4()) for _ in range(3))
    for name in (old, young, waiting, "anybody's"):
        (tmp_path / name / "files").mkdir(parents=True)
    journal = Journal.create(tmp_path / waiting, DATABASE)
    journal.append(_report(1))
    journal.close()
    (tmp_path / waiting / "owner.json").write_text("")
    for name in (old, waiting, "anybody's"):
        os.utime(tmp_path / name, (0, 0))
    assert list(Journal.orphans(tmp_path, DATABASE)) == []
    assert {folder.name for folder in tmp_path.iterdir()} == {young, waiting, "anybody's"}


def test_a_journal_that_does_not_say_whose_it_is(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """It is left as it is, with a word where something waits in it."""
    journal = Journal.create(tmp_path / "j", DATABASE)
    journal.append(_report(1))
    journal.close()
    (tmp_path / "j" / "owner.json").write_text(DATABASE)
    assert list(Journal.orphans(tmp_path, DATABASE)) == []
    assert f"{tmp_path / 'j'} does not say whose it is" in caplog.text
