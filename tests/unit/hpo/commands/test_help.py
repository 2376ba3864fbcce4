"""What a person is told by --help."""

import click
import cloup
import pytest
from click.testing import CliRunner

from hpo.cli import cli

WIDTHS = pytest.mark.parametrize("width", [80, 100])


def _help(*arguments: str, width: int) -> str:
    done = CliRunner().invoke(cli, [*arguments, "--help"], env={"COLUMNS": str(width)})
    assert done.exit_code == 0
    return done.stdout


@WIDTHS
def test_commands_are_listed_by_use_and_no_sentence_is_cut(width: int) -> None:
    """Each in one section, with the whole of its first sentence."""
    text = _help(width=width)
    _, _, below = text.partition("\n")
    assert "..." not in below and "Other commands" not in below
    words = " ".join(text.split())
    for command in cli.commands.values():
        sentence = " ".join((command.help or "").split("\n\n")[0].split()).partition(". ")[0]
        assert f"{command.name} {sentence}" in words
    assert max(map(len, text.splitlines())) <= width


@WIDTHS
def test_the_options_of_a_run_are_grouped(width: int) -> None:
    """By what they bear on."""
    lines = _help("run", width=width).splitlines()
    titles = [line for line in lines if line.endswith(":") and not line.startswith(" ")]
    assert titles == [
        "The study:", "What is tried:", "When it ends:", "How it is judged:", "This machine:",
        "Other options:",
    ]  # fmt: skip
    assert max(map(len, lines)) <= width


def test_every_command_groups_its_options() -> None:
    """Those that commands share stand where they stand in the others."""
    for command in cli.commands.values():
        assert isinstance(command, cloup.Command | cloup.Group), command.name


def test_what_shows_something_shows_it_to_programs() -> None:
    """All but those that run until they are stopped, write what they are told to write, or do away
    with something."""
    silent = {
        "run", "worker", "launch", "dashboard", "report", "train", "init", "remove", "db", "completion",
    }  # fmt: skip
    offer = {
        name
        for name, command in cli.commands.items()
        if any("--json" in parameter.opts for parameter in command.params)
    }
    assert offer == set(cli.commands) - silent


def test_the_nearest_command_and_option_are_named() -> None:
    """As click does it."""
    for arguments, nearest in ((["statsu"], "status"), (["run", "digits", "--trails"], "--trials")):
        done = CliRunner().invoke(cli, arguments)
        assert isinstance(done.exception, SystemExit)
        assert done.exit_code == click.UsageError.exit_code
        assert f"Did you mean '{nearest}'?" in done.stderr
