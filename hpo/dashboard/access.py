"""The gate: who may ask the dashboard for what. It stands before optuna-dashboard, which itself lets
anybody do anything."""

import hashlib
import hmac
import io
import ipaddress
import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, ValidationError
from werkzeug.datastructures import Headers
from werkzeug.wrappers import Request, Response

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
App = Callable[[Environ, StartResponse], Iterable[bytes]]

HEALTH = "/healthz"
MOST_BODY_BYTES = 1 << 20
READS = ("GET", "HEAD")
NOTE = re.compile(r"/api/studies/\d+/\d+/note")
STUDY = re.compile(r"/api/studies/\d+")
# Of all that optuna-dashboard writes, what does no harm here: trials are written by workers alone.
WRITES = (("PUT", NOTE), ("DELETE", STUDY))
SECURE = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


@dataclass(frozen=True)
class Rules:
    """What the gate lets through. It is asked for by an IP address or one of the names `hosts`; other
    sites may point names of their own at it. Without a password nobody has to log in."""

    hosts: frozenset[str]
    password: str | None = None
    writable: bool = False


class Note(BaseModel):
    """What the page sends to change the note of a trial."""

    model_config = ConfigDict(strict=True)

    version: int
    body: str


class Gate:
    """A WSGI application that asks the one behind it only what the rules allow."""

    def __init__(self, app: App, rules: Rules) -> None:
        self._app = app
        self._rules = rules

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        request = Request(environ)
        answer = self._refusal(request)
        if answer is not None:
            answer.headers.extend(SECURE)
            return answer(environ, start_response)

        def start(status: str, headers: list[tuple[str, str]], error: Any = None) -> Any:
            return start_response(status, _secured(request.path, headers), error)

        return self._app(environ, start)

    def _refusal(self, request: Request) -> Response | None:
        if not _is_text(request.environ["PATH_INFO"]):
            return _refuse(400, "that address is no text: use the dashboard's own page")
        if not self._is_known(request.host):
            return _refuse(
                400, "this dashboard is not known by that name: start it with --allow-host NAME"
            )
        if request.path != HEALTH and not self._is_logged_in(request):
            refusal = _refuse(401, "log in with the dashboard's password, and any name")
            refusal.headers["WWW-Authenticate"] = 'Basic realm="hpo", charset="UTF-8"'
            return refusal
        if (request.content_length or 0) > MOST_BODY_BYTES:
            return _refuse(413, f"that is more than {MOST_BODY_BYTES >> 20} MiB: send less")
        # The application behind takes for granted that browsers say it.
        request.environ.setdefault("HTTP_ACCEPT_ENCODING", "identity")
        if request.method in READS:
            after = request.args.get("after", "0")
            if not (after.isascii() and after.isdigit()):
                return _refuse(400, "`after` is a number of trials: give one, 0 or more")
            return None
        return self._write_refusal(request)

    def _write_refusal(self, request: Request) -> Response | None:
        if not self._rules.writable:
            return _refuse(403, "this dashboard only shows: start it with --writable")
        if not _is_of_this_site(request):
            return _refuse(403, "another site asked for that: use the dashboard's own page")
        if not any(
            request.method == method and path.fullmatch(request.path) for method, path in WRITES
        ):
            return _refuse(403, "trials and studies are written by hpo alone: use its commands")
        body = request.get_data()
        # It is read again by the application behind.
        request.environ["wsgi.input"] = io.BytesIO(body)
        try:
            if request.method == "PUT":
                Note.model_validate_json(body)
            elif body and not isinstance(json.loads(body), dict):
                raise ValueError("it is no object")
        except (ValidationError, ValueError, RecursionError):
            return _refuse(
                400, "the request's body is not what this takes: use the dashboard's page"
            )
        request.environ["CONTENT_TYPE"] = "application/json"
        return None

    def _is_known(self, host: str) -> bool:
        try:
            name = (urlsplit(f"//{host}").hostname or "").rstrip(".")
        except ValueError:
            return False
        try:
            ipaddress.ip_address(name)
        except ValueError:
            return name in self._rules.hosts
        return True

    def _is_logged_in(self, request: Request) -> bool:
        if self._rules.password is None:
            return True
        given = request.authorization
        said = given.password if given is not None and given.type == "basic" else None
        # Of equal length, so that the time tells nothing.
        ours, theirs = (
            hashlib.sha256(text.encode()).digest() for text in (self._rules.password, said or "")
        )
        return hmac.compare_digest(ours, theirs) and said is not None


def _is_text(path: str) -> bool:
    """Those behind this gate read other bytes each in its way."""
    try:
        path.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return False
    return True


def _is_of_this_site(request: Request) -> bool:
    """Whether no other site had a person's browser send this: browsers say where it comes from."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None and site not in ("same-origin", "none"):
        return False
    origin = request.headers.get("Origin")
    return origin is None or urlsplit(origin).netloc.lower() == request.host.lower()


def _secured(path: str, headers: list[tuple[str, str]]) -> list[tuple[str, str]]:
    secured = Headers(headers)
    secured.remove("Access-Control-Allow-Origin")
    for name, value in SECURE.items():
        secured[name] = value
    if path.startswith("/artifacts/"):
        # Whatever they hold is saved, and not shown with the rights of this page.
        secured["Content-Disposition"] = "attachment"
        secured["Content-Security-Policy"] = "sandbox"
    return secured.to_wsgi_list()


def _refuse(status: int, reason: str) -> Response:
    """In the form in which the page shows a reason."""
    return Response(json.dumps({"reason": reason}), status, mimetype="application/json")
