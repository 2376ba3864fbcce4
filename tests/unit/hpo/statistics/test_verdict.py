"""The verdict: means, intervals and the sentence drawn from them."""

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from hpo.statistics.intervals import Interval
from hpo.statistics.verdict import (
    Difference,
    accuracy_of_models,
    compare,
    estimate_accuracy,
    estimate_loss,
    gap_of_models,
    gap_of_seed,
    points,
    reach_of_next,
)

WINNER = np.array([[1, 1, 0, 1], [1, 1, 1, 1]], dtype=bool)
BASELINE = np.array([[1, 0, 0, 1], [0, 0, 0, 1]], dtype=bool)


def _uniform(*right: int) -> NDArray[np.bool_]:
    """Seeds that are right on all of a million images or on none."""
    return np.repeat(np.array(right, dtype=bool)[:, None], 10**6, axis=1)


def _difference(mean: float, low: float, high: float, images: int = 3000) -> Difference:
    return Difference(mean, Interval(low, high, 0.01, 10.0), images)


def test_a_difference_has_the_variances_of_both_sides_seeds_and_of_the_images() -> None:
    """By hand: accuracies (.75, 1) and (.5, .25) have variance 1/32 each, over 2 seeds 1/64; d = (.5,
    1, .5, 0), and two more whose squares are a half, have mean 1/3 and variance 11/30, over 6 images
    11/180."""
    found = compare(WINNER, BASELINE)
    assert found.mean == pytest.approx(0.5)
    assert found.n_images == 4
    assert found.interval is not None
    squared = 1 / 64 + 1 / 64 + 11 / 180
    assert found.interval.standard_error == pytest.approx(squared**0.5)
    degrees = squared**2 / ((1 / 64) ** 2 / 1 + (1 / 64) ** 2 / 1 + (11 / 180) ** 2 / 5)
    assert found.interval.degrees_of_freedom == pytest.approx(degrees)
    assert degrees == pytest.approx(6.906, abs=1e-3)
    # Of Student's t with 6.906 degrees of freedom, 97.5% lie below 2.371; and either bound lies as
    # many standard errors from the difference as there would be at the bound.
    near = 1 - (1 / 3) ** 2
    for bound in (found.interval.low, found.interval.high):
        reach = 2.371 * (squared * (1 - bound**2) / near) ** 0.5
        assert abs(bound - 0.5) == pytest.approx(reach, rel=1e-3)


def test_without_differences_between_images_its_error_is_that_of_welchs_t_test() -> None:
    """It is scipy's, for unequal numbers of seeds too."""
    winner, baseline = _uniform(1, 0, 1), _uniform(0, 1, 0, 0)
    found = compare(winner, baseline).interval
    welch = stats.ttest_ind(winner.mean(axis=1), baseline.mean(axis=1), equal_var=False)
    assert found is not None
    error = (winner.mean() - baseline.mean()) / welch.statistic
    assert found.standard_error == pytest.approx(error)
    assert found.degrees_of_freedom == pytest.approx(welch.df)


def test_a_small_difference_has_the_bounds_of_a_t_interval() -> None:
    """Where no bound is near, nothing is gained or lost: of seeds that differ alone it is Welch's."""
    rng = np.random.default_rng(4)
    winner, baseline = (rng.random((5, 20_000)) < skill for skill in (0.72, 0.70))
    found = compare(winner, baseline).interval
    assert found is not None
    reach = stats.t.ppf(0.975, found.degrees_of_freedom) * found.standard_error
    mean = winner.mean() - baseline.mean()
    assert (found.low, found.high) == pytest.approx((mean - reach, mean + reach), abs=1e-5)


def test_without_differences_between_seeds_it_is_the_paired_t_test_over_images() -> None:
    """Seeds that all give the same answers leave only the choice of images to chance."""
    rng = np.random.default_rng(3)
    one, other = rng.random(5000) < 0.8, rng.random(5000) < 0.6
    found = compare(np.stack([one] * 3), np.stack([other] * 3)).interval
    expected = stats.ttest_rel(one.astype(float), other.astype(float)).confidence_interval(0.95)
    assert found is not None
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high), abs=2e-4)
    assert found.degrees_of_freedom == pytest.approx(5001)


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
            Difference(0.031, None, 3000),
            "no verdict on 3,000 unseen images (+3.1 points, but one seed has no interval)",
        ),
    ],
)
def test_the_verdict_in_words(difference: Difference, sentence: str) -> None:
    """Better or worse only where the interval leaves zero out."""
    assert difference.sentence == sentence


