"""A worker: which definition it works with, and how it stops."""

import signal
from dataclasses import replace
from pathlib import Path

import pytest

from hpo import definitions
from hpo.errors import DefinitionError
from hpo.machine.worker import find_definition
from hpo.status import read_status
from storage.database import Database
from storage.records import JobRecord, StudyRecord
from storage.states import JobState, Phase
from tests.commandline import command_line
from tests.conftest import DEFINITIONS
from tests.marks import on
from tests.waiting import eventually

TOY = str(DEFINITIONS / "toy.py")
pytestmark = on("sqlite")


@pytest.fixture
def of_digits(study: StudyRecord) -> StudyRecord:
    """A study of a built-in definition."""
    digits = definitions.load("digits")
    return replace(study, definition="digits", definition_hash=digits.hash)


def test_a_built_in_definition_needs_no_file(of_digits: StudyRecord) -> None:
    """The definition of the study's name is found with its hash, whatever files are given."""
    assert find_definition(of_digits).reference == "digits"
    assert find_definition(of_digits, [TOY]).reference == "digits"


def test_a_file_is_found_by_the_name_in_it(study: StudyRecord, tmp_path: Path) -> None:
    """Of the files given, the one that defines the study's definition, whatever the file's name."""
    copy = tmp_path / "renamed.py"
    copy.write_bytes(Path(TOY).read_bytes())
    found = find_definition(study, ["digits", str(copy)])
    assert (found.reference, found.name) == (str(copy), "toy")
    assert found.hash == study.definition_hash


def test_another_version_is_refused_by_name(
    study: StudyRecord, of_digits: StudyRecord, tmp_path: Path
) -> None:
    """A definition of the right name with another hash is not worked with, built in or not."""
    changed = tmp_path / "toy.py"
    changed.write_text(Path(TOY).read_text() + "\n")
    with pytest.raises(DefinitionError, match=r"study 'toy' .* another version of 'toy'"):
        find_definition(study, [str(changed)])
    with pytest.raises(DefinitionError, match="another version of 'digits'"):
        find_definition(replace(of_digits, definition_hash="older"))


def test_without_its_file_the_mend_is_named(study: StudyRecord) -> None:
    """No file, or one with another definition: the message says what to give."""
    for references in ([], ["digits"]):
        with pytest.raises(
            DefinitionError, match="no definition 'toy': give its file with --study"
        ):
            find_definition(study, references)


def test_sigterm_gives_the_job_back_at_once(
    db: Database, url: str, study: StudyRecord, tmp_path: Path
) -> None:
    """A worker that is asked to stop exits with 0 and says how the study stands; its job is open
    again, no loss is counted, and another worker goes on with its trial."""
    shell = command_line(tmp_path, url)

    def training() -> JobRecord | None:
        running = read_status(db, "toy").running
        return running[0] if running and running[0].epoch else None

    with shell.start(
        "worker", "toy", "--study", TOY, "--cpu", "1", TOY_EPOCH_SECONDS="1"
    ) as worker:
        begun = eventually(training, 60)
        worker.send_signal(signal.SIGTERM)
        out, err = worker.communicate(timeout=60)
    assert (worker.returncode, out) == (0, "toy: search\n"), err
    status = read_status(db, "toy")
    assert status.counts(Phase.SEARCH) == {JobState.OPEN: 4}
    job = status.jobs[0]
    assert (job.id, job.trial_id, job.losses) == (begun.id, begun.trial_id, 0)
    assert job.epoch >= begun.epoch
    assert [member.left_ms is None for member in status.workers] == [False]
    assert list((tmp_path / "state").iterdir()) == []
