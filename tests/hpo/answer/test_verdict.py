"""The verdict: means, intervals and the sentence drawn from them."""

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from hpo.answer.verdict import (
    Difference,
    Interval,
    compare,
    estimate,
    estimate_images,
    points,
    reach_of_next,
)

WINNER = np.array([[1, 1, 0, 1], [1, 1, 1, 1]], dtype=bool)
BASELINE = np.array([[1, 0, 0, 1], [0, 0, 0, 1]], dtype=bool)


def _uniform(*right: int) -> NDArray[np.bool_]:
    """Seeds that are right on all of five images or on none."""
    return np.repeat(np.array(right, dtype=bool)[:, None], 5, axis=1)


def _difference(mean: float, low: float, high: float, images: int = 3000) -> Difference:
    return Difference(mean, images, Interval(low, high, 0.01, 10.0))


def test_a_difference_has_the_variances_of_both_sides_seeds_and_of_the_images() -> None:
    """By hand: accuracies (.75, 1) and (.5, .25) have variance 1/32 each, over 2 seeds 1/64;
    d = (.5, 1, .5, 0) has variance 1/6, over 4 images 1/24."""
    found = compare(WINNER, BASELINE)
    assert found.mean == pytest.approx(0.5)
    assert found.n_images == 4
    assert found.interval is not None
    squared = 1 / 64 + 1 / 64 + 1 / 24
    assert found.interval.standard_error == pytest.approx(squared**0.5)
    degrees = squared**2 / ((1 / 64) ** 2 / 1 + (1 / 64) ** 2 / 1 + (1 / 24) ** 2 / 3)
    assert found.interval.degrees_of_freedom == pytest.approx(degrees)
    assert degrees == pytest.approx(4.983, abs=1e-3)
    # Of Student's t with 4.983 degrees of freedom, 97.5% lie below 2.573.
    assert found.interval.half_width == pytest.approx(2.573 * squared**0.5, rel=1e-3)
    assert (found.interval.low + found.interval.high) / 2 == pytest.approx(0.5)


def test_without_differences_between_images_it_is_welchs_t_test() -> None:
    """The interval is scipy's, for unequal numbers of seeds too."""
    winner, baseline = _uniform(1, 0, 1), _uniform(0, 1, 0, 0)
    found = compare(winner, baseline).interval
    welch = stats.ttest_ind(winner.mean(axis=1), baseline.mean(axis=1), equal_var=False)
    expected = welch.confidence_interval(0.95)
    assert found is not None
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high))
    assert found.degrees_of_freedom == pytest.approx(welch.df)


def test_without_differences_between_seeds_it_is_the_paired_t_test_over_images() -> None:
    """Seeds that all give the same answers leave only the choice of images to chance."""
    rng = np.random.default_rng(3)
    one, other = rng.random(50) < 0.8, rng.random(50) < 0.6
    found = compare(np.stack([one] * 3), np.stack([other] * 3)).interval
    expected = stats.ttest_rel(one.astype(float), other.astype(float)).confidence_interval(0.95)
    assert found is not None
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high))
    assert found.degrees_of_freedom == pytest.approx(49)


def test_the_interval_holds_the_true_difference_about_as_often_as_it_says() -> None:
    """Three seeds and 300 images, both drawn anew 400 times: 95% is promised, and because noise
    of seeds shows in images too, a little more is kept."""
    rng = np.random.default_rng(11)

    def right(skill: float, difficulty: NDArray[np.float64], seeds: int) -> NDArray[np.bool_]:
        ease = skill + rng.normal(0, 0.15, (seeds, 1)) - difficulty
        return rng.random(ease.shape) < 1 / (1 + np.exp(-ease))

    def draw(seeds: int, images: int) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        difficulty = rng.normal(0, 2, images)
        of_its_own = rng.normal(0, 0.5, images)
        return right(1.4, difficulty + of_its_own, seeds), right(1.1, difficulty, seeds)

    many = draw(400, 4000)
    truth = many[0].mean() - many[1].mean()
    held = 0
    for _ in range(400):
        interval = compare(*draw(3, 300)).interval
        assert interval is not None
        held += interval.low <= truth <= interval.high
    assert 0.93 <= held / 400 <= 0.995


def test_exchanging_winner_and_baseline_turns_the_sign_and_nothing_else() -> None:
    """The difference, its bounds and its words are mirrored."""
    rng = np.random.default_rng(5)
    winner, baseline = rng.random((3, 500)) < 0.8, rng.random((4, 500)) < 0.6
    there, back = compare(winner, baseline), compare(baseline, winner)
    assert there.interval is not None and back.interval is not None
    assert back.mean == pytest.approx(-there.mean)
    mirrored = (-there.interval.high, -there.interval.low)
    assert (back.interval.low, back.interval.high) == pytest.approx(mirrored)
    assert there.sentence.startswith("better by")
    assert back.sentence == there.sentence.replace("better", "worse")


@pytest.mark.parametrize(
    ("difference", "sentence"),
    [
        (
            _difference(0.0306, 0.0194, 0.0418),
            "better by 3.1 points (95% interval 1.9 to 4.2) on 3,000 unseen images",
        ),
        (
            _difference(-0.0306, -0.0418, -0.0194),
            "worse by 3.1 points (95% interval 1.9 to 4.2) on 3,000 unseen images",
        ),
        (
            _difference(0.004, -0.005, 0.013, images=360),
            "no reliable difference (+0.4 points, 95% interval -0.5 to 1.3) on 360 unseen images",
        ),
        (
            _difference(-0.00001, -0.02, 0.02),
            "no reliable difference (+0.0 points, 95% interval -2.0 to 2.0) on 3,000 unseen images",
        ),
        (
            Difference(0.031, 3000, None),
            "no verdict on 3,000 unseen images (+3.1 points, but one seed has no interval)",
        ),
    ],
)
def test_the_verdict_in_words(difference: Difference, sentence: str) -> None:
    """Better or worse only where the interval leaves zero out."""
    assert difference.sentence == sentence


