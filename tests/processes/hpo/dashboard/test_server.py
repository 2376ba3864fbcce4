"""The real `hpo dashboard`, asked over HTTP."""

import gzip
import json
import re
import socket
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy.engine import make_url

from hpo.definition_loader import Definition
from hpo.study import creation, planning
from storage.database import Database
from storage.records import StudyRecord
from tests.support.commandline import CommandLine, command_line
from tests.support.dashboard import Dashboard
from tests.support.done import Done
from tests.support.fixtures import Start
from tests.support.fleet import through
from tests.support.marks import on
from tests.support.proxy import Proxy
from tests.support.reverse_proxy import in_front_of
from tests.support.waiting import eventually

PASSWORD = "correct horse battery"  # noqa: S105 - opens nothing
NOTE = json.dumps({"version": 1, "body": "mine"}).encode()


@pytest.fixture(scope="session")
def dashboard_of_toy(
    toy_done: Done, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Dashboard]:
    """Of the toy study that is done."""
    shell = command_line(tmp_path_factory.mktemp("shell"), toy_done.url)
    with Dashboard.running(shell, [], {}) as dashboard:
        yield dashboard


def _id(db: Database, study: StudyRecord) -> int:
    return db.optuna.get_study_id_from_name(study.name)


def test_what_it_shows(start: Start, db: Database, study: StudyRecord) -> None:
    """The page, the study with its note, health and metrics; nothing can be changed."""
    dashboard = start(study.name)
    assert dashboard.said[-1] == f"{dashboard.url}/dashboard/studies/{_id(db, study)}\n"
    assert b"Optuna Dashboard" in dashboard.ask("/dashboard").body
    detail = dashboard.ask(f"/api/studies/{_id(db, study)}").json
    assert detail["name"] == "toy"
    assert "No trial has been completed yet." in detail["note"]["body"]
    assert (dashboard.ask("/healthz").status, dashboard.ask("/healthz").body) == (200, b"ok\n")
    assert (
        b'hpo_jobs{phase="search",state="open",study="toy"} 4.0' in dashboard.ask("/metrics").body
    )
    refused = dashboard.ask(f"/api/studies/{_id(db, study)}", "DELETE")
    assert (refused.status, "--writable" in refused.reason) == (403, True)
    assert dashboard.ask("/", Host="evil.example").status == 400


@on("sqlite")
def test_a_password(start: Start, shell_on: CommandLine) -> None:
    """Elsewhere than on this machine it is demanded, from a file or the environment; it is asked of
    everybody, and shown to nobody."""
    file = shell_on.folder / "password"
    file.write_text(f"{PASSWORD}\n")
    dashboard = start("--host", "0.0.0.0", HPO_DASHBOARD_PASSWORD_FILE=str(file))  # noqa: S104
    assert dashboard.ask("/api/studies").status == 401
    assert dashboard.ask("/api/studies", password="wrong").status == 401
    assert dashboard.ask("/api/studies", password=PASSWORD).json == {"study_summaries": []}
    assert dashboard.ask("/healthz").status == 200
    assert PASSWORD not in "".join(dashboard.said)


@on("sqlite")
@pytest.mark.parametrize(
    ("environment", "options", "said"),
    [
        ({}, ["--host", "0.0.0.0"], "HPO_DASHBOARD_PASSWORD_FILE"),  # noqa: S104
        ({"HPO_DASHBOARD_PASSWORD": "short"}, [], "fewer than 8 characters"),
        ({"HPO_DASHBOARD_PASSWORD_FILE": "none"}, [], "cannot be read"),
        ({"HPO_DASHBOARD_PASSWORD_FILE": "none", "HPO_DASHBOARD_PASSWORD": PASSWORD}, [], "keep one"),
        ({"HPO_DASHBOARD_PASSWORD": PASSWORD}, ["--host", "no.such.host.example"], "nothing can be"),
        ({}, ["--port", "99999"], None),
        ({}, ["--prefix", "hpo"], "is no path"),
    ],
)  # fmt: skip
def test_what_cannot_be_served(
    shell_on: CommandLine, environment: dict[str, str], options: list[str], said: str | None
) -> None:
    """One line with the mend, before anything listens."""
    done = shell_on.run("dashboard", *options, **environment)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert said is None or said in done.stderr


