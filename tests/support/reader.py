"""A person who does what a page says, from its top to its bottom, in a folder of his own."""

import re
import signal
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.support import documents
from tests.support.commandline import HPO, CommandLine
from tests.support.documents import DOCUMENTS, Shown

# What does not end by itself, or after what comes next.
STAYS = re.compile(r"(\w+=\S+ )*hpo (worker|dashboard)\b")
EXPORT = re.compile(r"export (\w+)=")
LONGEST_SECONDS = 100
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
        staying: list[subprocess.Popen[str]] = []
        try:
            for shown in to_do:
                if EXPORT.match(shown.text):
                    continue
                if STAYS.match(shown.text):
                    staying.append(self._start(f"exec env {self._fitted(shown)}"))
                    if "dashboard" in shown.text:
                        assert staying[-1].stdout is not None
                        assert "http://" in staying[-1].stdout.readline()
                    continue
                process = self._start(self._fitted(shown))
                said, _ = process.communicate(timeout=LONGEST_SECONDS)
                assert process.returncode == 0, f"{shown}\n{said}"
            for process in staying:
                process.send_signal(signal.SIGINT)
            for process in staying:
                said, _ = process.communicate(timeout=LONGEST_SECONDS)
                assert process.returncode == 0, said
        finally:
            for process in staying:
                process.kill()

    def _fitted(self, shown: Shown) -> str:
        """The command with a smaller budget, where it has any."""
        text = shown.text
        for old, new in self.smaller:
            text = re.sub(old, new, text)
        return text

    def _start(self, text: str) -> "subprocess.Popen[str]":
        path = f"{HPO.parent}:{self.shell.environment['PATH']}"
        return subprocess.Popen(
            ["bash", "-c", text],
            cwd=self.shell.folder,
            env={**self.shell.environment, "PATH": path},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
