"""Whatever the documents call is there, with the options that they give it."""

import re
import shlex
from collections.abc import Sequence
from pathlib import Path

import click
import pytest

from hpo.cli import cli
from tests.support.documents import DOCUMENTS, ROOT, Shown, commands

SHOWN = [each for document in DOCUMENTS for each in commands(document)]
TARGETS = set(re.findall(r"(?m)^([\w-]+):", (ROOT / "Makefile").read_text(encoding="utf-8")))
# Of a shell, between commands.
ENDS = re.compile(r"[;&|<>()]+")


def _calls(text: str, program: str) -> list[list[str]]:
    """The arguments of each call of the program in a line of a shell, also where another starts it, as
    `docker compose run hpo` does."""
    lexer = shlex.shlex(text, posix=True, punctuation_chars=True)
    lexer.whitespace_split = True
    words = list(lexer)
    found = []
    for place, word in enumerate(words):
        # `psql -U hpo` is a person.
        if word in (program, f".venv/bin/{program}") and words[place - 1 : place] != ["-U"]:
            rest = words[place + 1 :]
            ends = (number for number, each in enumerate(rest) if ENDS.fullmatch(each))
            found.append(rest[: next(ends, len(rest))])
    return found


def _find(arguments: Sequence[str]) -> tuple[click.Command, Sequence[str]]:
    """The command that is called, and what is left for it."""
    command: click.Command | None = cli
    while isinstance(command, click.Group) and arguments:
        name, *arguments = arguments
        command = command.get_command(click.Context(command), name)
        assert command is not None, f"there is no command {name}"
    assert command is not None
    return command, arguments


@pytest.mark.parametrize("shown", [each for each in SHOWN if _calls(each.text, "hpo")], ids=str)
def test_hpo_takes_what_is_shown(shown: Shown) -> None:
    """Each command with all its options and arguments, by the parser that is to read it."""
    for arguments in _calls(shown.text, "hpo"):
        command, rest = _find(arguments)
        command.make_context("hpo", list(rest))


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda file: str(file.relative_to(ROOT)))
def test_what_a_sentence_names_is_there(document: Path) -> None:
    """`hpo COMMAND --option` amid a text: the command, and each option that it names."""
    text = re.sub(r"(?ms)^```.*?^```", "", document.read_text(encoding="utf-8"))
    for called in re.findall(r"`hpo ([^`]+)`", text):
        if called.startswith("-") or called.split()[0].isupper():
            continue
        command, words = _find(shlex.split(called))
        known = {option for parameter in command.params for option in parameter.opts}
        assert {word for word in words if word.startswith("-")} <= known | {"-h", "--help"}, called


def test_the_other_programs_of_this_project_are_there() -> None:
    """Targets of make, and modules that Python runs, with their options."""
    for shown in SHOWN:
        for target in (arguments[0] for arguments in _calls(shown.text, "make") if arguments):
            assert target in TARGETS, shown
        for arguments in _calls(shown.text, "python"):
            if arguments[:1] == ["-m"]:
                module = ROOT / arguments[1].replace(".", "/")
                program = module / "__main__.py" if module.is_dir() else module.with_suffix(".py")
                code = program.read_text(encoding="utf-8")
                options = [word for word in arguments if word.startswith("--")]
                assert all(f'"{option}"' in code for option in options), shown


def test_each_block_that_is_not_run_says_why() -> None:
    """In a few words, which the page shows at its end."""
    assert all(each.unrun is None or len(each.unrun.split()) > 1 for each in SHOWN)
