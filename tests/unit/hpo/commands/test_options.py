"""What the commands share: their options, and what an error becomes."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner

from hpo.cli import cli
from hpo.commands import budget as budget_options
from hpo.commands import options
from hpo.commands.local_run import Interrupted
from hpo.errors import DefinitionError, HpoError, NoResult, UsageError, WorkFailed
from hpo.settings import Settings
from hpo.study.planning import Budget
from storage.errors import (
    BadUrl,
    DatabaseUnavailable,
    NotPermitted,
    SchemaMismatch,
    StudyExists,
    StudyNotFound,
    StudyRemoved,
    UnfencedWrite,
)
from studies.errors import DataError, DataUnavailable, SettingsError, StudyError
from tests.conftest import DEFINITIONS
from tests.support.commandline import command_line
from tests.support.marks import on

CODES = {
    HpoError: 1, NoResult: 1, WorkFailed: 1, Interrupted: 1, UsageError: 2, DefinitionError: 2,
    StudyNotFound: 1, StudyRemoved: 1, DatabaseUnavailable: 1, SchemaMismatch: 1, BadUrl: 2, StudyExists: 2,
    NotPermitted: 1,
    StudyError: 1, DataError: 1, DataUnavailable: 1, SettingsError: 2,
}  # fmt: skip


def _command(error: Exception) -> click.Command:
    @click.command()
    @options.command
    def fail() -> None:
        raise error

    assert isinstance(fail, click.Command)
    return fail


@pytest.mark.parametrize("kind", CODES)
def test_a_known_error_is_one_line_and_an_exit_code(kind: type[Exception]) -> None:
    """What was wrongly asked ends with 2, what failed with 1; stdout stays empty. With --debug
    the error itself comes through."""
    error = kind("the cause: the mend")
    done = CliRunner().invoke(_command(error))
    assert done.exit_code == CODES[kind]
    assert (done.stdout, done.stderr) == ("", "hpo: the cause: the mend\n")
    assert CliRunner().invoke(_command(error), ["--debug"]).exception is error


@pytest.mark.parametrize("error", [KeyError("x"), UnfencedWrite("x"), AssertionError()])
def test_a_mistake_of_ours_is_not_hidden(error: Exception) -> None:
    """An error that no user can mend comes with its traceback."""
    assert CliRunner().invoke(_command(error)).exception is error


@on("sqlite")
def test_errors_have_their_codes_in_the_real_commands(url: str, tmp_path: Path) -> None:
    """One error of each family, on a real database."""
    toy = str(DEFINITIONS / "toy.py")
    shell = command_line(tmp_path, url)
    create = ("create", "mine", "--study", toy)
    assert "no study 'mine'" in shell.fail("status", "mine", code=1)
    for timeout in ("nan", "inf", "soon", "1h ? 5m"):
        line = shell.fail(*create, "--timeout", timeout, code=2)
        assert f"--timeout '{timeout}' is no duration: write 90m, 1h30m, 45s or seconds" in line
    assert "--timeout -5 leaves no time" in shell.fail(*create, "--timeout", "-5s", code=2)
    assert "--target nan is no score" in shell.fail(*create, "--target", "nan", code=2)
    assert "unknown setting colour" in shell.fail(*create, "--set", "colour=red", code=2)
    made = CliRunner().invoke(cli, [*create, "--trials", "4"], env=shell.environment)
    assert (made.exit_code, made.stdout) == (0, "mine: 4 trials of toy, search\n")
    assert "exists with other seed" in shell.fail(*create, "--seed", "1", code=2)
    assert "mine" in shell.fail("export", "mine", "--study", toy, code=1)


def test_pairs() -> None:
    """KEY=VALUE, split at the first =, without the spaces around; of one key the last word
    counts."""
    pairs = budget_options.read_pairs(("a=1", " b = x=y ", "c=", "a=2"))
    assert pairs == {"a": "2", "b": "x=y", "c": ""}
    assert budget_options.read_pairs(()) == {}
    with pytest.raises(UsageError, match="--set epochs: write --set KEY=VALUE"):
        budget_options.read_pairs(("epochs",))


def _parse(*arguments: str) -> tuple[Budget, Settings]:
    heard: list[tuple[Budget, Settings]] = []

    @click.command()
    @budget_options.with_budget
    @click.option("--cpu", type=int)
    @options.with_storage
    def listen(
        settings: Settings,
        overrides: tuple[str, ...],
        directions: tuple[str, ...],
        seed: int | None,
        **budget: Mapping[str, Any],
    ) -> None:
        heard.append((budget_options.read_budget(budget), settings))

    done = CliRunner().invoke(listen, arguments, env={"HPO_STORAGE": None, "HPO_CPU_SLOTS": "1"})
    assert done.exit_code == 0, done.output
    return heard[0]


def test_options_say_what_they_name() -> None:
    """Without options the budget is the default, and the settings are this machine's; each option
    arrives where it belongs."""
    budget, settings = _parse()
    assert budget == Budget()
    assert (settings.storage, settings.cpu_slots) == (None, 1)
    budget, settings = _parse(
        *("--trials", "7", "--select-top", "2", "--select-seeds", "4", "--final-seeds", "5"),
        *("--timeout", "1.5", "--target", "0.9", "--storage", "sqlite:///x.db", "--cpu", "2"),
    )
    assert budget == Budget(7, 2, 4, 5, timeout_seconds=1.5, target=0.9)
    for written, seconds in {"1h": 3600, "90m": 5400, "1h30m": 5400, "45s": 45, "7": 7}.items():
        assert _parse("--timeout", written)[0].timeout_seconds == seconds
    assert (settings.storage, settings.cpu_slots) == ("sqlite:///x.db", 2)


def test_what_needs_no_database_offers_none() -> None:
    """`try`, and what works on a bundle, takes a settings file, but no --storage; the others take
    both."""
    without = ("try", "train", "verify", "predict")
    both = ("run", "create", "worker", "status", "compare", "export")
    for name, wanted in (*((name, 1) for name in without), *((name, 2) for name in both)):
        offered = {parameter.name for parameter in cli.commands[name].params}
        assert len({"file", "storage"} & offered) == wanted
        assert "file" in offered
