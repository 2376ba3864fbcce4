"""The seal as a result tells of it: for whom else its holdout had been opened before."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

import optuna
import pytest
import sqlalchemy as sa

from hpo.definition_loader import Definition
from hpo.result import finished_study, result
from hpo.result.result import EarlierOpening, Result
from hpo.result.result_tables import Entry, of_result
from hpo.study import creation, extension
from hpo.study.planning import Budget
from storage import schema
from storage.database import Database
from storage.records import JobRecord, OpeningRecord, StudyRecord
from storage.states import DataSet, Phase
from storage.tables import holdout_uses
from tests.support.finished import (
    BUDGET,
    HOLDOUT_SHA256,
    WINNER,
    Outcome,
    Train,
    carry_out,
    params,
    winning,
)
from tests.support.marks import on

OTHER_WINNER = 1
TOLD = "; the holdout had been opened before, for {} trainings"


@pytest.fixture
def first(db: Database, toy: Definition) -> StudyRecord:
    """A study that is done, and has opened the holdout for six trainings."""
    return carry_out(db, creation.create(db, "first", toy, BUDGET), winning(OTHER_WINNER))


def _result(db: Database, name: str) -> Result:
    return result.assemble(finished_study.read(db, name))


def _then(
    db: Database,
    toy: Definition,
    name: str,
    train: Train,
    holdouts: Mapping[DataSet, str] = HOLDOUT_SHA256,
) -> Result:
    """What a study found that is made and done now."""
    carry_out(db, creation.create(db, name, toy, BUDGET), train, holdouts)
    return _result(db, name)


def _opened(db: Database, study: str) -> list[OpeningRecord]:
    with db.reading() as tx:
        found = holdout_uses.of_holdout(tx, HOLDOUT_SHA256[DataSet.SEARCH])
    return [opening for opening in found if opening.study == study]


def test_another_study_that_opened_the_holdout_before_is_told(
    db: Database, first: StudyRecord, toy: Definition
) -> None:
    """The second study's verdict ends with it, for the six trainings of the first's winner and
    baseline; what the first found stands, because the second came later."""
    found = _then(db, toy, "second", winning(WINNER))
    opened = _opened(db, "first")
    assert len(opened) == 2 * first.final_seeds
    assert found.earlier_openings == (
        EarlierOpening(
            study="first",
            generation=1,
            configuration=OTHER_WINNER,
            params=params(OTHER_WINNER),
            trainings=6,
            first_opened=datetime.fromtimestamp(min(one.opened_ms for one in opened) / 1000, UTC),
        ),
    )
    assert found.holdout.difference is not None
    assert found.verdict == found.holdout.difference.sentence + TOLD.format(6)
    when = f"{found.earlier_openings[0].first_opened:%Y-%m-%d %H:%M} UTC"
    sentence = (
        f"not sealed any more: opened for 6 trainings of study first, generation 1, from {when}"
    )
    assert Entry("Holdout", sentence) in of_result(found).remarks
    before = _result(db, "first")
    assert before.earlier_openings == ()
    assert before.holdout.difference is not None
    assert before.verdict == before.holdout.difference.sentence
    assert "Holdout" not in {remark.label for remark in of_result(before).remarks}


@on("sqlite")
def test_the_same_winner_again_is_told(db: Database, first: StudyRecord, toy: Definition) -> None:
    """A study that ends with the configuration the holdout was opened for has looked again, and
    who looks again until it is better will see it."""
    found = _then(db, toy, "second", winning(OTHER_WINNER))
    assert [opening.configuration for opening in found.earlier_openings] == [OTHER_WINNER]
    assert found.verdict.endswith(TOLD.format(6))


@on("sqlite")
def test_another_holdout_is_sealed(db: Database, first: StudyRecord, toy: Definition) -> None:
    """Other searched classes, or another split, have a holdout of their own, though the new
    classes' holdout is the same."""
    other = {**HOLDOUT_SHA256, DataSet.SEARCH: "6" * 64}
    assert _then(db, toy, "second", winning(WINNER), other).earlier_openings == ()


