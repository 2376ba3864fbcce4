"""The command line as a user meets it: real commands, real processes, real databases."""

import json
import signal
from pathlib import Path

from hpo.status import read_status
from storage.database import Database
from storage.errors import SchemaMismatch, StudyNotFound
from tests.commandline import CommandLine, command_line
from tests.conftest import DEFINITIONS
from tests.marks import on
from tests.waiting import eventually

TOY = str(DEFINITIONS / "toy.py")


def test_help_answers_at_once_and_names_every_command(shell: CommandLine) -> None:
    """`hpo --help` lists the commands, and imports nothing heavy to do so."""
    text = shell.succeed("--help")
    for command in (
        "run", "create", "worker", "doctor", "status", "compare", "export", "verify", "predict", "train", "try", "db",
    ):  # fmt: skip
        assert f"\n  {command} " in text
    loaded = shell.run("--help", PYTHONPROFILEIMPORTTIME="1").stderr
    for heavy in ("optuna", "sqlalchemy", "tensorflow", "pydantic", "numpy"):
        assert f" {heavy}\n" not in loaded


@on("postgresql")
def test_a_digits_study_from_create_to_a_model_trained_again(shell_on: CommandLine) -> None:
    """Create, two workers, status, export, train: the way of a user."""
    small = ("--select-top", "1", "--select-seeds", "1", "--final-seeds", "2", "--set", "epochs=2")
    shell_on.succeed("create", "mine", "--study", "digits", "--trials", "4", *small)
    workers = [shell_on.start("worker", "mine", "--cpu", "1") for _ in range(2)]
    for worker in workers:
        out, err = worker.communicate(timeout=100)
        assert worker.returncode == 0, err
        assert out == "mine: done\n"

    assert shell_on.succeed("status", "mine", "--watch") == "mine: done\n"
    status = json.loads(shell_on.succeed("status", "mine", "--json"))
    ended = status["jobs"]["search"]
    assert sum(ended.values()) == 4
    assert ended.get("open", 0) == ended.get("leased", 0) == 0
    assert "search" in shell_on.succeed("status", "mine")

    said = shell_on.succeed("export", "mine", "--bundle", "best")
    assert said.startswith("best: ")
    assert {"best.json", "model.keras"} <= {
        path.name for path in Path(shell_on.folder, "best").iterdir()
    }
    best = json.loads((shell_on.folder / "best" / "best.json").read_text())
    assert best["study"] == "mine"

    # No database is named, and none is made.
    elsewhere = command_line(shell_on.folder)
    said = elsewhere.succeed("train", "--config", "best/best.json", "--out", "again.keras")
    assert f"{best['training']['score']:.4f}" in said
    assert (shell_on.folder / "again.keras").stat().st_size > 0
    assert not (shell_on.folder / "hpo.db").exists()


def test_run_goes_all_the_way_and_adds_nothing_the_second_time(shell: CommandLine) -> None:
    """`hpo run` ends with the table on stdout and the exported files, numbers 0..N-1; run again
    it trains nothing; extended, it has the new total."""
    done = shell.run("run", TOY, "--trials", "6")
    assert done.returncode == 0, done.stderr
    assert "Verdict:" in done.stdout
    assert done.stdout.splitlines()[-1].startswith("exports/toy: ")
    assert (shell.folder / "exports" / "toy" / "best.json").is_file()
    assert "Estimate: about" in done.stderr

    def jobs() -> list[int]:
        status = json.loads(shell.succeed("status", "toy", "--json"))
        return [sum(counts.values()) for counts in status["jobs"].values()]

    before = jobs()
    assert before[0] == 6
    again = shell.run("run", TOY)
    assert again.returncode == 0
    assert again.stdout == done.stdout
    assert jobs() == before

    for _ in range(2):
        said = shell.succeed("create", "toy", "--extend", "--trials", "8")
        assert said == "toy: 8 trials of toy, search\n"
    assert shell.run("run", TOY).returncode == 0
    assert jobs()[0] == 8


def _is_training(database: str) -> bool:
    try:
        db = Database.open(database)
    except SchemaMismatch:  # not made yet
        return False
    try:
        return bool(read_status(db, "toy").running)
    except StudyNotFound:
        return False
    finally:
        db.close()


def test_an_interrupted_run_goes_on_where_it_stopped(shell: CommandLine) -> None:
    """SIGINT ends a run with one line and exit code 1; the same command finishes the study with
    exactly its budget."""
    with shell.start("run", TOY, "--trials", "5", TOY_EPOCH_SECONDS="0.2") as run:
        database = f"sqlite:///{shell.folder}/hpo.db"
        eventually(lambda: (shell.folder / "hpo.db.lock").exists(), 60)
        eventually(lambda: _is_training(database), 60)
        run.send_signal(signal.SIGINT)
        _, err = run.communicate(timeout=60)
    assert run.returncode == 1
    assert "Stopping: what runs is kept at the end of its epoch" in err
    assert "nothing is lost" in err
    assert "Traceback" not in err
    states = json.loads(shell.succeed("status", "toy", "--json"))["jobs"]["search"]
    assert "leased" not in states
    assert shell.run("run", TOY).returncode == 0
    status = json.loads(shell.succeed("status", "toy", "--json"))
    assert sum(status["jobs"]["search"].values()) == 5
    assert status["study"]["phase"] == "done"


def test_try_trains_without_a_database(shell: CommandLine) -> None:
    """`hpo try` shows the pace of a definition and leaves no database behind."""
    assert "s an epoch of the baseline" in shell.succeed("try", TOY)
    assert not (shell.folder / "hpo.db").exists()


def test_timeout_ends_the_search_only(shell: CommandLine) -> None:
    """With --timeout the open trials are cancelled, and select and final still come."""
    done = shell.run("run", TOY, "--trials", "500", "--timeout", "4", TOY_EPOCH_SECONDS="0.05")
    assert done.returncode == 0, done.stderr
    status = json.loads(shell.succeed("status", "toy", "--json"))
    assert status["jobs"]["search"]["cancelled"] > 0
    assert sum(status["jobs"]["search"].values()) == 500
    assert status["study"]["phase"] == "done"
    assert "timeout" in status["study"]["reason"]


@on("postgresql")
def test_the_tables_can_be_made_and_made_again(shell: CommandLine, bare_url: str) -> None:
    """`hpo db upgrade` on an empty database, twice."""
    for _ in range(2):
        assert "up to date" in shell.succeed("db", "upgrade", HPO_STORAGE=bare_url)
