"""Two studies' winners against each other."""

import io

import pytest
from rich.console import Console

from hpo import creation
from hpo.answer import contest, finish, tables
from hpo.answer.contest import Contest
from hpo.answer.finish import Finish
from hpo.answer.verdict import compare
from hpo.creation import Budget
from hpo.definitions import Definition
from hpo.errors import NoResult, UsageError
from storage.database import Database
from storage.records import JobRecord, StudyRecord
from storage.states import DataSet, JobState, Phase, Split
from tests.hpo.finished import (
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
from tests.marks import on

OTHER_WINNER = 1
OTHER_RIGHT = (24, 22, 26)


@pytest.fixture
def first(db: Database, toy: Definition) -> Finish:
    """Its winner is right on 32, 36 and 34 of 40 images."""
    return _finish(db, toy, "first", winning(WINNER))


@pytest.fixture
def second(db: Database, toy: Definition) -> Finish:
    """Its winner, of another number, is right on 24, 22 and 26."""
    return _finish(db, toy, "second", winning(OTHER_WINNER, OTHER_RIGHT))


def _finish(
    db: Database, toy: Definition, name: str, train: Train, seed: int = 0, **holdouts: str
) -> Finish:
    changed = {DataSet(data_set): sha256 for data_set, sha256 in holdouts.items()}
    study = creation.create(db, name, toy, BUDGET, seed)
    carry_out(db, study, train, {**HOLDOUT_SHA256, **changed})
    return finish.read(db, name)


def _printed(held: Contest) -> list[str]:
    console = Console(file=io.StringIO(), width=80)
    console.print(tables.contest_report(held))
    assert isinstance(console.file, io.StringIO)
    return [line.rstrip() for line in console.file.getvalue().splitlines()]


def test_the_difference_is_the_first_minus_the_second(
    db: Database, first: Finish, second: Finish
) -> None:
    """34 of 40 against 24 of 40 is 25 points, which is the verdict on the two winners' answers;
    exchanged, it is worse by as much."""
    held, back = contest.hold(first, second), contest.hold(second, first)
    ours, theirs = (
        each.answers(each.winner, DataSet.SEARCH, Split.HOLDOUT) for each in (first, second)
    )
    assert ours is not None and theirs is not None
    assert held.holdout.difference == compare(ours.correct, theirs.correct)
    assert held.holdout.difference.mean == pytest.approx(10 / 40)
    assert back.holdout.difference.mean == pytest.approx(-10 / 40)
    assert held.holdout.first.accuracy.mean == pytest.approx(34 / 40)
    assert held.holdout.second.accuracies == tuple(right / 40 for right in OTHER_RIGHT)
    assert held.holdout.difference.n_images == HOLDOUT_IMAGES
    caveat = "of second, the holdout had been opened before, for 6 trainings"
    assert held.caveats == back.caveats == (caveat,)
    assert held.verdict == f"first against second: {held.holdout.difference.sentence}; {caveat}"
    assert held.holdout.difference.sentence.startswith("better by 25.0 points")
    assert back.holdout.difference.sentence.startswith("worse by 25.0 points")


@on("sqlite")
def test_the_winners_are_named_with_what_they_are(first: Finish, second: Finish) -> None:
    """Study, trial and parameters of either; on the new classes they are compared too."""
    held = contest.hold(first, second)
    assert (held.first.study, held.first.trial_number) == ("first", WINNER)
    assert held.first.params == params(WINNER)
    assert held.second.params == params(OTHER_WINNER)
    assert held.new_holdout is not None
    assert held.new_holdout.first.accuracy.mean == pytest.approx(32 / 40)
    assert held.shared_seeds == 0
    assert Contest.model_validate_json(held.model_dump_json()) == held


@on("sqlite")
@pytest.mark.parametrize(("seed", "shared"), [(0, 3), (1, 0)])
def test_seeds_that_both_were_trained_with_are_told(
    db: Database, toy: Definition, first: Finish, seed: int, shared: int
) -> None:
    """Two studies of one seed whose winners have one number: their noise is not independent."""
    held = contest.hold(first, _finish(db, toy, "again", winning(WINNER), seed))
    assert held.shared_seeds == shared
    told = [line for line in _printed(held) if line.startswith("Seeds that both were")]
    assert bool(told) == bool(shared)


@on("sqlite")
def test_a_study_is_not_compared_with_itself(first: Finish) -> None:
    """Its winner is its winner; with the baseline `hpo export` compares it."""
    with pytest.raises(UsageError, match="'first' is one study: name two, `hpo export`"):
        contest.hold(first, first)


@on("sqlite")
def test_winners_judged_on_other_images_are_not_compared(
    db: Database, toy: Definition, first: Finish
) -> None:
    """Another holdout, though its labels are equal, is refused with the mend."""
    other = _finish(db, toy, "other", winning(WINNER), search="6" * 64)
    with pytest.raises(NoResult, match="'first' and 'other' were judged on different images: run"):
        contest.hold(first, other)


@on("sqlite")
def test_other_new_classes_are_left_out(db: Database, toy: Definition, first: Finish) -> None:
    """The searched classes are compared; the new ones are no round, though labels are equal."""
    other = _finish(db, toy, "other", winning(OTHER_WINNER, OTHER_RIGHT), new="8" * 64)
    held = contest.hold(first, other)
    assert held.holdout.difference.mean == pytest.approx(10 / 40)
    assert held.new_holdout is None
    assert " ".join(_printed(held)).split().count("classes") == 1
    (line,) = [line for line in _printed(held) if line.startswith("new classes")]
    assert line.split() == ["new", "classes", "-", "-", "-", "-"]


def _without_models(data_set: DataSet, configuration: int = WINNER) -> Train:
    def train(study: StudyRecord, job: JobRecord) -> Outcome:
        lost = (job.configuration, job.data_set) == (configuration, data_set)
        if job.phase == Phase.FINAL and lost:
            return Outcome(JobState.FAILED, reason="ValueError: no")
        return usual(study, job)

    return train


@on("sqlite")
def test_a_winner_without_a_model_is_named(db: Database, toy: Definition, first: Finish) -> None:
    """Whichever of the two it is; the baseline's models bear on nothing here."""
    other = _finish(db, toy, "other", _without_models(DataSet.SEARCH))
    for pair in ((first, other), (other, first)):
        with pytest.raises(NoResult, match="winner of study 'other' has no final model"):
            contest.hold(*pair)


@on("sqlite")
def test_a_baseline_without_a_model_is_no_hindrance(
    db: Database, toy: Definition, first: Finish
) -> None:
    """Winners are compared; that trainings were lost is told."""
    other = _finish(db, toy, "other", _without_models(DataSet.SEARCH, configuration=0))
    verdict = contest.hold(first, other).verdict
    assert "; of other, 3 final trainings gave no model" in verdict


@on("sqlite")
def test_a_winner_without_a_model_on_the_new_classes_has_no_round_there(
    db: Database, toy: Definition, first: Finish
) -> None:
    """As where the new classes are others."""
    other = _finish(db, toy, "other", _without_models(DataSet.NEW))
    assert contest.hold(first, other).new_holdout is None
    assert contest.hold(other, first).new_holdout is None


@on("sqlite")
def test_a_contest_is_of_the_present_generations(
    db: Database, toy: Definition, first: Finish, second: Finish
) -> None:
    """An extended study competes with what it found last."""
    creation.extend(db, "second", Budget(trials=5))
    with pytest.raises(NoResult, match="study 'second' has no result yet, its search phase"):
        finish.read(db, "second")
    carry_out(db, second.study, winning(4, (40, 38, 39)))
    held = contest.hold(first, finish.read(db, "second"))
    assert held.second.params == params(4)
    assert held.holdout.second.accuracies == (1.0, 38 / 40, 39 / 40)


@on("sqlite")
def test_a_contest_fits_80_columns_and_stands_side_by_side(first: Finish, second: Finish) -> None:
    """Scores of both, each parameter of either, and the verdict."""
    held = contest.hold(first, second)
    lines = _printed(held)
    assert all(len(line) <= 80 for line in lines)
    assert lines[0].split()[:3] == ["images", "first", "second"]
    (holdout,) = [line for line in lines if line.startswith("holdout")]
    assert holdout.split()[1:3] == ["accuracy", "0.850"]
    assert "+25.0" in holdout
    (x,) = [line.split() for line in lines if line.startswith("x ")]
    assert x == ["x", "0.2", "0.1"]
    assert " ".join(" ".join(lines).split()).endswith(f"Verdict: {held.verdict}")
