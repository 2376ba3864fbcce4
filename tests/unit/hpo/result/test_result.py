"""The result of a study, from its jobs and evaluations."""

import pytest

from hpo.definition_loader import Definition
from hpo.errors import NoResult
from hpo.result import finished_study, result
from hpo.result.result import Result
from hpo.statistics.verdict import gap_of_seed
from hpo.study import creation, extension, phases
from hpo.study.planning import Budget
from storage.database import Database
from storage.errors import StudyNotFound
from storage.records import JobRecord, StudyRecord
from storage.states import DataSet, JobState, Phase, Split
from tests.support.finished import (
    BUDGET,
    HOLDOUT_IMAGES,
    VALIDATION_IMAGES,
    WINNER,
    Outcome,
    carry_out,
    seed_index,
    usual,
)
from tests.support.marks import on


@pytest.fixture
def study(db: Database, toy: Definition) -> StudyRecord:
    """Four trials, all of them in select with two seeds, and three final seeds."""
    return creation.create(db, "toy", toy, BUDGET)


def _assemble(db: Database, name: str) -> Result:
    return result.assemble(finished_study.read(db, name))


def test_a_finished_study_has_winner_baseline_and_the_verdict(
    db: Database, study: StudyRecord
) -> None:
    """Means over seeds: the winner is right on 32, 36 and 34 of 40 images, the baseline on 28,
    26 and 30; on the new classes on two fewer."""
    carry_out(db, study)
    found = _assemble(db, "toy")
    assert (found.study, found.definition, found.generation) == ("toy", "toy", 1)
    assert found.definition_hash == study.definition_hash
    assert found.settings == study.settings
    assert found.class_names == {"search": ("a", "b"), "new": ("c", "d")}
    assert found.earlier_openings == ()
    assert (found.winner.number, found.winner.trial_number) == (WINNER, WINNER)
    assert found.winner.params == {"x": 0.2, "kind": "good"}
    assert found.baseline.params == study.baseline
    assert found.holdout.winner.accuracy.mean == pytest.approx(34 / 40)
    assert found.holdout.winner.accuracies == (32 / 40, 36 / 40, 34 / 40)
    assert found.holdout.winner.losses == pytest.approx((8 / 40, 4 / 40, 6 / 40))
    assert found.holdout.baseline is not None and found.holdout.difference is not None
    assert found.holdout.baseline.accuracy.mean == pytest.approx(28 / 40)
    assert found.holdout.difference.mean == pytest.approx(6 / 40)
    assert found.holdout.n_images == HOLDOUT_IMAGES
    assert found.validation.winner.accuracy.mean == pytest.approx(17 / 20)
    assert found.new_holdout is not None and found.new_validation is not None
    assert found.new_holdout.winner.accuracy.mean == pytest.approx(32 / 40)
    assert found.new_validation.baseline is not None
    assert found.new_validation.baseline.accuracy.mean == pytest.approx(13 / 20)
    assert found.verdict == found.holdout.difference.sentence
    assert found.verdict.startswith("better by 15.0 points")
    assert found.lost_trainings == ()
    assert found.trials == {JobState.SUCCEEDED: 4}


@on("sqlite")
def test_images_are_paired_between_winner_and_baseline(db: Database, study: StudyRecord) -> None:
    """By hand: of 40 images the first 26 are right for all, and the last 4 wrong for all; on the
    others d_i is 1/3 or 2/3 or 1, and accuracies vary by s = .05 on both sides."""
    carry_out(db, study)
    difference = _assemble(db, "toy").holdout.difference
    assert difference is not None
    assert (interval := difference.interval) is not None
    d = [0.0] * 26 + [1 / 3] * 2 + [2 / 3] * 2 + [1.0] * 2 + [2 / 3] * 2 + [1 / 3] * 2 + [0.0] * 4
    more = [*d, -(0.5**0.5), 0.5**0.5]
    mean = sum(more) / 42
    images = sum((value - mean) ** 2 for value in more) / 41 / 42
    assert interval.standard_error == pytest.approx((0.05**2 / 3 * 2 + images) ** 0.5)


@on("sqlite")
def test_what_changed_is_every_parameter_that_differs(db: Database, study: StudyRecord) -> None:
    """From the baseline's value to the winner's, in the baseline's order."""
    carry_out(db, study)
    changes = _assemble(db, "toy").changes
    assert [(c.name, c.baseline, c.winner) for c in changes] == [
        ("x", 0.5, 0.2),
        ("kind", "bad", "good"),
    ]


