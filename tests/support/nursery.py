"""The nursery: a process that has imported what commands import, and opened nothing. Commands, and the
processes that these start, are forked from it: that takes 30 ms, where an interpreter that imports the
same takes seconds.
"""

import gc
import importlib
import json
import os
import runpy
import select
import signal
import socket
import subprocess
import sys
import threading
import time
import traceback
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Any, Never, Self

import numpy as np
from sqlalchemy.orm import configure_mappers

ROOT = Path(__file__).parents[2]
LONGEST_MESSAGE = 1 << 17
# What a forked process forks itself, though it has a database open by then: it opens none, which SQLite
# would not survive.
CHILD = "hpo.training.child"
# What most commands import; the others' modules are imported when the first of them is asked for.
ALWAYS = (
    CHILD, "hpo.worker.main", "hpo.study.creation", "hpo.status.fleet_status", "hpo.terminal.watch",
    "alembic.command", "optuna.artifacts", "psycopg", "sqlalchemy.dialects.sqlite",
)  # fmt: skip
BY_COMMAND = {
    "compare": ("hpo.result.study_comparison", "hpo.terminal.tables"),
    "dashboard": ("hpo.dashboard.server",),
    "doctor": ("hpo.doctor.examination",),
    "export": ("hpo.bundle.exporter", "hpo.terminal.tables"),
    "report": ("hpo.report.html",),
    "run": ("hpo.commands.local_run", "hpo.bundle.exporter", "hpo.terminal.tables"),
}


@dataclass(frozen=True)
class Order:
    """A program to be started as `python -m module`."""

    module: str
    arguments: Sequence[str]
    environment: Mapping[str, str]
    folder: str


class Forked:
    """What `subprocess.Popen[str]` is to a test, of a process that the nursery forks."""

    def __init__(self, address: str, order: Order) -> None:
        self.args = ["-m", order.module, *order.arguments]
        self.returncode: int | None = None
        self._link = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._link.connect(address)
        pipes = [os.pipe(), os.pipe()]
        theirs = [write for _, write in pipes]
        try:
            socket.send_fds(self._link, [json.dumps(asdict(order)).encode()], theirs)
        finally:
            for write in theirs:
                os.close(write)
        self.stdout, self.stderr = (os.fdopen(read, "r") for read, _ in pipes)
        self.pid = int(self._link.recv(LONGEST_MESSAGE))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for pipe in (self.stdout, self.stderr):
            pipe.close()
        self.wait()

    def poll(self) -> int | None:
        """Its exit code, negative for a signal; None while it runs."""
        with suppress(subprocess.TimeoutExpired):
            self.wait(0)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Its exit code, once it has ended."""
        if self.returncode is None:
            ready, _, _ = select.select([self._link], [], [], timeout)
            if not ready:
                raise subprocess.TimeoutExpired(self.args, timeout or 0)
            self.returncode = int(self._link.recv(LONGEST_MESSAGE))
            self._link.close()
        return self.returncode

    def communicate(self, timeout: float | None = None) -> tuple[str, str]:
        """What it printed, on either, to its end."""
        said = {}
        deadline = None if timeout is None else time.monotonic() + timeout

        def listen(pipe: IO[str]) -> None:
            said[pipe] = pipe.read()

        pipes = (self.stdout, self.stderr)
        listeners = [threading.Thread(target=listen, args=(pipe,), daemon=True) for pipe in pipes]
        for listener in listeners:
            listener.start()
        for listener in listeners:
            listener.join(deadline and max(0, deadline - time.monotonic()))
            if listener.is_alive():
                raise subprocess.TimeoutExpired(self.args, timeout or 0)
        self.wait(deadline and max(0, deadline - time.monotonic()))
        for pipe in pipes:
            pipe.close()
        return said[self.stdout], said[self.stderr]

    def send_signal(self, number: int) -> None:
        """As long as it runs."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


class Offspring:
    """What `subprocess.Popen` is to a forked process that starts a child: it forks itself. Other
    programs are started as ever."""

    def __new__(cls, command: Sequence[Any], *arguments: Any, **options: Any) -> Any:
        if CHILD in command:
            return super().__new__(cls)
        return _Popen(command, *arguments, **options)

    def __init__(
        self,
        command: Sequence[str],
        *,
        env: Mapping[str, str],
        pass_fds: Sequence[int] = (),
        stdin: int | IO[Any] | None = None,
        stdout: int | IO[Any] | None = None,
        stderr: int | IO[Any] | None = None,
        bufsize: int = -1,
        start_new_session: bool = False,
    ) -> None:
        self.args = command
        self.returncode: int | None = None
        self.stdout: IO[bytes] | None = None
        heard = None
        if stdout == subprocess.PIPE:
            heard, stdout = os.pipe()
        arguments = command[command.index(CHILD) + 1 :]
        order = Order(CHILD, arguments, env, str(Path.cwd()))
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
        its_own, begun = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            self.forked()
            if start_new_session:
                os.setsid()
            output = _number(stdout, 1)
            standard = (
                _number(stdin, 0),
                output,
                output if stderr == subprocess.STDOUT else _number(stderr, 2),
            )
            become(order, standard, pass_fds)
        if heard is not None:
            os.close(_number(stdout, 1))
            self.stdout = os.fdopen(heard, "rb", bufsize)
        os.close(begun)
        os.read(its_own, 1)  # closed once it leads a session: before, it could not be killed as one
        os.close(its_own)

    def forked(self) -> None:
        """Called first of all in the new process."""

    def poll(self) -> int | None:
        if self.returncode is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.returncode = os.waitstatus_to_exitcode(status)
        return self.returncode

    def wait(self, timeout: float = float("inf")) -> int:
        deadline = time.monotonic() + timeout
        while self.poll() is None:
            if time.monotonic() > deadline:
                raise subprocess.TimeoutExpired(self.args, timeout)
            time.sleep(0.002)
        assert self.returncode is not None
        return self.returncode

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


