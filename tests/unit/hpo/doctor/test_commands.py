"""`hpo doctor`, where there is no database; the devices are well."""

import json
from pathlib import Path

import pytest

from hpo.devices.keras_probe import Seen
from hpo.doctor import machine_checks
from tests.support.commandline import CommandLine
from tests.support.servers import free_port


@pytest.fixture(autouse=True)
def _well(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        machine_checks, "probe", lambda found: [Seen(backend="tensorflow") for _ in found]
    )


def test_what_does_not_answer_keeps_nothing_from_being_looked_at(shell: CommandLine) -> None:
    """A database that is down is red with its mend, all else is said, and the exit code is 1."""
    down = f"postgresql://me@127.0.0.1:{free_port()}/hpo"
    done = shell.invoke("doctor", "--cpu", "1", "--json", HPO_STORAGE=down)
    assert done.exit_code == 1, done.stderr
    found = {each["name"]: each for each in json.loads(done.stdout)}
    assert found["database"]["grade"] == found["rights"]["grade"] == "fail"
    assert found["database"]["mend"] == "check that it is up, and its URL"
    assert found["cpu:0"]["grade"] == found["state folder"]["grade"] == "ok"
    assert found["artifacts"]["grade"] == "fail"


def test_no_database_is_made_by_looking(shell: CommandLine, tmp_path: Path) -> None:
    """Where there is none, that is said."""
    done = shell.invoke("doctor", "--cpu", "1")
    assert done.exit_code == 1
    assert "fail  database: there is no database at" in done.stdout
    assert list(tmp_path.glob("hpo.db*")) == []
