"""What the pages say can be done as it stands there, with smaller budgets."""

from pathlib import Path

import pytest

from tests.support import documents
from tests.support.commandline import CommandLine, command_line
from tests.support.documents import DOCUMENTS, OF_A_SERVER, OF_KERAS, OF_WHAT_IS_DONE, ROOT
from tests.support.marks import on, slow
from tests.support.reader import PageReader

SMALLER = (
    (r"--trials (\d+)0\b", r"--trials \1"),
    (r"--final-seeds \d+", "--final-seeds 2 --select-top 1 --select-seeds 1"),
)
RUN = [
    str(page.relative_to(ROOT))
    for page in DOCUMENTS
    if any(each.unrun is None for each in documents.commands(page))
]


@slow("does all that a page says")
@pytest.mark.parametrize("page", sorted(set(RUN) - {*OF_KERAS, *OF_WHAT_IS_DONE, *OF_A_SERVER}))
def test_it_can_be_done(page: str, shell: CommandLine) -> None:
    """On an SQLite file of its own."""
    (shell.folder / "benchmarks").symlink_to(ROOT / "benchmarks")
    PageReader(shell, SMALLER).follow(ROOT / page)


@slow("does all that a page says, with workers")
@on("postgresql")
@pytest.mark.parametrize("page", OF_A_SERVER)
def test_it_can_be_done_on_a_server(page: str, bare_url: str, tmp_path: Path) -> None:
    """Whose tables are made by the page."""
    PageReader(command_line(tmp_path, bare_url)).follow(ROOT / page)


def test_each_page_that_is_named_has_commands() -> None:
    """Else it would be run in vain."""
    assert {*OF_KERAS, *OF_WHAT_IS_DONE, *OF_A_SERVER} <= set(RUN)