@pytest.mark.parametrize(
    ("low", "high", "direction", "shown"),
    [
        (0.0, 0.02, None, "0.0 to 2.0"),
        (1e-9, 0.02, "better", "0.0000001 to 2.0"),
        (0.0003, 0.02, "better", "0.03 to 2.0"),
        (-0.0003, 0.02, None, "-0.03 to 2.0"),
        (-0.02, -0.0006, "worse", "0.1 to 2.0"),
    ],
)
def test_what_is_called_reliable_is_what_the_interval_shows(
    low: float, high: float, direction: str | None, shown: str
) -> None:
    """Better or worse where zero lies outside of what is shown; a bound of exactly zero is no reliable
    difference."""
    found = _difference((low + high) / 2, low, high)
    assert found.direction == direction
    assert found.is_reliable == (direction is not None)
    assert f"95% interval {shown})" in found.sentence


@pytest.mark.parametrize("seeds", [(1, 3), (3, 1), (1, 1)])
def test_one_seed_on_either_side_gives_no_interval(seeds: tuple[int, int]) -> None:
    """What varies between seeds is not known from one."""
    found = compare(WINNER[:1].repeat(seeds[0], axis=0), BASELINE[:1].repeat(seeds[1], axis=0))
    assert found.mean == pytest.approx(0.25)
    assert found.interval is None
    assert not found.is_reliable


@pytest.mark.parametrize("seeds", [2, 3, 5])
@pytest.mark.parametrize("images", [2, 10, 360])
def test_no_interval_leaves_what_a_share_can_be(seeds: int, images: int) -> None:
    """However much a few seeds vary, and where they do not at all; it always holds the mean, and is
    never a point."""
    rng = np.random.default_rng(6)
    shapes = [
        (rng.random((seeds, images)) < skill) & (rng.random((seeds, 1)) < whole)
        for skill in (0.0, 0.1, 0.5, 1.0)
        for whole in (0.5, 1.0)
    ]
    for winner in shapes:
        own = estimate_accuracy(winner)
        assert own.interval is not None
        assert 0 <= own.interval.low <= own.mean <= own.interval.high <= 1
        assert own.interval.low < own.interval.high
        for baseline in shapes:
            found = compare(winner, baseline)
            assert found.interval is not None
            assert -1 <= found.interval.low <= found.mean <= found.interval.high <= 1
            assert found.interval.low < found.interval.high


def test_images_that_are_all_alike_are_no_certainty() -> None:
    """All of 40 right, by three seeds, is 91% or more, as Clopper's and Pearson's exact interval has it
    too (by hand: .025 ** (1 / 40)); all right against all right says little of 40 images, and all
    right against all wrong is a difference."""
    right, wrong = np.ones((3, 40), bool), np.zeros((3, 40), bool)
    found = estimate_accuracy(right).interval
    assert found is not None
    assert found.low == pytest.approx(0.025 ** (1 / 40), abs=0.005)
    assert found.high == 1
    assert compare(right, right).sentence.startswith(
        "no reliable difference (+0.0 points, 95% interval -4.9 to 4.9)"
    )
    assert compare(right, wrong).sentence.startswith(
        "better by 100.0 points (95% interval 86.2 to 100.0)"
    )


def test_images_that_cannot_be_paired_are_refused() -> None:
    """Winner and baseline must have been judged on equally many images, one or more."""
    with pytest.raises(ValueError, match="cannot be paired"):
        compare(WINNER, BASELINE[:, :3])
    with pytest.raises(ValueError, match="one or more"):
        compare(WINNER[:0], BASELINE)


def test_a_mean_accuracy_counts_the_choice_of_images_in() -> None:
    """By hand, of accuracies (.75, 1): 1/64 for the seeds; p = (1, 1, .5, 1), and one more of either
    kind, have variance 21/120, over 6 images 21/720."""
    found = estimate_accuracy(WINNER)
    assert found.mean == pytest.approx(0.875)
    assert (found.n_seeds, found.n_images) == (2, 4)
    assert found.interval is not None
    squared = 1 / 64 + 21 / 720
    assert found.interval.standard_error == pytest.approx(squared**0.5)
    degrees = squared**2 / ((1 / 64) ** 2 + (21 / 720) ** 2 / 5)
    assert found.interval.degrees_of_freedom == pytest.approx(degrees)


