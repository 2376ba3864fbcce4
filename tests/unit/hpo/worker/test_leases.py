"""What a worker holds is kept, told and given back, whatever the database does. The test plays its
children."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import sqlalchemy as sa

from hpo.definition_loader import Definition
from hpo.search.promotion import Advice
from hpo.search.trials import Trials
from hpo.training import child_pool
from hpo.training.child_pool import SlotPool
from hpo.training.protocol import Faulty, Outcome, Report, Trained
from hpo.worker.journal import Journal
from storage.database import Database
from storage.records import JobRecord, StudyRecord
from storage.schema import jobs
from storage.states import JobState, Phase
from storage.tables import logs, workers
from studies.data.prepared_data import PreparedData
from studies.errors import Fault
from tests.support.marks import on
from tests.support.outcome import of_phase, optuna_trials
from tests.support.played import Eager, PlayedSlot, Trouble, Worker, troubled
from tests.support.supervision import supervisor_of
from tests.support.waiting import eventually

pytestmark = on("sqlite")
RENEWAL = "UPDATE hpo_workers SET seen_ms"


@pytest.fixture
def trouble() -> Iterator[Trouble]:
    """None yet."""
    with troubled() as made:
        yield made


@pytest.fixture
def worker(
    db: Database, study: StudyRecord, toy: Definition, toy_data: PreparedData, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Worker]:  # fmt: skip
    """Of the toy study; it leaves in the end."""
    monkeypatch.setattr("hpo.training.child_pool.Slot", PlayedSlot)
    state_dir, pace = tmp_path / "state", Eager(grace_seconds=0)
    with ThreadPoolExecutor(1) as threads:
        made = Worker(
            lambda devices: supervisor_of(db, study, toy, toy_data, state_dir, devices, pace),
            threads,
        )
        yield made
        made.leave()


def _search(db: Database, study: StudyRecord) -> list[JobRecord]:
    return of_phase(db, study.name, Phase.SEARCH)


def _states(db: Database, study: StudyRecord) -> list[JobState]:
    return [job.state for job in _search(db, study)]


def _printed(db: Database, study: StudyRecord) -> list[str]:
    """By all attempts that printed anything, oldest first."""
    with db.reading() as tx:
        printed = logs.of_jobs(tx, [job.id for job in _search(db, study)])
    return [printed[attempt] for attempt in sorted(printed)]


@pytest.fixture
def fail_the_renewal_after(
    trouble: Trouble, monkeypatch: pytest.MonkeyPatch
) -> Callable[[type[Report | Outcome]], None]:
    """Once an entry of that kind has landed, the next renewal finds no answer."""

    def _fail_the_renewal_after(kind: type[Report | Outcome]) -> None:
        drop_first = Journal.drop_first

        def drop(journal: Journal) -> None:
            entry = journal.first
            drop_first(journal)
            if entry is not None and isinstance(entry.body, kind):
                trouble.on(RENEWAL)

        monkeypatch.setattr(Journal, "drop_first", drop)

    return _fail_the_renewal_after


def test_files_go_with_their_job_whatever_fails_next(
    db: Database, study: StudyRecord, worker: Worker, trouble: Trouble,
    fail_the_renewal_after: Callable[[type[Outcome]], None],
) -> None:  # fmt: skip
    """Once a job has ended, this machine has none of its files, though the renewal that came next
    failed, and its worker lives on."""
    (child,) = worker.start()
    beside = Path(f"{child.take_work().checkpoint_stem}-resume.checkpoint")
    beside.write_bytes(b"what it went on from")
    fail_the_renewal_after(Trained)
    child.say(Trained(score=0.5, loss=1.0))
    eventually(lambda: trouble.was_met)
    trouble.off()
    child.take_work()
    assert _search(db, study)[0].state == JobState.SUCCEEDED
    assert list(beside.parent.iterdir()) == []


def test_what_children_print_is_kept(
    db: Database, study: StudyRecord, worker: Worker, trouble: Trouble,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """Now and then while they train, and when they end, each with its own; of silence nothing is kept, and
    of an outage all."""
    monkeypatch.setattr("hpo.worker.leases.PRINTED_SECONDS", 0.0)
    (child,) = worker.start()
    child.take_work()
    child.print("epoch 1\n")
    eventually(lambda: _printed(db, study) == ["epoch 1\n"])
    child.print("done\n")
    trouble.on()
    child.say(Trained(score=0.5, loss=1.0))
    eventually(lambda: trouble.was_met)
    trouble.off()
    child.take_work()
    child.say(Trained(score=0.6, loss=1.0))
    child.take_work()
    child.print("killed ")
    worker.leave()
    assert _printed(db, study) == ["epoch 1\ndone\n", "killed "]


def test_a_child_is_told_what_the_pruner_said_whatever_fails_next(
    worker: Worker, trouble: Trouble, monkeypatch: pytest.MonkeyPatch,
    fail_the_renewal_after: Callable[[type[Report]], None],
) -> None:  # fmt: skip
    """It is that of the epoch just reported, though the renewal that came next failed."""
    (child,) = worker.start()
    child.take_work()
    fail_the_renewal_after(Report)
    monkeypatch.setattr(Trials, "_judge", lambda *_: Advice.PRUNE)
    assert not child.report(1).go_on
    eventually(lambda: trouble.was_met)


def test_the_answer_is_that_of_the_newest_report(
    db: Database, study: StudyRecord, worker: Worker, trouble: Trouble,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """While the database is away a child goes on. What the pruner says of those epochs comes when
    nobody waits for it: the next report is answered by what it says of that one."""
    (child,) = worker.start()
    child.take_work()
    go_on, prune = Advice.GO_ON, Advice.PRUNE
    advice = {1: prune, 2: prune, 3: go_on, 4: prune}
    monkeypatch.setattr(Trials, "_judge", lambda _, job, *__: advice[job.epoch])
    trouble.on()
    assert child.report(1).go_on and child.report(2).go_on
    assert _search(db, study)[0].epoch == 0
    trouble.off()
    eventually(lambda: _search(db, study)[0].epoch == 2)
    assert child.report(3).go_on
    assert not child.report(4).go_on
    assert list(optuna_trials(db, "toy")[0].intermediate_values) == [1, 2, 3, 4]


def test_what_a_lost_device_cost_is_taken_back_after_an_outage(
    db: Database, study: StudyRecord, worker: Worker, trouble: Trouble,
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """A device that is given up while the database is away costs its jobs nothing either."""
    as_of_others = property(lambda health: len(health.losses) >= child_pool.FAILURES_IN_A_ROW)
    monkeypatch.setattr(child_pool.Health, "is_bad", as_of_others)
    lost = Faulty(fault=Fault.DEVICE, error="it fell off the bus", traceback="")
    bad, good = worker.start(2)
    bad.take_work()
    good.take_work()
    for _ in range(2):
        bad.say(lost)
        bad = worker.next_child()
        bad.take_work()
    assert sorted(job.losses for job in _search(db, study)) == [0, 0, 1, 1]
    trouble.on()
    bad.say(lost)
    eventually(lambda: "cpu:0 is given up" in caplog.text)
    trouble.off()
    eventually(lambda: _states(db, study).count(JobState.LEASED) == 1)
    eventually(lambda: not any(job.losses for job in _search(db, study)))


def test_a_job_that_is_lost_while_its_worker_leaves(
    db: Database, study: StudyRecord, worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is dropped without another child, the others are given back, and the worker leaves in
    order."""
    first, second = worker.start(2)
    first.take_work(), second.take_work()
    taken = _search(db, study)[1]
    stop = SlotPool.stop

    def stop_as_another_takes_it(pool: SlotPool) -> None:
        stop(pool)
        with db.transaction() as tx:
            tx.execute(sa.update(jobs).where(jobs.c.id == taken.id).values(token="another"))

    monkeypatch.setattr(SlotPool, "stop", stop_as_another_takes_it)
    worker.leave()
    assert PlayedSlot.children.empty()
    assert _states(db, study)[:2] == [JobState.OPEN, JobState.LEASED]
    with db.reading() as tx:
        assert all(each.left_ms is not None for each in workers.of_study(tx, study.id))
