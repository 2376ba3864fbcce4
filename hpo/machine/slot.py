"""A slot: one device and the child process that trains on it, seen from the supervisor."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import IO, Any

from pydantic import ValidationError

from hpo.machine import devices, messages
from hpo.machine.devices import Device

# What a child must not see: where the database is, and how to get in.
SECRET_PREFIXES = ("HPO_STORAGE", "PG", "MYSQL_", "AWS_")
LOG_TAIL_BYTES = 4000
# A child that gets this prints where each of its threads stands.
SHOW_WHERE = signal.SIGUSR2
SHOW_SECONDS = 2.0
# Python would look for modules in the working directory first, which may be anybody's.
ISOLATED = ("-P",)


@dataclass(frozen=True)
class ChildLost:
    """The child is gone; `reason` says how it ended and what it last printed, `exhausted` that the
    system killed it because memory ran out."""

    reason: str
    exhausted: bool = False


def environment_on(device: Device) -> dict[str, str]:
    """What a process that trains on a device is started with; nothing in it opens the database."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(SECRET_PREFIXES)}
    return kept | {"TF_CPP_MIN_LOG_LEVEL": "2"} | device.environment


def _name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:  # one of the real-time signals, most of which have no names
        return f"signal {number}"


class Slot:
    """Runs one child at a time, pinned to a device; a lost child is replaced by `start`."""

    def __init__(self, device: Device) -> None:
        self.device = device
        self.ready = False
        self.silent_seconds = 0.0
        """How long the child has said nothing, though it could have been heard."""
        self.failed_starts = 0
        """How many children in a row were lost before they could take work."""
        self._process: subprocess.Popen[bytes] | None = None
        self._pipe: Connection[Any, Any] | None = None
        self._log: IO[bytes] | None = None
        self._oom_kills = 0

    @property
    def pipe(self) -> "Connection[Any, Any] | None":
        """To wait on; None while no child runs."""
        return self._pipe

    def start(self) -> None:
        """Starts a child; it says Ready once it can take work."""
        self.stop()
        ours, theirs = socket.socketpair()
        self._log = tempfile.TemporaryFile(prefix="hpo-child-")  # noqa: SIM115 - lives as long as the child
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
                env=environment_on(self.device),
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=self._log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._pipe = Connection(ours.detach())
        self._oom_kills = devices.oom_kills()

    def send(self, message: messages.ToChild) -> None:
        """Raises nothing: a child that is gone is noticed at the next `receive`."""
        assert self._pipe is not None
        with suppress(OSError):
            messages.send(self._pipe, message)

    def receive(self) -> messages.FromChild | ChildLost:
        """The message that waits in the pipe, or how the child was lost."""
        assert self._pipe is not None
        self.silent_seconds = 0.0
        try:
            return messages.receive_from_child(self._pipe)
        except (EOFError, OSError):
            return self._how_it_ended()
        except ValidationError as error:
            return ChildLost(f"the child said what cannot be read: {error}")

    def where_it_hangs(self) -> str:
        """What a child that says nothing prints of where it stands."""
        assert self._process is not None and self._log is not None
        before = self._log.seek(0, os.SEEK_END)
        self._process.send_signal(SHOW_WHERE)
        deadline = time.monotonic() + SHOW_SECONDS
        while self._log.seek(0, os.SEEK_END) == before and time.monotonic() < deadline:
            time.sleep(0.05)
        return self._last_printed()

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
        self.silent_seconds = 0.0

    def _how_it_ended(self) -> ChildLost:
        assert self._process is not None
        try:
            code = self._process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            return ChildLost("the child closed its pipe but lives on")
        exhausted = code == -signal.SIGKILL and devices.oom_kills() > self._oom_kills
        if exhausted:
            cause = "the child was killed by the system, whose memory ran out"
        elif code < 0:
            cause = f"the child was killed by {_name(-code)}"
        else:
            cause = f"the child exited with code {code}"
        tail = self._last_printed()
        return ChildLost(f"{cause}; it last printed:\n{tail}" if tail else cause, exhausted)

    def _last_printed(self) -> str:
        assert self._log is not None
        size = self._log.seek(0, os.SEEK_END)
        self._log.seek(max(0, size - LOG_TAIL_BYTES))
        return messages.as_text(self._log.read().decode(errors="replace")).strip()
