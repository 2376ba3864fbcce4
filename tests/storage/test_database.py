"""One open database: transactions, and what becomes of errors."""

import threading
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import make_url

from storage import engine, evaluations, jobs, studies, workers
from storage.database import Database
from storage.errors import DatabaseUnavailable, StudyNotFound
from storage.records import EvaluationRecord, JobRecord, Lease, StudyRecord
from storage.states import Phase, Split
from tests.databases import PostgresDatabases
from tests.marks import on
from tests.storage.conftest import NEW_STUDY, Held
from tests.waiting import eventually

MADE_BY = {"versions": {"python": "3"}, "device": "an abacus", "git_commit": None}
Claim = Callable[..., tuple[JobRecord, Lease]]


def test_a_transaction_is_all_or_nothing(db: Database) -> None:
    """What a block wrote is gone if it raises, and there if it ends."""
    with pytest.raises(ZeroDivisionError), db.transaction() as tx:
        studies.add(tx, NEW_STUDY)
        raise ZeroDivisionError
    with db.transaction() as tx:
        assert studies.find(tx, "squares") is None
        studies.add(tx, NEW_STUDY)
    with db.reading() as tx:
        assert studies.get(tx, "squares").phase == Phase.SEARCH


@pytest.mark.parametrize("backend", ["sqlite", "postgresql"], indirect=True)
def test_reading_waits_for_no_writer(db: Database, url: str, squares: StudyRecord) -> None:
    """While another writes, reading goes on and sees what was there before."""
    other = Database.open(url)
    with db.transaction() as tx:
        studies.write(tx, squares, reason="not yet")
        with other.reading() as theirs:
            assert studies.get(theirs, "squares").reason is None
        # Optuna's reads must not wait for our writer either.
        assert other.optuna.get_all_studies() == []
    with other.reading() as theirs:
        assert studies.get(theirs, "squares").reason == "not yet"
    other.close()


def test_one_writer_at_a_time(db: Database, url: str, squares: StudyRecord) -> None:
    """Whoever locks a study sees all that its last holder wrote: no increment is lost."""
    barrier = threading.Barrier(4)

    def raise_generation() -> None:
        own = Database.open(url)
        barrier.wait()
        for _ in range(5):
            with own.transaction() as tx:
                study = studies.lock(tx, "squares")
                studies.write(tx, study, generation=study.generation + 1)
        own.close()

    threads = [threading.Thread(target=raise_generation) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with db.reading() as tx:
        assert studies.get(tx, "squares").generation == 21


def test_a_study_that_is_not_there(db: Database) -> None:
    """The refusal names the studies that there are, or how to make one."""
    with db.transaction() as tx:
        with pytest.raises(
            StudyNotFound, match="no study 'cubes': it holds none yet, `hpo create`"
        ):
            studies.get(tx, "cubes")
        studies.add(tx, NEW_STUDY)
        with pytest.raises(StudyNotFound, match="no study 'cubes': it holds squares"):
            studies.lock(tx, "cubes")


def test_a_study_has_a_beginning_and_an_end(db: Database, squares: StudyRecord) -> None:
    """The first start counts; the end stands while the study is over."""
    with db.transaction() as tx:
        studies.start(tx, squares)
        first = studies.get(tx, "squares")
        studies.start(tx, squares)
        assert studies.get(tx, "squares").started_ms == first.started_ms is not None
        assert studies.write(tx, squares, phase=Phase.SELECT).ended_ms is None
        done = studies.write(tx, squares, phase=Phase.DONE)
        assert done.ended_ms is not None and done.started_ms is not None
        assert done.ended_ms >= done.started_ms
        assert studies.write(tx, squares, phase=Phase.SEARCH).ended_ms is None


def test_workers_of_a_study(db: Database, squares: StudyRecord, claim: Claim) -> None:
    """A worker is one of the study's once it has claimed; leaving and being seen are noted."""
    with db.transaction() as tx:
        workers.join(tx, "w1", "host", 17, ["cpu:0", "cpu:1"], MADE_BY)
        workers.join(tx, "w2", "host", 18, ["cpu:0"], {})
    claim("w1")
    with db.transaction() as tx:
        (known,) = workers.of_study(tx, squares.id)
        workers.leave(tx, "w1")
        (left,) = workers.of_study(tx, squares.id)
    assert (known.id, known.slots, known.provenance) == ("w1", ["cpu:0", "cpu:1"], MADE_BY)
    assert known.left_ms is None
    assert left.left_ms is not None and left.seen_ms >= known.seen_ms


def test_evaluations_come_back(db: Database, squares: StudyRecord, held: Held) -> None:
    """Labels, predictions and losses come back byte by byte, and once a split."""
    losses = b"\0\0\x80\x3f" * 256
    record = EvaluationRecord(
        held.job.id, Split.HOLDOUT, bytes(range(256)), bytes(reversed(range(256))), losses
    )
    with db.transaction() as tx:
        evaluations.add(tx, [record])
        evaluations.add(tx, [])
        assert evaluations.of_study(tx, squares.id, generation=1) == [record]
        assert evaluations.of_study(tx, squares.id, generation=2) == []
    with pytest.raises(sa.exc.IntegrityError), db.transaction() as tx:
        evaluations.add(tx, [record])


@on("postgresql")
def test_a_connection_that_died_is_replaced(
    db: Database, held: Held, postgres_databases: PostgresDatabases, url: str
) -> None:
    """Connections that the server dropped while idle are noticed and replaced, ours and Optuna's."""
    name = make_url(url).database
    kill = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name"
    kill += " AND pid <> pg_backend_pid()"
    with db.transaction() as tx:
        assert len(tx.execute(sa.text(kill), {"name": name}).all()) >= 1
    assert db.optuna.get_all_trials(held.optuna_study) == []
    # This kills the connection of its own transaction's pool mate, then its own.
    with pytest.raises(DatabaseUnavailable), db.transaction() as tx:
        tx.execute(sa.text("SELECT pg_terminate_backend(pg_backend_pid())"))
        tx.execute(sa.text("SELECT 1"))
    with db.reading() as tx:
        assert jobs.get(tx, held.job.id) == held.job


@on("postgresql")
def test_a_transaction_that_hangs_is_ended(
    db: Database, url: str, squares: StudyRecord, claim: Claim, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker that stops in the middle of a transaction does not keep its locks for ever: its job
    can be taken over, and what it wrote is gone."""
    monkeypatch.setattr(engine, "IDLE_TRANSACTION_SECONDS", 1)
    stuck = Database.open(url)
    job, lease = claim(seconds=0)

    def taken() -> JobRecord | None:
        with db.transaction() as tx:
            claimed = jobs.claim(tx, squares.id, "another", 60)
        return claimed and claimed[0]

    with pytest.raises(DatabaseUnavailable), stuck.transaction() as theirs:
        jobs.write(theirs, lease, epoch=9)
        assert taken() is None
        again = eventually(taken, seconds=10)
    assert (again.id, again.epoch) == (job.id, 0)
    with stuck.reading() as theirs:
        assert jobs.get(theirs, job.id) == again
    stuck.close()


@on("sqlite")
def test_a_database_that_is_gone(db: Database, held: Held) -> None:
    """Errors of Optuna's calls are ours in a translated block."""
    with db.transaction() as tx:
        tx.execute(sa.text("ALTER TABLE trials RENAME TO elsewhere"))
    with pytest.raises(DatabaseUnavailable, match="no such table"), db.translated():
        db.optuna.get_all_trials(held.optuna_study)
