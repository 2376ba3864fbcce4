"""What is said of a result, once for all media: a terminal, Markdown and HTML only lay it out."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations, zip_longest

from hpo.result.result import Result
from hpo.result.scores import Comparison, Score
from hpo.result.study_comparison import HeadToHead, Pair
from hpo.statistics.intervals import Interval
from hpo.statistics.verdict import Difference, Direction, Estimate, Gap, gap_of_models, points
from storage.records import BASELINE, Params

_ABSENT = "-"
_SIDES = ("baseline", "best")
_Compared = tuple[Score | None, Score, Difference | None]


@dataclass(frozen=True)
class Table:
    """Rows under headings; each cell is what a person reads, its unit said by the heading."""

    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Entry:
    """Something with the label under which it is found."""

    label: str
    text: str


@dataclass(frozen=True)
class ResultRows:
    """A result. `direction` is the verdict's, where that is sure; `scores` are baseline and best on each
    split, and their difference in points, with 95% intervals; `classes` are those of the holdout, and
    `of_classes` says how sure they are; `remarks` say how far the search had flattered the best
    configuration, and where the numbers come from."""

    title: str
    verdict: str
    direction: Direction | None
    scores: Table
    changes: Table
    classes: Table
    of_classes: str
    remarks: tuple[Entry, ...]


@dataclass(frozen=True)
class HeadToHeadRows:
    """Two studies' winners side by side; `caution` is what speaks against the interval."""

    verdict: str
    scores: Table
    params: Table
    caution: str | None


def of_result(result: Result) -> ResultRows:
    """All that is said of a result."""
    title, difference = study_title(result.study, result.definition), result.holdout.difference
    scores = {
        "validation": _compared(result.validation),
        "holdout": _compared(result.holdout),
    }
    if result.class_names["new"]:
        scores["new classes"] = _compared(result.new_holdout)
    return ResultRows(
        title=f"Study {title}: trial {result.winner.trial_number} against the baseline",
        verdict=result.verdict,
        direction=None if difference is None else difference.direction,
        scores=_scores(_SIDES, scores),
        changes=_changes(result),
        classes=_classes(result),
        of_classes="Intervals are 95% for all classes together: in 19 of 20 studies none is wrong.",
        remarks=tuple(_remarks(result)),
    )


def of_head_to_head(compared: HeadToHead) -> HeadToHeadRows:
    """All that is said of two winners."""
    first, second = compared.first, compared.second
    names = first.study, second.study
    scores = {"holdout": _compared(compared.holdout)}
    if compared.new_holdout is not None:
        scores["new classes"] = _compared(compared.new_holdout)
    caution = (
        f"Seeds that both were trained with: {compared.shared_seeds}, because both studies have the"
        " same --seed; the interval takes seeds to be independent"
    )
    return HeadToHeadRows(
        verdict=compared.verdict,
        scores=_scores(names, scores),
        params=of_params("parameter", names, first.params, second.params),
        caution=caution if compared.shared_seeds else None,
    )


def of_params(heading: str, whose: tuple[str, str], left: Params, right: Params) -> Table:
    """All hyperparameters of two configurations, each with both its values."""
    return Table(
        (heading, *whose),
        tuple(
            (name, *(_value(of.get(name, _ABSENT)) for of in (left, right)))
            for name in {**left, **right}
        ),
    )


def study_title(name: str, definition: str) -> str:
    """A study by its name, with its definition where that has another."""
    return name if name == definition else f"{name} of {definition}"


def _compared(pair: Comparison | Pair | None) -> _Compared | None:
    """In the order in which they are shown."""
    match pair:
        case Comparison():
            return pair.baseline, pair.winner, pair.difference
        case Pair():
            return pair.first, pair.second, pair.difference
        case None:
            return None


def _scores(whose: tuple[str, str], pairs: Mapping[str, _Compared | None]) -> Table:
    """Two configurations on each kind of images; None is one on which they were not compared."""
    rows: list[tuple[str, ...]] = []
    for images, pair in pairs.items():
        if pair is None:
            rows.append((images, *[_ABSENT] * 4))
            continue
        left, right, difference = pair
        gap = _ABSENT if difference is None else points(difference.mean)
        apart = (
            "" if difference is None or not difference.interval else difference.interval.in_points
        )
        accuracies = [None if side is None else side.accuracy for side in (left, right)]
        losses = [None if side is None else side.loss for side in (left, right)]
        rows += _estimates(images, "accuracy", accuracies, gap, apart)
        rows += _estimates("", "loss", losses)
    return Table(("images", "", *whose, "difference in points"), tuple(rows))


def _estimates(
    images: str, of_what: str, sides: list[Estimate | None], gap: str = "", apart: str = ""
) -> Iterator[tuple[str, ...]]:
    """A row with means, and below it one with their intervals where there is any to tell."""
    yield images, of_what, *(_ABSENT if each is None else f"{each.mean:.3f}" for each in sides), gap
    bounds = [_bounds(None if each is None else each.interval) for each in sides]
    if any(bounds):
        yield "", "95%", *bounds, apart


def _bounds(interval: Interval | None) -> str:
    return "" if interval is None else f"{interval.low:.3f} to {interval.high:.3f}"