@on("sqlite")
def test_a_port_that_is_taken(shell_on: CommandLine) -> None:
    """It is said which, and what to do."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        line = shell_on.fail("dashboard", "--port", port, code=2)
    assert port in line
    assert "--port" in line


def test_a_study_that_is_not_there(shell_on: CommandLine) -> None:
    """As everywhere: one line."""
    assert "no study 'none'" in shell_on.fail("dashboard", "none", code=1)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/static/../../../../../../etc/passwd", 403), ("/static/%2e%2e/%2e%2e/_app.py", 403),
        ("/artifacts/1/../../../etc/passwd", 404), ("/artifacts/1/%2e%2e%2fpasswd", 404),
        ("/artifacts/1/abc", 404), ("/artifacts/1/1/abc", 404), ("/artifacts/77/abc", 404),
        ("/api/studies/77", 404), ("/api/studies/77/param_importances", 404),
        ("/api/studies/77/plot/contour", 404), ("/csv/77", 404), ("/api/nothing", 404),
        ("/api/studies/1?after=x", 400), ("/api/studies/99999999999999999999999", 404),
        ("/api/studies/1/plot/nothing", 404), ("/%00", 404), ("/" + "x" * 20_000, 431),
    ],
)  # fmt: skip
def test_what_is_not_there(dashboard_of_toy: Dashboard, path: str, status: int) -> None:
    """Paths that lead elsewhere, numbers of nothing, and nonsense: each has its answer, and none a
    traceback, in the answer or in the log."""
    answer = dashboard_of_toy.ask(path)
    assert answer.status == status
    assert b"Traceback" not in answer.body
    assert b"root:" not in answer.body
    assert dashboard_of_toy.ask("/healthz").status == 200


@pytest.mark.parametrize(
    "sent", [b"nonsense\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"GET /\r\n\r\n", b"\x16\x03\x01" * 99,
             b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999999\r\n\r\n",
             b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"x" * 99_999 + b"\r\n\r\n"],
)  # fmt: skip
def test_what_is_no_request(dashboard_of_toy: Dashboard, sent: bytes) -> None:
    """Whatever is sent, it goes on answering others."""
    with socket.create_connection(("127.0.0.1", dashboard_of_toy.port), timeout=30) as connection:
        answered = b""
        with suppress(OSError):  # it may close the connection before it has read all of it
            connection.sendall(sent)
            connection.shutdown(socket.SHUT_WR)
            answered = connection.makefile("rb").read(1 << 16)
    assert not answered or answered.startswith(b"HTTP/1.")
    assert b"200 OK" not in answered
    assert dashboard_of_toy.ask("/healthz").status == 200


def test_what_writing_allows(start: Start, db: Database, study: StudyRecord) -> None:
    """With --writable notes of trials and removing a study, for its own page alone; a study that is
    removed while it is watched is said to be gone."""
    dashboard = start("--writable")
    here = f"/api/studies/{_id(db, study)}"
    assert dashboard.ask(here).status == 200
    other = dashboard.ask(here, "DELETE", Origin="https://evil.example")
    assert (other.status, other.reason.startswith("another site")) == (403, True)
    assert dashboard.ask(f"{here}/1/note", "PUT", body=NOTE).status == 204
    malformed = dashboard.ask(f"{here}/1/note", "PUT", body=b"{")
    assert malformed.status == 400
    assert dashboard.ask("/api/studies", "POST", body=b"{}").status == 403
    assert dashboard.ask(here, "DELETE").status == 204
    gone = dashboard.ask(here)
    assert (gone.status, "not found" in gone.reason) == (404, True)
    assert dashboard.ask("/api/studies").json == {"study_summaries": []}


@pytest.mark.parametrize("strips", [True, False])
def test_behind_a_proxy_under_a_path(toy_done: Done, tmp_path: Path, strips: bool) -> None:
    """Whether the proxy leaves the path in place or takes it away: the page, what it loads, its login,
    its redirects and what it writes all lie under it; nothing is asked for elsewhere."""
    with toy_done.copy() as url:
        shell = command_line(tmp_path, url)
        options = ["toy", "--prefix", "/lab/hpo/", "--writable"]
        known = {"HPO_DASHBOARD_PASSWORD": PASSWORD}
        with (
            Dashboard.running(shell, options, known) as dashboard,
            in_front_of(dashboard.port, "/lab/hpo", strips=strips) as port,
        ):
            assert "/lab/hpo/dashboard/studies/" in dashboard.said[-1]
            outside = Dashboard(port, [])
            ask = partial(outside.ask, password=PASSWORD)
            assert outside.ask("/lab/hpo/dashboard").status == 401
            for start in ("/lab/hpo", "/lab/hpo/"):
                moved = ask(start)
                assert (moved.status, moved.headers["Location"]) == (302, "/lab/hpo/dashboard")
            page = ask("/lab/hpo/dashboard/studies/1")
            (script,) = re.findall(rb'src="([^"]+)"', page.body)
            assert script == b"/lab/hpo/static/bundle.js"
            plain = ask(script.decode())
            packed = ask(script.decode(), Accept_Encoding="gzip")
            assert gzip.decompress(packed.body) == plain.body
            assert b'url_prefix:"/lab/hpo/dashboard"' in plain.body
            studies = "/lab/hpo/api/studies/1"
            kept = eventually(lambda: ask(studies).json["artifacts"] or None)
            artifact = kept[0]["artifact_id"]
            assert ask(f"/lab/hpo/artifacts/1/{artifact}").status == 200
            assert ask("/lab/hpo/csv/1").status == 200
            assert outside.ask("/lab/hpo/healthz").body == b"ok\n"
            written = ask("/lab/hpo/api/studies/1/1/note", "PUT", body=NOTE)
            assert written.status == 204
            for elsewhere in ("/dashboard", "/lab/hpoX/dashboard"):
                assert ask(elsewhere).status == 404


@on("sqlite")
def test_one_study_is_all_that_is_shown(
    start: Start, db: Database, study: StudyRecord, toy: Definition
) -> None:
    """Of others nothing is told, and nothing of them can be changed."""
    other = creation.create(db, "other", toy, planning.Budget(trials=2))
    dashboard = start(study.name, "--writable")
    there = _id(db, other)
    for path in (f"/api/studies/{there}", f"/csv/{there}", f"/artifacts/{there}/abc"):
        assert dashboard.ask(path).status == 404
    assert dashboard.ask(f"/api/studies/{there}", "DELETE").status == 404
    assert dashboard.ask(f"/api/studies/{there}/1/note", "PUT", body=NOTE).status == 404
    assert b"other" not in dashboard.ask("/metrics").body
    assert [each.study_name for each in db.optuna.get_all_studies()] == ["toy", "other"]


@on("postgresql")
def test_a_database_that_goes_away_and_comes_back(
    start: Start, db: Database, study: StudyRecord, url: str
) -> None:
    """Meanwhile each question is answered with the reason, without a password; afterwards all is as
    before, by itself."""
    parsed = make_url(url)
    with Proxy(parsed.host or "", parsed.port or 5432) as proxy:
        dashboard = start(**through(proxy, url))
        here = f"/api/studies/{_id(db, study)}"
        assert dashboard.ask(here).status == 200
        proxy.cut()
        for path in (here, "/api/studies", "/metrics", "/healthz"):
            assert dashboard.ask(path).status == 503
        assert "cannot be used" in dashboard.ask(here).reason
        proxy.heal()
        assert eventually(lambda: dashboard.ask(here).status == 200)
        assert dashboard.ask("/healthz").status == 200
