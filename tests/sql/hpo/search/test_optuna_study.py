"""Whose Optuna's study is."""

from collections.abc import Callable

import optuna
import pytest

from hpo.definition_loader import Definition
from hpo.search.optuna_study import UUID_ATTRIBUTE
from hpo.study import removal
from hpo.study.creation import create, refuse_taken
from hpo.study.extension import extend, retry
from hpo.study.planning import Budget
from storage.database import Database
from storage.errors import StudyExists, StudyMismatch, StudyNotFound
from storage.records import StudyRecord
from storage.tables import studies
from tests.support.claims import fail_next, jobs_of

BUDGET = Budget(trials=4, select_top=2, select_seeds=2, final_seeds=2)


def test_a_study_of_optunas_alone_is_not_ours(db: Database, toy: Definition) -> None:
    """A study with trials that somebody else made in the same database is not taken over."""
    theirs = optuna.create_study(study_name="toy", storage=db.url.render_as_string(False))
    theirs.optimize(lambda trial: trial.suggest_float("x", 0, 1), n_trials=1)
    for ask in (refuse_taken, create):
        with pytest.raises(StudyExists, match="that hpo did not make: choose another --name"):
            ask(db, "toy", toy, BUDGET)
    with pytest.raises(StudyNotFound), db.reading() as tx:
        studies.get(tx, "toy")


def test_nor_is_one_that_minimises(db: Database, toy: Definition) -> None:
    """Though it is empty, as one of ours may be whose creation was cut off: a search in it would look
    for the worst."""
    url = db.url.render_as_string(False)
    optuna.create_study(study_name="toy", storage=url, direction="minimize")
    for ask in (refuse_taken, create):
        with pytest.raises(StudyExists, match="that hpo did not make: choose another --name"):
            ask(db, "toy", toy, BUDGET)


def test_nor_is_an_empty_one_that_says_whose_it_is(db: Database, toy: Definition) -> None:
    """One that says nothing may be of a creation that was cut off, and is taken with a word."""
    theirs = optuna.create_study(study_name="toy", storage=db.optuna, direction="maximize")
    theirs.set_user_attr("owner", "bob")
    for ask in (refuse_taken, create):
        with pytest.raises(StudyExists, match="that hpo did not make: choose another --name"):
            ask(db, "toy", toy, BUDGET)


@pytest.mark.parametrize("is_there", [False, True])
def test_an_empty_one_is_taken_with_a_word(
    db: Database, toy: Definition, caplog: pytest.LogCaptureFixture, is_there: bool
) -> None:
    """As after a creation that was cut off, before our own row stood or after; somebody else's may be meant."""
    if is_there:
        create(db, "toy", toy, BUDGET)
        optuna.delete_study(study_name="toy", storage=db.optuna)
    optuna.create_study(study_name="toy", storage=db.optuna, direction="maximize")
    study = create(db, "toy", toy, BUDGET)
    (told,) = caplog.messages
    assert told == "Optuna has an empty study 'toy' already: it is taken for this one"
    beside = optuna.load_study(study_name="toy", storage=db.optuna)
    assert beside.user_attrs[UUID_ATTRIBUTE] == study.uuid


@pytest.mark.parametrize("again", [False, True])
def test_a_study_whose_trials_are_gone(
    db: Database, study: StudyRecord, toy: Definition, again: bool
) -> None:
    """Where Optuna's study was deleted beside us, or made anew, nothing is made, extended or run again:
    its trials would be numbered a second time. One line says so, and what mends it."""
    fail_next(db, study, "no memory")
    optuna.delete_study(study_name="toy", storage=db.optuna)
    if again:
        optuna.create_study(study_name="toy", storage=db.optuna)
    attempts: list[Callable[[], object]] = [
        lambda: create(db, "toy", toy, BUDGET),
        lambda: extend(db, "toy", Budget(trials=9)),
        lambda: retry(db, "toy", 0),
    ]
    for make in attempts:
        with pytest.raises(StudyMismatch, match=r"was removed .* `hpo remove toy` and create"):
            make()
    assert len(optuna.get_all_study_names(db.optuna)) == again
    assert len(jobs_of(db, study)) == 4
    removal.remove(db, "toy")
    assert create(db, "toy", toy, BUDGET).uuid != study.uuid


def test_a_study_without_trials_is_made_whole(
    db: Database, study: StudyRecord, toy: Definition, caplog: pytest.LogCaptureFixture
) -> None:
    """Nothing is lost with an Optuna study that had no trial yet, but it is told."""
    assert create(db, "toy", toy, BUDGET) == study
    assert not caplog.messages
    optuna.delete_study(study_name="toy", storage=db.optuna)
    assert create(db, "toy", toy, BUDGET) == study
    (told,) = caplog.messages
    assert told.startswith("Optuna had no study 'toy', of which nothing was begun")
    beside = optuna.load_study(study_name="toy", storage=db.optuna)
    assert beside.user_attrs[UUID_ATTRIBUTE] == study.uuid
