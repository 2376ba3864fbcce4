"""`hpo launch ssh` by a real sshd on hosts that a network of their own connects to the database."""

import shutil
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from sqlalchemy.engine import make_url

from hpo import definition_loader
from hpo.status.study_status import read_status
from hpo.study import creation
from hpo.study.planning import Budget
from storage.database import Database
from storage.states import JobState, Phase
from tests.support import postgres
from tests.support.commandline import CommandLine, command_line
from tests.support.hosts import Host, Hosts
from tests.support.waiting import eventually

PORT = 2222
TRIALS = 6
OBJECTIVE = """
import time
from parts.gate import GATE

def objective(trial):
    x = trial.suggest_float("x", 0, 1)
    trial.report(x, 1)
    while not GATE.exists():  # until the test opens it
        time.sleep(0.1)
    return x
"""
CLIENT = """\
Host worker1 worker2
    User root
    Port {port}
    IdentityFile {folder}/key
    UserKnownHostsFile {folder}/known
    StrictHostKeyChecking no
Host worker1
    HostName {first}
Host worker2
    HostName {second}
Host closed
    HostName {second}
    Port {port}
    IdentityFile /dev/null
    UserKnownHostsFile {folder}/known
    StrictHostKeyChecking no
"""
SERVER = """\
Port {port}
HostKey {folder}/host_key
AuthorizedKeysFile {folder}/key.pub
StrictModes no
UsePAM no
PermitRootLogin yes
PidFile none
SetEnv XDG_STATE_HOME={home} HPO_STATE_DIR={home}/journals PATH=/usr/bin:/bin
"""


@dataclass(frozen=True)
class Site:
    """The database on a host of its own, from which workers are launched, and two hosts for them."""

    shell: CommandLine
    db: Database
    homes: dict[str, Path]

    def launch(self, *arguments: str) -> str:
        program = str(Path(sys.executable).with_name("hpo"))
        return self.shell.succeed("launch", "ssh", *arguments, "--program", program)


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """That, with a study of an objective whose file lies nowhere but here."""
    keys = tmp_path / "keys"
    keys.mkdir()
    for name in ("key", "host_key"):
        subprocess.run(["ssh-keygen", "-q", "-N", "", "-f", str(keys / name)], check=True)
    Path("/run/sshd").mkdir(exist_ok=True)
    with ExitStack() as stack:
        hosts = stack.enter_context(Hosts())
        home = hosts.add()
        server = stack.enter_context(
            postgres.running(address=home.address, enter=home.enter_as_nobody)
        )
        db = Database.create(server.local_url.render_as_string(hide_password=False))
        stack.callback(db.close)
        names = ("worker1", "worker2")
        workers = {name: hosts.add() for name in names}
        homes = {name: tmp_path / name for name in names}
        for name, host in workers.items():
            stack.callback(_end, _serve(host, keys, homes[name]))
        (keys / "config").write_text(
            CLIENT.format(
                port=PORT, folder=keys, first=workers["worker1"].address, second=workers["worker2"].address
            )
        )  # fmt: skip
        program = tmp_path / "bin" / "ssh"
        program.parent.mkdir()
        program.write_text(f'#!/bin/sh\nexec {shutil.which("ssh")} -F {keys}/config "$@"\n')
        program.chmod(0o755)
        (tmp_path / "parts").mkdir()
        (tmp_path / "parts" / "gate.py").write_text(
            f"from pathlib import Path\n\nGATE = Path({str(tmp_path / 'gate')!r})\n"
        )
        (tmp_path / "train.py").write_text(OBJECTIVE)
        url = make_url(server.url).set(password="sesame").render_as_string(hide_password=False)
        made = command_line(tmp_path, url)
        path = f"{program.parent}:{made.environment['PATH']}"
        shell = replace(made, enter=_enter(home), environment={**made.environment, "PATH": path})
        definition = definition_loader.load(f"{tmp_path}/train.py:objective")
        creation.create(db, "mine", definition, Budget(trials=TRIALS))
        yield Site(shell, db, homes)