def test_points_are_signed_tenths_and_never_minus_zero() -> None:
    """0.01 is one point."""
    shown = [points(value) for value in (0.0306, -0.0306, 0.0, -0.0001)]
    assert shown == ["+3.1", "-3.1", "+0.0", "+0.0"]


def test_a_mean_loss_counts_the_choice_of_images_in() -> None:
    """Any measure of images will do: by hand, of mean losses 1 and 2, 1/4 for the seeds; by image
    (1, 1.5, 2) has variance 1/4, over 3 images 1/12."""
    found = estimate_loss(np.array([[0.5, 1.0, 1.5], [1.5, 2.0, 2.5]]))
    assert (found.mean, found.n_seeds, found.n_images) == (1.5, 2, 3)
    assert found.interval is not None
    assert found.interval.standard_error == pytest.approx((1 / 4 + 1 / 12) ** 0.5)


def test_a_loss_has_no_interval_below_zero() -> None:
    """Two seeds that differ much leave its upper end open, and never its lower one."""
    found = estimate_loss(np.array([[0.0, 0.1], [3.0, 0.5]])).interval
    assert found is not None
    assert 0 <= found.low < 0.9 < found.high
    nothing = estimate_loss(np.zeros((2, 3))).interval
    assert nothing is not None
    assert (nothing.low, nothing.high) == (0, 0)


def test_the_same_models_on_two_sets_of_images() -> None:
    """Seeds are no chance to it, so one model is enough: 90 of 100 against 80 of 100 may be chance,
    9,000 of 10,000 against 8,000 is none. By hand: one more of either kind, so 91 of 102 and 81 of
    102."""

    def right(share: float, images: int) -> NDArray[np.bool_]:
        return (np.arange(images) < share * images)[None]

    few = gap_of_models(accuracy_of_models(right(0.9, 100)), accuracy_of_models(right(0.8, 100)))
    assert few.mean == pytest.approx(0.1)
    assert few.interval is not None
    squared = 91 / 102 * 11 / 102 / 101 + 81 / 102 * 21 / 102 / 101
    assert few.interval.standard_error == pytest.approx(squared**0.5)
    assert not few.is_reliable
    one, other = (accuracy_of_models(right(share, 10_000)) for share in (0.9, 0.8))
    assert gap_of_models(one, other).is_reliable


def test_one_training_beside_others_of_its_configuration() -> None:
    """By hand: .7, .8 and .75 have s = .05; a fourth lies within t(2) s sqrt(4 / 3) = .2484 of their
    mean in 95% of cases, and one that does not is more than luck of seeds."""
    found = gap_of_seed(0.95, [0.7, 0.8, 0.75], 10**6)
    assert found.mean == pytest.approx(0.2)
    assert found.interval is not None
    reach = stats.t.ppf(0.975, 2) * 0.05 * (4 / 3) ** 0.5
    assert reach == pytest.approx(0.2484, abs=1e-4)
    assert not found.is_reliable
    assert gap_of_seed(0.95, [0.7, 0.71, 0.69], 10**6).is_reliable
    assert gap_of_seed(0.95, [0.7], 100).interval is None
    with pytest.raises(ValueError, match="no scores"):
        gap_of_seed(0.95, [], 100)


def test_one_image_more_is_no_luck() -> None:
    """Two seeds that agree to the image do not make a third that is one image off a story."""
    assert not gap_of_seed(0.75, [0.7, 0.7, 0.7], 20).is_reliable
    assert gap_of_seed(0.95, [0.7, 0.7, 0.7], 20).is_reliable


@pytest.mark.parametrize("score", [1.2, -0.1, float("nan"), float("inf")])
def test_scores_that_are_no_shares_have_no_interval(score: float) -> None:
    """A trainer of somebody's own may call anything its score."""
    assert gap_of_seed(score, [0.5, 0.6], 20).interval is None
    assert gap_of_seed(0.5, [score, 0.6], 20).interval is None


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
