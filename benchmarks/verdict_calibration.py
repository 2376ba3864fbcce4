"""Whether the verdict keeps its word, measured on recorded seeds.

    python benchmarks/verdict_calibration.py

The real `hpo.statistics.verdict.compare` judges many pairs of a few seeds each, as a final phase would:
after half of them and, unless these decide, after all (`hpo.statistics.interim_looks`). They are drawn from the
answers that `benchmarks/record_seeds.py` recorded:

- of one configuration (A/A): whatever is called better or worse is a false alarm;
- of one configuration, one side raised by a known difference: how often that is found;
- of two configurations, as they are.

Within one configuration the 2n seeds of a repetition are distinct, so the two sides differ with
variance 2 s^2 / n exactly, s^2 being that of the recorded seeds. Of two configurations each side
is drawn with replacement: without, means of n from N seeds would spread by (1 - n / N) too little
about the mean of all, which is taken for the truth.

The tables are Markdown, as docs/background/verdict.md has them. The same seed draws every time.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rich import box
from rich.console import Console
from rich.table import Table
from scipy import optimize, stats

from hpo.statistics.interim_looks import CONFIDENCE, FIRST_CONFIDENCE, Look, plan
from hpo.statistics.verdict import Correct, Difference, compare, estimate_accuracy

RECORDED = Path(__file__).parent / "recorded"
SEED = 0
REPETITIONS = 2000
# Of each step on the way to the smallest difference.
FEWER_REPETITIONS = 1000
SEEDS = (3, 5, 10)
"""The most a side; three are looked at once, five after three of them, ten after five."""
GAIN = 0.025
GAINS = (0.0, 0.025, 0.05, 0.1)
POWER = 0.8

Pair = tuple[Correct, Correct]
"""Winner and baseline, as a final phase would have found them."""
Draw = Callable[[np.random.Generator], Pair]
Improve = Callable[[Correct, np.random.Generator], Correct]
"""Makes a configuration's answers (n seeds, m images) those of a better one."""


@dataclass(frozen=True)
class Recording:
    """What n seeds of one configuration answered on m images none of them was trained on."""

    seeds: NDArray[np.int64]
    """(n,)"""
    labels: NDArray[np.uint8]
    """The true class of each image (m,)."""
    predictions: NDArray[np.uint8]
    """The most probable class (n, m)."""
    losses: NDArray[np.float64]
    """Mean cross-entropy of each seed (n,), in nats."""

    @property
    def correct(self) -> Correct:
        right: Correct = self.predictions == self.labels
        return right


@dataclass(frozen=True)
class Verdicts:
    """What the verdict found in independent repetitions, and at which level each."""

    found: Sequence[Difference]
    confidences: Sequence[float]

    @property
    def better(self) -> float:
        return float(np.mean([one.is_reliable and one.mean > 0 for one in self.found]))

    @property
    def worse(self) -> float:
        return float(np.mean([one.is_reliable and one.mean < 0 for one in self.found]))

    @property
    def decided_early(self) -> float:
        """The share that was decided at the first of two looks."""
        return float(np.mean([confidence == FIRST_CONFIDENCE for confidence in self.confidences]))

    @property
    def spread(self) -> float:
        """How much the differences in truth vary: their standard deviation."""
        return float(np.std([one.mean for one in self.found], ddof=1))

    @property
    def standard_error(self) -> float:
        """How much the verdict believes they vary: the root of its mean variance."""
        return float(np.sqrt(np.mean([_interval(one)[2] ** 2 for one in self.found])))

    def holding(self, truth: float) -> float:
        """The share of intervals that hold the true difference."""
        bounds = [_interval(one) for one in self.found]
        return float(np.mean([low <= truth <= high for low, high, _ in bounds]))


def load(name: str) -> Recording:
    """The recording of that name."""
    with np.load(RECORDED / f"{name}.npz", allow_pickle=False) as file:
        return Recording(file["seeds"], file["labels"], file["predictions"], file["losses"])


def unchanged(answers: Correct, _: np.random.Generator) -> Correct:
    """The same configuration: A/A."""
    return answers