def _enter(host: Host) -> tuple[str, ...]:
    """As root, who may log in: by the network alone."""
    return ("nsenter", "--net", "--target", host.enter[-1])


def _serve(host: Host, keys: Path, home: Path) -> "subprocess.Popen[bytes]":
    home.mkdir()
    (keys / f"{home.name}.conf").write_text(SERVER.format(port=PORT, folder=keys, home=home))
    sshd = shutil.which("sshd", path="/usr/sbin") or "sshd"
    return subprocess.Popen([*_enter(host), sshd, "-D", "-f", str(keys / f"{home.name}.conf")])


def _end(server: "subprocess.Popen[bytes]") -> None:
    server.send_signal(signal.SIGTERM)
    server.wait()


def test_workers_are_started_looked_at_and_stopped(site: Site) -> None:
    """On both hosts, with a definition that comes with them, and the password in a file of theirs alone; what they
    train is kept when they are stopped, and goes on when they are started again, to the end of the study."""
    study = ("--on", "mine", "--study", "train.py:objective")
    assert (
        site.launch("worker1", "worker2", "--grace", "3", *study)
        == "worker1: started\nworker2: started\n"
    )

    def are_at_work() -> bool:
        running = read_status(site.db, "mine").running
        return len({job.worker_id for job in running if job.epoch}) == 2

    eventually(are_at_work)
    for name, home in site.homes.items():
        (file,) = home.glob("hpo/launch/*/files/storage")
        assert "sesame" in file.read_text()
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        seen = subprocess.run(["ps", "axww"], capture_output=True, text=True, check=True).stdout
        assert "sesame" not in seen
        assert name in str(file)
    (files,) = site.homes["worker1"].glob("hpo/launch/*/files")
    before = files.stat()
    refused = site.shell.run("launch", "ssh", "worker1", *study, "--program", site_program())
    assert refused.returncode == 1
    assert refused.stderr == "hpo: worker1: a worker runs there already\n"
    assert files.stat().st_ino == before.st_ino  # which are its files
    assert (
        site.launch("worker1", "worker2", "--grace", "3", *study, "--stop")
        == "worker1: left\nworker2: left\n"
    )
    stopped = read_status(site.db, "mine")
    assert JobState.LEASED not in stopped.counts(Phase.SEARCH)
    assert not any(job.losses for job in stopped.jobs)
    for home in site.homes.values():
        assert not list(home.glob("hpo/launch/*/files/storage"))
    site.launch("worker1", "worker2", *study)
    (site.shell.folder / "gate").touch()
    eventually(lambda: read_status(site.db, "mine").study.phase.is_over)
    assert "trains mine, trial" in site.launch("worker1", *study, "--logs")
    done = read_status(site.db, "mine")
    assert done.counts(Phase.SEARCH) == {JobState.SUCCEEDED: TRIALS}
    eventually(
        lambda: site.launch("worker1", *study, "--stop") == "worker1: no worker runs there\n"
    )


def test_one_host_that_is_not_fit_keeps_all_from_starting(site: Site) -> None:
    """Whether it asks for a password, has no hpo, or is not there."""
    study = ("--on", "mine", "--study", "train.py:objective")
    asks = site.shell.run("launch", "ssh", "worker1", "closed", *study, "--program", site_program())
    assert asks.returncode == 1
    assert "closed: " in asks.stderr and "log in by a key" in asks.stderr
    lacks = site.shell.run("launch", "ssh", "worker1", *study, "--program", "/nowhere/hpo")
    assert lacks.returncode == 1
    assert "worker1 has no hpo that answers as /nowhere/hpo" in lacks.stderr
    assert len(lacks.stderr.splitlines()) == 1
    assert read_status(site.db, "mine").workers == ()
    for home in site.homes.values():
        assert not list(home.glob("hpo/launch/*/pid"))


def site_program() -> str:
    """hpo, which all these hosts have at the same place."""
    return str(Path(sys.executable).with_name("hpo"))
