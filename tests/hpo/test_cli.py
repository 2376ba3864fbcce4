"""The command line as a user meets it: real commands, real processes, real databases."""

import json
import signal
from pathlib import Path

import pytest

from hpo.status import read_status
from storage.database import Database
from storage.errors import SchemaMismatch, StudyNotFound
from tests.commandline import CommandLine, command_line
from tests.conftest import DEFINITIONS
from tests.marks import on
from tests.waiting import eventually

TOY = str(DEFINITIONS / "toy.py")


@pytest.fixture
def shell(tmp_path: Path) -> CommandLine:
    """A user in an empty folder, without any setting."""
    return command_line(tmp_path)


@pytest.fixture
def shell_on(url: str, tmp_path: Path) -> CommandLine:
    """A user whose HPO_STORAGE is a ready database."""
    return command_line(tmp_path, url)


def test_help_answers_at_once_and_names_every_command(shell: CommandLine) -> None:
    """`hpo --help` lists the commands, and imports nothing heavy to do so."""
    text = shell.succeed("--help")
    for command in ("run", "create", "worker", "status", "export", "train", "try", "db"):
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

    status = json.loads(shell_on.succeed("status", "mine", "--json"))
    ended = status["jobs"]["search"]
    assert sum(ended.values()) == 4
    assert ended.get("open", 0) == ended.get("leased", 0) == 0
    assert "search" in shell_on.succeed("status", "mine")

    paths = shell_on.succeed("export", "mine", "--out", "best").split()
    assert {Path(path).name for path in paths} == {"best.json", "model.keras"}
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
    assert "exports/toy/best.json" in done.stdout
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


