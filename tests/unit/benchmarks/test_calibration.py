"""The verdict on recorded seeds: false alarms, and what it must not miss."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from benchmarks import verdict_calibration
from benchmarks.verdict_calibration import (
    Improve,
    anywhere,
    head_to_head,
    load,
    mcnemar,
    on_other_images,
    on_some_images,
    repeat,
    split,
)
from hpo.search.seeds import derive_seed
from hpo.statistics.verdict import Correct
from tests.support.marks import slow

RECORDINGS = ("baseline", "published")
DRAWS = 1000


@pytest.fixture(scope="module")
def baseline() -> Correct:
    """Which answers of the recorded baseline are right (seeds, images)."""
    return load("baseline").correct


@pytest.mark.parametrize("name", RECORDINGS)
def test_a_recording_is_of_many_seeds_on_the_holdout(name: str) -> None:
    """20 seeds or more, the very ones that the script derives, all distinct; 300 images of each
    of ten classes, and answers that are neither guesses nor copies of the labels."""
    found = load(name)
    n = len(found.seeds)
    assert n >= 20
    assert len(set(found.seeds.tolist())) == n
    derived = {derive_seed(0, f"calibration {name}", index) for index in range(n)}
    assert set(found.seeds.tolist()) == derived
    assert found.labels.shape == (3000,)
    assert np.bincount(found.labels).tolist() == [300] * 10
    assert found.predictions.shape == (n, 3000)
    assert found.predictions.max() < 10
    accuracies = found.correct.mean(axis=1)
    assert 0.65 < accuracies.min() < accuracies.max() < 0.85
    assert found.losses.shape == (n,)
    assert ((found.losses > 0.5) & (found.losses < 2.5)).all()


def test_recordings_are_of_the_same_images() -> None:
    """The verdict pairs images, so they stand in the same order."""
    first, second = map(load, RECORDINGS)
    assert (first.labels == second.labels).all()


def test_a_recording_that_holds_code_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Arrays of objects are pickles, which could run anything: they are not read."""
    monkeypatch.setattr(verdict_calibration, "RECORDED", tmp_path)
    np.savez(tmp_path / "foul.npz", seeds=np.array([object()]))
    with pytest.raises(ValueError, match="allow_pickle=False"):
        load("foul")


@slow("gives a thousand verdicts")
@pytest.mark.parametrize("n", [3, 5, 10])
@pytest.mark.parametrize("name", RECORDINGS)
def test_a_configuration_is_seldom_told_from_itself(name: str, n: int) -> None:
    """Recorded seeds split at random, and looked at as a study looks: "better" and "worse" come to 5% at
    most together, on the recorded images and on as many drawn again; the first look has little of it."""
    halves = split(load(name).correct, n)
    for draw in (halves, on_other_images(halves)):
        found = repeat(draw, DRAWS)
        assert found.better + found.worse <= 0.05
        assert found.decided_early <= 0.02


@slow("gives a thousand verdicts")
def test_ten_seeds_see_what_they_are_asked_for(baseline: Correct) -> None:
    """A difference of 2.2 points in about 80% of studies, though they may end at their first look; and
    one of ten points nearly always there."""
    small, large = (
        repeat(on_other_images(split(baseline, 10, on_some_images(baseline, gain))), DRAWS)
        for gain in (0.022, 0.1)
    )
    assert small.better > 0.77
    assert large.decided_early > 0.9


def test_equal_winners_are_seldom_told_apart(baseline: Correct) -> None:
    """Of two studies, most of which ended at the first look, at a winner that looked good there."""
    assert head_to_head(baseline, 5, 0.05, DRAWS) <= 0.05


def test_a_verdict_that_forgets_the_seeds_would_raise_false_alarms(baseline: Correct) -> None:
    """The recorded seeds differ enough to show it: McNemar's test at 5%, which takes one seed for
    the configuration, calls many times that share of them different."""
    assert mcnemar(baseline[:40]) > 0.2


@slow("gives a thousand verdicts")
@pytest.mark.parametrize(("n", "power"), [(3, 0.9), (5, 0.99)])
@pytest.mark.parametrize("better", [on_some_images, anywhere])
def test_ten_points_are_nearly_always_found(
    baseline: Correct, better: Callable[[Correct, float], Improve], n: int, power: float
) -> None:
    """One side raised by ten points is called better, never worse, and the interval holds the ten
    points about as often as it says: in 99% of cases where the first look decides."""
    found = repeat(split(baseline, n, better(baseline, 0.1)), DRAWS)
    assert found.better >= power
    assert found.worse == 0
    assert 0.93 <= found.holding(0.1) <= 0.997


@pytest.mark.parametrize("gain", [0.0, 0.025, 0.1])
def test_a_configuration_is_raised_by_what_was_asked(baseline: Correct, gain: float) -> None:
    """On some images by that, short of one image's worth at most; anywhere by that on average.
    No right answer is lost."""
    rng = np.random.default_rng(7)
    on_some = on_some_images(baseline, gain)(baseline, rng)
    assert gain - 1 / 3000 <= on_some.mean() - baseline.mean() <= gain
    spread = anywhere(baseline, gain)(baseline, rng)
    assert spread.mean() - baseline.mean() == pytest.approx(gain, abs=0.002)
    assert not (baseline & ~(on_some & spread)).any()


def test_the_same_figures_come_out_every_time(baseline: Correct) -> None:
    """Equal calls draw equal pairs; the sides of a pair are distinct seeds."""
    draw = split(baseline, 3)
    assert repeat(draw, 20) == repeat(draw, 20)
    winner, other = draw(np.random.default_rng(0))
    both = np.concatenate([winner, other])
    assert len(np.unique(both, axis=0)) == 6