_Popen = subprocess.Popen


def _number(given: int | IO[Any] | None, default: int) -> int:
    match given:
        case None:
            return default
        case subprocess.DEVNULL:
            return os.open(os.devnull, os.O_RDWR)
        case int():
            return given
        case _:
            return given.fileno()


def become(order: Order, standard: Sequence[int], kept: Sequence[int] = ()) -> Never:
    """Makes a process that was just forked what an interpreter would be that was just started. It has
    these as its standard files, and of the others only `kept`."""
    code = 1
    try:
        for target, number in enumerate([os.dup(number) for number in standard]):
            os.dup2(number, target)
        low = 3
        for number in (*sorted(kept), os.sysconf("SC_OPEN_MAX")):
            os.closerange(low, number)
            low = number + 1
        for number in signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP}:
            if callable(signal.getsignal(number)):
                signal.signal(number, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        signal.set_wakeup_fd(-1)
        np.random.seed()  # whatever is drawn from it, its siblings shall draw something else
        os.chdir(order.folder)
        os.environ.clear()
        os.environ.update(order.environment)
        sys.argv = [order.module, *order.arguments]
        subprocess.Popen = Offspring  # type: ignore[misc, assignment]
        warnings.filterwarnings("ignore", category=RuntimeWarning, module="runpy")  # it is imported
        runpy.run_module(order.module, run_name="__main__", alter_sys=True)
        code = 0
    except SystemExit as left:
        code = left.code if isinstance(left.code, int) else int(left.code is not None)
        if isinstance(left.code, str):
            print(left.code, file=sys.stderr)  # noqa: T201 - as the interpreter does
    except BaseException:
        traceback.print_exc()
    finally:
        for thread in threading.enumerate():
            if thread is not threading.current_thread() and not thread.daemon:
                thread.join()
        for stream in (sys.stdout, sys.stderr):
            with suppress(OSError):
                stream.flush()
        os._exit(code)


@contextmanager
def running() -> Iterator[str]:
    """The address of a nursery; it ends with the block, and with this process."""
    with TemporaryDirectory(prefix="hpo-nursery-") as folder:
        address = str(Path(folder, "socket"))
        process = _Popen(
            [sys.executable, "-m", __spec__.name, address],
            cwd=ROOT,
            env=os.environ | {"TZ": "UTC"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        assert process.stdin is not None and process.stdout is not None
        if not process.stdout.readline():
            raise RuntimeError("it ended at once")
        yield address
        process.stdin.close()
        process.wait(60)


def _fork(link: socket.socket) -> int | None:
    """Forks what is asked for there; None if it was hung up."""
    message, numbers, _, _ = socket.recv_fds(link, LONGEST_MESSAGE, 2)
    if not message:
        return None
    order = Order(**json.loads(message))
    for module in BY_COMMAND.get(order.arguments[0] if order.arguments else "", ()):
        importlib.import_module(module)
    gc.freeze()  # a collection would copy what is shared
    pid = os.fork()
    if pid == 0:
        become(order, (os.open(os.devnull, os.O_RDONLY), *numbers))
    for number in numbers:
        os.close(number)
    link.send(str(pid).encode())
    return pid


def main() -> None:
    """Forks whatever is asked for, and tells of its end."""
    for module in ALWAYS:
        importlib.import_module(module)
    configure_mappers()  # each would do it at its first query
    ended, noticed = os.pipe()
    os.set_blocking(noticed, False)
    os.set_blocking(ended, False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(noticed)
    waiting: dict[int, socket.socket] = {}
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as listener:
        listener.bind(sys.argv[1])
        listener.listen(128)
        print("ready", flush=True)  # noqa: T201 - who started it waits for that
        while True:
            ready, _, _ = select.select([listener, ended, sys.stdin], [], [])
            if sys.stdin in ready:
                return
            if ended in ready:
                os.read(ended, 1 << 10)
                with suppress(ChildProcessError):
                    while (gone := os.waitpid(-1, os.WNOHANG))[0]:
                        pid, status = gone
                        with waiting.pop(pid) as link, suppress(OSError):
                            link.send(str(os.waitstatus_to_exitcode(status)).encode())
            if listener in ready:
                link, _ = listener.accept()
                if (new := _fork(link)) is None:
                    link.close()
                else:
                    waiting[new] = link


if __name__ == "__main__":
    main()
