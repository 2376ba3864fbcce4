"""What is kept of jobs that are paused."""

from collections.abc import Callable

import sqlalchemy as sa

from storage import schema
from storage.database import Database
from storage.records import ArtifactRecord, JobRecord, Lease, StudyRecord
from storage.states import ArtifactKind
from storage.tables import artifacts, jobs, paused_jobs

MEGABYTE = 2**20


def _keep(db: Database, lease: Lease, epoch: int) -> str:
    record = ArtifactRecord(
        f"checkpoint-{lease.token}-{epoch}", lease.job_id, ArtifactKind.CHECKPOINT, MEGABYTE,
        "0" * 64, epoch,
    )  # fmt: skip
    with db.transaction() as tx:
        artifacts.announce(tx, record)
        artifacts.validate(tx, record)
    return record.id


def _pause(db: Database, lease: Lease, value: float, rung: int = 0) -> None:
    with db.transaction() as tx:
        jobs.write(tx, lease, rung=rung, rung_value=value)
        paused_jobs.pause(tx, lease)


def test_of_a_paused_job_the_newest_checkpoint_is_kept(
    db: Database, squares: StudyRecord, claim: Callable[..., tuple[JobRecord, Lease]]
) -> None:
    """Of one that is trained the one before, too."""
    job, lease = claim()
    with db.transaction() as tx:  # the baseline has its trial, so that others are given out
        tx.execute(sa.update(schema.jobs).where(schema.jobs.c.id == job.id).values(trial_id=-1))
    old, new = _keep(db, lease, 1), _keep(db, lease, 2)
    with db.reading() as tx:
        assert artifacts.superfluous(tx) == []
    _pause(db, lease, 0.5)
    with db.reading() as tx:
        assert [each.id for each in artifacts.superfluous(tx)] == [old]
        assert paused_jobs.checkpoint_bytes(tx, squares.id) == 2 * MEGABYTE
        assert artifacts.find(tx, job.id, ArtifactKind.CHECKPOINT)[0].id == new


def test_the_last_to_be_due_lose_their_checkpoints(
    db: Database, squares: StudyRecord, claim: Callable[..., tuple[JobRecord, Lease]]
) -> None:
    """Where all of them take too much: those of the lowest rung, and of these the worst."""
    leases = []
    for _ in range(4):
        job, lease = claim()
        with db.transaction() as tx:
            jobs.write(tx, lease, trial_id=-job.id)
        leases.append(lease)
    kept = [_keep(db, lease, 1) for lease in leases]
    for lease, (rung, value) in zip(leases, [(1, 0.9), (0, 0.5), (0, 0.7), (0, 0.6)], strict=True):
        _pause(db, lease, value, rung)
    with db.reading() as tx:
        for most, beyond in ((4, []), (3, [2]), (2, [2, 3]), (0, [2, 3, 1, 0])):
            found = paused_jobs.checkpoints_beyond(tx, squares.id, most * MEGABYTE)
            assert [each.id for each in found] == [kept[number] for number in beyond]
