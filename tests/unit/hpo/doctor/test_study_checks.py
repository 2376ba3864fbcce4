"""What a doctor says of studies: whether this machine has what they take."""

from collections.abc import Callable
from pathlib import Path

import optuna
import pytest
import sqlalchemy as sa

from hpo.definition_loader import Definition
from hpo.doctor.finding import Finding, Grade
from hpo.doctor.study_checks import check_studies, check_versions
from hpo.settings import Settings
from storage.database import Database
from storage.records import BASELINE, StudyRecord
from storage.schema import jobs
from storage.tables import studies, workers
from studies.data.prepared_data import PreparedData
from tests.support.fixtures import MADE_BY
from tests.support.marks import on

pytestmark = on("sqlite")
Look = Callable[..., list[Finding]]


@pytest.fixture
def look(db: Database, study: StudyRecord, toy: Definition, tmp_path: Path) -> Look:
    """Examines the toy study, by its name or among all."""
    settings = Settings(cache_dir=tmp_path / "cache")

    def _look(name: str | None = "toy", has_definition: bool = True) -> list[Finding]:
        references = [toy.reference] if has_definition else []
        return list(check_studies(db, settings, name, references))

    return _look


def test_a_machine_that_has_all(look: Look, db: Database, study: StudyRecord) -> None:
    """Definition and data are green, before anybody worked on the study, and with the same data."""
    assert [each.grade for each in look()] == [Grade.OK, Grade.OK]
    assert [each.grade for each in look(None)] == [Grade.OK, Grade.OK]


def test_trials_that_are_gone(look: Look, db: Database, study: StudyRecord) -> None:
    """Optuna's study was removed beside us; where nothing was begun, nothing is lost with it."""
    optuna.delete_study(study_name=study.name, storage=db.optuna)
    assert [each.grade for each in look()] == [Grade.OK, Grade.OK]
    with db.transaction() as tx:
        tx.execute(sa.update(jobs).where(jobs.c.configuration == BASELINE).values(trial_id=1))
    gone, *others = look()
    assert gone.grade == Grade.FAIL and "was removed from the database" in gone.found
    assert [each.grade for each in others] == [Grade.OK, Grade.OK]


def test_other_data_than_the_fleets(look: Look, db: Database, study: StudyRecord) -> None:
    """Is red, with both hashes."""
    with db.transaction() as tx:
        studies.agree_on_data(tx, study, "0" * 64)
    _, data = look()
    assert data.grade == Grade.FAIL
    assert "000000000000 elsewhere" in data.found


def test_a_damaged_holdout(look: Look, toy: Definition, tmp_path: Path) -> None:
    """Is found by its hash, though no training was given it."""
    look()
    prepared: PreparedData = toy.study.prepare(tmp_path / "cache")
    file = prepared.holdout_path("search")
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    _, data = look()
    assert data.grade == Grade.FAIL
    assert file.name in data.found


def test_a_definition_that_is_not_here(look: Look) -> None:
    """Is broken where the study was asked for, else left to other machines."""
    (asked,) = look(has_definition=False)
    (other,) = look(None, has_definition=False)
    assert (asked.grade, other.grade) == (Grade.FAIL, Grade.WARN)
    assert asked.mend == other.mend == "give its file with --study"


def test_a_file_that_does_not_load(db: Database, study: StudyRecord, tmp_path: Path) -> None:
    """Is red by itself, though no study asks for it; what else was given is looked at."""
    file = tmp_path / "bad.py"
    file.write_text("1 / 0\n")
    settings = Settings(cache_dir=tmp_path / "cache")
    broken, other = check_studies(db, settings, None, [str(file)])
    assert (broken.name, broken.grade) == ("definitions", Grade.FAIL)
    assert broken.found == f"{file}:1 raises ZeroDivisionError: division by zero"
    assert (other.name, other.grade) == ("definition of toy", Grade.WARN)


def test_versions_of_the_fleet(db: Database) -> None:
    """Another version on a worker that is alive is named with its host; another device is not."""
    assert [each.grade for each in check_versions(db)] == [Grade.NONE]
    ours = MADE_BY.model_dump(mode="json")
    with db.transaction() as tx:
        workers.join(tx, "same", "host-a", 1, [], ours | {"device": "?"}, "a machine", 60)
    assert [each.grade for each in check_versions(db)] == [Grade.OK]
    old = ours | {"versions": ours["versions"] | {"keras": "3.1.0"}}
    with db.transaction() as tx:
        workers.join(tx, "old", "host-b", 1, [], old, "a machine", 60)
    (found,) = check_versions(db)
    assert found.grade == Grade.WARN
    assert "host-b" in found.found and "was 3.1.0" in found.found and "host-a" not in found.found