class TestBadInput:
    """Each gives one clear line that names the cause and the mend, and half-creates nothing."""

    @on("sqlite")
    def test_unknown_study(self, shell_on: CommandLine) -> None:
        """An unknown study, in every command that takes one: exit 1."""
        for command in ("worker", "status", "export"):
            assert "no study 'nope'" in shell_on.fail(command, "nope", code=1)

    def test_unknown_definition(self, shell: CommandLine) -> None:
        """A definition that does not exist: exit 2, and no database was made."""
        line = shell.fail("run", "cifar10", code=2)
        assert "there is no definition 'cifar10'" in line
        assert "cifar100" in line
        assert list(shell.folder.iterdir()) == []

    def test_a_definition_that_raises(self, shell: CommandLine) -> None:
        """The file and line of what a study file raises: exit 2, nothing made."""
        file = shell.folder / "bad.py"
        file.write_text("import math\nmath.sqrt(-1)\n")
        line = shell.fail("create", "x", "--study", str(file), code=2)
        assert "bad.py:2 raises ValueError" in line
        assert [path.name for path in shell.folder.iterdir()] == ["bad.py"]

    def test_a_file_without_a_study(self, shell: CommandLine) -> None:
        """A Python file that defines no STUDY: exit 2."""
        file = shell.folder / "empty.py"
        file.write_text("")
        assert "defines no STUDY" in shell.fail("run", str(file), code=2)

    def test_malformed_settings(self, shell: CommandLine) -> None:
        """Malformed TOML, an unknown key and a wrong value in hpo.toml: exit 2."""
        for text, said in (
            ("storage = ", "is not TOML"),
            ("stroage = 'x'", "setting 'stroage'"),
            ("lease_seconds = -1", "setting 'lease_seconds'"),
        ):
            (shell.folder / "hpo.toml").write_text(text)
            assert said in shell.fail("status", "x", code=2)

    def test_wrong_urls(self, shell: CommandLine) -> None:
        """A URL that is none, of a database we do not know, or without a file: exit 2."""
        for url in ("nonsense", "oracle://x/y", "sqlite://"):
            line = shell.fail("status", "x", "--storage", url, code=2)
            assert "sqlite" in line

    def test_a_password_on_the_command_line(self, shell: CommandLine) -> None:
        """A password in --storage is refused, and not repeated: exit 2."""
        line = shell.fail("status", "x", "--storage", "postgresql://u:sesame@h/d", code=2)
        assert "HPO_STORAGE_FILE" in line
        assert "sesame" not in line

    def test_database_down(self, shell: CommandLine) -> None:
        """A server that does not answer: exit 1 within seconds, its password not shown."""
        url = "postgresql://u:sesame@127.0.0.1:1/d"
        for arguments in (("status", "x"), ("worker", "x"), ("create", "x", "--study", "digits")):
            line = shell.fail(*arguments, code=1, HPO_STORAGE=url)
            assert "check that it is up" in line
            assert "sesame" not in line

    def test_no_database_yet(self, shell: CommandLine) -> None:
        """Looking at an SQLite file that does not exist does not make it: exit 1."""
        assert "there is no database" in shell.fail("status", "x", code=1)
        assert list(shell.folder.iterdir()) == []

    def test_unwritable_folder(self, shell: CommandLine) -> None:
        """An SQLite file in a folder that cannot be written: exit 2."""
        url = "sqlite:////proc/nowhere/hpo.db"
        line = shell.fail("create", "x", "--study", "digits", "--storage", url, code=2)
        assert "cannot be written" in line

    @on("sqlite")
    def test_budgets_that_cannot_be_meant(self, shell_on: CommandLine) -> None:
        """Zero and negative budgets: exit 2, no study made."""
        for option, value in (
            ("--trials", "0"),
            ("--trials", "-3"),
            ("--select-top", "0"),
            ("--select-seeds", "0"),
            ("--final-seeds", "0"),
            ("--timeout", "0"),
        ):
            assert option in shell_on.fail(
                "create", "x", "--study", "digits", option, value, code=2
            )
        assert "no study 'x'" in shell_on.fail("status", "x", code=1)

    @on("sqlite")
    def test_a_name_that_cannot_be_one(self, shell_on: CommandLine) -> None:
        """A name that would leave its folder, or is too long: exit 2."""
        for name in ("../x", "a b", "x" * 101):
            line = shell_on.fail("create", name, "--study", "digits", code=2)
            assert "cannot name a study" in line

    @on("sqlite")
    def test_a_name_that_is_taken(self, shell_on: CommandLine) -> None:
        """A name that exists with another definition, budget or setting: exit 2, unchanged."""
        shell_on.succeed("create", "x", "--study", "digits", "--trials", "4")
        for arguments, said in (
            (("--study", TOY), "with the definition 'digits'"),
            (("--study", "digits", "--trials", "5"), "--extend"),
            (("--study", "digits", "--set", "split_seed=3"), "other settings"),
        ):
            line = shell_on.fail("create", "x", *arguments, code=2)
            assert said in line
        assert json.loads(shell_on.succeed("status", "x", "--json"))["study"]["trials"] == 4

    @on("sqlite")
    def test_settings_of_a_definition(self, shell_on: CommandLine) -> None:
        """Unknown settings, overlapping or repeated classes, no value: exit 2, no study made."""
        for override, said in (
            ("colour=red", "unknown setting colour"),
            ("epochs=0", "setting epochs"),
            ("classes=one,one", "repeats one"),
            ("classes=one,ten", "unknown class ten"),
            ("new_classes=one,nine", "shares one"),
            ("epochs", "KEY=VALUE"),
        ):
            assert said in shell_on.fail(
                "create", "x", "--study", "digits", "--set", override, code=2
            )
        assert "no study 'x'" in shell_on.fail("status", "x", code=1)

    def test_data_that_cannot_be_had(self, shell: CommandLine) -> None:
        """A foreign file where CIFAR-100 should lie is refused by name; nothing is made."""
        folder = shell.folder / "data" / "cifar-100-python"
        folder.mkdir(parents=True)
        for name in ("train", "test", "meta"):
            (folder / name).write_bytes(b"not it")
        run = shell.run("run", "cifar100", HPO_DATA_DIR=str(folder.parent))
        assert run.returncode == 1
        assert str(folder) in run.stderr
        assert "Traceback" not in run.stderr
        assert not (shell.folder / "hpo.db").exists()

    @on("sqlite")
    def test_extending(self, shell_on: CommandLine) -> None:
        """Extending what does not exist, by nothing, or downwards."""
        assert "no study" in shell_on.fail("create", "x", "--extend", "--trials", "5", code=1)
        shell_on.succeed("create", "x", "--study", "digits", "--trials", "4")
        assert "needs --trials" in shell_on.fail("create", "x", "--extend", code=2)
        assert "already" in shell_on.fail("create", "x", "--extend", "--trials", "3", code=2)

    @on("sqlite")
    def test_another_version_of_a_definition(self, shell_on: CommandLine) -> None:
        """A worker whose definition file differs, or is missing, is refused by name: exit 2."""
        file = shell_on.folder / "toy.py"
        file.write_text(Path(TOY).read_text())
        shell_on.succeed("create", "x", "--study", str(file))
        assert "--study" in shell_on.fail("worker", "x", code=2)
        file.write_text(file.read_text() + "\n")
        assert "another version" in shell_on.fail("worker", "x", "--study", str(file), code=2)
        assert "another version" in shell_on.fail("create", "x", "--study", str(file), code=2)

    def test_debug_shows_the_traceback(self, shell: CommandLine) -> None:
        """--debug, and nothing else, shows where an error came from."""
        done = shell.run("status", "x", "--debug")
        assert "Traceback" in done.stderr
        assert done.returncode == 1
