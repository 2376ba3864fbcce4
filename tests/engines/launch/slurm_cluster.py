"""A real Slurm of two nodes on this machine, each with two GPUs that are none."""

import os
import shutil
import signal
import socket
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support.servers import free_port
from tests.support.waiting import eventually

NODES = ("gpu1", "gpu2")
CONFIGURATION = """\
ClusterName=t
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={controller_port}
CommunicationParameters=NoCtldInAddrAny,NoInAddrAny
AuthType=auth/munge
AuthInfo=socket={folder}/munge.sock,cred_expire=5
SlurmUser=root
SlurmdUser=root
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool-%n
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd-%n.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd-%n.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
MpiDefault=none
ReturnToService=2
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SlurmdParameters=config_overrides
SlurmctldParameters=preempt_send_user_signal
SchedulerParameters=sched_interval=2,batch_sched_delay=0,sched_min_interval=0,bf_interval=2
KillWait=5
PreemptType=preempt/partition_prio
PreemptMode=REQUEUE
GresTypes=gpu
NodeName=gpu1 NodeHostname={host} NodeAddr=127.0.0.1 Port={ports[0]} CPUs=4 RealMemory=2000 Gres=gpu:2
NodeName=gpu2 NodeHostname={host} NodeAddr=127.0.0.1 Port={ports[1]} CPUs=4 RealMemory=2000 Gres=gpu:2
PartitionName=low Nodes=gpu1,gpu2 Default=YES PriorityTier=1 GraceTime=30
PartitionName=high Nodes=gpu1,gpu2 PriorityTier=10 PreemptMode=OFF
"""
DEVICES = "AutoDetect=off\nNodeName=gpu[1-2] Name=gpu File={folder}/dev/gpu[0-1]\n"


@dataclass(frozen=True)
class Slurm:
    """A cluster that runs; `environment` is what its commands want."""

    folder: Path
    environment: Mapping[str, str]
    nodes: dict[str, "subprocess.Popen[bytes]"]

    def call(self, *command: str) -> str:
        """What a command of Slurm says."""
        done = subprocess.run(
            command,
            env={**os.environ, **self.environment},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def lose(self, node: str) -> None:
        """The node does not answer any more, though what runs on it lives on."""
        self.nodes.pop(node).kill()
        self.call("scontrol", "update", f"nodename={node}", "state=down", "reason=lost")


@contextmanager
def cluster(folder: Path) -> Iterator[Slurm]:
    """Runs one in a folder with a short path, for the sake of its sockets."""
    for name in ("state", "spool-gpu1", "spool-gpu2", "dev"):
        (folder / name).mkdir(parents=True)
    for number in range(2):
        os.mknod(folder / "dev" / f"gpu{number}", 0o20666, os.makedev(1, 3))
    text = CONFIGURATION.format(
        host=socket.gethostname().split(".")[0], folder=folder, controller_port=free_port(),
        ports=[free_port(), free_port()],
    )  # fmt: skip
    (folder / "slurm.conf").write_text(text)
    (folder / "gres.conf").write_text(DEVICES.format(folder=folder))
    (folder / "munge.key").write_bytes(os.urandom(128))
    (folder / "munge.key").chmod(0o400)
    environment = {"SLURM_CONF": str(folder / "slurm.conf")}
    started: list[subprocess.Popen[bytes]] = []

    def start(*command: str) -> "subprocess.Popen[bytes]":
        with (folder / f"{Path(command[0]).name}.out").open("ab") as out:
            started.append(
                subprocess.Popen(
                    command, env={**os.environ, **environment}, stdout=out, stderr=out,
                    start_new_session=True,
                )
            )  # fmt: skip
        return started[-1]

    os.chmod(folder, 0o755)  # noqa: PTH101, S103 - munge refuses a folder that others may write
    try:
        start(
            _find("munged"), "--foreground", "--force", f"--key-file={folder}/munge.key",
            f"--socket={folder}/munge.sock", f"--pid-file={folder}/munge.pid",
            f"--log-file={folder}/munge.log", f"--seed-file={folder}/munge.seed",
        )  # fmt: skip
        eventually((folder / "munge.sock").exists)
        start(_find("slurmctld"), "-D")
        nodes = {node: start(_find("slurmd"), "-D", "-N", node) for node in NODES}
        made = Slurm(folder, environment, nodes)

        def idle() -> bool:
            done = subprocess.run(
                ["sinfo", "--noheader", "--Node", "--format=%T"], env={**os.environ, **environment},
                capture_output=True, text=True, check=False,
            )  # fmt: skip
            return done.stdout.split().count("idle") == 2 * len(NODES)

        eventually(idle)
        yield made
        made.call("scancel", "--user=root")
    finally:
        for process in reversed(started):
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
                try:
                    process.wait(timeout=10)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()
        shutil.rmtree(folder, ignore_errors=True)


def _find(program: str) -> str:
    found = shutil.which(program, path=f"{os.environ['PATH']}:/usr/sbin")
    assert found is not None, f"{program} is not installed (slurm-wlm, munge)"
    return found
