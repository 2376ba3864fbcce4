"""A child process, seen from the one that started it: a slot is one device and the child that trains on
it."""

import ctypes
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
from typing import IO, Any, Literal

from pydantic import ValidationError

from hpo.devices import discovery
from hpo.devices.child_environment import ISOLATED, environment_on
from hpo.devices.discovery import Device
from hpo.training import protocol
from hpo.training.output import Output

PR_SET_PDEATHSIG = 1
# A child that gets this writes where each of its threads stands.
SHOW_WHERE = signal.SIGUSR2
SHOW_SECONDS = 2.0
MOST_SHOWN_BYTES = 4000


def die_with_parent(parent_pid: int, death_signal: signal.Signals) -> None:
    """Asks Linux to send `death_signal` to this process when its parent dies.

    Other systems have no such request. There a child that trains notices by the end of its pipe;
    the worker of `hpo run` outlives one that was killed and works on to the study's end, which is
    harmless: it holds leases as any worker does, and the next `hpo run` works beside it.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, death_signal)
    if os.getppid() != parent_pid:  # it died before we could ask
        os.kill(os.getpid(), death_signal)


Memory = Literal["device", "host"]
"""What a child can run out of: what its device has, where that is a GPU, or the machine's own."""


@dataclass(frozen=True)
class ChildLost:
    """The child is gone, or of no use: what became of it, in a line, what it told of that, which memory
    it ran out of, if it did, and with which code it ended itself, if it did."""

    cause: str
    told: str = ""
    exhausted: Memory | None = None
    exit_code: int | None = None

    @property
    def reason(self) -> str:
        """All of it."""
        return f"{self.cause}; {self.told}" if self.told else self.cause


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
        self.proves = False
        """The child is asked to show that Keras trains here."""
        self.measures = False
        """The child is asked which precision trains fastest here."""
        self._process: subprocess.Popen[bytes] | None = None
        self._pipe: Connection[Any, Any] | None = None
        self._output: Output | None = None
        self._stand: IO[bytes] | None = None
        self._oom_kills = 0

    @property
    def pipe(self) -> "Connection[Any, Any] | None":
        """To wait on; None while no child runs."""
        return self._pipe

    def start(self) -> None:
        """Starts a child; it says Ready once it can take work."""
        self.stop()
        ours, theirs = socket.socketpair()
        # Apart from what the child prints, which may have no end.
        self._stand = tempfile.TemporaryFile(prefix="hpo-child-")  # noqa: SIM115 - lives as long as the child
        with theirs:
            self._process = subprocess.Popen(
                [
                    sys.executable,
                    *ISOLATED,
                    "-m",
                    "hpo.training.child",
                    str(theirs.fileno()),
                    str(os.getpid()),
                    str(self._stand.fileno()),
                ],
                env=environment_on(self.device),
                pass_fds=[theirs.fileno(), self._stand.fileno()],
                bufsize=0,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        assert self._process.stdout is not None
        self._output = Output(self._process.stdout)
        self._pipe = Connection(ours.detach())
        self._oom_kills = discovery.oom_kills()

    def send(self, message: protocol.ToChild) -> None:
        """Raises nothing: a child that is gone is noticed at the next `receive`."""
        assert self._pipe is not None and self._output is not None
        if isinstance(message, protocol.OfDefinition):
            self._output.begin()
        with suppress(OSError):
            protocol.send(self._pipe, message)

    def ask_for_proof(self) -> None:
        """Has the child, which must be ready, show that Keras trains here; until then it is not."""
        self.ready, self.proves, self.silent_seconds = False, True, 0.0
        self.send(protocol.Prove())

    def ask_for_measurement(self) -> None:
        """Has the child, which must be ready, measure both precisions; until then it is not."""
        self.ready, self.measures, self.silent_seconds = False, True, 0.0
        self.send(protocol.Measure())

    def receive(self) -> protocol.FromChild | ChildLost:
        """The message that waits in the pipe, or how the child was lost."""
        assert self._pipe is not None
        self.silent_seconds = 0.0
        try:
            return protocol.receive_from_child(self._pipe)
        except (EOFError, OSError):
            return self._how_it_ended()
        except ValidationError as error:
            return ChildLost(f"the child said what cannot be read: {error}")

    def news(self) -> str | None:
        """What the work at hand has printed, where there is more of it than when this was asked last; of
        a child that was stopped, too."""
        return None if self._output is None else self._output.news()

    def where_it_hangs(self) -> str:
        """Where each thread of a child that says nothing stands, and what it printed last."""
        assert self._process is not None and self._stand is not None and self._output is not None
        file = self._stand.fileno()
        begin = size = os.fstat(file).st_size
        self._process.send_signal(SHOW_WHERE)
        deadline, before = time.monotonic() + SHOW_SECONDS, -1
        while (size == begin or size > before) and time.monotonic() < deadline:
            time.sleep(0.05)
            size, before = os.fstat(file).st_size, size
        told = os.pread(file, MOST_SHOWN_BYTES, begin).decode(errors="replace").strip()
        words = protocol.as_text(self._output.last_words())
        return f"{told}\nit last printed:\n{words}" if words else told

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
        if self._stand is not None:
            self._stand.close()
            self._stand = None
        self.ready = self.proves = self.measures = False
        self.silent_seconds = 0.0

    def _how_it_ended(self) -> ChildLost:
        assert self._process is not None and self._output is not None
        try:
            code = self._process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            return ChildLost("the child closed its pipe but lives on")
        exhausted: Memory | None = None
        if code == -signal.SIGKILL and discovery.oom_kills() > self._oom_kills:
            exhausted = "host"
            cause = "the child was killed by the system, whose memory ran out"
        elif code < 0:
            cause = f"the child was killed by {_name(-code)}"
        else:
            cause = f"the child exited with code {code}"
        words = protocol.as_text(self._output.last_words())
        told = f"it last printed:\n{words}" if words else ""
        return ChildLost(cause, told, exhausted, exit_code=code if code >= 0 else None)
