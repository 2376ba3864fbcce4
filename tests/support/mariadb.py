"""A MariaDB server of the tests' own, from the programs that the system has."""

import shutil
import subprocess
from contextlib import AbstractContextManager
from pathlib import Path

import pymysql
from sqlalchemy.engine import URL

from tests.support import servers
from tests.support.waiting import eventually

# Nothing of it outlives the tests, so it waits for no disk.
OPTIONS = (
    "--innodb-flush-method=nosync",
    "--innodb-flush-log-at-trx-commit=0",
    "--innodb-doublewrite=0",
    "--innodb-log-file-size=16M",
    "--innodb-buffer-pool-size=64M",
    "--skip-log-bin",
    "--skip-name-resolve",
    "--max-connections=300",
)


class Server:
    """One server on a free port; it refuses to run as root, and then runs as nobody."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._data = folder / "data"
        self._as = servers.unprivileged(folder)
        self._process: subprocess.Popen[bytes] | None = None
        self.port = servers.free_port()
        self._wait_for(
            self._begin(
                "mariadb-install-db",
                "--auth-root-authentication-method=normal",
                "--skip-test-db",
                *OPTIONS[:4],
            )
        )

    @property
    def url(self) -> URL:
        """The URL of the server's own database, by its root."""
        return URL.create(
            "mariadb", username="root", host="127.0.0.1", port=self.port, database="mysql"
        )

    @property
    def pid(self) -> int:
        """Its only process."""
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        """Starts it and waits until it answers."""
        self._process = self._begin(
            "mariadbd",
            f"--socket={self._folder / 'socket'}",
            f"--pid-file={self._folder / 'pid'}",
            "--bind-address=127.0.0.1",
            f"--port={self.port}",
            *OPTIONS,
        )
        eventually(self._answers)

    def stop(self, mode: str = "fast") -> None:
        """Stops it; the mode `immediate` is a crash."""
        assert self._process is not None
        if mode == "immediate":
            self._process.kill()
        else:
            self._process.terminate()
        self._process.wait(60)

    def _answers(self) -> bool:
        assert self._process is not None
        if self._process.poll() is not None:
            raise RuntimeError(f"mariadbd ended at once; it says: {self._said()}")
        try:
            pymysql.connect(host="127.0.0.1", port=self.port, user="root").close()
        except pymysql.OperationalError:
            return False
        return True

    def _wait_for(self, process: subprocess.Popen[bytes]) -> None:
        if process.wait(120) != 0:
            raise RuntimeError(f"mariadb-install-db failed; it says: {self._said()}")

    def _begin(self, program: str, *options: str) -> "subprocess.Popen[bytes]":
        # The server itself lies where an account that is not root's does not look.
        found = shutil.which(program) or shutil.which(program, path="/usr/sbin:/usr/local/sbin")
        if found is None:
            raise RuntimeError(f"there is no {program}: install the package mariadb-server")
        with (self._folder / "log").open("ab") as log:
            return subprocess.Popen(
                [found, "--no-defaults", f"--datadir={self._data}", *options],
                cwd=self._folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                **self._as,
            )

    def _said(self) -> str:
        return (self._folder / "log").read_text(errors="replace")[-2000:]


def running() -> AbstractContextManager[Server]:
    """A server that is gone, with all it held, when the block ends."""
    return servers.running(Server)
