"""The real command line, as a user's shell starts it."""

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import chdir
from dataclasses import dataclass
from pathlib import Path

from click.testing import CliRunner

from hpo.cli import cli

HPO = Path(sys.executable).with_name("hpo")


@dataclass(frozen=True)
class CommandLine:
    """Commands run in `folder`, with state and cache of their own."""

    folder: Path
    environment: Mapping[str, str]
    enter: Sequence[str] = ()
    """What stands before the command, so that it runs on another host."""

    def start(self, *arguments: str, **environment: str) -> "subprocess.Popen[str]":
        """Starts a command; the caller waits for it."""
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
            return subprocess.CompletedProcess(process.args, process.returncode, out, err)

    def succeed(self, *arguments: str, **environment: str) -> str:
        """Runs a command that must succeed; gives its stdout."""
        done = self.run(*arguments, **environment)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def fail(self, *arguments: str, code: int, **environment: str) -> str:
        """Runs a command that must fail with one clear line, and gives that line. In this
        process, because there are many and a process takes a second to import everything."""
        env: dict[str, str | None] = {name: None for name in os.environ if name.startswith("HPO_")}
        with chdir(self.folder):
            done = CliRunner().invoke(
                cli, arguments, env={**env, **self.environment, **environment}
            )
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
