"""Artifacts of jobs: files of jobs are stored, found and removed, and none is left without a row."""

import errno
import hashlib
import logging
from collections.abc import Callable
from pathlib import Path

import pytest
from optuna.artifacts.exceptions import ArtifactNotFound
from sqlalchemy.engine import Connection

from hpo.worker.job_artifacts import JobArtifacts
from storage.database import Database
from storage.errors import DatabaseUnavailable, LeaseLost, StoreUnavailable
from storage.records import ArtifactRecord, JobRecord, Lease
from storage.states import ArtifactKind, JobState
from storage.tables import artifacts, jobs
from tests.support.fixtures import Claim
from tests.support.handles import none_left
from tests.support.marks import on

TakeOver = Callable[[Lease], tuple[JobRecord, Lease]]


@pytest.fixture
def job_artifacts(db: Database) -> JobArtifacts:
    """Those of the test's database."""
    return JobArtifacts(db)


def _file(folder: Path, epoch: int) -> Path:
    file = folder / f"{epoch}.checkpoint"
    file.write_bytes(b"after epoch %d" % epoch)
    return file


def _artifact(job: JobRecord, lease: Lease, file: Path, epoch: int) -> ArtifactRecord:
    content = file.read_bytes()
    return ArtifactRecord(
        f"checkpoint-{job.id}-{lease.token}-{epoch}", job.id, ArtifactKind.CHECKPOINT,
        len(content), hashlib.sha256(content).hexdigest(), epoch, {},
    )  # fmt: skip


def _keep(
    job_artifacts: JobArtifacts, job: JobRecord, lease: Lease, folder: Path, epoch: int
) -> None:
    file = _file(folder, epoch)
    job_artifacts.keep_checkpoint(job, lease, _artifact(job, lease, file, epoch), file)


def _epochs(db: Database, job: JobRecord) -> list[int | None]:
    with db.reading() as tx:
        return [each.epoch for each in artifacts.find(tx, job.id, ArtifactKind.CHECKPOINT)]


def _is_stored(db: Database, artifact_id: str) -> bool:
    try:
        with db.translated(), db.artifacts.open_reader(artifact_id) as reader:
            return bool(reader.read())
    except ArtifactNotFound:
        return False


def test_the_last_two_are_kept(
    db: Database, claim: Claim, job_artifacts: JobArtifacts, tmp_path: Path
) -> None:
    """The newest checkpoint is found; the one before stays, older ones go with their bytes."""
    job, lease = claim()
    assert job_artifacts.newest_checkpoint(job) is None
    for epoch in (1, 2, 3):
        _keep(job_artifacts, job, lease, tmp_path, epoch)
    assert _epochs(db, job) == [3, 2]
    assert not _is_stored(db, f"checkpoint-{job.id}-{lease.token}-1")
    found = job_artifacts.newest_checkpoint(job)
    assert found is not None
    assert (found[0].epoch, found[1]) == (3, b"after epoch 3")


def test_storing_again_is_fine(
    db: Database, claim: Claim, job_artifacts: JobArtifacts, tmp_path: Path
) -> None:
    """A checkpoint whose delivery came through though nobody heard of it is stored once; one whose
    file is gone because a newer followed is passed over."""
    job, lease = claim()
    for _ in range(2):
        _keep(job_artifacts, job, lease, tmp_path, 1)
    file = _file(tmp_path, 2)
    artifact = _artifact(job, lease, file, 2)
    file.unlink()
    job_artifacts.keep_checkpoint(job, lease, artifact, file)
    assert _epochs(db, job) == [1]


