"""`hpo report`, as a person calls it."""

import re

import pytest

from hpo.definition_loader import Definition
from storage.database import Database
from storage.records import StudyRecord
from tests.support import finished
from tests.support.commandline import CommandLine
from tests.support.done import Done
from tests.support.marks import on

pytestmark = on("sqlite")


@pytest.fixture
def reader(shell: CommandLine, toy_done: Done) -> CommandLine:
    """Somebody with the toy study that is done."""
    return CommandLine(shell.folder, {**shell.environment, "HPO_STORAGE": toy_done.url})


@pytest.mark.usefixtures("backend")
def test_a_page(reader: CommandLine, toy: Definition) -> None:
    """One file, named after the study unless another name is given; with pictures where the
    definition is at hand."""
    said = reader.succeed("report", "toy")
    assert re.fullmatch(r"toy\.html: \d\.\d MB\n", said)
    assert 'class="pictures"' not in (reader.folder / "toy.html").read_text()
    reader.succeed("report", "toy", "-o", "mine.html", "--study", toy.reference)
    assert 'class="pictures"' in (reader.folder / "mine.html").read_text()
    assert not list(reader.folder.glob(".*.new"))


@pytest.mark.usefixtures("backend")
def test_markdown(reader: CommandLine) -> None:
    """By its format, or by the name of the file; to stdout on demand."""
    printed = reader.succeed("report", "toy", "-o", "-", "--format", "md")
    assert printed.startswith("# Study toy\n")
    reader.succeed("report", "toy", "-o", "mine.md")
    assert (reader.folder / "mine.md").read_text().startswith("# Study toy\n")
    reader.succeed("report", "toy", "--format", "md")
    assert (reader.folder / "toy.md").exists()


def test_nothing_to_report(shell_on: CommandLine, study: StudyRecord, db: Database) -> None:
    """One line, and no file: of a study that has completed nothing, of one that is not there, and
    where the file cannot be written."""
    line = shell_on.fail("report", "toy", code=1)
    assert "no trial has been completed" in line
    assert "no study 'none'" in shell_on.fail("report", "none", code=1)
    finished.carry_out(db, study)
    line = shell_on.fail("report", "toy", "-o", "no/such/folder/report.html", code=2)
    assert "no/such/folder/report.html cannot be written" in line
    assert [file.name for file in shell_on.folder.iterdir()] == []