@on("sqlite")
@pytest.mark.parametrize("winner", [4, OTHER_WINNER], ids=["another winner", "the same"])
def test_an_extension_tells_of_the_finish_before(
    db: Database, first: StudyRecord, winner: int
) -> None:
    """Each generation opens the holdout anew, whichever configuration it is for."""
    extension.extend(db, "first", Budget(trials=5))
    carry_out(db, first, winning(winner))
    found = _result(db, "first")
    assert (found.generation, found.winner.number) == (2, winner)
    assert [(o.study, o.generation, o.configuration) for o in found.earlier_openings] == [
        ("first", 1, OTHER_WINNER)
    ]
    assert found.verdict.endswith(TOLD.format(6))
    assert len(_opened(db, "first")) == 12


@on("sqlite")
def test_all_who_opened_it_before_are_told(
    db: Database, first: StudyRecord, toy: Definition
) -> None:
    """Two generations of one study and a second study, each with its own trainings."""
    extension.extend(db, "first", Budget(trials=5))
    carry_out(db, first, winning(4))
    _then(db, toy, "second", winning(WINNER))
    found = _then(db, toy, "third", winning(3))
    assert [
        (o.study, o.generation, o.configuration, o.trainings) for o in found.earlier_openings
    ] == [("first", 1, OTHER_WINNER, 6), ("first", 2, 4, 6), ("second", 1, WINNER, 6)]
    assert found.verdict.endswith(TOLD.format(18))


class _CutError(Exception):
    pass


def _cut_after(trainings: int, winner: int) -> Train:
    """As usual, but only so many trainings of the final phase come to their end."""
    left: Iterator[int] = iter(range(trainings))

    def train(study: StudyRecord, job: JobRecord) -> Outcome:
        if job.phase == Phase.FINAL and next(left, None) is None:
            raise _CutError
        return winning(winner)(study, job)

    return train


@on("sqlite")
def test_a_finish_that_was_cut_short_has_opened_it_too(db: Database, toy: Definition) -> None:
    """A study that is extended in the midst of its final phase tells of what that had opened."""
    study = creation.create(db, "first", toy, BUDGET)
    with pytest.raises(_CutError):
        carry_out(db, study, _cut_after(3, OTHER_WINNER))
    assert len(_opened(db, "first")) == 3
    extension.extend(db, "first", Budget(trials=5))
    carry_out(db, study, winning(4))
    (found,) = _result(db, "first").earlier_openings
    assert (found.generation, found.configuration, found.trainings) == (1, OTHER_WINNER, 3)


def test_a_study_that_was_removed_has_opened_it_all_the_same(
    db: Database, first: StudyRecord, toy: Definition
) -> None:
    """Its openings are not taken for those of a study that has its name, and maybe its jobs'
    numbers, now."""
    with db.transaction() as tx:
        tx.execute(sa.delete(schema.studies))
    optuna.delete_study(study_name="first", storage=db.optuna)
    found = _then(db, toy, "first", winning(WINNER))
    assert [(o.study, o.configuration, o.trainings) for o in found.earlier_openings] == [
        ("first", OTHER_WINNER, 6)
    ]


@on("sqlite")
def test_earlier_openings_survive_json(db: Database, first: StudyRecord, toy: Definition) -> None:
    """With their times, to the millisecond and in UTC."""
    found = _then(db, toy, "second", winning(WINNER))
    assert Result.model_validate_json(found.model_dump_json()) == found
    (earlier,) = found.earlier_openings
    assert earlier.first_opened.timestamp() * 1000 == _opened(db, "first")[0].opened_ms


@on("sqlite")
def test_a_clock_that_was_set_back_hides_no_opening(
    db: Database, first: StudyRecord, toy: Definition
) -> None:
    """What came first is known by the order in which it was written down."""
    with db.transaction() as tx:
        tx.execute(sa.update(schema.openings).values(opened_ms=schema.openings.c.opened_ms * 2))
    assert len(_then(db, toy, "second", winning(WINNER)).earlier_openings) == 1
    assert _result(db, "first").earlier_openings == ()
