"""A person who does what a page says, from its top to its bottom, in a folder of his own."""

import re
import shlex
import signal
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.request import urlopen

from hpo.commands.fleet import ASKED_TO_LEAVE
from tests.support import documents
from tests.support.commandline import HPO, CommandLine, Process
from tests.support.documents import DOCUMENTS, Shown

# What does not end by itself, or after what comes next.
STAYS = re.compile(r"(\w+=\S+ )*hpo (worker|dashboard)\b")
EXPORT = re.compile(r"export (\w+)=")
# Of a shell: what is no plain command.
OF_A_SHELL = re.compile(r"[>|&;]")
# No dashboard takes a port that another test has.
ANY_PORT = ((r" --port \d+", ""), (r"\bhpo dashboard\b", "hpo dashboard --port 0"))
LONGEST_SECONDS = 200
Smaller = Sequence[tuple[str, str]]
"""What is put in the place of what, by regular expressions, one after the other."""


@dataclass(frozen=True)
class PageReader:
    """Commands run in the folder and environment of `shell`, one after the other, but for workers and
    dashboards: these stay until the page's end. What a page exports is the test's to say."""

    shell: CommandLine
    smaller: Smaller = ()

    def follow(self, document: Path) -> None:
        """Does all that the page says, with the files that it shows, or others where it names these; all
        must succeed."""
        to_do = [each for each in documents.commands(document) if each.unrun is None]
        own = documents.files(document)
        others = {name: code for page in DOCUMENTS for name, code in documents.files(page).items()}
        named = "\n".join([*own.values(), *(each.text for each in to_do)])
        for name, code in (others | own).items():
            if name in own or name in named:
                (self.shell.folder / name).write_text(code)
        staying: list[tuple[Shown, Process]] = []
        try:
            for shown in to_do:
                if EXPORT.match(shown.text):
                    continue
                process = self._start(shown)
                if STAYS.match(shown.text):
                    staying.append((shown, process))
                    if "dashboard" in shown.text:
                        _must_answer(process)
                else:
                    _must_succeed(shown, process)
            for _, process in staying:
                process.send_signal(
                    signal.SIGTERM
                )  # SIGINT is ignored where tests run in the background
            for shown, process in staying:
                _must_succeed(shown, process)
        finally:
            for _, process in staying:
                process.kill()

    def _start(self, shown: Shown) -> Process:
        """Starts a command, with a smaller budget where it has any."""
        text = shown.text
        for old, new in (*ANY_PORT, *self.smaller):
            text = re.sub(old, new, text)
        words = shlex.split(text, comments=True)
        if words[0] == "hpo" and not any(map(OF_A_SHELL.search, words[1:])):
            return self.shell.start(*words[1:])
        path = f"{HPO.parent}:{self.shell.environment['PATH']}"
        return subprocess.Popen(
            ["bash", "-c", f"exec env {text}" if STAYS.match(text) else text],
            cwd=self.shell.folder,
            env={**self.shell.environment, "PATH": path, "HOME": str(self.shell.folder)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )


def _must_succeed(shown: Shown, process: Process) -> None:
    """A worker says otherwise where it was asked to leave before its study was over."""
    out, err = process.communicate(timeout=LONGEST_SECONDS)
    fine = {0, ASKED_TO_LEAVE} if shown.text.startswith("hpo worker") else {0}
    assert process.returncode in fine, f"{shown}\n{out}{err}"


def _must_answer(process: Process) -> None:
    """At the address that it says."""
    assert process.stderr is not None
    said = []
    for line in process.stderr:
        said.append(line)
        if (address := re.match(r"http://[^/]*:(\d+)/", line)) is not None:
            with urlopen(f"http://127.0.0.1:{address[1]}/healthz") as answer:
                assert answer.status == 200
            return
    raise AssertionError("".join(said))
