"""`hpo doctor` as a person, and a program, meets it."""

import json
from pathlib import Path

from tests.commandline import CommandLine
from tests.conftest import DEFINITIONS
from tests.marks import on
from tests.servers import free_port

TOY = str(DEFINITIONS / "toy.py")


@on("sqlite")
def test_a_machine_that_is_well(shell_on: CommandLine) -> None:
    """Exits with 0; in a pipe each line stands alone, without colours."""
    shell_on.succeed("create", "mine", "--study", TOY, "--trials", "4")
    said = shell_on.succeed("doctor", "mine", "--study", TOY, "--cpu", "1").splitlines()
    assert all(line.startswith(("ok    ", "none  ", "warn  ", "      mend:")) for line in said)
    assert "ok    definition of mine: toy" in "\n".join(said)
    assert any(line.startswith("ok    cpu:0: tensorflow computes on it") for line in said)


def test_what_does_not_answer_keeps_nothing_from_being_looked_at(shell: CommandLine) -> None:
    """A database that is down is red with its mend, all else is said, and the exit code is 1."""
    down = f"postgresql://me@127.0.0.1:{free_port()}/hpo"
    done = shell.run("doctor", "--cpu", "1", "--json", HPO_STORAGE=down)
    assert done.returncode == 1, done.stderr
    found = {each["name"]: each for each in json.loads(done.stdout)}
    assert found["database"]["grade"] == found["rights"]["grade"] == "fail"
    assert found["database"]["mend"] == "check that it is up, and its URL"
    assert found["cpu:0"]["grade"] == found["state folder"]["grade"] == "ok"
    assert found["artifacts"]["grade"] == "fail"


def test_no_database_is_made_by_looking(shell: CommandLine, tmp_path: Path) -> None:
    """Where there is none, that is said."""
    done = shell.run("doctor", "--cpu", "1")
    assert done.returncode == 1
    assert "fail  database: there is no database at" in done.stdout
    assert list(tmp_path.glob("hpo.db*")) == []
