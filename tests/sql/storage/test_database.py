"""One open database: transactions, and what becomes of errors."""

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from storage import schema
from storage.clock import now_ms
from storage.connection import server_timeouts
from storage.database import Database
from storage.errors import DatabaseUnavailable, StudyNotFound
from storage.records import EvaluationRecord, JobRecord, Lease, StudyRecord
from storage.states import Phase, Split
from storage.tables import evaluations, jobs, studies, workers
from tests.support.marks import on
from tests.support.squares import NEW_STUDY, Held
from tests.support.waiting import eventually

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
        workers.join(tx, "w1", "host", 17, ["cpu:0", "cpu:1"], MADE_BY, "a machine", 60)
        workers.join(tx, "w2", "host", 18, ["cpu:0"], {}, "a machine", 60)
        assert [worker.id for worker in workers.everyone(tx)] == ["w1", "w2"]
    claim("w1")
    with db.transaction() as tx:
        (known,) = workers.of_study(tx, squares.id)
        workers.leave(tx, "w1")
        (left,) = workers.of_study(tx, squares.id)
        assert [worker.id for worker in workers.everyone(tx)] == ["w2"]
    assert (known.id, known.slots, known.provenance) == ("w1", ["cpu:0", "cpu:1"], MADE_BY)
    assert known.left_ms is None
    assert left.left_ms is not None and left.seen_ms >= known.seen_ms


def test_a_silence_of_all_workers_keeps_leases_from_being_taken(
    db: Database, squares: StudyRecord, claim: Claim
) -> None:
    """Where nobody was seen for most of a lease, the database was away: for the length of a lease
    an expired one is not given out, while open jobs are; then it is."""
    with db.transaction() as tx:
        workers.join(tx, "w1", "host", 17, [], {}, "a machine", 60)
    job, lease = claim("w1", seconds=0)
    with db.transaction() as tx:
        jobs.write(tx, lease, trial_id=1, trial_number=0)
        workers.see(tx, "w1", 60)  # it was seen just now, so there was no silence
        assert _takeover_after(tx) is None
        tx.execute(sa.update(schema.workers).values(seen_ms=now_ms() - 30_000))
        workers.see(tx, "w1", 60)
        assert _takeover_after(tx) is None
        tx.execute(sa.update(schema.workers).values(seen_ms=now_ms() - 37_000))
        workers.see(tx, "w1", 60)
        noted = _takeover_after(tx)
        assert noted is not None and noted - studies.clock_ms(tx) > 50_000
        workers.see(tx, "w1", 60)
        workers.join(tx, "w2", "host", 18, [], {}, "a machine", 60)
        assert _takeover_after(tx) == noted
    assert claim("w2")[0].id != job.id
    with db.transaction() as tx:
        tx.execute(sa.update(schema.studies).values(takeover_after_ms=now_ms()))
    assert claim("w2")[0].id == job.id


def test_a_silence_says_nothing_of_a_study_that_is_over(db: Database, squares: StudyRecord) -> None:
    """Nor is the very first worker one who comes back after a silence."""
    with db.transaction() as tx:
        workers.join(tx, "w1", "host", 17, [], {}, "a machine", 60)
        assert _takeover_after(tx) is None
        studies.write(tx, squares, phase=Phase.DONE)
        tx.execute(sa.update(schema.workers).values(seen_ms=0))
        workers.join(tx, "w2", "host", 18, [], {}, "a machine", 60)
        assert _takeover_after(tx) is None


def _takeover_after(tx: Connection) -> int | None:
    return tx.scalar(sa.select(schema.studies.c.takeover_after_ms))


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


OWN_SESSION = {"postgresql": "pg_backend_pid()", "mysql": "connection_id()"}
END_SESSION = {"postgresql": "SELECT pg_terminate_backend({})", "mysql": "KILL {}"}


@on("postgresql", "mariadb")
def test_a_connection_that_died_is_replaced(db: Database, held: Held) -> None:
    """Connections that the server dropped while idle are noticed and replaced, ours and Optuna's;
    one that it drops in the midst of a transaction is a database that cannot be used."""
    server = db.engine.dialect.name
    own = sa.text(f"SELECT {OWN_SESSION[server]}")
    with db.optuna.engine.connect() as theirs:
        session = theirs.scalar(own)
    with db.transaction() as tx:
        tx.execute(sa.text(END_SESSION[server].format(session)))
    assert db.optuna.get_all_trials(held.optuna_study) == []
    with db.optuna.engine.connect() as theirs:
        assert theirs.scalar(own) != session
    with pytest.raises(DatabaseUnavailable), db.transaction() as tx:
        tx.execute(sa.text(END_SESSION[server].format(tx.scalar(own))))
        tx.execute(sa.text("SELECT 1"))
    with db.reading() as tx:
        assert jobs.get(tx, held.job.id) == held.job


@on("postgresql", "mariadb")
def test_a_transaction_that_hangs_is_ended(
    db: Database, url: str, squares: StudyRecord, claim: Claim, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker that stops in the middle of a transaction does not keep its locks for ever: its job
    can be taken over, and what it wrote is gone."""
    monkeypatch.setattr(server_timeouts, "IDLE_TRANSACTION_SECONDS", 2)
    stuck = Database.open(url)
    job, lease = claim(seconds=0)

    def taken() -> JobRecord | None:
        with db.transaction() as tx:
            claimed = jobs.claim(tx, squares.id, "another", 60, "cpu:0")
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
    path = Path(db.url.database or "")
    db.close()
    path.rename(path.with_suffix(".elsewhere"))
    path.mkdir()
    with pytest.raises(DatabaseUnavailable, match="unable to open"), db.translated():
        db.optuna.get_all_trials(held.optuna_study)


def test_whoever_died_without_a_word_is_forgotten(db: Database) -> None:
    """A worker counts until it has left, or was silent for an hour."""
    with db.transaction() as tx:
        for name in ("alive", "left", "dead"):
            workers.join(tx, name, "host", 17, [], {}, "a machine", 60)
        workers.leave(tx, "left")
        silent = sa.update(schema.workers).where(schema.workers.c.id == "dead")
        tx.execute(silent.values(seen_ms=now_ms() - 3_600_001))
        assert [worker.id for worker in workers.everyone(tx)] == ["alive"]
