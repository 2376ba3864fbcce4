"""Database servers of the tests' own: where they lie, as whom they run, and how they freeze."""

import os
import pwd
import random
import shutil
import signal
import socket
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Protocol, TypeVar

import psutil
from sqlalchemy.engine import URL

MEMORY = Path("/dev/shm")  # noqa: S108 - a folder of its own is made there


class Server(Protocol):
    """One server on a free port."""

    @property
    def url(self) -> URL:
        """The URL of a database of its own, by a role that may do everything."""
        ...

    @property
    def pid(self) -> int:
        """Its process; others may be under it."""
        ...

    def start(self) -> None:
        """Starts it and waits until it answers."""
        ...

    def stop(self, mode: str = "fast") -> None:
        """Stops it; the mode `immediate` is a crash."""
        ...


S = TypeVar("S", bound=Server)


def free_port() -> int:
    """A port that nobody listens on, below those that the kernel gives to whoever connects: it stays
    free while the server that has it is down."""
    chance = random.SystemRandom()  # the tests' own is seeded alike in each process of theirs
    while True:
        port = chance.randint(20_000, 32_000)
        with suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port


def unprivileged(folder: Path) -> dict[str, Any]:
    """How to start a process that is not root's and owns the folder: servers refuse to be root."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    os.chown(folder, nobody.pw_uid, nobody.pw_gid)
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


@contextmanager
def running(make: Callable[[Path], S]) -> Iterator[S]:
    """A server in a folder of its own, gone with all it held when the block ends."""
    # Not pytest's folder: only its owner may enter that.
    folder = Path(tempfile.mkdtemp(prefix="hpo-server-", dir=in_memory()))
    try:
        server = make(folder)
        server.start()
        try:
            yield server
        finally:
            server.stop("immediate")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def frozen(server: Server) -> Iterator[None]:
    """Within the block the server takes connections, as the kernel does, and says nothing."""
    first = psutil.Process(server.pid)
    first.send_signal(signal.SIGSTOP)  # so that it starts no others
    stopped = [first, *first.children(recursive=True)]
    try:
        for process in stopped[1:]:
            process.send_signal(signal.SIGSTOP)
        yield
    finally:
        for process in reversed(stopped):
            process.send_signal(signal.SIGCONT)


def in_memory() -> Path | None:
    """Where files need no disk, if there is room: a database is made in 0.03 s instead of 0.5 s."""
    has_room = MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > 4 << 30
    return MEMORY if has_room else None
