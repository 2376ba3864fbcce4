"""What a shell is offered for a word that is begun."""

import socket
from collections.abc import Sequence
from pathlib import Path

import click
import pytest
from click.shell_completion import ShellComplete

from hpo.cli import cli
from hpo.commands import names
from hpo.definition_loader import Definition
from hpo.study import creation
from storage.database import Database
from storage.records import JobRecord, StudyRecord
from storage.states import JobState
from tests.support.finished import BUDGET, Outcome, carry_out, usual
from tests.support.marks import on


def _offered(arguments: Sequence[str], begun: str) -> list[str]:
    found = ShellComplete(cli, {}, "hpo", "_HPO_COMPLETE").get_completions([*arguments], begun)
    return [str(each.value) for each in found if each.type == "plain"]


def _lost_one(study: StudyRecord, job: JobRecord) -> Outcome:
    is_lost = job.configuration == 3
    return Outcome(JobState.FAILED, reason="ValueError: no") if is_lost else usual(study, job)


def test_commands_options_choices_and_definitions() -> None:
    """Without any database; where a file may stand, files."""
    assert _offered([], "st") == ["status", "stop"]
    assert _offered(["db"], "") == ["upgrade"]
    assert _offered(["status"], "--w") == ["--watch"]
    assert _offered(["run", "digits"], "--fi") == ["--fix", "--final-seeds"]
    assert _offered(["run", "digits", "--sampler"], "") == ["tpe", "random", "qmc", "grid"]
    for before in (["run"], ["try"], ["create", "new", "--study"], ["run", "x", "--fallback"]):
        assert _offered(before, "di") == ["diabetes", "digits"]
    assert _offered(["run"], "cifar100-") == ["cifar100-wide"]
    found = ShellComplete(cli, {}, "hpo", "_HPO_COMPLETE").get_completions(["run"], "train")
    assert [each.type for each in found] == ["file"]


@on("sqlite")
def test_studies_and_trials_of_the_database(
    db: Database, url: str, toy: Definition, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of the one that the line, a settings file or the environment names."""
    carry_out(db, creation.create(db, "mine", toy, BUDGET), _lost_one)
    creation.create(db, "other", toy, BUDGET)
    monkeypatch.delenv("HPO_STORAGE", raising=False)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "fleet.toml").write_text(f'storage = "{url}"\n')
    assert _offered(["status"], "") == []
    assert _offered(["status", "--settings", "fleet.toml"], "") == ["mine", "other"]
    assert _offered(["status", "--storage", url], "m") == ["mine"]
    monkeypatch.setenv("HPO_STORAGE", url)
    assert _offered(["create", "new", "--from"], "o") == ["other"]
    assert _offered(["compare", "mine"], "") == ["mine", "other"]
    assert _offered(["retry", "mine"], "") == ["3"]
    assert _offered(["retry", "other"], "") == []


def test_what_cannot_be_asked_completes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """In silence, and nothing is made: a database that is not there, that is none, that refuses, or
    settings that are wrong."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "text.db").write_text("no database" * 100)
    for url in (
        "sqlite:///new.db",
        "sqlite:///text.db",
        "nonsense",
        "postgresql://u@127.0.0.1:1/x",
    ):
        monkeypatch.setenv("HPO_STORAGE", url)
        assert _offered(["status"], "") == []
    assert [file.name for file in tmp_path.iterdir()] == ["text.db"]
    (tmp_path / "hpo.toml").write_text("nonsense = 1\n")
    assert _offered(["status"], "") == []
    assert tuple(capfd.readouterr()) == ("", "")


def test_a_database_that_is_silent_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that takes the call and says nothing."""
    monkeypatch.setattr(names, "DEADLINE_SECONDS", 0.05)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        monkeypatch.setenv("HPO_STORAGE", f"postgresql://u@127.0.0.1:{port}/x")
        assert _offered(["status"], "") == []


def test_every_argument_that_names_a_study_is_completed() -> None:
    """But for that which names a file."""
    for command in cli.commands.values():
        for each in command.params:
            names_one = isinstance(each, click.Argument) and each.name in (
                "name",
                "first",
                "second",
            )
            if names_one and command.name != "init":
                assert isinstance(each.type, names.StudyName), (command.name, each.name)