def _changes(result: Result) -> Table:
    rows = tuple(
        (
            change.name,
            *(
                _ABSENT if each is None else _value(each)
                for each in (change.baseline, change.winner)
            ),
        )
        for change in result.changes
    )
    return Table(("what changed", *_SIDES), rows or (("nothing", _ABSENT, _ABSENT),))


def _classes(result: Result) -> Table:
    holdout = result.holdout
    before = None if holdout.baseline is None else holdout.baseline.per_class
    rows = []
    for name, best, baseline, gap in zip_longest(
        result.class_names["search"], holdout.winner.per_class, before or (), holdout.per_class
    ):
        accuracies = (_ABSENT if each is None else f"{each.mean:.3f}" for each in (baseline, best))
        rows.append((name, *accuracies, _ABSENT if gap is None else _gap(gap)))
    return Table(("class", *_SIDES, "difference in points"), tuple(rows))


def _remarks(result: Result) -> Iterator[Entry]:
    best = result.winner
    if (luck := result.seed_luck) is not None:
        number = len(best.fresh_scores)
        seeds = "a fresh seed" if number == 1 else f"{number} fresh seeds of select and final"
        mean = best.search_score - luck.mean if best.search_score is not None else 0.0
        scores = (
            f"validation accuracy {best.search_score:.3f} in the search, {mean:.3f} over {seeds}"
        )
        yield Entry("Seed luck", _luck(luck, scores, "another seed may differ as much"))
    luck = result.image_luck
    on_both = (result.validation.winner.of_models.mean, result.holdout.winner.of_models.mean)
    scores = "the final models are right on {:.3f} of the validation images, {:.3f} of the holdout"
    yield Entry(
        "Image luck", _luck(luck, scores.format(*on_both), "other images may differ as much")
    )
    if result.looks[-1].of > 1:
        yield Entry("Looks", _looks(result))
    yield Entry("Classes", _hardest_and_easiest(result))
    yield Entry("Evidence", _evidence(result))
    states = ", ".join(f"{number} {state}" for state, number in result.trials.items())
    ended = f"; {result.search_ended}" if result.search_ended else ""
    yield Entry("Trials", f"{sum(result.trials.values())}: {states}{ended}")
    for opening in result.earlier_openings:
        whose = f"study {opening.study}, generation {opening.generation}"
        when = f"{opening.first_opened:%Y-%m-%d %H:%M} UTC"
        times = f"{opening.trainings} trainings"
        yield Entry("Holdout", f"not sealed any more: opened for {times} of {whose}, from {when}")
    for lost in result.lost_trainings:
        which = "the baseline" if lost.configuration == BASELINE else "the best"
        where = f"of {which} on {lost.data_set} classes, seed {lost.seed}"
        yield Entry("Lost", f"a final training {where}: {lost.reason}")


def _looks(result: Result) -> str:
    """After how many seeds the verdict was reached, and what that takes from its interval."""
    first, last = result.looks[0], result.looks[-1]
    level = (
        f"its interval is one of {100 * last.confidence:.1f}%, so that both hold in 95% together"
    )
    if last.number < last.of:
        return f"decided after {last.seeds} of up to {result.final_seeds} seeds a side; {level}"
    assert first.difference is not None, "another look follows one at both sides"
    said = f"{_gap(first.difference)} points after {first.seeds} seeds a side, not decided"
    return f"{said}, so that {last.seeds} were trained; {level}"


def _luck(luck: Gap, scores: str, doubt: str) -> str:
    """What the search promised beyond what came; no story where chance would do as well."""
    if luck.is_reliable:
        return f"{_gap(luck)} points: {scores}"
    if luck.interval is None:
        return f"not known from one seed: {scores}"
    return f"none that is sure, {_gap(luck)} points: {scores}, and {doubt}"


def _hardest_and_easiest(result: Result) -> str:
    scores = result.holdout.winner.per_class
    named = sorted(
        zip(scores, result.class_names["search"], strict=True), key=lambda each: each[0].mean
    )
    (least, hardest), (most, easiest) = named[0], named[-1]
    # The two were picked for lying furthest apart of all pairs.
    apart = gap_of_models(most, least, comparisons=len(list(combinations(scores, 2))))
    told = f"the best is right on {least.mean:.3f} of {hardest} to {most.mean:.3f} of {easiest}"
    if apart.is_reliable:
        return f"{told}, {_gap(apart)} points apart"
    return f"{told}; on so few images no class is surely harder than another"


def _evidence(result: Result) -> str:
    pairs = {
        "validation": result.validation,
        "holdout": result.holdout,
        "new-class": result.new_holdout,
    }
    there = {name: pair for name, pair in pairs.items() if pair is not None}
    sides = [side for pair in there.values() for side in (pair.winner, pair.baseline) if side]
    seeds = " or ".join(str(count) for count in sorted({len(side.seeds) for side in sides}))
    images = ", ".join(f"{pair.n_images:,} {name}" for name, pair in there.items())
    anew = "; for the new classes both were trained from scratch" if result.new_holdout else ""
    return (
        f"means over {seeds} seeds, on {images} images; intervals are 95%, over seeds and images;"
        f" the best was chosen on the validation images, which therefore flatter it{anew}"
    )


def _gap(gap: Gap) -> str:
    spread = "" if gap.interval is None else f" ({gap.interval.in_points})"
    return f"{points(gap.mean)}{spread}"


def _value(given: str | bool | int | float | None) -> str:
    return f"{given:.4g}" if isinstance(given, float) else str(given)
