"""What is said of a result, whatever it is read in."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest

from hpo.definition_loader import Definition
from hpo.result import finished_study
from hpo.result.look_results import LostTraining
from hpo.result.result import EarlierOpening, Result, assemble
from hpo.result.result_tables import of_result
from hpo.statistics.verdict import Difference, Estimate, ModelAccuracy, accuracy_of_models
from hpo.study import creation
from storage.database import Database
from storage.states import DataSet
from tests.support.databases import SqliteDatabases
from tests.support.finished import BUDGET, carry_out, params


@pytest.fixture(scope="module")
def result(sqlite_databases: SqliteDatabases, toy: Definition) -> Result:
    """A finished study whose numbers are in tests.support.finished."""
    db = Database.open(sqlite_databases.ready())
    carry_out(db, creation.create(db, "toy", toy, BUDGET))
    return assemble(finished_study.read(db, "toy"))


def _with(result: Result, **changes: Any) -> Result:
    return result.model_copy(update=changes)


def _bounds(value: Estimate) -> str:
    assert value.interval is not None
    return f"{value.interval.low:.3f} to {value.interval.high:.3f}"


def _without_baseline(result: Result) -> Result:
    """The same, had no final training of the baseline given a model."""
    alone = {"baseline": None, "difference": None, "per_class": ()}
    pairs = ("validation", "holdout", "new_validation", "new_holdout")
    lost = LostTraining(configuration=0, data_set=DataSet.SEARCH, look=1, seed=7, reason="diverged")
    return _with(
        result,
        **{name: getattr(result, name).model_copy(update=alone) for name in pairs},
        lost_trainings=(lost,),
    )


def test_each_split_has_rows_for_accuracy_and_loss_with_their_intervals(result: Result) -> None:
    """Baseline, best, and the difference of accuracies in points. Of the holdout the best misses 4, 8
    and 6 of 40 images, each at a loss of 1."""
    scores = of_result(result).scores
    assert scores.headings == ("images", "", "baseline", "best", "difference in points")
    validation, holdout, new = scores.rows[:4], scores.rows[4:8], scores.rows[8:]
    best, baseline = result.holdout.winner, result.holdout.baseline
    difference = result.holdout.difference
    assert baseline is not None and difference is not None and difference.interval is not None
    assert holdout == (
        ("holdout", "accuracy", "0.700", "0.850", "+15.0"),
        (
            "",
            "95%",
            _bounds(baseline.accuracy),
            _bounds(best.accuracy),
            difference.interval.in_points,
        ),
        ("", "loss", "0.300", "0.150", ""),
        ("", "95%", _bounds(baseline.loss), _bounds(best.loss), ""),
    )
    assert validation[0][:4] == ("validation", "accuracy", "0.700", "0.850")
    assert new[0][:4] == ("new classes", "accuracy", "0.650", "0.800")


def test_a_best_without_a_baseline_is_told(result: Result) -> None:
    """Its scores, and that there is no verdict."""
    told = of_result(_without_baseline(result))
    best = result.holdout.winner
    assert told.direction is None
    assert told.scores.rows[4:8] == (
        ("holdout", "accuracy", "-", "0.850", "-"),
        ("", "95%", "", _bounds(best.accuracy), ""),
        ("", "loss", "-", "0.150", ""),
        ("", "95%", "", _bounds(best.loss), ""),
    )
    assert told.classes.rows == (("a", "-", "0.850", "-"), ("b", "-", "0.850", "-"))
    assert told.verdict == (
        "no verdict on 40 unseen images, because the baseline gave no model to compare with (diverged)"
    )
    assert "Lost" in {remark.label for remark in told.remarks}


def test_images_without_a_comparison_have_one_row(result: Result) -> None:
    """There is nothing to say of them."""
    told = of_result(_with(result, new_holdout=None))
    assert told.scores.rows[-1] == ("new classes", "-", "-", "-", "-")


def test_a_study_without_new_classes_says_nothing_of_them(result: Result) -> None:
    """Neither a row nor a word."""
    without = {"new_holdout": None, "new_validation": None}
    told = of_result(_with(result, **without, class_names={"search": ("a", "b"), "new": ()}))
    assert {row[0] for row in told.scores.rows} == {"", "validation", "holdout"}
    assert not any("new" in remark.text for remark in told.remarks)


def test_one_seed_has_no_interval(result: Result) -> None:
    """Numbers stand alone then."""
    alone = Estimate(0.5, None, 1, 40, None)
    pair = result.holdout
    side = pair.winner.model_copy(update={"accuracy": alone, "loss": alone})
    changes = {"winner": side, "baseline": side, "difference": Difference(0.25, None, 40)}
    told = of_result(_with(result, holdout=pair.model_copy(update=changes)))
    assert told.scores.rows[4:6] == (
        ("holdout", "accuracy", "0.500", "0.500", "+25.0"),
        ("", "loss", "0.500", "0.500", ""),
    )


def test_what_changed_and_the_verdict_are_told(result: Result) -> None:
    """Parameters from the baseline's value to the best one's, and the sentence."""
    told = of_result(result)
    assert told.title == "Study toy: trial 2 against the baseline"
    assert told.changes.headings == ("what changed", "baseline", "best")
    assert told.changes.rows == (("x", "0.5", "0.2"), ("kind", "bad", "good"))
    assert told.verdict == result.verdict


def test_a_winner_with_the_baselines_parameters_changed_nothing(result: Result) -> None:
    """A search may suggest the baseline again."""
    same = result.winner.model_copy(update={"params": result.baseline.params})
    assert of_result(_with(result, winner=same)).changes.rows == (("nothing", "-", "-"),)


def test_luck_is_no_story_where_chance_would_do_as_well(result: Result) -> None:
    """The same numbers that are told as luck where they are sure."""
    told = {remark.label: remark.text for remark in of_result(result).remarks}
    assert result.seed_luck is not None and result.seed_luck.interval is not None
    assert told["Seed luck"] == (
        f"none that is sure, +5.0 ({result.seed_luck.interval.in_points}) points: validation accuracy"
        " 0.900 in the search, 0.850 over 5 fresh seeds of select and final, and another seed may"
        " differ as much"
    )
    assert result.image_luck.interval is not None
    assert told["Image luck"] == (
        f"none that is sure, +0.0 ({result.image_luck.interval.in_points}) points: the final models"
        " are right on 0.850 of the validation images, 0.850 of the holdout, and other images may"
        " differ as much"
    )


def test_luck_that_is_sure_is_told(result: Result) -> None:
    """A search score that no fresh seed comes near, and models that know the validation images."""
    steady = {"select_scores": (0.7, 0.7), "final_scores": (0.7, 0.7, 0.7)}
    knowing = replace(result.validation.winner.of_models, mean=0.99, standard_error=0.001)
    side = result.validation.winner.model_copy(update={"of_models": knowing})
    lucky = _with(
        result,
        winner=result.winner.model_copy(update=steady),
        validation=result.validation.model_copy(update={"winner": side}),
    )
    told = {remark.label: remark.text for remark in of_result(lucky).remarks}
    assert told["Seed luck"].startswith("+20.0 (")
    assert told["Seed luck"].endswith(
        "0.900 in the search, 0.700 over 5 fresh seeds of select and final"
    )
    assert told["Image luck"].startswith("+14.0 (")
    alone = _with(
        lucky, winner=lucky.winner.model_copy(update={"select_scores": (), "final_scores": (0.7,)})
    )
    told = {remark.label: remark.text for remark in of_result(alone).remarks}
    assert told["Seed luck"] == (
        "not known from one seed: validation accuracy 0.900 in the search, 0.700 over a fresh seed"
    )


def test_the_origin_of_the_numbers_is_told(result: Result) -> None:
    """Seeds, images and trials, and that the validation images are no judges."""
    told = {remark.label: remark.text for remark in of_result(result).remarks}
    assert told["Evidence"].startswith(
        "means over 3 seeds, on 20 validation, 40 holdout, 40 new-class images"
    )
    assert "chosen on the validation images, which therefore flatter it" in told["Evidence"]
    assert told["Trials"] == "4: 4 succeeded"


@pytest.mark.parametrize(
    ("changes", "label", "told"),
    [
        (
            {"search_ended": "the search ended at its timeout of 60 s"},
            "Trials",
            "4: 4 succeeded; the search ended at its timeout of 60 s",
        ),
        (
            {
                "lost_trainings": (
                    LostTraining(
                        configuration=0,
                        data_set=DataSet.NEW,
                        look=1,
                        seed=7,
                        reason="diverged in epoch 3",
                    ),
                )
            },
            "Lost",
            "a final training of the baseline on new classes, seed 7: diverged in epoch 3",
        ),
        (
            {
                "earlier_openings": (
                    EarlierOpening(
                        study="older",
                        generation=2,
                        configuration=1,
                        params=params(1),
                        trainings=6,
                        first_opened=datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
                    ),
                )
            },
            "Holdout",
            (
                "not sealed any more: opened for 6 trainings of study older, generation 2, from"
                " 2026-01-02 03:04 UTC"
            ),
        ),
    ],
)
def test_what_is_out_of_the_ordinary_is_told(
    result: Result, changes: Mapping[str, Any], label: str, told: str
) -> None:
    """A search that ended early, missing models, a holdout that others have seen."""
    remarks = of_result(_with(result, **changes)).remarks
    assert [remark.text for remark in remarks if remark.label == label] == [told]


def _of_classes(*shares: float, images: int) -> tuple[ModelAccuracy, ...]:
    return tuple(accuracy_of_models((np.arange(images) < share * images)[None]) for share in shares)


@pytest.mark.parametrize(("images", "is_sure"), [(20, False), (2000, True)])
def test_a_class_is_harder_than_another_where_that_is_sure(
    result: Result, images: int, is_sure: bool
) -> None:
    """By hand: of 40 images, 20 of either class in turn, the best is right on the first 32, 36 and 34,
    so on as many of "a" as of "b"; 18 and 16 of 20 may be chance, 1,800 and 1,600 of 2,000 are none."""
    assert [each.mean for each in result.holdout.winner.per_class] == pytest.approx([0.85, 0.85])
    classes = _of_classes(0.9, 0.8, images=images)
    uneven = result.holdout.winner.model_copy(update={"per_class": classes})
    told = of_result(_with(result, holdout=result.holdout.model_copy(update={"winner": uneven})))
    (text,) = [remark.text for remark in told.remarks if remark.label == "Classes"]
    assert text.startswith("the best is right on 0.800 of b to 0.900 of a")
    assert ("points apart" in text) == is_sure
    assert ("no class is surely harder than another" in text) != is_sure


def test_each_class_has_a_row(result: Result) -> None:
    """Baseline and best on each class of the holdout, and the difference in points with its interval,
    of which all hold together."""
    told = of_result(result)
    assert told.classes.headings == ("class", "baseline", "best", "difference in points")
    spreads = [gap.interval.in_points for gap in result.holdout.per_class if gap.interval]
    assert told.classes.rows == tuple(
        (name, "0.700", "0.850", f"+15.0 ({spread})")
        for name, spread in zip("ab", spreads, strict=True)
    )
    assert told.of_classes.startswith("Intervals are 95% for all classes together")
