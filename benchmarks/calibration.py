"""Whether the verdict keeps its word, measured on recorded seeds.

    python benchmarks/calibration.py

The real `hpo.answer.verdict.compare` judges many pairs of a few seeds each, drawn from the answers
that `benchmarks/record_seeds.py` recorded:

- of one configuration (A/A): whatever is called better or worse is a false alarm;
- of one configuration, one side raised by a known difference: how often that is found;
- of two configurations, as they are.

Within one configuration the 2n seeds of a repetition are distinct, so the two sides differ with
variance 2 s^2 / n exactly, s^2 being that of the recorded seeds. Of two configurations each side
is drawn with replacement: without, means of n from N seeds would spread by (1 - n / N) too little
about the mean of all, which is taken for the truth.

The tables are Markdown, as docs/verdict.md has them. The same seed draws every time.
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

from hpo.answer.verdict import CONFIDENCE, Correct, Difference, compare

RECORDED = Path(__file__).parent / "recorded"
SEED = 0
REPETITIONS = 2000
# Of each step on the way to the smallest difference.
FEWER_REPETITIONS = 1000
SEEDS = (3, 5)
GAIN = 0.025
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
    """What the verdict found in independent repetitions."""

    found: Sequence[Difference]

    @property
    def better(self) -> float:
        return float(np.mean([one.is_reliable and one.mean > 0 for one in self.found]))

    @property
    def worse(self) -> float:
        return float(np.mean([one.is_reliable and one.mean < 0 for one in self.found]))

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


def on_other_images(draw: Draw) -> Draw:
    """The same with as many images drawn with replacement: which ones they are is chance too."""

    def redraw(rng: np.random.Generator) -> Pair:
        winner, baseline = draw(rng)
        images = rng.integers(winner.shape[1], size=winner.shape[1])
        return winner[:, images], baseline[:, images]

    return redraw


def repeat(draw: Draw, repetitions: int = REPETITIONS) -> Verdicts:
    """The verdict on as many pairs; equal calls draw equal pairs."""
    rng = np.random.default_rng(SEED)
    return Verdicts([compare(*draw(rng)) for _ in range(repetitions)])


def smallest_difference(recorded: Correct, n: int) -> float:
    """The true difference that n seeds a side find with 80% power, on images drawn again; to a
    tenth of a point."""

    def excess(gain: float) -> float:
        draw = on_other_images(split(recorded, n, on_some_images(recorded, gain)))
        return repeat(draw, FEWER_REPETITIONS).better - POWER

    # What is found grows with the difference because all steps draw the same seeds and images.
    return float(optimize.brentq(excess, 0.0, 0.15, xtol=0.001))


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
    table = _table("A/A of", "seeds", "images", "better %", "worse %", "spread", "standard error")
    for name, recorded in recordings.items():
        for n in SEEDS:
            for images, draw in _both(split(recorded, n)):
                found = repeat(draw)
                table.add_row(
                    *(name, str(n), images, _percent(found.better), _percent(found.worse)),
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
        for n in SEEDS:
            for test in (bootstrap, welch):
                share = test(recorded, n)
                table.add_row(name, test.__name__.capitalize(), str(n), _percent(share))
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
    table = _table("seeds like", *(f"{n} seeds" for n in (*SEEDS, 10)))
    for name, recorded in recordings.items():
        found = (smallest_difference(recorded, n) for n in (*SEEDS, 10))
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