@on("sqlite")
def test_seed_luck_is_the_search_beside_all_fresh_seeds(db: Database, study: StudyRecord) -> None:
    """The winner scored .90 in the search, .84 and .86 in select, and on validation .80, .90 and .85
    in final: a mean of .85, which a seed may exceed by more than .05."""
    carry_out(db, study)
    found = _assemble(db, "toy")
    assert found.winner.search_score == 0.90
    assert found.winner.select_scores == (0.84, 0.86)
    assert found.winner.final_scores == pytest.approx((0.80, 0.90, 0.85))
    assert found.seed_luck == gap_of_seed(0.90, found.winner.fresh_scores, VALIDATION_IMAGES)
    assert found.seed_luck is not None
    assert found.seed_luck.mean == pytest.approx(0.05)
    assert not found.seed_luck.is_reliable


@on("sqlite")
@pytest.mark.parametrize(("right", "is_luck"), [(20, True), (17, False)])
def test_image_luck_is_the_same_models_on_both_sets(
    db: Database, study: StudyRecord, right: int, is_luck: bool
) -> None:
    """Whatever select scored: the final models are right on so many of 20 validation images, and on
    half of the 40 of the holdout, or on 34."""

    def train(now: StudyRecord, job: JobRecord) -> Outcome:
        if job.phase == Phase.FINAL:
            of_holdout = 20 if is_luck else 34
            return Outcome(score=1, right={Split.VALIDATION: right, Split.HOLDOUT: of_holdout})
        return usual(now, job)

    carry_out(db, study, train)
    luck = _assemble(db, "toy").image_luck
    assert luck.mean == pytest.approx(0.5 if is_luck else 0)
    assert luck.is_reliable == is_luck


@on("sqlite")
def test_a_result_survives_json(db: Database, study: StudyRecord) -> None:
    """What is read back is equal, and verdict, changes and lucks are in the text."""
    carry_out(db, study)
    found = _assemble(db, "toy")
    text = found.model_dump_json()
    assert Result.model_validate_json(text) == found
    for name in ("verdict", "changes", "seed_luck", "image_luck"):
        assert f'"{name}":' in text


@on("sqlite")
def test_a_final_training_without_a_model_is_told_and_left_out(
    db: Database, study: StudyRecord
) -> None:
    """The baseline's second seed diverges on the searched classes: its mean is over the other
    two, and the score it last reported counts for nothing."""

    def train(now: StudyRecord, job: JobRecord) -> Outcome:
        of_baseline = (job.phase, job.configuration) == (Phase.FINAL, 0)
        if of_baseline and job.data_set == DataSet.SEARCH and seed_index(now, job) == 1:
            reason = "diverged in epoch 3: loss was nan\nmore of it"
            return Outcome(JobState.DIVERGED, score=0.99, reason=reason)
        return usual(now, job)

    carry_out(db, study, train)
    found = _assemble(db, "toy")
    assert found.holdout.baseline is not None
    assert found.holdout.baseline.accuracies == (28 / 40, 30 / 40)
    assert len(found.holdout.winner.accuracies) == 3
    (lost,) = found.lost_trainings
    assert (lost.configuration, lost.data_set) == (0, DataSet.SEARCH)
    assert lost.reason == "diverged in epoch 3: loss was nan"
    assert lost.seed not in found.holdout.baseline.seeds


@on("sqlite")
def test_without_models_on_the_new_classes_there_is_still_a_verdict(
    db: Database, study: StudyRecord
) -> None:
    """The new classes are secondary: their comparison is missing, and why is told."""

    def train(now: StudyRecord, job: JobRecord) -> Outcome:
        if (job.phase, job.configuration, job.data_set) == (Phase.FINAL, WINNER, DataSet.NEW):
            return Outcome(JobState.FAILED, reason="ValueError: no")
        return usual(now, job)

    carry_out(db, study, train)
    found = _assemble(db, "toy")
    assert found.new_holdout is None and found.new_validation is None
    assert len(found.lost_trainings) == 3
    assert found.verdict.startswith("better by")


@on("sqlite")
@pytest.mark.parametrize("state", [JobState.DIVERGED, JobState.FAILED])
def test_without_any_model_of_the_baseline_the_winner_is_told_without_a_verdict(
    db: Database, study: StudyRecord, state: JobState
) -> None:
    """All its final trainings diverged, or failed: what the winner scored is known all the same."""

    def train(now: StudyRecord, job: JobRecord) -> Outcome:
        if (job.phase, job.configuration) == (Phase.FINAL, 0):
            return Outcome(state, reason="diverged in epoch 3: loss was nan\nmore")
        return usual(now, job)

    carry_out(db, study, train)
    found = _assemble(db, "toy")
    assert found.holdout.winner.accuracy.mean == pytest.approx(34 / 40)
    assert found.holdout.baseline is None and found.holdout.difference is None
    assert found.new_holdout is not None and found.new_holdout.baseline is None
    assert found.baseline.final_scores == ()
    assert found.verdict == (
        "no verdict on 40 unseen images, because the baseline gave no model to compare with"
        " (diverged in epoch 3: loss was nan)"
    )
    assert Result.model_validate_json(found.model_dump_json()) == found


