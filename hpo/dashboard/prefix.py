"""The dashboard under a path, as a proxy gives it one among others."""

import gzip
import re
from collections.abc import Iterable
from urllib.parse import urlsplit, urlunsplit

from hpo.dashboard.access import App, Environ, StartResponse
from hpo.errors import UsageError

Headers = list[tuple[str, str]]

PREFIX = re.compile(r"(/[A-Za-z0-9._~-]+)+")
SCRIPT = "/static/bundle.js"
# How optuna-dashboard's script addresses this server, from its root: with `>` before what a prefix
# goes before.
ADDRESSES = (
    'url_prefix:">/dashboard"', '(null!=e?e:">")}handleResponse', '.base_url)?t:">"',
    "`>/artifacts/", "](>/artifacts/", "`>/csv/",
)  # fmt: skip
# What a body that was rewritten has otherwise.
OF_A_BODY = ("content-length", "content-encoding", "accept-ranges")


def check(prefix: str) -> str:
    """The prefix as it stands before every path, empty where there is none.

    Raises:
        UsageError: it cannot be one.
    """
    stripped = prefix.rstrip("/")
    if stripped and PREFIX.fullmatch(stripped) is None:
        raise UsageError(f"--prefix {prefix} is no path", "write one such as /hpo")
    return stripped


class Prefixed:
    """A WSGI application that is asked for under a prefix, whether the proxy leaves that in place or
    takes it away. Its redirects name no host: the proxy's may be another, and so may its scheme."""

    def __init__(self, app: App, prefix: str) -> None:
        self._app = app
        self._prefix = prefix
        self._script: bytes | None = None

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        if f"{path}/".startswith(f"{self._prefix}/"):
            path = path[len(self._prefix) :] or "/"

        def start(status: str, headers: Headers, error: object = None) -> object:
            return start_response(status, [self._here(*each) for each in headers], error)

        inside = {**environ, "PATH_INFO": path}
        is_page = path == SCRIPT or f"{path}/".startswith("/dashboard/")
        if self._prefix and is_page and environ["REQUEST_METHOD"] == "GET":
            return self._rewritten(inside, start)
        return self._app(inside, start)

    def _here(self, name: str, value: str) -> tuple[str, str]:
        if name.lower() != "location":
            return name, value
        _, _, path, query, fragment = urlsplit(value)
        return name, urlunsplit(("", "", self._prefix + path, query, fragment))

    def _rewritten(self, environ: Environ, start: StartResponse) -> Iterable[bytes]:
        """The page, or its script, with the prefix in all addresses."""
        takes_gzip = "gzip" in environ.get("HTTP_ACCEPT_ENCODING", "")
        begun: list[tuple[str, Headers]] = []
        plain = {name: value for name, value in environ.items() if name != "HTTP_RANGE"}
        answer = self._app(
            {**plain, "HTTP_ACCEPT_ENCODING": "identity"},
            lambda status, headers, *_: begun.append((status, headers)),
        )
        try:
            body = b"".join(answer)
        finally:
            getattr(answer, "close", lambda: None)()
        ((status, headers),) = begun
        if status.startswith("200"):
            headers = [each for each in headers if each[0].lower() not in OF_A_BODY]
            if environ["PATH_INFO"] != SCRIPT:
                icon = f'<link rel="icon" href="{self._prefix}/favicon.ico"></head>'
                body = body.replace(b'src="/', f'src="{self._prefix}/'.encode())
                body = body.replace(b"</head>", icon.encode())
            else:
                self._script = self._script or gzip.compress(rewrite(body, self._prefix))
                body = self._script if takes_gzip else gzip.decompress(self._script)
                headers += [("Content-Encoding", "gzip")] if takes_gzip else []
            headers.append(("Content-Length", str(len(body))))
        start(status, headers)
        return [body]


def rewrite(script: bytes, prefix: str) -> bytes:
    """The script of optuna-dashboard's page, with the prefix in all addresses.

    Raises:
        LookupError: one of those that are known is not in it; its version is another.
    """
    for address in ADDRESSES:
        before, after = (address.replace(">", each).encode() for each in ("", prefix))
        if before not in script:
            raise LookupError(f"optuna-dashboard has no {before.decode()} in its script")
        script = script.replace(before, after)
    return script
