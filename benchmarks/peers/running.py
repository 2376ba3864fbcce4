"""A command that is watched for a while, and then interrupted as a person would."""

import os
import signal
import subprocess
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from benchmarks.peers.epochs import Epoch
from benchmarks.peers.tools import Params, Tool

LOOK_SECONDS = 0.5
LEAVE_SECONDS = 30.0
"""For what a tool does when it is interrupted."""
BEST_SECONDS = 120.0
OUTPUT = "output.txt"


@dataclass(frozen=True)
class Watched:
    """What was seen from the start of the command to the end of its time."""

    began: float
    epochs: tuple[Epoch, ...]
    megabytes: float


def watch(tool: Tool, folder: Path, seconds: float) -> Watched:
    """Runs the tool's command in the folder for so long; nothing of it is left then.

    Raises:
        RuntimeError: it came to its end before.
    """
    epochs: list[Epoch] = []
    most_bytes = 0
    seen: set[psutil.Process] = set()
    output = folder / OUTPUT
    with output.open("w") as written:
        began = time.time()
        started = subprocess.Popen(
            tool.command,
            cwd=folder,
            env=tool.environment,
            stdin=subprocess.DEVNULL,
            stdout=written,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            while time.time() < began + seconds:
                epochs += tool.epochs.new()
                tree = _tree(started.pid)
                seen |= tree
                most_bytes = max(most_bytes, sum(map(_bytes, tree)))
                if started.poll() is not None:
                    raise RuntimeError(f"{tool.name} ended by itself:\n{_end_of(output)}")
                time.sleep(LOOK_SECONDS)
            epochs += tool.epochs.new()
            seen |= _tree(started.pid)
            os.killpg(started.pid, signal.SIGINT)
            with suppress(subprocess.TimeoutExpired):
                started.wait(LEAVE_SECONDS)
        finally:
            _end(started, seen)
    in_time = (epoch for epoch in epochs if epoch.time <= began + seconds)
    return Watched(began, tuple(in_time), most_bytes / 2**20)


def ask_best(tool: Tool, folder: Path) -> Params | None:
    """What the tool says is the best of what its command left in the folder; None where it knows none."""
    asked = subprocess.run(
        tool.ask_best,
        cwd=folder,
        env=tool.environment,
        capture_output=True,
        text=True,
        timeout=BEST_SECONDS,
        check=False,
    )
    return tool.read_best(asked.stdout) if asked.returncode == 0 else None


def _tree(pid: int) -> set[psutil.Process]:
    try:
        process = psutil.Process(pid)
        return {process, *process.children(recursive=True)}
    except psutil.NoSuchProcess:
        return set()


def _bytes(process: psutil.Process) -> int:
    """What is resident; of what several share each has its part."""
    try:
        return int(process.memory_full_info().pss)
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return 0


def _end(started: subprocess.Popen[bytes], seen: set[psutil.Process]) -> None:
    """Kills what is left of it, also what has another parent by now."""
    for process in seen | _tree(started.pid):
        with suppress(psutil.NoSuchProcess):
            process.kill()
    started.wait()


def _end_of(file: Path) -> str:
    return "\n".join(file.read_text(errors="replace").splitlines()[-20:])