def test_a_damaged_checkpoint_is_named_and_passed_over(
    db: Database, claim: Claim, job_artifacts: JobArtifacts, tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    """Bytes that are not those that were stored are not gone on from."""
    job, lease = claim()
    for epoch in (1, 2):
        _keep(job_artifacts, job, lease, tmp_path, epoch)
    damaged = f"checkpoint-{job.id}-{lease.token}-2"
    with (tmp_path / "other").open("w+b") as other, db.translated():
        other.write(b"after epoch 7")
        other.seek(0)
        db.artifacts.write(damaged, other)
    with caplog.at_level(logging.WARNING):
        found = job_artifacts.newest_checkpoint(job)
    assert found is not None and found[0].epoch == 1
    assert f"{damaged} of trial ?, epoch 2, is gone or damaged" in caplog.text


@on("sqlite")
def test_a_checkpoint_that_cannot_be_read_is_not_discarded(
    db: Database, claim: Claim, job_artifacts: JobArtifacts, tmp_path: Path
) -> None:
    """Nothing is known of it: that is an outage, which is waited for, and then it is found."""
    job, lease = claim()
    for epoch in (1, 2):
        _keep(job_artifacts, job, lease, tmp_path, epoch)
    with pytest.raises(StoreUnavailable, match="Too many open files"), none_left():
        job_artifacts.newest_checkpoint(job)
    assert _epochs(db, job) == [2, 1]
    found = job_artifacts.newest_checkpoint(job)
    assert found is not None and found[0].epoch == 2


def test_whoever_lost_the_job_stores_nothing(
    db: Database, claim: Claim, job_artifacts: JobArtifacts, tmp_path: Path, take_over: TakeOver
) -> None:
    """Neither a row nor bytes come of a checkpoint under a lost lease."""
    job, lease = claim()
    take_over(lease)
    with pytest.raises(LeaseLost):
        _keep(job_artifacts, job, lease, tmp_path, 1)
    assert _epochs(db, job) == []
    assert not _is_stored(db, f"checkpoint-{job.id}-{lease.token}-1")


def test_a_job_lost_while_bytes_were_stored(
    db: Database, claim: Claim, job_artifacts: JobArtifacts, tmp_path: Path, take_over: TakeOver,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """The bytes go again, though another has swept their row away meanwhile."""
    job, lease = claim()
    real = artifacts.put

    def put(*arguments: object) -> None:
        take_over(lease)
        job_artifacts.sweep()
        real(*arguments)  # type: ignore[arg-type]  # passed on

    monkeypatch.setattr(artifacts, "put", put)
    with pytest.raises(LeaseLost):
        _keep(job_artifacts, job, lease, tmp_path, 1)
    assert not _is_stored(db, f"checkpoint-{job.id}-{lease.token}-1")
    with db.reading() as tx:
        assert artifacts.superfluous(tx) == []


def test_what_was_broken_off_is_swept_away(
    db: Database, claim: Claim, job_artifacts: JobArtifacts, tmp_path: Path, take_over: TakeOver,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """Bytes of somebody who was killed before they were valid stay while he may come back, and
    are swept away once another has his job."""
    job, lease = claim()
    broken = DatabaseUnavailable("pulled the plug")

    def fail(*_: object) -> None:
        raise broken

    with monkeypatch.context() as patch, pytest.raises(DatabaseUnavailable):
        patch.setattr(artifacts, "validate", fail)
        _keep(job_artifacts, job, lease, tmp_path, 1)
    name = f"checkpoint-{job.id}-{lease.token}-1"
    job_artifacts.sweep()
    assert _is_stored(db, name)
    take_over(lease)
    job_artifacts.sweep()
    assert not _is_stored(db, name)
    with db.reading() as tx:
        assert artifacts.superfluous(tx) == []


def test_checkpoints_end_with_their_job(
    db: Database, claim: Claim, job_artifacts: JobArtifacts, tmp_path: Path
) -> None:
    """Those of a job that has ended are removed, those of one that runs stay."""
    job, lease = claim()
    _keep(job_artifacts, job, lease, tmp_path, 1)
    job_artifacts.sweep()
    assert _epochs(db, job) == [1]
    with db.transaction() as tx:
        jobs.write(tx, lease, state=JobState.SUCCEEDED, score=0.5)
    job_artifacts.sweep()
    assert _epochs(db, job) == []
    assert not _is_stored(db, f"checkpoint-{job.id}-{lease.token}-1")


def test_a_job_that_comes_further_is_not_given_up(
    db: Database, claim: Claim, job_artifacts: JobArtifacts, tmp_path: Path
) -> None:
    """Losses count until there is a newer checkpoint: a long training may lose any number of
    workers, one that kills them at the same place may not."""
    for epoch, losses in ((2, 0), (2, 1), (3, 0)):
        job, lease = claim()
        _keep(job_artifacts, job, lease, tmp_path, epoch)
        with db.transaction() as tx:
            assert jobs.get(tx, job.id).losses == losses
            jobs.release(tx, lease, loss="killed")


def test_checkpoints_that_cannot_be_used_make_room(
    db: Database, claim: Claim, job_artifacts: JobArtifacts, tmp_path: Path
) -> None:
    """A training that had to begin anew keeps the checkpoints that it then writes, though those of
    no use were of later epochs."""
    job, lease = claim()
    for epoch in (7, 8):
        _keep(job_artifacts, job, lease, tmp_path, epoch)
    job_artifacts.discard_checkpoints(job, lease)
    _keep(job_artifacts, job, lease, tmp_path, 1)
    assert _epochs(db, job) == [1]


@on("sqlite")
def test_a_full_store_costs_a_checkpoint_and_no_result(
    db: Database, claim: Claim, job_artifacts: JobArtifacts, tmp_path: Path,
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """A checkpoint that the store does not take is passed over with a warning."""

    def refuse(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    job, lease = claim()
    with monkeypatch.context() as patch:
        patch.setattr(db.artifacts, "write", refuse)
        _keep(job_artifacts, job, lease, tmp_path, 1)
    assert (
        "a checkpoint of trial ? is not kept: the artifact store cannot be written" in caplog.text
    )
    assert _epochs(db, job) == []
    _keep(job_artifacts, job, lease, tmp_path, 2)
    assert _epochs(db, job) == [2]


def test_what_has_ended_its_job_stays(
    db: Database, claim: Claim, job_artifacts: JobArtifacts
) -> None:
    """An entry that is delivered again after its job ended finds its lease lost; the model that it
    had made valid is not taken for somebody's who came too late."""
    job, lease = claim()
    content = b"a model"
    model = ArtifactRecord(
        f"model-{job.id}-{lease.token}", job.id, ArtifactKind.MODEL, len(content),
        hashlib.sha256(content).hexdigest(),
    )  # fmt: skip

    def end(tx: Connection) -> None:
        jobs.write(tx, lease, state=JobState.SUCCEEDED, score=0.5)

    assert job_artifacts.keep(job, lease, model, content, end)
    with pytest.raises(LeaseLost):
        job_artifacts.keep(job, lease, model, content, end)
    job_artifacts.sweep()
    with db.reading() as tx:
        assert artifacts.find(tx, job.id, ArtifactKind.MODEL) == [model]
    assert _is_stored(db, model.id)
