"""`hpo export`: bundles and documents from the command line, and what it refuses."""

import json
import tomllib

import pytest
import yaml

from hpo.bundle import manifest
from hpo.definition_loader import Definition
from hpo.study import creation
from storage.database import Database
from storage.records import JobRecord, StudyRecord
from storage.states import JobState
from storage.tables import studies
from studies.data.prepared_data import PreparedData
from tests.support.bundles import Reader
from tests.support.commandline import CommandLine
from tests.support.finished import BUDGET, Outcome, carry_out
from tests.support.marks import on


@pytest.fixture
def study(db: Database, toy: Definition, toy_data: PreparedData) -> StudyRecord:
    """A study of the toy that has not begun."""
    made = creation.create(db, "toy", toy, BUDGET)
    with db.transaction() as tx:
        studies.agree_on_data(tx, made, toy_data.sha256)
    return made


@pytest.fixture
def owner(url: str, shell: CommandLine, toy_data: PreparedData) -> Reader:
    """Somebody who has the database."""
    return Reader(shell, toy_data.folder.parent, url)


@on("sqlite")
def test_a_users_own_study_is_exported_where_it_is_asked_for(
    db: Database, study: StudyRecord, toy: Definition, owner: Reader
) -> None:
    """With its definition's file, which must be named; again over the bundle that is there."""
    carry_out(db, study)
    assert "no definition 'toy'" in owner.fail("export", "toy", "--bundle", "my best", code=2)
    assert not (owner.shell.folder / "my best").exists()
    for _ in range(2):
        out = owner.succeed("export", "toy", "--bundle", "my best", "--study", toy.reference)
        assert out.endswith("my best: 8 files, see my best/README.md\n")
        assert manifest.check(owner.shell.folder / "my best")


@on("sqlite")
def test_a_document_is_printed_and_nothing_written(
    db: Database, study: StudyRecord, owner: Reader
) -> None:
    """In each format for other programs, without the definition or the data."""
    carry_out(db, study)
    before = sorted(owner.shell.folder.iterdir())
    for target, read in (("json", json.loads), ("yaml", yaml.safe_load), ("toml", tomllib.loads)):
        found = read(owner.succeed("export", "toy", "--format", target))
        assert found["params"] == {"x": 0.2, "kind": "good"}
    assert "HPO_BEST_X=0.2\n" in owner.succeed("export", "toy", "--format", "env")
    assert sorted(owner.shell.folder.iterdir()) == before


@on("sqlite")
def test_a_document_and_a_bundle_at_once_are_refused(
    db: Database, study: StudyRecord, owner: Reader
) -> None:
    """One prints, the other writes: exit 2, nothing made."""
    carry_out(db, study)
    line = owner.fail("export", "toy", "--format", "json", "--bundle", "best", code=2)
    assert "give one of them" in line
    assert not (owner.shell.folder / "best").exists()


@on("sqlite")
def test_a_folder_of_other_things_is_refused_before_anything(
    db: Database, study: StudyRecord, toy: Definition, owner: Reader
) -> None:
    """Before the data is made ready; what it holds stays as it was."""
    carry_out(db, study)
    folder = owner.shell.folder / "mine"
    folder.mkdir()
    (folder / "notes.txt").write_text("mine")
    before = sorted(owner.shell.folder.iterdir())
    arguments = ("--bundle", "mine", "--study", toy.reference)
    line = owner.fail("export", "toy", *arguments, code=2)
    assert "mine is in the way, which is no whole bundle" in line
    assert "another folder with --bundle" in line
    assert (folder / "notes.txt").read_text() == "mine"
    assert sorted(owner.shell.folder.iterdir()) == before


@on("sqlite")
def test_a_study_that_has_not_finished_is_refused(
    study: StudyRecord, toy: Definition, owner: Reader
) -> None:
    """It is told how far it is and what carries it on: exit 1, nothing made."""
    for options in (("--study", toy.reference), ("--format", "json"), ("--format", "python")):
        line = owner.fail("export", "toy", *options, code=1)
        assert "has no result yet, its search phase has ended 0 of 4 trainings" in line
        assert "`hpo worker` or `hpo run` carries it on" in line
    assert list(owner.shell.folder.iterdir()) == []


@on("sqlite")
def test_a_study_without_a_completed_trial_is_refused(
    db: Database, study: StudyRecord, toy: Definition, owner: Reader
) -> None:
    """It stopped, and is told why: exit 1, nothing made."""

    def fail(now: StudyRecord, job: JobRecord) -> Outcome:
        return Outcome(JobState.FAILED, reason="ValueError: no\nTraceback")

    carry_out(db, study, fail)
    line = owner.fail("export", "toy", "--study", toy.reference, code=1)
    assert "study 'toy' stopped without a result" in line
    assert "ValueError: no" in line
    assert list(owner.shell.folder.iterdir()) == []
