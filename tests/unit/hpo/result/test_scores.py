"""What a configuration's models answered, by hand."""

from dataclasses import replace

import numpy as np
import pytest

from hpo.result.scores import Answers, Score, contrast, score
from hpo.statistics.verdict import compare

# Two seeds on five images, two of class 0 and three of class 1.
ANSWERS = Answers(
    seeds=(7, 8),
    labels=np.array([0, 0, 1, 1, 1], np.uint8),
    predictions=np.array([[0, 1, 1, 1, 0], [0, 0, 0, 1, 1]], np.uint8),
    losses=np.array([[0.5, 1.0, 0.25, 0.25, 1.0], [0.5, 0.5, 1.0, 0.25, 0.25]], np.float32),
)


def _means(found: Score) -> list[float]:
    return [each.mean for each in found.per_class]


def test_accuracies_and_losses_stand_in_the_order_of_seeds() -> None:
    """Three and four of five images are right; the losses of an image are averaged."""
    found = score(ANSWERS)
    assert found.seeds == (7, 8)
    assert found.accuracies == (0.6, 0.8)
    assert found.losses == pytest.approx((0.6, 0.5))
    assert found.accuracy.mean == pytest.approx(0.7)


def test_accuracy_by_class() -> None:
    """Of class 0 one and then both images are right, of class 1 two of three by either seed;
    wherever in the file the images stand."""
    assert _means(score(ANSWERS)) == pytest.approx((3 / 4, 2 / 3))
    order = [4, 0, 2, 1, 3]
    shuffled = replace(
        ANSWERS,
        labels=ANSWERS.labels[order],
        predictions=ANSWERS.predictions[:, order],
        losses=ANSWERS.losses[:, order],
    )
    assert score(shuffled).per_class == score(ANSWERS).per_class


def test_the_interval_of_a_loss_counts_seeds_and_images() -> None:
    """By hand: the losses .6 and .5 have variance .005, over 2 seeds .0025; by image they are
    (.5, .75, .625, .25, .625), of variance .0359375, over 5 images .0071875."""
    loss = score(ANSWERS).loss
    assert (loss.n_seeds, loss.n_images) == (2, 5)
    assert loss.mean == pytest.approx(0.55)
    assert loss.sd == pytest.approx(0.005**0.5)
    assert loss.interval is not None
    squared = 0.0025 + 0.0071875
    assert loss.interval.standard_error == pytest.approx(squared**0.5)
    degrees = squared**2 / (0.0025**2 / 1 + 0.0071875**2 / 4)
    assert loss.interval.degrees_of_freedom == pytest.approx(degrees)
    assert degrees == pytest.approx(4.897, abs=1e-3)
    # Of Student's t with 4.897 degrees of freedom, 97.5% lie below 2.587.
    # Either bound lies as many standard errors from the mean as there would be at the bound.
    for bound in (loss.interval.low, loss.interval.high):
        reach = 2.587 * (squared * bound / 0.55) ** 0.5
        assert abs(bound - 0.55) == pytest.approx(reach, rel=1e-3)


def test_one_seed_has_scores_and_no_interval() -> None:
    """What varies between seeds is not known from one."""
    one = replace(
        ANSWERS, seeds=(7,), predictions=ANSWERS.predictions[:1], losses=ANSWERS.losses[:1]
    )
    found = score(one)
    assert found.accuracies == (0.6,)
    assert _means(found) == pytest.approx((1 / 2, 2 / 3))
    assert found.accuracy.interval is None and found.loss.interval is None


def test_a_contrast_is_the_winner_minus_the_baseline() -> None:
    """Both scores, and the verdict on which images each was right on."""
    wrong = replace(
        ANSWERS, predictions=1 - ANSWERS.labels[None].repeat(3, axis=0), seeds=(1, 2, 3)
    )
    found = contrast(ANSWERS, replace(wrong, losses=ANSWERS.losses[[0, 1, 1]]))
    assert found.winner == score(ANSWERS)
    assert found.baseline is not None and found.difference is not None
    assert found.baseline.accuracies == (0.0, 0.0, 0.0)
    assert found.difference == compare(ANSWERS.correct, wrong.correct)
    assert found.difference.mean == pytest.approx(0.7)
    assert found.n_images == 5


def test_classes_are_compared_all_together() -> None:
    """Each on its own images, with intervals as wide as two of them take."""
    other = replace(ANSWERS, predictions=ANSWERS.predictions[::-1])
    first, second = contrast(ANSWERS, other).per_class
    of_class = np.array([True, True, False, False, False])
    assert first == compare(ANSWERS.correct[:, of_class], other.correct[:, of_class], 2)
    alone = compare(ANSWERS.correct[:, ~of_class], other.correct[:, ~of_class])
    assert second.interval is not None and alone.interval is not None
    assert second.interval.low < alone.interval.low < alone.interval.high < second.interval.high


def test_a_winner_without_a_baseline_has_scores_and_no_difference() -> None:
    """The baseline may have given no model."""
    found = contrast(ANSWERS, None)
    assert found.winner == score(ANSWERS)
    assert (found.baseline, found.difference, found.per_class) == (None, None, ())
    assert found.n_images == 5


def test_answers_to_other_images_are_not_compared() -> None:
    """Labels that differ, in number or in one place, are of other images."""
    for labels in (ANSWERS.labels[:4], np.array([0, 1, 1, 1, 1], np.uint8)):
        with pytest.raises(ValueError, match="give both the same ones in one order"):
            contrast(ANSWERS, replace(ANSWERS, labels=labels))
