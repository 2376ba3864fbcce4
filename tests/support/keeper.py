"""What takes long to start is started once a session: by the process that started those which run the
tests, when the first of them asks for it, and it ends with that process."""

import os
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from multiprocessing.connection import Client, Connection, Listener
from typing import Any

ADDRESS_VARIABLE = "HPO_TEST_KEEPER"
FAILED = "failed: "


@contextmanager
def _postgres() -> Iterator[str]:
    from tests.support import postgres

    with postgres.running() as server:
        yield server.url.render_as_string(hide_password=False)


@contextmanager
def _mariadb() -> Iterator[str]:
    from tests.support import mariadb

    with mariadb.running() as server:
        yield server.url.render_as_string(hide_password=False)


@contextmanager
def _s3() -> Iterator[str]:
    from tests.support import s3

    with s3.running() as server:
        yield server.endpoint


@contextmanager
def _nursery() -> Iterator[str]:
    from tests.support import nursery

    with nursery.running() as address:
        yield address


# Each starts its thing within a `with`, and says where it can be found.
MAKERS: Mapping[str, Callable[[], AbstractContextManager[str]]] = {
    "postgresql": _postgres,
    "mariadb": _mariadb,
    "s3": _s3,
    "nursery": _nursery,
}


class Keeper:
    """Listens, in threads of this process, to whoever finds its address in the environment."""

    def __init__(self) -> None:
        self._kept = ExitStack()
        self._found: dict[str, str] = {}
        self._locks: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)
        self._listener = Listener(family="AF_UNIX")
        os.environ[ADDRESS_VARIABLE] = str(self._listener.address)
        threading.Thread(target=self._listen, daemon=True).start()

    def close(self) -> None:
        """Ends all that was started, the last first."""
        os.environ.pop(ADDRESS_VARIABLE, None)
        self._listener.close()
        self._kept.close()

    def _listen(self) -> None:
        while True:
            try:
                connection = self._listener.accept()
            except OSError:  # closed
                return
            threading.Thread(target=self._answer, args=(connection,), daemon=True).start()

    def _answer(self, connection: "Connection[Any, Any]") -> None:
        with connection:
            name = connection.recv_bytes().decode()
            try:
                answer = self._find(name)
            except Exception as error:
                answer = f"{FAILED}{error}"
            connection.send_bytes(answer.encode())

    def _find(self, name: str) -> str:
        with self._locks[name]:
            if name not in self._found:
                self._found[name] = self._kept.enter_context(MAKERS[name]())
            return self._found[name]


def ask(name: str) -> str:
    """Where the thing of that name can be found; it runs by now.

    Raises:
        RuntimeError: it cannot be started.
    """
    with Client(os.environ[ADDRESS_VARIABLE]) as connection:
        connection.send_bytes(name.encode())
        answer = connection.recv_bytes().decode()
    if answer.startswith(FAILED):
        raise RuntimeError(f"{name} {answer}")
    return answer
