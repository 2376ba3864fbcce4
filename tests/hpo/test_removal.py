"""Removing a study."""

import logging

import pytest
import sqlalchemy as sa

from hpo import creation, removal
from hpo.creation import Budget
from hpo.definitions import Definition
from hpo.errors import UsageError
from storage import artifacts, jobs, schema, studies
from storage.database import Database
from storage.errors import StudyNotFound
from storage.records import ArtifactRecord, StudyRecord
from storage.states import ArtifactKind, DataSet
from tests.hpo import finished


def _keep(db: Database, job_id: int) -> ArtifactRecord:
    artifact = ArtifactRecord(f"kept-{job_id}", job_id, ArtifactKind.MODEL, 4, "0" * 64)
    with db.transaction() as tx:
        artifacts.announce(tx, artifact)
        artifacts.validate(tx, artifact)
    artifacts.put(db.artifacts, artifact.id, b"some")
    return artifact


def test_nothing_is_left_but_the_seal(db: Database, study: StudyRecord, toy: Definition) -> None:
    """Jobs, attempts, answers and files go with it, another study keeps its own, and it is known for
    ever which holdouts were opened."""
    finished.carry_out(db, study)
    other = creation.create(db, "other", toy, Budget(trials=2))
    with db.reading() as tx:
        ours, theirs = (jobs.of_study(tx, each.id) for each in (study, other))
    kept, others = _keep(db, ours[0].id), _keep(db, theirs[0].id)
    removal.remove(db, study.name)
    with db.reading() as tx:
        for table in (schema.jobs, schema.attempts, schema.evaluations):
            column = table.c.id if table is schema.jobs else table.c.job_id
            of_ours = column.in_([job.id for job in ours])
            assert tx.scalar(sa.select(sa.func.count()).select_from(table).where(of_ours)) == 0
        opened = tx.scalar(sa.select(sa.func.count()).select_from(schema.openings))
        assert opened == len(DataSet) * 2 * study.final_seeds
        assert [job.id for job in jobs.of_study(tx, other.id)] == [job.id for job in theirs]
    assert artifacts.take(db.artifacts, kept) is None
    with db.artifacts.open_reader(others.id) as file:
        assert file.read() == b"some"
    with pytest.raises(StudyNotFound):
        removal.remove(db, study.name)


def test_one_that_is_worked_on(
    db: Database, study: StudyRecord, caplog: pytest.LogCaptureFixture
) -> None:
    """It is left as it is, with the mend."""
    with caplog.at_level(logging.INFO), db.transaction() as tx:
        claimed = jobs.claim(tx, study.id, "me", 60, "cpu:0")
    assert claimed is not None
    with pytest.raises(UsageError, match="`hpo stop toy` first"):
        removal.remove(db, study.name)
    with db.reading() as tx:
        assert jobs.of_study(tx, study.id)[0].state == claimed[0].state


def test_one_whose_worker_died(db: Database, study: StudyRecord) -> None:
    """Nobody will give its job back: a lease that has expired keeps nothing from being removed."""
    with db.transaction() as tx:
        _, lease = jobs.claim(tx, study.id, "dead", 60, "cpu:0") or pytest.fail("nothing to do")
        jobs.write(tx, lease, lease_expires_ms=0)
    removal.remove(db, study.name)
    with db.reading() as tx, pytest.raises(StudyNotFound):
        studies.get(tx, study.name)
