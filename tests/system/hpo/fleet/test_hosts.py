"""Hosts that a network of their own connects: a worker's is cut off, packets are lost, the
database's is gone. Nobody is told: what is sent vanishes."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from hpo import definition_loader
from hpo.study import creation
from storage.connection.server_timeouts import SILENCE_SECONDS
from storage.database import Database
from storage.records import StudyRecord
from storage.states import JobState
from tests.conftest import DEFINITIONS
from tests.processes.hpo.fleet.conftest import BUDGET
from tests.support import postgres
from tests.support.commandline import Process
from tests.support.fleet import EPOCHS, HELD, Fleet, left_behind
from tests.support.hosts import Host, Hosts
from tests.support.marks import needs, slow
from tests.support.outcome import assert_exactly, optuna_trials
from tests.support.waiting import eventually

pytestmark = [needs("ip", "nft"), slow("waits for what a network loses")]

BUSY_SECONDS = 10.0
"""What the machine of the tests may take for all else."""


@dataclass(frozen=True)
class Site:
    """A database on a host of its own, a study in it, and two hosts for workers. The test itself
    reaches the database by a file."""

    home: Host
    hosts: dict[str, Host]
    server: postgres.Server
    db: Database
    study: StudyRecord
    fleet: Fleet

    def start(
        self, name: str, slots: Sequence[str] = ("--cpu", "1"), **environment: str
    ) -> Process:
        """Starts a worker on the host of that name."""
        enter = self.hosts[name].enter
        return self.fleet.start(machine=name, enter=enter, slots=slots, **environment)

    def assert_well(self) -> None:
        """Exactly N trials, each epoch of them reported once, and nothing left behind."""
        assert_exactly(self.db, self.study)
        assert left_behind(self.db) == []


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """That, with a small study of the paced definition, held up."""
    with Hosts() as hosts:
        home = hosts.add()
        with postgres.running(address=home.address, enter=home.enter_as_nobody) as server:
            db = Database.create(server.local_url.render_as_string(hide_password=False))
            paced = definition_loader.load(str(DEFINITIONS / "paced.py"))
            study = creation.create(db, "toy", paced, BUDGET)
            fleet = Fleet(db, server.url.render_as_string(hide_password=False), tmp_path)
            workers = {name: hosts.add() for name in ("first", "second")}
            yield Site(home, workers, server, db, study, fleet)
            fleet.close()
            db.close()


def test_a_worker_cut_off_for_less_than_a_lease(site: Site) -> None:
    """It trains on, held up no longer than it takes to find out; healed, it brings what it measured
    under the lease that it kept: nothing is trained twice."""
    worker = site.start("first", HPO_LEASE_SECONDS="30")
    job = site.fleet.held(worker)
    site.hosts["first"].cut()
    cut_at = time.monotonic()
    site.fleet.go_on()
    waiting = [entry for entry in site.fleet.until_trained("first") if entry["kind"] == "report"]
    assert time.monotonic() - cut_at < SILENCE_SECONDS + BUSY_SECONDS
    assert [entry["epoch"] for entry in waiting] == list(range(HELD, EPOCHS + 1))
    assert site.fleet.job(job.id).state == JobState.LEASED
    site.hosts["first"].heal()
    site.fleet.finish(worker)
    site.assert_well()
    ended = site.fleet.job(job.id)
    assert (ended.attempts, ended.losses) == (1, 0)
    reported = optuna_trials(site.db, "toy")[0].intermediate_values
    assert [reported[entry["epoch"]] for entry in waiting] == [e["score"] for e in waiting]


def test_a_worker_cut_off_for_longer_than_its_lease(site: Site, tmp_path: Path) -> None:
    """Another host goes on with its trial, under its number and from its last checkpoint; what the
    first brings when it is healed comes too late, and it takes other work."""
    short = {"HPO_LEASE_SECONDS": "4"}
    pace = tmp_path / "pace-of-first"
    pace.write_text(f"hold {HELD}")
    first = site.start("first", TOY_PACE=str(pace), **short)
    job = site.fleet.held(first)
    site.hosts["first"].cut()
    pace.write_text("0")
    second = site.start("second", slots=("--cpu", "3"), **short)  # one for each trial
    late = site.fleet.until_trained("first")[-1]["score"]
    eventually(lambda: site.fleet.job(job.id).worker_id != job.worker_id)
    taken = site.fleet.job(job.id)
    site.hosts["first"].heal()
    first_has_heard = tmp_path / "state-first"
    eventually(lambda: all(f.stat().st_size == 0 for f in first_has_heard.glob("*/entries.jsonl")))
    assert site.fleet.job(job.id).state == JobState.LEASED  # it did not end another's job
    site.fleet.go_on(epoch_seconds=0.3)  # so that there is work left for it
    log = site.fleet.finish(first)
    assert f"{job.title} goes on from epoch {HELD - 1}" in site.fleet.finish(second)
    assert "is no longer ours; its work here is dropped" in log
    assert f"trains toy, {job.title}" in log and log.count("cpu:0 trains") > 1
    site.assert_well()
    ended = site.fleet.job(job.id)
    assert (ended.trial_number, ended.worker_id) == (job.trial_number, taken.worker_id)
    assert ended.score == late  # bit for bit, though trained elsewhere


def test_lost_packets(site: Site) -> None:
    """With each tenth packet lost, to and from two workers, a study ends as it should."""
    started = [site.start(name) for name in site.hosts]  # one that reaches no database would end
    eventually(lambda: [job.epoch for job in site.fleet.search()[:2]] == [HELD - 1] * 2)
    for host in site.hosts.values():
        host.lose(10)
    site.fleet.go_on()
    for worker in started:
        site.fleet.finish(worker, seconds=120)
    site.assert_well()
    assert [job.losses for job in site.fleet.search()] == [0, 0, 0]


@pytest.mark.parametrize("fault", ["link", "power"])
def test_the_databases_host_is_gone_and_comes_back(site: Site, fault: str) -> None:
    """Cut off, or without power: both workers train on, their results wait on their own disks, and
    land when it is back."""
    started = [site.start(name, HPO_LEASE_SECONDS="30") for name in site.hosts]
    eventually(lambda: [job.epoch for job in site.fleet.search()[:2]] == [HELD - 1] * 2)
    job = site.fleet.held(*started)
    if fault == "link":
        site.home.cut()
    else:
        site.db.close()
        site.server.kill()
    site.fleet.go_on()
    for name in site.hosts:
        site.fleet.until_trained(name)
    if fault == "link":
        assert site.fleet.job(job.id).epoch == HELD - 1
        site.home.heal()
    else:
        site.server.start()
    for worker in started:
        site.fleet.finish(worker)
    site.assert_well()
    assert [(job.attempts, job.losses) for job in site.fleet.search()] == [(1, 0)] * 3
