"""The command line as a user meets it: real commands, real processes, real databases."""

import json
import signal

import pytest

from hpo.status.study_status import read_status
from storage.database import Database
from storage.errors import SchemaMismatch, StudyNotFound
from tests.conftest import DEFINITIONS
from tests.support.commandline import CommandLine
from tests.support.marks import on, slow
from tests.support.waiting import eventually

TOY = str(DEFINITIONS / "toy.py")
# What comes after the search is short.
FEW = ("--select-top", "1", "--select-seeds", "1", "--final-seeds", "2")


def test_help_answers_at_once_and_names_every_command(shell: CommandLine) -> None:
    """`hpo --help` lists the commands, and imports nothing heavy to do so."""
    text = shell.succeed("--help")
    for command in (
        "run", "create", "worker", "doctor", "status", "show", "logs", "compare", "export", "verify", "predict", "train", "try", "db",
    ):  # fmt: skip
        assert f"\n  {command} " in text
    loaded = _imported(shell, "--help")
    assert "click" in loaded
    assert not loaded & {"optuna", "sqlalchemy", "tensorflow", "pydantic", "numpy"}


def test_a_run_begins_before_what_ends_it_is_imported(shell: CommandLine) -> None:
    """What draws and counts is imported when there is something to draw and to count."""
    loaded = _imported(shell, "run", "no-such-definition")
    assert "optuna" in loaded
    assert not loaded & {"plotly", "jinja2", "h5py", "scipy", "alembic", "psycopg"}


def _imported(shell: CommandLine, *arguments: str) -> set[str]:
    said = shell.run(*arguments, PYTHONPROFILEIMPORTTIME="1").stderr
    return {line.rpartition("|")[2].strip() for line in said.splitlines() if "|" in line}


def test_run_goes_all_the_way_and_adds_nothing_the_second_time(shell: CommandLine) -> None:
    """`hpo run` ends with the table on stdout and the exported files, numbers 0..N-1; run again
    it trains nothing; extended, it has the new total."""
    done = shell.run("run", TOY, "--trials", "6", *FEW)
    assert done.returncode == 0, done.stderr
    assert "Verdict:" in done.stdout
    assert done.stdout.splitlines()[-1].startswith("exports/toy: ")
    assert (shell.folder / "exports" / "toy" / "best.json").is_file()

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


def test_a_search_alone_says_what_it_found(shell: CommandLine) -> None:
    """The best trial, on stdout, and no bundle; what belongs to a verdict is refused."""
    done = shell.run("run", TOY, "--trials", "3", "--final-seeds", "0")
    assert done.returncode == 0, done.stderr
    best = json.loads(shell.succeed("status", "toy", "--json"))["best"]
    assert done.stdout.startswith(f"trial {best['trial_number']}: {best['score']:.4f} after ")
    assert "best of 3 trials" in done.stderr
    assert not (shell.folder / "exports").exists()
    assert "is a search alone" in shell.fail("export", "toy", code=1)
    alone = ("run", TOY, "--name", "x", "--final-seeds", "0")
    assert "gives no bundle" in shell.fail(*alone, "--bundle", "x", code=2)
    assert "there is no select" in shell.fail(*alone, "--select-top", "3", code=2)


def test_a_definition_that_cannot_be_trained_leaves_no_study_behind(shell: CommandLine) -> None:
    """One line says why, and once it is mended the same command begins anew."""
    file = shell.folder / "mine.py"
    text = (
        "from dataclasses import replace\n"
        "from hpo import definition_loader\n"
        f"TOY = definition_loader.load({TOY!r}).study\n"
        "def train(study, params, images, **named):\n"
        "    raise ValueError('no such layer')\n"
        "STUDY = replace(TOY, name='mine', trainer=train)\n"
    )
    file.write_text(text)
    done = shell.run("run", str(file), "--trials", "2", *FEW)
    assert done.returncode == 1
    said = done.stderr.splitlines()[-1]
    assert said.startswith("hpo: the baseline cannot be trained: ValueError: no such layer: mend")
    assert f"hpo try {file}" in said
    assert "the database has no study 'mine'" in shell.run("status", "mine").stderr
    file.write_text(text.replace("raise ValueError('no such layer')", "return TOY.trainer(study, params, images, **named)"))  # fmt: skip
    again = shell.run("run", str(file), "--trials", "2", *FEW)
    assert again.returncode == 0, again.stderr
    assert "Verdict:" in again.stdout


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


@slow("runs a study twice")
def test_an_interrupted_run_goes_on_where_it_stopped(shell: CommandLine) -> None:
    """SIGINT ends a run with one line and exit code 1; the same command finishes the study with
    exactly its budget."""
    with shell.start("run", TOY, "--trials", "5", *FEW, TOY_EPOCH_SECONDS="0.2") as run:
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


@pytest.mark.parametrize(
    "module", [pytest.param("storage.py", marks=slow("tries another name")), "studies/__init__.py"]
)
def test_modules_of_the_same_names_are_not_ours(shell: CommandLine, module: str) -> None:
    """What others call storage or studies, on a PYTHONPATH, hides nothing of hpo, nor of the
    children that it starts."""
    theirs = shell.folder / "theirs" / module
    theirs.parent.mkdir(parents=True)
    theirs.write_text("raise SystemExit('it was imported')\n")
    path = {"PYTHONPATH": str(shell.folder / "theirs")}
    assert "no database" in shell.run("status", "x", **path).stderr
    assert "s an epoch of the baseline" in shell.succeed("try", TOY, "--cpu", "1", **path)


@slow("runs a study of many trials")
def test_timeout_ends_the_search_only(shell: CommandLine) -> None:
    """With --timeout the open trials are cancelled, and select and final still come."""
    done = shell.run(
        "run", TOY, "--trials", "500", "--timeout", "4", *FEW, TOY_EPOCH_SECONDS="0.05"
    )
    assert done.returncode == 0, done.stderr
    status = json.loads(shell.succeed("status", "toy", "--json"))
    assert status["jobs"]["search"]["cancelled"] > 0
    assert sum(status["jobs"]["search"].values()) == 500
    assert status["study"]["phase"] == "done"
    assert "timeout" in status["study"]["reason"]


def test_a_study_is_created_in_one_line(shell: CommandLine) -> None:
    """Optuna, which makes a study beside ours, says nothing of its own."""
    done = shell.run("create", "mine", "--study", TOY, "--trials", "3")
    assert (done.stdout, done.stderr) == ("mine: 3 trials of toy, search\n", "")
    limits = "--timeout", "1h", "--target", "0.9", "--patience", "20"
    said = shell.succeed("create", "short", "--study", TOY, "--trials", "3", *limits)
    assert said == "short: 3 trials of toy, timeout 1:00:00, target 0.9, patience 20, search\n"
    assert "timeout 1:00:00, target 0.9, patience 20" in shell.succeed("status", "short")


@on("postgresql")
def test_the_tables_can_be_made_and_made_again(shell: CommandLine, bare_url: str) -> None:
    """`hpo db upgrade` on an empty database, twice."""
    for _ in range(2):
        assert "up to date" in shell.succeed("db", "upgrade", HPO_STORAGE=bare_url)
