"""A study under another name."""

import optuna
import pytest

from hpo.definition_loader import Definition
from hpo.errors import UsageError
from hpo.search.trials import Trials
from hpo.status.study_status import read_status
from hpo.study import creation
from hpo.study.planning import Budget
from hpo.transfer.renaming import rename
from storage.database import Database
from storage.errors import StudyExists, StudyNotFound
from storage.records import StudyRecord
from storage.tables import jobs
from studies.data.prepared_data import PreparedData
from tests.support.claims import claim_next
from tests.support.commandline import CommandLine
from tests.support.finished import carry_out
from tests.support.fixtures import MADE_BY, SPACE
from tests.support.marks import on
from tests.support.supervision import served_by


def test_all_of_it_has_the_new_name(db: Database, study: StudyRecord, toy: Definition) -> None:
    """Optuna's study, and what others say that they began with; its old name is free."""
    job, lease = claim_next(db, study)
    trials = Trials(db, study, MADE_BY)
    trials.report(trials.begin(job, lease, SPACE), lease, 1, 0.5)
    with db.transaction() as tx:
        jobs.release(tx, lease)
    assert rename(db, "toy", "other").name == "other"
    assert len(optuna.load_study(study_name="other", storage=db.optuna).trials) == 1
    with pytest.raises(StudyNotFound):
        read_status(db, "toy")
    assert carry_out(db, read_status(db, "other").study).name == "other"
    creation.create(db, "heir", toy, Budget(trials=4, source="other"))
    rename(db, "other", "toy")
    assert read_status(db, "heir").study.source == "toy"
    assert creation.create(db, "heir", toy, Budget(trials=4, source="toy")).name == "heir"


def test_names_that_it_cannot_have(db: Database, study: StudyRecord, toy: Definition) -> None:
    """Nothing changes, and nobody else's does."""
    creation.create(db, "other", toy, Budget(trials=2))
    optuna.create_study(study_name="theirs", storage=db.optuna)
    for name in ("other", "theirs"):
        with pytest.raises(StudyExists, match=name):
            rename(db, "toy", name)
    with pytest.raises(UsageError, match="cannot name"):
        rename(db, "toy", "a/b")
    with pytest.raises(StudyNotFound):
        rename(db, "none", "new")
    assert rename(db, "toy", "toy") == study


def test_one_that_is_worked_on_keeps_its_name(db: Database, study: StudyRecord) -> None:
    """With the mend."""
    claim_next(db, study)
    with pytest.raises(UsageError, match="`hpo stop toy` first"):
        rename(db, "toy", "other")
    assert read_status(db, "toy").study == study


def test_a_worker_that_waits_goes_on_with_it(
    db: Database, study: StudyRecord, toy: Definition, toy_data: PreparedData
) -> None:
    """By whatever name it was started for."""
    served = served_by(db, study, toy, toy_data, MADE_BY)
    for name in ("other", "another"):
        rename(db, served.studies[0].name, name)
        served.look()
        (prepared,) = served.in_turn()
        assert prepared.study.name == name


@on("sqlite")
def test_the_command(shell_on: CommandLine, db: Database, study: StudyRecord) -> None:
    """As a person says it."""
    assert shell_on.invoke("rename", "toy", "other").stdout == "toy: now other\n"
    assert "did you mean 'other'" in shell_on.fail("rename", "othr", "new", code=1)
