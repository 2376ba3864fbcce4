"""Two studies' winners against each other."""

from dataclasses import replace

import pytest

from hpo.definition_loader import Definition
from hpo.errors import NoResult, UsageError
from hpo.result import finished_study
from hpo.result.finished_study import FinishedStudy
from hpo.result.result_tables import of_head_to_head
from hpo.result.study_comparison import HeadToHead, compare_winners
from hpo.statistics.verdict import compare
from hpo.study import creation, extension
from hpo.study.planning import Budget
from storage.database import Database
from storage.records import JobRecord, StudyRecord
from storage.states import DataSet, JobState, Phase, Split
from tests.support.finished import (
    BUDGET,
    HOLDOUT_IMAGES,
    HOLDOUT_SHA256,
    WINNER,
    Outcome,
    Train,
    carry_out,
    params,
    usual,
    winning,
)
from tests.support.marks import on

OTHER_WINNER = 1
OTHER_RIGHT = (24, 22, 26)


@pytest.fixture
def first(db: Database, toy: Definition) -> FinishedStudy:
    """Its winner is right on 32, 36 and 34 of 40 images."""
    return _finish(db, toy, "first", winning(WINNER))


@pytest.fixture
def second(db: Database, toy: Definition) -> FinishedStudy:
    """Its winner, of another number, is right on 24, 22 and 26."""
    return _finish(db, toy, "second", winning(OTHER_WINNER, OTHER_RIGHT))


def _finish(
    db: Database, toy: Definition, name: str, train: Train, seed: int = 0, **holdouts: str
) -> FinishedStudy:
    changed = {DataSet(data_set): sha256 for data_set, sha256 in holdouts.items()}
    study = creation.create(db, name, toy, BUDGET, seed)
    carry_out(db, study, train, {**HOLDOUT_SHA256, **changed})
    return finished_study.read(db, name)


def test_what_is_judged_by_values_is_not_compared(
    first: FinishedStudy, second: FinishedStudy
) -> None:
    """There are no classes to be right on."""
    other = replace(second, study=replace(second.study, settings={"epochs": 3}))
    with pytest.raises(
        NoResult, match=r"'second' is no classifier of images, .* `hpo status second`"
    ):
        compare_winners(first, other)


def test_the_difference_is_the_first_minus_the_second(
    db: Database, first: FinishedStudy, second: FinishedStudy
) -> None:
    """34 of 40 against 24 of 40 is 25 points, which is the verdict on the two winners' answers;
    exchanged, it is worse by as much."""
    compared, back = compare_winners(first, second), compare_winners(second, first)
    ours, theirs = (
        each.answers(each.winner, DataSet.SEARCH, Split.HOLDOUT) for each in (first, second)
    )
    assert ours is not None and theirs is not None
    assert compared.holdout.difference == compare(ours.correct, theirs.correct)
    assert compared.holdout.difference.mean == pytest.approx(10 / 40)
    assert back.holdout.difference.mean == pytest.approx(-10 / 40)
    assert compared.holdout.first.accuracy.mean == pytest.approx(34 / 40)
    assert compared.holdout.second.accuracies == tuple(right / 40 for right in OTHER_RIGHT)
    assert compared.holdout.difference.n_images == HOLDOUT_IMAGES
    caveat = "of second, the holdout had been opened before, for 6 trainings"
    assert compared.caveats == back.caveats == (caveat,)
    assert (
        compared.verdict
        == f"first against second: {compared.holdout.difference.sentence}; {caveat}"
    )
    assert compared.holdout.difference.sentence.startswith("better by 25.0 points")
    assert back.holdout.difference.sentence.startswith("worse by 25.0 points")


@on("sqlite")
def test_the_winners_are_named_with_what_they_are(
    first: FinishedStudy, second: FinishedStudy
) -> None:
    """Study, trial and parameters of either; on the new classes they are compared too."""
    compared = compare_winners(first, second)
    assert (compared.first.study, compared.first.trial_number) == ("first", WINNER)
    assert compared.first.params == params(WINNER)
    assert compared.second.params == params(OTHER_WINNER)
    assert compared.new_holdout is not None
    assert compared.new_holdout.first.accuracy.mean == pytest.approx(32 / 40)
    assert compared.shared_seeds == 0
    assert HeadToHead.model_validate_json(compared.model_dump_json()) == compared


