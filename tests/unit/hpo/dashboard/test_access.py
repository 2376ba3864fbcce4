"""Who may ask the dashboard for what."""

import json
from collections.abc import Iterable
from typing import Any

import pytest
from werkzeug.datastructures import Authorization
from werkzeug.test import Client, EnvironBuilder, TestResponse, run_wsgi_app
from werkzeug.wrappers import Request, Response

from hpo.dashboard.access import MOST_BODY_BYTES, Environ, Gate, Rules, StartResponse

HERE = frozenset({"localhost", "dash.example"})
PASSWORD = "correct horse"  # noqa: S105 - opens nothing
NOTE = {"version": 1, "body": "mine"}


def _behind(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
    """Says what it was asked, as a page that would let anybody read it."""
    request = Request(environ)
    answer = Response(f"{request.method} {request.get_data(as_text=True)}", mimetype="text/html")
    answer.headers["Access-Control-Allow-Origin"] = "*"
    return answer(environ, start_response)


def _client(**rules: Any) -> Client:
    return Client(Gate(_behind, Rules(HERE, **rules)))


def _reason(answer: TestResponse) -> str:
    return str(json.loads(answer.text)["reason"])


@pytest.mark.parametrize(
    "host", ["localhost", "localhost:8080", "DASH.example.", "127.0.0.1:1", "[::1]:80", "10.1.2.3"]
)
def test_names_it_is_known_by(host: str) -> None:
    """Its own, in whatever form, and addresses, which nobody can point elsewhere."""
    assert _client().get("/", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "a@b:c:d", "[::1", ""])
def test_other_names(host: str) -> None:
    """A site that has its own name point here is not let in, nor is what is no name."""
    answer = _client().get("/", headers={"Host": host})
    assert answer.status_code == 400
    assert "--allow-host" in _reason(answer)


def test_a_login() -> None:
    """Without the password nothing is told but whether it is alive; with it everything is, under any
    name."""
    client = _client(password=PASSWORD)
    for wrong in (None, Authorization("basic", {"username": "x", "password": "wrong"})):
        answer = client.get("/api/studies", auth=wrong)
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"].startswith("Basic ")
        assert "log in" in _reason(answer)
    for garbage in ("Basic", "Basic !!!", "Basic Og==", "Bearer correct horse", "Digest a=b"):
        assert client.get("/", headers={"Authorization": garbage}).status_code == 401
    assert client.get("/healthz").status_code == 200
    assert client.get("/metrics").status_code == 401
    for name in ("", "me", "ü"):
        right = Authorization("basic", {"username": name, "password": PASSWORD})
        assert client.get("/api/studies", auth=right).status_code == 200


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
def test_it_only_shows(method: str) -> None:
    """Whatever is not for reading is refused, with the mend."""
    answer = _client().open("/api/studies/1", method=method)
    assert answer.status_code == 403
    assert "--writable" in _reason(answer)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/api/studies"), ("POST", "/api/studies/1/rename"),
        ("POST", "/api/trials/1/tell"), ("PUT", "/api/studies/1/note"),
        ("POST", "/api/artifacts/1"), ("DELETE", "/api/artifacts/1/abc"),
        ("DELETE", "/api/studies/1/2"),
    ],
)  # fmt: skip
def test_what_hpo_alone_writes(method: str, path: str) -> None:
    """Also where it may write, trials, files and the note of a study are none of its business."""
    answer = _client(writable=True).open(path, method=method, json={})
    assert answer.status_code == 403
    assert "hpo alone" in _reason(answer)


def test_what_may_be_written() -> None:
    """Notes of trials, and studies removed: the body arrives as it was sent."""
    client = _client(writable=True)
    answer = client.put("/api/studies/1/2/note", json=NOTE)
    assert json.loads(answer.text.removeprefix("PUT ")) == NOTE
    assert client.delete("/api/studies/1").text == "DELETE "


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"}, {"Origin": "http://localhost:1"},
    ],
)  # fmt: skip
def test_other_sites_write_nothing(headers: dict[str, str]) -> None:
    """A person's browser may be logged in: it says on whose behalf it asks."""
    answer = _client(writable=True).delete("/api/studies/1", headers=headers)
    assert answer.status_code == 403
    assert "another site" in _reason(answer)


def test_its_own_page_writes() -> None:
    """As a browser sends it from there, through a proxy with TLS too."""
    own = {
        "Host": "dash.example",
        "Origin": "https://dash.example",
        "Sec-Fetch-Site": "same-origin",
    }
    assert _client(writable=True).delete("/api/studies/1", headers=own).status_code == 200


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[1]", b'{"version": "1", "body": "x"}', b'{"version": 1}', b"[" * 50_000]
)
def test_bodies_that_are_no_note(body: bytes) -> None:
    """One line says so; nothing of it reaches the application behind."""
    answer = _client(writable=True).put("/api/studies/1/2/note", data=body)
    assert answer.status_code == 400
    assert "body" in _reason(answer)


def test_too_much() -> None:
    """A body beyond the limit is not read."""
    answer = _client(writable=True).put("/api/studies/1/2/note", data=b"x" * (MOST_BODY_BYTES + 1))
    assert answer.status_code == 413


@pytest.mark.parametrize("after", ["-1", "x", "1e3", "", "٣"])
def test_what_is_no_number_of_trials(after: str) -> None:
    """The page counts trials that it has; anything else is refused before it does harm."""
    assert _client().get("/api/studies/1", query_string={"after": after}).status_code == 400


def test_what_every_answer_says() -> None:
    """No other site may read, frame or guess at it; files are for saving, whatever they hold."""
    client = _client()
    for path in ("/", "/artifacts/1/abc"):
        headers = client.get(path).headers
        assert "Access-Control-Allow-Origin" not in headers
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["X-Frame-Options"] == "DENY"
    assert headers["Content-Disposition"] == "attachment"
    assert headers["Content-Security-Policy"] == "sandbox"
    assert client.post("/").headers["X-Content-Type-Options"] == "nosniff"


def test_addresses_that_are_no_text() -> None:
    """What each part behind the gate would read in its own way is read by none."""
    environ = EnvironBuilder().get_environ() | {"PATH_INFO": "/artifacts\xff/1/abc"}
    _, status, _ = run_wsgi_app(Gate(_behind, Rules(HERE)), environ)
    assert status.startswith("400 ")