def on_some_images(recorded: Correct, gain: float) -> Improve:
    """Better by `gain`, at most an image less: images drawn at random become right in every seed.

    Which ones is the better configuration's own, so the images weigh in as they do in truth.
    """
    lacking = 1 - recorded.mean(axis=0)

    def improve(answers: Correct, rng: np.random.Generator) -> Correct:
        images = rng.permutation(len(lacking))
        count = np.searchsorted(lacking[images].cumsum(), gain * len(lacking))
        better = answers.copy()
        better[:, images[:count]] = True
        return better

    return improve


def anywhere(recorded: Correct, gain: float) -> Improve:
    """Better by `gain` on average: each wrong answer of each seed becomes right by chance."""
    chance = gain / (1 - recorded.mean())

    def improve(answers: Correct, rng: np.random.Generator) -> Correct:
        mended: Correct = rng.random(answers.shape) < chance
        return answers | mended

    return improve


def split(recorded: Correct, n: int, improve: Improve = unchanged) -> Draw:
    """Two sides of n distinct seeds of one configuration, the first of them improved."""

    def draw(rng: np.random.Generator) -> Pair:
        chosen = rng.choice(len(recorded), 2 * n, replace=False)
        return improve(recorded[chosen[:n]], rng), recorded[chosen[n:]]

    return draw


def against(winner: Correct, baseline: Correct, n: int, improve: Improve = unchanged) -> Draw:
    """n seeds of each of two configurations, drawn with replacement, the first of them improved."""

    def draw(rng: np.random.Generator) -> Pair:
        ours, theirs = (rng.integers(len(side), size=n) for side in (winner, baseline))
        return improve(winner[ours], rng), baseline[theirs]

    return draw


def on_other_images(draw: Draw, number: int | None = None) -> Draw:
    """The same with images drawn with replacement, as many or that number: which ones they are is
    chance too."""

    def redraw(rng: np.random.Generator) -> Pair:
        winner, baseline = draw(rng)
        images = rng.integers(winner.shape[1], size=number or winner.shape[1])
        return winner[:, images], baseline[:, images]

    return redraw


def judge(winner: Correct, baseline: Correct) -> tuple[Difference, Look]:
    """The verdict of a final phase on as many seeds at most, and the look that came to it."""
    for look in plan(len(winner)):
        sides = winner[: look.seeds], baseline[: look.seeds]
        found = compare(*sides, confidence=look.confidence)
        if found.is_reliable:
            break
    return found, look


def repeat(draw: Draw, repetitions: int = REPETITIONS) -> Verdicts:
    """The verdict on as many pairs; equal calls draw equal pairs."""
    rng = np.random.default_rng(SEED)
    found = [judge(*draw(rng)) for _ in range(repetitions)]
    return Verdicts([each for each, _ in found], [look.confidence for _, look in found])


def smallest_difference(recorded: Correct, n: int) -> float:
    """The true difference that n seeds a side find with 80% power, on images drawn again; to a
    tenth of a point."""

    def excess(gain: float) -> float:
        draw = on_other_images(split(recorded, n, on_some_images(recorded, gain)))
        return repeat(draw, FEWER_REPETITIONS).better - POWER

    # What is found grows with the difference because all steps draw the same seeds and images.
    return float(optimize.brentq(excess, 0.0, 0.15, xtol=0.001))


def head_to_head(recorded: Correct, n: int, gain: float, repetitions: int = REPETITIONS) -> float:
    """How often two studies of up to n seeds, whose winners are one configuration, better than the baseline
    by `gain`, have winners that are told apart: each study ended by a verdict of its own."""
    rng = np.random.default_rng(SEED)
    improve = on_some_images(recorded, gain)
    alarms = 0
    for _ in range(repetitions):
        # The same images become right, or the two would not be one.
        better = improve(recorded, rng)
        chosen = rng.permutation(len(recorded))[: 4 * n].reshape(4, n)
        sides = []
        for ours, theirs in (chosen[:2], chosen[2:]):
            look = judge(better[ours], recorded[theirs])[1]
            sides.append((better[ours[: look.seeds]], look.confidence))
        (first, one), (second, other) = sides
        alarms += compare(first, second, confidence=max(one, other)).is_reliable
    return alarms / repetitions


def mcnemar(recorded: Correct) -> float:
    """How often McNemar's exact test, at 5%, tells two seeds of one configuration apart: the
    share of all pairs of seeds."""
    tests = [
        stats.binomtest(int((one & ~other).sum()), int((one ^ other).sum()))
        for one, other in combinations(recorded, 2)
    ]
    return float(np.mean([test.pvalue < 1 - CONFIDENCE for test in tests]))


