"""The seal: every training that was given a holdout is written down, once, and stays so."""

from collections.abc import Callable
from dataclasses import replace

import optuna
import pytest
import sqlalchemy as sa

from storage import schema
from storage.database import Database
from storage.errors import LeaseLost
from storage.records import JobRecord, Lease, NewJob, OpeningRecord, StudyRecord
from storage.states import Phase
from storage.tables import holdout_uses, jobs, studies
from tests.support.claims import claim_next
from tests.support.squares import NEW_STUDY, Held

HOLDOUT, OTHER = "5" * 64, "7" * 64


def _open(db: Database, study: StudyRecord, held: tuple[JobRecord, Lease], holdout: str) -> None:
    with db.transaction() as tx:
        holdout_uses.add(tx, study, *held, holdout, "somebody@host")


def _of_holdout(db: Database, holdout: str = HOLDOUT) -> list[OpeningRecord]:
    with db.reading() as tx:
        return holdout_uses.of_holdout(tx, holdout)


def test_an_opening_says_what_was_opened_when_for_whom_and_why(
    db: Database, squares: StudyRecord
) -> None:
    """All that the rows of study and job say, because it outlives them, and the database's time."""
    new = NewJob(Phase.FINAL, 3, 2**31 - 1, params={"x": 0.25, "kind": "good"})
    with db.transaction() as tx:
        study = studies.write(tx, squares, generation=2)
        tx.execute(sa.delete(schema.jobs))
        jobs.add(tx, study, [new])
        before = studies.clock_ms(tx)
    job, lease = claim_next(db, study)
    _open(db, study, (job, lease), HOLDOUT)
    (found,) = _of_holdout(db)
    with db.reading() as tx:
        assert before <= found.opened_ms <= studies.clock_ms(tx)
        assert holdout_uses.of_study(tx, squares.uuid) == [found]
        assert holdout_uses.of_study(tx, "another") == []
    assert found == OpeningRecord(
        id=found.id, job_id=job.id, holdout_sha256=HOLDOUT, opened_ms=found.opened_ms, who="somebody@host",
        study="squares", study_uuid=squares.uuid, definition="toy", definition_hash="0" * 64, generation=2,
        configuration=3, params=new.params or {}, seed=new.seed,
    )  # fmt: skip


def test_a_job_that_is_trained_again_is_the_same_opening(
    db: Database, squares: StudyRecord, held: Held, take_over: Callable[[Lease], Lease]
) -> None:
    """Given back, or taken over: the holdout was opened for it when it first was."""
    _open(db, squares, (held.job, held.lease), HOLDOUT)
    (first,) = _of_holdout(db)
    with db.transaction() as tx:
        jobs.release(tx, held.lease)
    job, lease = claim_next(db, squares, "another")
    assert job.id == held.job.id
    _open(db, squares, (job, lease), HOLDOUT)
    _open(db, squares, (job, take_over(lease)), OTHER)
    assert _of_holdout(db) == [first]
    assert _of_holdout(db, OTHER) == []


def test_a_lost_lease_opens_nothing(
    db: Database, squares: StudyRecord, held: Held, take_over: Callable[[Lease], Lease]
) -> None:
    """Whoever lost the job is told so and leaves no row; whoever has it now does."""
    theirs = take_over(held.lease)
    with pytest.raises(LeaseLost):
        _open(db, squares, (held.job, held.lease), HOLDOUT)
    assert _of_holdout(db) == []
    _open(db, squares, (held.job, theirs), HOLDOUT)
    with pytest.raises(LeaseLost):
        _open(db, squares, (held.job, held.lease), HOLDOUT)
    assert [found.job_id for found in _of_holdout(db)] == [held.job.id]


def test_openings_outlive_their_study(db: Database, squares: StudyRecord, held: Held) -> None:
    """With the study its jobs go; that a holdout was opened stays, and a job that is given the
    number of one that is gone opens anew."""
    _open(db, squares, (held.job, held.lease), HOLDOUT)
    (before,) = _of_holdout(db)
    with db.transaction() as tx:
        tx.execute(sa.delete(schema.studies))
        assert jobs.of_study(tx, squares.id) == []
    optuna.delete_study(study_name="squares", storage=db.optuna)
    assert _of_holdout(db) == [replace(before, job_id=None)]
    with db.transaction() as tx:
        study = studies.add(tx, NEW_STUDY)
        row = {"id": held.job.id, "study_id": study.id, "generation": 1, "phase": "final"}
        row |= {"configuration": 1, "seed": 9, "data_set": "search", "state": "open"}
        tx.execute(sa.insert(schema.jobs).values(**row, created_ms=0))
    _open(db, study, claim_next(db, study), HOLDOUT)
    assert [found.job_id for found in _of_holdout(db)] == [None, held.job.id]


def test_the_openings_of_a_holdout_are_those_of_all_studies_in_their_order(
    db: Database, squares: StudyRecord, held: Held
) -> None:
    """Oldest first, whichever study they are of, and though the clock was set back in between;
    another holdout has its own."""
    with db.transaction() as tx:
        circles = studies.add(tx, replace(NEW_STUDY, name="circles"))
        jobs.add(tx, circles, [NewJob(Phase.FINAL, 0, seed) for seed in (0, 1)])
    _open(db, circles, claim_next(db, circles), HOLDOUT)
    with db.transaction() as tx:
        tx.execute(sa.update(schema.openings).values(opened_ms=schema.openings.c.opened_ms * 2))
    _open(db, squares, (held.job, held.lease), HOLDOUT)
    _open(db, circles, claim_next(db, circles), OTHER)
    assert [found.study for found in _of_holdout(db)] == ["circles", "squares"]
    assert [found.study for found in _of_holdout(db, OTHER)] == ["circles"]
    with db.reading() as tx:
        of_circles = holdout_uses.of_study(tx, circles.uuid)
    assert [found.holdout_sha256 for found in of_circles] == [HOLDOUT, OTHER]


def test_a_long_name_is_cut(db: Database, squares: StudyRecord, held: Held) -> None:
    """No account or host is a reason not to train."""
    with db.transaction() as tx:
        holdout_uses.add(tx, squares, held.job, held.lease, HOLDOUT, "x" * 1000)
    assert [found.who for found in _of_holdout(db)] == ["x" * 255]