def test_an_interval_that_ends_at_zero_does_not_leave_it_out() -> None:
    """A bound of exactly zero is no reliable difference."""
    assert not _difference(0.01, 0.0, 0.02).is_reliable
    assert _difference(0.01, 1e-9, 0.02).is_reliable


@pytest.mark.parametrize("seeds", [(1, 3), (3, 1), (1, 1)])
def test_one_seed_on_either_side_gives_no_interval(seeds: tuple[int, int]) -> None:
    """What varies between seeds is not known from one."""
    found = compare(WINNER[:1].repeat(seeds[0], axis=0), BASELINE[:1].repeat(seeds[1], axis=0))
    assert found.mean == pytest.approx(0.25)
    assert found.interval is None
    assert not found.is_reliable


def test_where_nothing_varies_the_interval_has_no_width() -> None:
    """All seeds right on all images against all wrong is a difference of 100 points; all right
    against all right is none."""
    sure = compare(_uniform(1, 1), _uniform(0, 0))
    assert sure.interval is not None
    assert (sure.interval.low, sure.mean, sure.interval.high) == (1.0, 1.0, 1.0)
    assert sure.is_reliable
    equal = compare(_uniform(1, 1), _uniform(1, 1))
    assert equal.interval is not None
    assert (equal.interval.low, equal.mean, equal.interval.high) == (0.0, 0.0, 0.0)
    assert not equal.is_reliable


def test_images_that_cannot_be_paired_are_refused() -> None:
    """Winner and baseline must have been judged on equally many images, one or more."""
    with pytest.raises(ValueError, match="cannot be paired"):
        compare(WINNER, BASELINE[:, :3])
    with pytest.raises(ValueError, match="one or more"):
        compare(WINNER[:0], BASELINE)


def test_a_mean_over_seeds_has_a_t_interval() -> None:
    """By hand: .7 and .8 have a standard error of .05, and t with one degree of freedom has
    97.5% below 12.706."""
    found = estimate([0.7, 0.8])
    assert found.mean == pytest.approx(0.75)
    assert found.sd == pytest.approx(0.05 * 2**0.5)
    assert (found.n_seeds, found.n_images) == (2, None)
    assert found.interval is not None
    assert found.interval.standard_error == pytest.approx(0.05)
    assert found.interval.half_width == pytest.approx(12.706 * 0.05, rel=1e-4)


def test_one_score_has_a_mean_and_no_interval() -> None:
    """Neither a deviation nor an interval is made up."""
    found = estimate([0.7])
    assert (found.mean, found.sd, found.n_seeds, found.interval) == (0.7, None, 1, None)
    with pytest.raises(ValueError, match="no scores"):
        estimate([])


def test_a_mean_accuracy_counts_the_choice_of_images_in() -> None:
    """By hand, of accuracies (.75, 1): 1/64 for the seeds; p = (1, 1, .5, 1) has variance 1/16,
    over 4 images 1/64."""
    found = estimate_images(WINNER)
    assert found.mean == pytest.approx(0.875)
    assert (found.n_seeds, found.n_images) == (2, 4)
    assert found.interval is not None
    assert found.interval.standard_error == pytest.approx((1 / 64 + 1 / 64) ** 0.5)
    assert found.interval.degrees_of_freedom == pytest.approx(4 / (1 + 1 / 3))


def test_points_are_signed_tenths_and_never_minus_zero() -> None:
    """0.01 is one point."""
    shown = [points(value) for value in (0.0306, -0.0306, 0.0, -0.0001)]
    assert shown == ["+3.1", "-3.1", "+0.0", "+0.0"]


def test_a_mean_loss_counts_the_choice_of_images_in() -> None:
    """Any measure of images will do: by hand, of mean losses 1 and 2, 1/4 for the seeds; by image
    (1, 1.5, 2) has variance 1/4, over 3 images 1/12."""
    found = estimate_images(np.array([[0.5, 1.0, 1.5], [1.5, 2.0, 2.5]]))
    assert (found.mean, found.n_seeds, found.n_images) == (1.5, 2, 3)
    assert found.interval is not None
    assert found.interval.standard_error == pytest.approx((1 / 4 + 1 / 12) ** 0.5)


def test_the_reach_of_a_further_seed() -> None:
    """By hand: .7 and .8 have s = .05 * sqrt(2), and t with one degree of freedom has 99.5% below
    63.657; nothing is known from one score, and nothing varies where all are equal."""
    assert reach_of_next([0.7, 0.8]) == pytest.approx(63.657 * 0.1, rel=1e-4)
    assert reach_of_next([0.7]) is None
    assert reach_of_next([0.7] * 5) == pytest.approx(0.0)


def test_a_further_seed_lies_within_reach_about_as_often_as_is_said() -> None:
    """Drawn 4,000 times, five scores, and a sixth within reach of the first: 99% or more."""
    rng = np.random.default_rng(2)
    draws = rng.normal(0.6, 0.01, (4000, 6))
    held = [abs(scores[5] - scores[0]) <= reach_of_next(scores[:5]) for scores in draws.tolist()]
    assert 0.985 <= sum(held) / 4000 < 1
