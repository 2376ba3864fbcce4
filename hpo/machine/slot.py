"""A slot: one device and the child process that trains on it, seen from the supervisor."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import IO, Any

from hpo.machine import messages
from hpo.machine.devices import Device

# What a child must not see: where the database is, and how to get in.
SECRET_PREFIXES = ("HPO_STORAGE", "PG", "MYSQL_", "AWS_")
LOG_TAIL_BYTES = 2000
# Python would look for modules in the working directory first, which may be anybody's.
ISOLATED = ("-P",)


@dataclass(frozen=True)
class ChildLost:
    """The child is gone; `reason` says how it ended and what it last printed."""

    reason: str


class Slot:
    """Runs one child at a time, pinned to a device; a lost child is replaced by `start`."""

    def __init__(self, device: Device) -> None:
        self.device = device
        self.ready = False
        self.failed_starts = 0
        """How many children in a row were lost before they could take work."""
        self._process: subprocess.Popen[bytes] | None = None
        self._pipe: Connection[Any, Any] | None = None
        self._log: IO[bytes] | None = None

    @property
    def pipe(self) -> "Connection[Any, Any] | None":
        """To wait on; None while no child runs."""
        return self._pipe

    def start(self) -> None:
        """Starts a child; it says Ready once it can take work."""
        self.stop()
        ours, theirs = socket.socketpair()
        self._log = tempfile.TemporaryFile(prefix="hpo-child-")  # noqa: SIM115 - lives as long as the child
        environment = {
            key: value for key, value in os.environ.items() if not key.startswith(SECRET_PREFIXES)
        }
        with theirs:
            self._process = subprocess.Popen(
                [
                    sys.executable,
                    *ISOLATED,
                    "-m",
                    "hpo.machine.child",
                    str(theirs.fileno()),
                    str(os.getpid()),
                ],
                env=environment | {"TF_CPP_MIN_LOG_LEVEL": "2"} | self.device.environment,
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=self._log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._pipe = Connection(ours.detach())
        self.ready = False

    def send(self, message: messages.ToChild) -> None:
        """Raises nothing: a child that is gone is noticed at the next `receive`."""
        assert self._pipe is not None
        with suppress(OSError):
            messages.send(self._pipe, message)

    def receive(self) -> messages.FromChild | ChildLost:
        """The message that waits in the pipe, or how the child was lost."""
        assert self._pipe is not None
        try:
            return messages.receive_from_child(self._pipe)
        except (EOFError, OSError):
            return ChildLost(self._how_it_ended())

    def stop(self) -> None:
        """Kills the child, if there is one, and waits for its end."""
        if self._process is not None:
            # It leads a session of its own: what the definition may have started goes with it.
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None
        if self._pipe is not None:
            self._pipe.close()
            self._pipe = None
        if self._log is not None:
            self._log.close()
            self._log = None
        self.ready = False

    def _how_it_ended(self) -> str:
        assert self._process is not None and self._log is not None
        try:
            code = self._process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            return "the child closed its pipe but lives on"
        if code < 0:
            cause = f"the child was killed by {signal.Signals(-code).name}"
        else:
            cause = f"the child exited with code {code}"
        size = self._log.seek(0, os.SEEK_END)
        self._log.seek(max(0, size - LOG_TAIL_BYTES))
        tail = messages.as_text(self._log.read().decode(errors="replace")).strip()
        return f"{cause}; it last printed:\n{tail}" if tail else cause
