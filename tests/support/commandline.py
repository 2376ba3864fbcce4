"""The command line, as a user's shell starts it."""

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import chdir
from dataclasses import dataclass, replace
from pathlib import Path

from click.testing import CliRunner, Result

from hpo.cli import cli
from tests.support import keeper
from tests.support.nursery import Forked, Order

HPO = Path(sys.executable).with_name("hpo")
# Variables that nobody reads any more once a program has begun.
READ_AT_THE_START = ("LD_", "PYTHON")
Process = subprocess.Popen[str] | Forked


@dataclass(frozen=True)
class CommandLine:
    """Commands run in `folder`, with state and cache of their own. They are forked, see `nursery`,
    unless `is_installed` asks for the program that pip installs."""

    folder: Path
    environment: Mapping[str, str]
    enter: Sequence[str] = ()
    """What stands before the command, so that it runs on another host."""
    is_installed: bool = False

    @property
    def installed(self) -> "CommandLine":
        """The same with the true program."""
        return replace(self, is_installed=True)

    def start(self, *arguments: str, **environment: str) -> Process:
        """Starts a command; the caller waits for it."""
        at_the_start = any(name.startswith(READ_AT_THE_START) for name in environment)
        if not (self.enter or self.is_installed or at_the_start):
            order = Order("hpo", arguments, {**self.environment, **environment}, str(self.folder))
            return Forked(keeper.ask("nursery"), order)
        return subprocess.Popen(
            [*self.enter, HPO, *arguments],
            cwd=self.folder,
            env={**self.environment, **environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
        """Runs a command to its end."""
        with self.start(*arguments, **environment) as process:
            out, err = process.communicate(timeout=110)
            return subprocess.CompletedProcess(process.args, process.wait(), out, err)

    def succeed(self, *arguments: str, **environment: str) -> str:
        """Runs a command that must succeed; gives its stdout."""
        done = self.run(*arguments, **environment)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def invoke(self, *arguments: str, **environment: str) -> Result:
        """Runs a command in this process."""
        env: dict[str, str | None] = {name: None for name in os.environ if name.startswith("HPO_")}
        with chdir(self.folder):
            return CliRunner().invoke(
                cli, arguments, env={**env, **self.environment, **environment}
            )

    def fail(self, *arguments: str, code: int, **environment: str) -> str:
        """Runs, in this process, a command that must fail with one clear line; gives that line."""
        done = self.invoke(*arguments, **environment)
        assert done.exit_code == code, (done.exit_code, done.stdout, done.stderr, done.exception)
        assert isinstance(done.exception, SystemExit)
        assert done.stdout == ""
        (line,) = done.stderr.strip().splitlines()
        return line


def command_line(folder: Path, url: str | None = None) -> CommandLine:
    """A command line of its own in `folder`; `url` is its HPO_STORAGE."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("HPO_")}
    own = {
        "HPO_STATE_DIR": str(folder / "state"),
        "HPO_CACHE_DIR": str(folder / "cache"),
        "TOY_EPOCH_SECONDS": "0.01",
    }
    return CommandLine(folder, kept | own | ({"HPO_STORAGE": url} if url else {}))