def welch(recorded: Correct, n: int) -> float:
    """How often Welch's t test at 5% over n seeds a side tells one configuration apart from
    itself: the verdict without the choice of images."""
    test = stats.ttest_ind(*_accuracies(recorded, n), axis=1, equal_var=False)
    return float((test.pvalue < 1 - CONFIDENCE).mean())


def bootstrap(recorded: Correct, n: int) -> float:
    """The same by the percentile bootstrap over seeds."""
    found = stats.bootstrap(
        _accuracies(recorded, n),
        lambda ours, theirs, axis: ours.mean(axis=axis) - theirs.mean(axis=axis),
        n_resamples=1000,
        batch=100,
        axis=1,
        confidence_level=CONFIDENCE,
        method="percentile",
        rng=np.random.default_rng(SEED),
    ).confidence_interval
    return float(((found.low > 0) | (found.high < 0)).mean())


def false_alarms(recordings: dict[str, Correct]) -> Table:
    """A/A: what the verdict says of a configuration against itself."""
    table = _table(
        *("A/A of", "seeds", "images", "better %", "worse %", "at the first look %"),
        *("spread", "standard error"),
    )
    for name, recorded in recordings.items():
        for n in SEEDS:
            for images, draw in _both(split(recorded, n)):
                found = repeat(draw)
                table.add_row(
                    *(name, str(n), images, _percent(found.better), _percent(found.worse)),
                    _early(found, n),
                    *(_points(found.spread), _points(found.standard_error)),
                )
    return table


def dependence(recordings: dict[str, Correct]) -> Table:
    """A/A with fewer seeds: all splits share the recorded ones, so a few odd ones could make it."""
    table = _table("A/A of", "seeds", "better %, leaving out each fourth of the recorded seeds")
    for name, recorded in recordings.items():
        fourths = np.array_split(np.arange(len(recorded)), 4)
        for n in SEEDS:
            shares = [
                repeat(split(np.delete(recorded, fourth, axis=0), n)).better for fourth in fourths
            ]
            table.add_row(name, str(n), ", ".join(f"{100 * share:.1f}" for share in shares))
    return table


def alternatives(recordings: dict[str, Correct]) -> Table:
    """A/A by other tests at 5%."""
    table = _table("A/A of", "test", "seeds", "better or worse %")
    for name, recorded in recordings.items():
        table.add_row(name, "McNemar", "1", f"{100 * mcnemar(recorded):.0f}")
        for n in SEEDS[:2]:
            for test in (bootstrap, welch):
                share = test(recorded, n)
                table.add_row(name, test.__name__.capitalize(), str(n), _percent(share))
    return table


def few_images(recorded: Correct) -> Table:
    """A/A with as few images and seeds as a first try may have, where bounds are near: what is called
    better or worse, and how often an interval holds the true accuracy."""
    table = _table("seeds", "images", "better or worse %", "accuracy held %")
    for n in (2, *SEEDS):
        for images in (20, 100):
            draw = on_other_images(split(recorded, n), images)
            found = repeat(draw)
            rng = np.random.default_rng(SEED)
            truth = float(recorded.mean())
            drawn = [estimate_accuracy(draw(rng)[0]).interval for _ in range(REPETITIONS)]
            held = float(
                np.mean([one is not None and one.low <= truth <= one.high for one in drawn])
            )
            shares = (found.better + found.worse, held)
            table.add_row(str(n), str(images), *map(_percent, shares))
    return table


def power(recorded: Correct) -> Table:
    """What the verdict says of the baseline against itself, raised by 2.5 points."""
    table = _table("raised", "seeds", "images", "better %", "worse %", "interval holds 2.5 %")
    for raised, improve in (
        ("on some images", on_some_images(recorded, GAIN)),
        ("anywhere", anywhere(recorded, GAIN)),
    ):
        for n in SEEDS:
            for images, draw in _both(split(recorded, n, improve)):
                table.add_row(raised, str(n), images, *_shares(repeat(draw), GAIN))
    return table