@on("sqlite")
def test_without_any_model_of_the_winner_there_is_no_result(
    db: Database, study: StudyRecord
) -> None:
    """The reason is named."""

    def train(now: StudyRecord, job: JobRecord) -> Outcome:
        if (job.phase, job.configuration) == (Phase.FINAL, WINNER):
            return Outcome(JobState.FAILED, reason="ValueError: no\ntraceback")
        return usual(now, job)

    carry_out(db, study, train)
    with pytest.raises(NoResult, match=r"the winner has no final model \(ValueError: no\): mend"):
        _assemble(db, "toy")
    told = result.conclude(finished_study.read(db, "toy"))
    assert told.result is None
    assert told.verdict == (
        "no verdict: study 'toy' has no result, the winner has no final model (ValueError: no)"
    )


@on("sqlite")
def test_models_judged_on_different_images_are_not_compared(
    db: Database, study: StudyRecord
) -> None:
    """Other labels in the same places are other data."""

    def train(now: StudyRecord, job: JobRecord) -> Outcome:
        right = {Split.VALIDATION: 10, Split.HOLDOUT: 20}
        if job.phase == Phase.FINAL and job.configuration == 0:
            return Outcome(score=0.5, right=right, first_label=1)
        return usual(now, job)

    carry_out(db, study, train)
    with pytest.raises(NoResult, match="different validation images of the search classes"):
        _assemble(db, "toy")


@on("sqlite")
def test_pruned_trials_are_counted_and_have_no_score(db: Database, study: StudyRecord) -> None:
    """A pruned trial keeps its last report, which is no score."""

    def train(now: StudyRecord, job: JobRecord) -> Outcome:
        if job.phase == Phase.SEARCH and job.configuration in (1, 3):
            return Outcome(JobState.PRUNED, score=0.95, reason="pruned after epoch 2")
        return usual(now, job)

    carry_out(db, study, train)
    found = _assemble(db, "toy")
    assert found.trials == {JobState.SUCCEEDED: 2, JobState.PRUNED: 2}
    assert found.winner.number == WINNER


def test_a_study_that_goes_on_has_no_result_yet(db: Database, study: StudyRecord) -> None:
    """The message says how far it is, and what carries it on."""
    with pytest.raises(NoResult, match="search phase has ended 0 of 4 trainings: `hpo worker`"):
        _assemble(db, "toy")


@on("sqlite")
def test_a_stopped_study_says_why(db: Database, study: StudyRecord) -> None:
    """The first line of the reason, without the traceback."""

    def train(now: StudyRecord, job: JobRecord) -> Outcome:
        return Outcome(JobState.FAILED, reason="ValueError: no GPU of that size\nTraceback")

    assert carry_out(db, study, train).phase == Phase.STOPPED
    with pytest.raises(NoResult) as caught:
        _assemble(db, "toy")
    assert "the baseline failed: ValueError: no GPU of that size" in str(caught.value)
    assert "Traceback" not in str(caught.value)


@on("sqlite")
def test_an_extended_study_has_the_result_of_its_present_generation(
    db: Database, study: StudyRecord
) -> None:
    """Until that is done there is none; then winner and baseline are judged by its models."""
    carry_out(db, study)
    before = _assemble(db, "toy")
    extension.extend(db, "toy", Budget(trials=5))
    phases.advance(db, "toy")
    with pytest.raises(NoResult, match="search phase has ended 4 of 5"):
        _assemble(db, "toy")

    def train(now: StudyRecord, job: JobRecord) -> Outcome:
        if job.phase == Phase.SEARCH:
            return Outcome(score=0.95)
        if job.phase == Phase.SELECT:
            return Outcome(score=0.9 if job.configuration == 4 else 0.5)
        right = 40 if job.configuration == 4 else 20
        return Outcome(score=0.9, right={Split.VALIDATION: right // 2, Split.HOLDOUT: right})

    carry_out(db, study, train)
    found = _assemble(db, "toy")
    assert (found.generation, found.winner.number) == (2, 4)
    assert found.holdout.winner.accuracies == (1.0, 1.0, 1.0)
    assert set(found.holdout.winner.seeds).isdisjoint(before.holdout.winner.seeds)
    assert found.trials == {JobState.SUCCEEDED: 5}


def test_an_unknown_study_is_named(db: Database) -> None:
    """No study, no result."""
    with pytest.raises(StudyNotFound, match="no study 'other'"):
        _assemble(db, "other")