@on("sqlite")
@pytest.mark.parametrize(("seed", "shared"), [(0, 3), (1, 0)])
def test_seeds_that_both_were_trained_with_are_told(
    db: Database, toy: Definition, first: FinishedStudy, seed: int, shared: int
) -> None:
    """Two studies of one seed whose winners have one number: their noise is not independent."""
    compared = compare_winners(first, _finish(db, toy, "again", winning(WINNER), seed))
    assert compared.shared_seeds == shared
    told = of_head_to_head(compared).caution
    assert (told or "").startswith(f"Seeds that both were trained with: {shared}") == bool(shared)


@on("sqlite")
def test_a_study_is_not_compared_with_itself(first: FinishedStudy) -> None:
    """Its winner is its winner; with the baseline `hpo export` compares it."""
    with pytest.raises(UsageError, match="'first' is one study: name two, `hpo export`"):
        compare_winners(first, first)


@on("sqlite")
def test_winners_judged_on_other_images_are_not_compared(
    db: Database, toy: Definition, first: FinishedStudy
) -> None:
    """Another holdout, though its labels are equal, is refused with the mend."""
    other = _finish(db, toy, "other", winning(WINNER), search="6" * 64)
    with pytest.raises(NoResult, match="'first' and 'other' were judged on different images: run"):
        compare_winners(first, other)


@on("sqlite")
def test_other_new_classes_are_left_out(
    db: Database, toy: Definition, first: FinishedStudy
) -> None:
    """The searched classes are compared; the new ones are no round, though labels are equal."""
    other = _finish(db, toy, "other", winning(OTHER_WINNER, OTHER_RIGHT), new="8" * 64)
    compared = compare_winners(first, other)
    assert compared.holdout.difference.mean == pytest.approx(10 / 40)
    assert compared.new_holdout is None
    assert of_head_to_head(compared).scores.rows[4:] == ()


def _without_models(data_set: DataSet, configuration: int = WINNER) -> Train:
    def train(study: StudyRecord, job: JobRecord) -> Outcome:
        lost = (job.configuration, job.data_set) == (configuration, data_set)
        if job.phase == Phase.FINAL and lost:
            return Outcome(JobState.FAILED, reason="ValueError: no")
        return usual(study, job)

    return train


@on("sqlite")
def test_a_winner_without_a_model_is_named(
    db: Database, toy: Definition, first: FinishedStudy
) -> None:
    """Whichever of the two it is; the baseline's models bear on nothing here."""
    other = _finish(db, toy, "other", _without_models(DataSet.SEARCH))
    for pair in ((first, other), (other, first)):
        with pytest.raises(NoResult, match="winner of study 'other' has no final model"):
            compare_winners(*pair)


@on("sqlite")
def test_a_baseline_without_a_model_is_no_hindrance(
    db: Database, toy: Definition, first: FinishedStudy
) -> None:
    """Winners are compared, and no training of theirs was lost."""
    other = _finish(db, toy, "other", _without_models(DataSet.SEARCH, configuration=0))
    assert "gave no model" not in compare_winners(first, other).verdict


@on("sqlite")
def test_a_winner_without_a_model_on_the_new_classes_has_no_round_there(
    db: Database, toy: Definition, first: FinishedStudy
) -> None:
    """As where the new classes are others."""
    other = _finish(db, toy, "other", _without_models(DataSet.NEW))
    assert compare_winners(first, other).new_holdout is None
    assert compare_winners(other, first).new_holdout is None


@on("sqlite")
def test_winners_are_of_the_present_generations(
    db: Database, toy: Definition, first: FinishedStudy, second: FinishedStudy
) -> None:
    """An extended study competes with what it found last."""
    extension.extend(db, "second", Budget(trials=5))
    with pytest.raises(NoResult, match="study 'second' has no result yet, its search phase"):
        finished_study.read(db, "second")
    carry_out(db, second.study, winning(4, (40, 38, 39)))
    compared = compare_winners(first, finished_study.read(db, "second"))
    assert compared.second.params == params(4)
    assert compared.holdout.second.accuracies == (1.0, 38 / 40, 39 / 40)


@on("sqlite")
def test_two_winners_stand_side_by_side(first: FinishedStudy, second: FinishedStudy) -> None:
    """Scores of both, each parameter of either, and the verdict."""
    compared = compare_winners(first, second)
    told = of_head_to_head(compared)
    assert told.scores.headings == ("images", "", "first", "second", "difference in points")
    images, what, *_, difference = told.scores.rows[0]
    assert (images, what, difference[:5]) == ("holdout", "accuracy", "+25.0")
    assert told.params.headings == ("parameter", "first", "second")
    assert told.params.rows == (("x", "0.2", "0.1"), ("kind", "good", "good"))
    assert told.verdict == compared.verdict
