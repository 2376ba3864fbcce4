"""What is told of a study's end, by a command of this machine and by a URL."""

import json
import logging
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest

from hpo.errors import WorkFailed
from hpo.result import end_hook
from hpo.settings import Settings
from hpo.status.study_status import read_status
from storage.states import Phase
from tests.support.done import Done
from tests.support.statuses import status_of

STOPPED = status_of(phase=Phase.STOPPED, reason="it fell\nand more").study
VARIABLES = "$HPO_STUDY_NAME|$HPO_STUDY_PHASE|$HPO_STUDY_VERDICT|$HPO_STUDY_REASON"


@pytest.fixture
def heard() -> Iterator[tuple[str, list[bytes]]]:
    """The address of a server of HTTP, and what is posted to it; it has no path /none."""
    bodies: list[bytes] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(404 if self.path == "/none" else 204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", bodies
        server.shutdown()


def test_a_command_is_told_by_variables_and_by_json(tmp_path: Path) -> None:
    """In one line each; the whole reason stands in the JSON."""
    command = f'echo "{VARIABLES}" > {tmp_path}/told; cat > {tmp_path}/json'
    end_hook.tell_end(Settings(on_end=command), STOPPED)
    assert (tmp_path / "told").read_text() == "toy|stopped||it fell\n"
    assert json.loads((tmp_path / "json").read_text()) == {
        "text": "study toy: stopped, it fell", "study": "toy", "phase": "stopped",
        "verdict": None, "reason": "it fell\nand more",
    }  # fmt: skip


def test_nothing_of_a_study_is_run(tmp_path: Path) -> None:
    """Whatever its database says."""
    reason = f"$(touch {tmp_path}/ran); `touch {tmp_path}/ran`\0"
    study = status_of(phase=Phase.STOPPED, reason=reason).study
    end_hook.tell_end(Settings(on_end=f'echo "{VARIABLES}"; eval true'), study)
    assert not (tmp_path / "ran").exists()


def test_a_url_is_posted_the_verdict(toy_done: Done, heard: tuple[str, list[bytes]]) -> None:
    """Of a study that is done."""
    url, bodies = heard
    settings = Settings(on_end=f"{url}/hook", storage=toy_done.url)
    end_hook.tell_end(settings, read_status(toy_done.db, "toy").study)
    (body,) = map(json.loads, bodies)
    assert (body["study"], body["phase"]) == ("toy", "done")
    assert body["verdict"] and body["verdict"] in body["text"]


def test_a_run_that_failed_is_told_as_such(heard: tuple[str, list[bytes]]) -> None:
    """With its cause."""
    url, bodies = heard
    with pytest.raises(WorkFailed), end_hook.telling_failure(Settings(on_end=url), "toy"):
        raise WorkFailed("no memory", "buy some")
    with pytest.raises(KeyboardInterrupt), end_hook.telling_failure(Settings(on_end=url), "toy"):
        raise KeyboardInterrupt
    (body,) = map(json.loads, bodies)
    assert (body["phase"], body["reason"]) == ("failed", "no memory")


def test_what_goes_wrong_is_a_warning(
    heard: tuple[str, list[bytes]], caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    """In a line that shows neither a URL's secret nor a command's."""
    url, _ = heard
    monkeypatch.setattr(end_hook, "COMMAND_SECONDS", 0.2)
    for on_end, said in (
        (f"{url}/none", "127.0.0.1 was not told of the end of toy: HTTPError"),
        ("http://127.0.0.1:9/secret", "127.0.0.1 was not told of the end of toy: URLError"),
        ("http://[/secret", "the URL was not told of the end of toy: ValueError"),
        ("exit 3 # secret", "the command was not told of the end of toy: it ended with code 3"),
        ("sleep 60 # secret", "it took more than 0.2 s"),
    ):
        caplog.clear()
        with caplog.at_level(logging.WARNING):
            began = time.monotonic()
            end_hook.tell_end(Settings(on_end=on_end), STOPPED)
        (line,) = [record.getMessage() for record in caplog.records]
        assert said in line and "secret" not in line
        assert time.monotonic() - began < 30


def test_where_nothing_is_to_be_told_nothing_is() -> None:
    """That is the default."""
    end_hook.tell_end(Settings(), STOPPED)
    assert end_hook.in_background(Settings()) is None
