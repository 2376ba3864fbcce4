"""What is printed where it cannot be printed, or to nobody."""

import io
import subprocess
import sys
from pathlib import Path

import pytest

from hpo.cli import cli
from hpo.commands.options import print_document
from hpo.terminal import streams
from tests.conftest import DEFINITIONS
from tests.support.commandline import HPO, CommandLine, command_line
from tests.support.done import Done
from tests.support.marks import slow

TOY = str(DEFINITIONS / "toy.py")
RUN = ("run", TOY, "--trials", "2", "--select-top", "1", "--select-seeds", "1", "--final-seeds", "2", "--cpu", "1")  # fmt: skip


@pytest.fixture
def shell_of_toy(toy_done: Done, tmp_path: Path) -> CommandLine:
    """Of a study with charts, tables and a result."""
    return command_line(tmp_path, toy_done.url)


@slow("starts a run as a shell does, whose variables Python reads at its start")
def test_a_terminal_without_the_characters_costs_nothing(shell: CommandLine) -> None:
    """A run comes to its bundle and its tables."""
    done = subprocess.run(
        [HPO, *RUN], cwd=shell.folder, env={**shell.environment, "PYTHONIOENCODING": "ascii"},
        stdin=subprocess.DEVNULL, capture_output=True, timeout=200, check=False,
    )  # fmt: skip
    assert (done.returncode, b"Traceback" in done.stderr) == (0, False), done.stderr
    assert (shell.folder / "exports" / "toy" / "best.json").is_file()
    assert b"Verdict:" in done.stdout


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
@pytest.mark.parametrize(
    "arguments",
    [
        ("status", "toy"), ("status", "toy", "--watch"), ("status", "toy", "--json"),
        ("status", "n\N{GREEK CAPITAL LETTER OMEGA}"), ("status", "n\udcff"), ("workers",),
        ("show", "toy"), ("show", "toy", "0"), ("logs", "toy", "0"),
        ("export", "toy", "--study", TOY), ("export", "toy", "--study", TOY, "--format", "yaml"),
        ("report", "toy", "--study", TOY, "-o", "-"), ("create", "x", "--study", "\udcff.py"),
    ],
)  # fmt: skip
def test_every_command_prints(
    shell_of_toy: CommandLine, encoding: str, arguments: tuple[str, ...],
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path,
) -> None:  # fmt: skip
    """Pages, tables, documents and errors: whatever the terminal lacks, nothing but an exit code."""
    for name, value in shell_of_toy.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    streams.register()
    with (tmp_path / "seen").open("wb") as file:
        for name in ("stdout", "stderr"):
            lacking = io.TextIOWrapper(io.BytesIO(), encoding)
            monkeypatch.setattr(sys, name, streams.protected(lacking, file.fileno()))
        with pytest.raises(SystemExit) as left:
            cli(arguments)
        assert left.value.code == (
            0 if "toy" in arguments or "workers" in arguments else left.value.code
        )
        assert left.value.code in (0, 1, 2)
    assert (tmp_path / "seen").stat().st_size


def test_a_document_is_in_utf_8(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """As its readers expect, whatever the terminal takes."""
    with (tmp_path / "seen").open("wb") as file:
        lacking = io.TextIOWrapper(io.BytesIO(), "ascii")
        monkeypatch.setattr(sys, "stdout", streams.protected(lacking, file.fileno()))
        print_document("\N{GREEK CAPITAL LETTER OMEGA}")
    assert (tmp_path / "seen").read_text(encoding="utf-8") == "\N{GREEK CAPITAL LETTER OMEGA}"


@slow("runs a study")
@pytest.mark.parametrize("is_closed", [True, False])
def test_nobody_who_reads_costs_nothing(shell: CommandLine, is_closed: bool) -> None:
    """Whether there never was a reader, or it leaves after the first words, a run comes to its end."""
    if is_closed:
        done = subprocess.run(
            ["sh", "-c", 'exec "$0" "$@" >&- 2>&-', str(HPO), *RUN], cwd=shell.folder,
            env=dict(shell.environment), stdin=subprocess.DEVNULL, timeout=200, check=False,
        )  # fmt: skip
        assert done.returncode == 0
    else:
        with shell.start(*RUN) as process:
            assert process.stdout is not None and process.stderr is not None
            assert process.stderr.readline()
            process.stdout.close()
            process.stderr.close()
            assert process.wait(200) == 0
    assert (shell.folder / "exports" / "toy" / "best.json").is_file()


def test_a_full_disk_is_told(shell_of_toy: CommandLine) -> None:
    """What was asked for is missing: one line says so, and the exit code."""
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [HPO, "status", "toy", "--json"], cwd=shell_of_toy.folder,
            env=dict(shell_of_toy.environment), stdout=full, stderr=subprocess.PIPE, timeout=100,
            check=False,
        )  # fmt: skip
    assert done.returncode == 1
    (line,) = done.stderr.decode().splitlines()
    assert line == "hpo: stdout cannot be written (No space left on device): make room"


def test_nobody_watches_for_ever(shell: CommandLine) -> None:
    """A study that nobody works on is watched without end, but only while somebody reads."""
    shell.succeed("create", "toy", "--study", TOY)
    with shell.start("status", "toy", "--watch") as watching:
        assert watching.stdout is not None and watching.stderr is not None
        assert watching.stdout.readline()
        watching.stdout.close()
        assert watching.wait(60) == 0
        assert watching.stderr.read() == ""
