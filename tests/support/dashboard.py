"""The real `hpo dashboard`, and asking it."""

import base64
import http.client
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Self
from urllib.parse import urlsplit

from tests.support.commandline import CommandLine


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def reason(self) -> str:
        """Why something was refused, as the page shows it."""
        return str(self.json["reason"])


@dataclass(frozen=True)
class Dashboard:
    """One that listens on this port."""

    port: int
    said: list[str]
    """Its log, once it has ended."""

    @classmethod
    @contextmanager
    def running(
        cls, shell: CommandLine, options: Sequence[str], environment: Mapping[str, str]
    ) -> Iterator[Self]:
        """Starts it, waits until it listens, and in the end has it leave, which must be with 0 and
        without any traceback in its log."""
        with shell.start("dashboard", "--port", "0", *options, **environment) as process:
            assert process.stderr is not None
            said: list[str] = []
            try:
                for line in process.stderr:
                    said.append(line)
                    if line.startswith("http://"):
                        break
                else:
                    raise AssertionError("".join(said))
                yield cls(_port(said[-1]), said)
            finally:
                process.terminate()
                _, rest = process.communicate(timeout=60)
                said += rest.splitlines()
        assert process.returncode == 0, said
        assert not [line for line in said if "Traceback" in line or " ERROR " in line], said

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def ask(
        self,
        path: str,
        method: str = "GET",
        *,
        password: str | None = None,
        body: bytes | None = None,
        **headers: str,
    ) -> Answer:
        """Asks for exactly this path, whatever it holds; `_` in a header's name is a hyphen."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        if password is not None:
            token = base64.b64encode(f"anybody:{password}".encode()).decode()
            named["Authorization"] = f"Basic {token}"
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request(method, path, body, named)
            answer = connection.getresponse()
            return Answer(answer.status, dict(answer.getheaders()), answer.read())
        finally:
            connection.close()


def _port(line: str) -> int:
    """That of the address it says."""
    port = urlsplit(line.strip()).port
    assert port
    return port