def looks(recorded: Correct) -> Table:
    """What two looks save, and find, by how large the true difference is; images drawn again."""
    table = _table("true", "seeds", "better %", "at the first look %", "seeds a side, mean")
    for gain in GAINS:
        for n in SEEDS[1:]:
            draw = on_other_images(split(recorded, n, on_some_images(recorded, gain)))
            found = repeat(draw)
            mean = n - (n - plan(n)[0].seeds) * found.decided_early
            table.add_row(
                *(_points(gain), str(n), _percent(found.better), _early(found, n), f"{mean:.1f}")
            )
    return table


def two_studies(recorded: Correct) -> Table:
    """What `hpo compare` says of two studies that found the same configuration."""
    table = _table("better than the baseline by", "seeds", "first or second better %")
    for gain in GAINS:
        for n in SEEDS[1:]:
            table.add_row(_points(gain), str(n), _percent(head_to_head(recorded, n, gain)))
    return table


def two_configurations(winner: Correct, baseline: Correct) -> Table:
    """What the verdict says of two configurations: as they are, the truth being the difference of
    all seeds, and with the winner raised until that is 2.5 points."""
    table = _table("true", "seeds", "images", "better %", "worse %", "interval holds true %")
    truth = float(winner.mean() - baseline.mean())
    for true, improve in ((truth, unchanged), (GAIN, on_some_images(winner, GAIN - truth))):
        for n in SEEDS:
            for images, draw in _both(against(winner, baseline, n, improve)):
                table.add_row(_points(true), str(n), images, *_shares(repeat(draw), true))
    return table


def needed(recordings: dict[str, Correct]) -> Table:
    """How large a true difference must be, to be found in 80% of studies."""
    table = _table("seeds like", *(f"{n} seeds" for n in SEEDS))
    for name, recorded in recordings.items():
        found = (smallest_difference(recorded, n) for n in SEEDS)
        table.add_row(name, *(f"{100 * gain:.1f}" for gain in found))
    return table


def main() -> None:
    """Prints all tables; differences, spreads and standard errors are in points."""
    console = Console(width=120, soft_wrap=True)
    recordings = {name: load(name).correct for name in ("baseline", "published")}
    for name, recorded in recordings.items():
        accuracies = recorded.mean(axis=1)
        console.print(
            f"{name}: {len(recorded)} seeds, {recorded.shape[1]} images, accuracy"
            f" {accuracies.mean():.3f}, standard deviation over seeds"
            f" {_points(float(accuracies.std(ddof=1)))} points"
        )
    both = compare(recordings["published"], recordings["baseline"])
    console.print(f"published against baseline, all seeds: {both.sentence}")
    for table in (
        false_alarms(recordings),
        dependence(recordings),
        alternatives(recordings),
        few_images(recordings["baseline"]),
        looks(recordings["baseline"]),
        two_studies(recordings["baseline"]),
        power(recordings["baseline"]),
        two_configurations(recordings["published"], recordings["baseline"]),
        needed(recordings),
    ):
        console.print(table)


def _accuracies(recorded: Correct, n: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Of both sides, each (repetitions, n)."""
    accuracies = np.tile(recorded.mean(axis=1), (REPETITIONS, 1))
    shuffled = np.random.default_rng(SEED).permuted(accuracies, axis=1)
    return shuffled[:, :n], shuffled[:, n : 2 * n]


def _both(draw: Draw) -> Iterator[tuple[str, Draw]]:
    yield "as recorded", draw
    yield "drawn again", on_other_images(draw)


def _interval(difference: Difference) -> tuple[float, float, float]:
    interval = difference.interval
    assert interval is not None, "two or more seeds a side have an interval"
    return interval.low, interval.high, interval.standard_error


def _early(found: Verdicts, n: int) -> str:
    return _percent(found.decided_early) if n > SEEDS[0] else "-"


def _shares(found: Verdicts, truth: float) -> tuple[str, str, str]:
    return _percent(found.better), _percent(found.worse), _percent(found.holding(truth))


def _percent(share: float) -> str:
    """With its Monte Carlo error, a binomial's standard deviation."""
    error = (share * (1 - share) / REPETITIONS) ** 0.5
    return f"{100 * share:.1f} ± {100 * error:.1f}"


def _points(difference: float) -> str:
    return f"{100 * difference:.2f}"


def _table(*columns: str) -> Table:
    return Table(*columns, box=box.MARKDOWN)


if __name__ == "__main__":
    main()
