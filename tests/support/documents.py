"""What the documents show: commands in blocks of a console, and files of Python that begin with their name."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from markdown_it import MarkdownIt

ROOT = Path(__file__).parents[2]
DOCUMENTS = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    *sorted(file for file in (ROOT / "docs").rglob("*.md") if "_build" not in file.parts),
]
# By what their commands are run on; those of all others are run on an SQLite file.
OF_KERAS = ("docs/declared.md", "docs/tasks/keras.md")
OF_WHAT_IS_DONE = ("docs/tasks/export.md", "docs/tasks/result.md")
OF_A_SERVER = ("docs/tasks/fleet.md", "docs/tasks/machines.md")
# Before a block: why no test runs its commands.
UNRUN = re.compile(r"<!-- not run: (.*?) -->", re.DOTALL)


@dataclass(frozen=True)
class Shown:
    """A command as a document shows it, without the prompt, in one line."""

    document: str
    line: int
    text: str
    unrun: str | None
    """Why no test runs it; None where one does."""

    def __str__(self) -> str:
        return f"{self.document}:{self.line}: {self.text}"


def commands(document: Path) -> Iterator[Shown]:
    """All that stand behind a prompt, in their order."""
    name = str(document.relative_to(ROOT))
    unrun = None
    for token in MarkdownIt().parse(document.read_text(encoding="utf-8")):
        if token.type == "html_block" and (said := UNRUN.search(token.content)):
            unrun = " ".join(said[1].split())
            continue
        if token.type == "fence" and token.info.strip() == "console" and token.map is not None:
            lines = enumerate(token.content.splitlines(), start=token.map[0] + 2)
            for number, line in lines:
                if line.startswith(("$ ", "# ")):
                    text = line[2:]
                    while text.endswith("\\"):
                        text = text[:-1] + next(lines)[1].lstrip()
                    yield Shown(name, number, text, unrun)
        unrun = None


def files(document: Path) -> dict[str, str]:
    """The contents of the files that it shows, by their names."""
    text = document.read_text(encoding="utf-8")
    return dict(re.findall(r"(?ms)^```python\n# (\w+\.py)\n(.*?)^```", text))


def words_on_tests(document: Path) -> str:
    """What a reader is told of how far the commands of a page are tested; nothing where it has none."""
    shown = list(commands(document))
    reasons = dict.fromkeys(each.unrun for each in shown if each.unrun is not None)
    n_run = sum(each.unrun is None for each in shown)
    if not reasons:
        return f"A test runs all commands of this page: {n_run}." if n_run else ""
    some = f"A test runs {n_run} of the {len(shown)} commands of this page; the others are"
    held = "only held against hpo's own parser, as far as they are hpo's"
    whats = "; ".join(f"what {reason}" for reason in reasons)
    return f"{some if n_run else 'The commands of this page are'} {held}: {whats}."
