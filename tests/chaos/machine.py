"""A machine: a state folder, a link to the database, and one worker at a time."""

import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import psutil
from sqlalchemy.engine import make_url

from tests.support.commandline import HPO
from tests.support.proxy import Proxy

CHILD = "hpo.training.child"
# A worker gives up a device on which different jobs were lost three times in a row: rightly.
MOST_CHILDREN_KILLED = 2


class Machine:
    """It takes signals as a machine of its own would: a worker and its child, apart from others."""

    def __init__(
        self, folder: Path, command: Sequence[str], environment: Mapping[str, str], url: str
    ) -> None:
        self.name = folder.name
        self.state = folder / "state"
        self.log = folder / "log"
        self.is_stopped = self.is_cut = False
        self.leave_by: float | None = None
        """When its worker, which was asked to leave, must have ended."""
        folder.mkdir()
        server = make_url(url)
        assert server.host is not None and server.port is not None
        self._proxy = Proxy(server.host, server.port)
        through = server.set(port=self._proxy.port).render_as_string(hide_password=False)
        self._folder = folder
        self._command = command
        self._environment = {
            **environment,
            "HPO_STATE_DIR": str(self.state),
            "HPO_STORAGE": through,
        }
        self._worker: subprocess.Popen[bytes] | None = None
        self._said_before = 0
        self._children_killed = 0

    @property
    def pid(self) -> int | None:
        """Of the worker; None where none runs."""
        return None if self._worker is None else self._worker.pid

    @property
    def is_hale(self) -> bool:
        """Its worker runs, and nothing was done to it that lasts."""
        hurt = self.is_stopped or self.is_cut or self.leave_by is not None
        return self._worker is not None and not hurt

    @property
    def said(self) -> list[str]:
        """The lines of its last worker."""
        return self.log.read_bytes()[self._said_before :].decode().splitlines()

    def start(self) -> None:
        """Starts a worker."""
        assert self._worker is None
        self._children_killed = 0
        with self.log.open("a") as log:
            self._said_before = log.tell()
            self._worker = subprocess.Popen(
                [HPO, *self._command],
                cwd=self._folder, env=self._environment,
                stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT,
            )  # fmt: skip

    def ended(self) -> int | None:
        """The exit code of a worker that has ended, once."""
        if self._worker is None or (code := self._worker.poll()) is None:
            return None
        self._worker = self.leave_by = None
        return code

    def children(self) -> list[psutil.Process]:
        """The processes that train here."""
        with suppress(psutil.NoSuchProcess):
            return [each for each in psutil.Process(self.pid).children() if _trains(each)]
        return []

    def kill(self) -> None:
        """kill -9; its children are to go with it."""
        assert self._worker is not None
        self._worker.kill()
        self._worker.wait()
        self.is_stopped = False

    def kill_child(self) -> bool:
        """kill -9 of the child, as often as that is not rightly taken for a broken device."""
        children = self.children()
        if not children or self._children_killed == MOST_CHILDREN_KILLED:
            return False
        self._children_killed += 1
        children[0].kill()
        return True

    def stop(self) -> None:
        self._send(signal.SIGSTOP)
        self.is_stopped = True

    def go_on(self) -> None:
        if self._worker is not None:
            self._send(signal.SIGCONT)
        self.is_stopped = False

    def preempt(self, seconds: float) -> None:
        """Asks the worker to leave within that time."""
        self._send(signal.SIGTERM)
        self.leave_by = time.monotonic() + seconds

    def cut(self) -> None:
        """Cuts the link to the database."""
        self._proxy.cut()
        self.is_cut = True

    def mend(self) -> None:
        """Mends the link."""
        self._proxy.heal()
        self.is_cut = False

    def close(self) -> None:
        """Ends what runs here."""
        if self._worker is not None:
            self.kill()
        self._proxy.__exit__(None, None, None)

    def _send(self, number: signal.Signals) -> None:
        assert self._worker is not None
        self._worker.send_signal(number)


def _trains(process: psutil.Process) -> bool:
    try:
        return CHILD in process.cmdline()
    except psutil.Error:
        return False
