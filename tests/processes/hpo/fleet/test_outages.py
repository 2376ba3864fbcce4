"""A database that goes away while workers train: stopped, cut off, full, read-only, too busy."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy.engine import make_url

from storage.database import Database
from storage.records import StudyRecord
from storage.states import JobState
from tests.processes.hpo.fleet.conftest import BUDGET, small
from tests.support import postgres
from tests.support.fleet import EPOCHS, HELD, Fleet, left_behind, through
from tests.support.marks import on, slow
from tests.support.outcome import assert_exactly, optuna_trials
from tests.support.proxy import Proxy
from tests.support.waiting import eventually

WARNED = "training goes on, results wait in the journal"
Connection = psycopg.Connection[Any]
Trouble = Callable[[Connection, str], AbstractContextManager[None]]


@on("postgresql")
def test_training_goes_on_without_the_database(
    db: Database, url: str, study: StudyRecord, fleet: Fleet, proxy: Proxy
) -> None:
    """Cut off from its database a worker trains on; when the link heals, what it measured lands in
    order, once, and the study ends with exactly N trials. One warning is given, not a thousand."""
    worker = fleet.start(**through(proxy, url))
    job = fleet.held(worker)
    proxy.cut()
    fleet.go_on()
    waiting = [entry for entry in fleet.until_trained() if entry["kind"] == "report"]
    assert [entry["epoch"] for entry in waiting] == list(range(HELD, EPOCHS + 1))
    assert (fleet.job(job.id).state, fleet.job(job.id).epoch) == (JobState.LEASED, HELD - 1)
    proxy.heal()
    log = fleet.finish(worker)
    assert (log.count(WARNED), log.count("the database answers again")) == (1, 1)
    assert_exactly(db, study)
    assert fleet.job(job.id).losses == 0
    reported = optuna_trials(db, "toy")[0].intermediate_values
    assert list(reported) == list(range(1, EPOCHS + 1))
    assert [reported[entry["epoch"]] for entry in waiting] == [e["score"] for e in waiting]
    assert left_behind(db) == []


@on("postgresql")
def test_a_dead_workers_journal_is_brought_by_the_next(
    db: Database, url: str, study: StudyRecord, fleet: Fleet, proxy: Proxy
) -> None:
    """What a worker had measured when it was killed during an outage is brought to the database
    by the next worker on that machine: nothing is trained again."""
    worker = fleet.start(**through(proxy, url))
    job = fleet.held(worker)
    proxy.cut()
    fleet.go_on()
    score = fleet.until_trained()[-1]["score"]
    worker.kill()
    worker.wait()
    assert fleet.job(job.id).state == JobState.LEASED
    proxy.heal()
    fleet.finish(fleet.start())
    assert_exactly(db, study)
    ended = fleet.job(job.id)
    assert (ended.worker_id, ended.attempts, ended.losses, ended.score) == (
        job.worker_id, 1, 0, score,
    )  # fmt: skip
    assert list(fleet.state().glob("*-*")) == []
    assert left_behind(db) == []


@pytest.fixture
def server() -> Iterator[postgres.Server]:
    """A PostgreSQL of the test's own, to be stopped and started."""
    with postgres.running() as made:
        yield made


@slow("waits for a lease")
def test_a_server_that_was_down_for_longer_than_a_lease(
    server: postgres.Server, tmp_path: Path
) -> None:
    """All leases have run out when the server comes back, and all their owners train on: each
    keeps its job, whoever is back first, and nothing is counted as lost."""
    url = server.url.render_as_string(hide_password=False)
    db = Database.create(url)
    study = small(db, "paced", BUDGET)
    fleet = Fleet(db, url, tmp_path)
    try:
        started = [fleet.start(machine=name, HPO_LEASE_SECONDS="3") for name in ("first", "second")]
        eventually(lambda: [job.epoch for job in fleet.search()[:2]] == [HELD - 1] * 2)
        db.close()
        server.stop()
        fleet.go_on(epoch_seconds=2)  # three epochs are left: six seconds
        fleet.until_trained("first" if list(fleet.state("first").glob("*-*")) else "second")
        server.start()
        fleet.go_on()
        for worker in started:
            assert fleet.finish(worker).count(WARNED) == 1
        assert_exactly(db, study)
        assert [job.losses for job in fleet.search()] == [0, 0, 0]
        assert left_behind(db) == []
    finally:
        fleet.close()
        db.close()


@contextmanager
def _read_only(connection: Connection, name: str) -> Iterator[None]:
    connection.execute(f"ALTER DATABASE {name} SET default_transaction_read_only = on".encode())
    _disconnect(connection, name)
    yield
    connection.execute(f"ALTER DATABASE {name} RESET default_transaction_read_only".encode())
    _disconnect(connection, name)


@contextmanager
def _full(connection: Connection, name: str) -> Iterator[None]:
    connection.execute(
        "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        " RAISE EXCEPTION 'No space left on device' USING ERRCODE = 'disk_full'; END $$"
    )
    for table in ("trial_intermediate_values", "hpo_blobs"):
        connection.execute(
            f"CREATE TRIGGER refuse BEFORE INSERT ON {table} EXECUTE FUNCTION refuse()".encode()
        )
    yield
    connection.execute("DROP FUNCTION refuse() CASCADE")


def _disconnect(connection: Connection, name: str) -> None:
    connection.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = %s AND pid <> pg_backend_pid()",
        [name],
    )


@pytest.fixture
def connection(url: str) -> Iterator[Connection]:
    """A connection to the test's database that nothing of this ends."""
    with psycopg.connect(url, autocommit=True) as made:
        yield made


@on("postgresql")
@pytest.mark.parametrize("trouble", [_read_only, _full], ids=["read-only", "full"])
def test_a_database_that_refuses(
    db: Database, url: str, study: StudyRecord, fleet: Fleet,
    connection: Connection, trouble: Trouble,
) -> None:  # fmt: skip
    """A database that takes no writes is as one that is away: training goes on, and all lands."""
    name = str(make_url(url).database)
    worker = fleet.start()
    job = fleet.held(worker)
    with trouble(connection, name):
        fleet.go_on()
        fleet.until_trained()
        assert fleet.job(job.id).epoch == HELD - 1
    assert fleet.finish(worker).count(WARNED) == 1
    assert_exactly(db, study)
    assert fleet.job(job.id).losses == 0
    assert left_behind(db) == []


@slow("starts a fleet")
@on("postgresql")
def test_a_database_with_too_many_clients(
    db: Database, url: str, study: StudyRecord, fleet: Fleet,
    connection: Connection,
) -> None:  # fmt: skip
    """So is one that lets nobody in because too many are connected."""
    name = str(make_url(url).database)
    role = f"role_of_{name}"
    connection.execute(f"CREATE ROLE {role} LOGIN".encode())
    connection.execute(f"GRANT ALL ON ALL TABLES IN SCHEMA public TO {role}".encode())
    connection.execute(f"GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO {role}".encode())
    try:
        worker = fleet.start(HPO_STORAGE=url.replace("postgres@", f"{role}@"))
        job = fleet.held(worker)
        connection.execute(f"ALTER ROLE {role} CONNECTION LIMIT 0".encode())
        _disconnect(connection, name)
        fleet.go_on()
        fleet.until_trained()
        connection.execute(f"ALTER ROLE {role} CONNECTION LIMIT -1".encode())
        assert fleet.finish(worker).count(WARNED) == 1
        assert_exactly(db, study)
        assert fleet.job(job.id).losses == 0
    finally:
        connection.execute(f"DROP OWNED BY {role}".encode())
        connection.execute(f"DROP ROLE {role}".encode())
