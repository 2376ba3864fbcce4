"""A result as people read it: in a terminal or a pipe, and as Markdown."""

from collections.abc import Iterator, Sequence

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from hpo.answer.contest import Contest
from hpo.answer.evidence import Score
from hpo.answer.result import Result
from hpo.answer.verdict import Difference, Estimate, points
from storage.records import BASELINE

SCORES = ("images", "", "baseline", "best", "difference in points")
CLASSES = ("class", "baseline", "best", "difference in points")
CHANGES = ("what changed", "baseline", "best")
_ABSENT = "-"


def report(result: Result) -> Group:
    """All of a result; it fits a console of 80 columns, and any wider one."""
    notes = Table.grid(padding=(0, 2, 0, 0))
    notes.add_column(no_wrap=True, style="bold")
    notes.add_column()
    for label, sentence in remarks(result):
        notes.add_row(label, Text(sentence))
    parts = (
        Text(_title(result), style="bold"),
        result_table(result),
        changes_table(result),
        Text(f"Verdict: {result.verdict}", style="bold"),
        notes,
    )
    return Group(*(line for part in parts for line in (part, Text())))


def result_table(result: Result) -> Table:
    """Baseline and best on each split, and their difference in points with its 95% interval."""
    return _table(SCORES, score_rows(result))


def changes_table(result: Result) -> Table:
    """What the best configuration has otherwise than the baseline."""
    return _table(CHANGES, change_rows(result))


def remarks(result: Result) -> Iterator[tuple[str, str]]:
    """How far the search had flattered the best configuration, and where the numbers come from:
    pairs of a label and a sentence."""
    best, holdout = result.winner, result.holdout.winner.accuracy.mean
    if best.select is not None and result.seed_luck is not None:
        seeds = "a fresh seed" if best.select.n_seeds == 1 else f"{best.select.n_seeds} fresh seeds"
        scores = f"{best.search_score:.3f} in the search, a mean of {best.select.mean:.3f}"
        luck = points(result.seed_luck)
        yield "Seed luck", f"{luck} points: validation accuracy {scores} over {seeds}"
    if best.select is not None and result.image_luck is not None:
        scores = f"{best.select.mean:.3f} on the validation images, {holdout:.3f} on the holdout"
        yield "Image luck", f"{points(result.image_luck)} points: {scores}"
    yield "Classes", _classes(result)
    yield "Evidence", _evidence(result)
    states = ", ".join(f"{number} {state}" for state, number in result.trials.items())
    ended = f"; {result.search_ended}" if result.search_ended else ""
    yield "Trials", f"{sum(result.trials.values())}: {states}{ended}"
    for opening in result.earlier_openings:
        whose = f"study {opening.study}, generation {opening.generation}"
        when = f"{opening.first_opened:%Y-%m-%d %H:%M} UTC"
        times = f"{opening.trainings} trainings"
        yield "Holdout", f"not sealed any more: opened for {times} of {whose}, from {when}"
    for lost in result.lost_trainings:
        which = "the baseline" if lost.configuration == BASELINE else "the best"
        where = f"of {which} on {lost.data_set} classes, seed {lost.seed}"
        yield "Lost", f"a final training {where}: {lost.reason}"


def contest_report(contest: Contest) -> Group:
    """Two studies' winners side by side."""
    first, second = contest.first, contest.second
    headings = ("images", "", first.study, second.study, "difference in points")
    rounds = {"holdout": contest.holdout, "new classes": contest.new_holdout}
    rows = [
        row
        for images, each in rounds.items()
        for row in _pair(
            images, None if each is None else (each.first, each.second, each.difference)
        )
    ]
    names = {**first.params, **second.params}
    params = [
        [name, value(first.params.get(name)), value(second.params.get(name))] for name in names
    ]
    parts: list[RenderableType] = [
        _table(headings, rows),
        _table(("parameter", first.study, second.study), params),
        Text(f"Verdict: {contest.verdict}", style="bold"),
    ]
    if contest.shared_seeds:
        parts.append(
            Text(
                f"Seeds that both were trained with: {contest.shared_seeds}, because both studies"
                " have the same --seed; the interval takes seeds to be independent"
            )
        )
    return Group(*(line for part in parts for line in (part, Text())))


def class_table(result: Result) -> str:
    """Baseline and best on each class of the holdout, as Markdown."""
    return markdown_table(CLASSES, class_rows(result))


def class_rows(result: Result) -> list[list[str]]:
    """Baseline and best on each class of the holdout, and their difference in points."""
    baseline, best = result.holdout.baseline.per_class, result.holdout.winner.per_class
    return [
        [name, f"{before:.3f}", f"{after:.3f}", points(after - before)]
        for name, before, after in zip(result.class_names["search"], baseline, best, strict=True)
    ]


def markdown(result: Result) -> str:
    """The same for a document."""
    blocks = [
        f"### {_title(result)}",
        markdown_table(SCORES, score_rows(result)),
        markdown_table(CHANGES, change_rows(result)),
        f"**Verdict: {result.verdict}.**",
        "\n".join(f"- **{label}:** {sentence}." for label, sentence in remarks(result)),
    ]
    return "\n\n".join(blocks) + "\n"


def _title(result: Result) -> str:
    kind = "" if result.definition == result.study else f" of {result.definition}"
    return f"Study {result.study}{kind}: trial {result.winner.trial_number} against the baseline"


def _classes(result: Result) -> str:
    scores = result.holdout.winner.per_class
    named = sorted(zip(scores, result.class_names["search"], strict=True))
    (least, hardest), (most, easiest) = named[0], named[-1]
    return f"the best is right on {least:.3f} of {hardest} (hardest) to {most:.3f} of {easiest}"


def _evidence(result: Result) -> str:
    pairs = {
        "validation": result.validation,
        "holdout": result.holdout,
        "new-class": result.new_holdout,
    }
    there = {name: pair for name, pair in pairs.items() if pair is not None}
    sides = [side for pair in there.values() for side in (pair.winner, pair.baseline)]
    seeds = " or ".join(str(count) for count in sorted({len(side.seeds) for side in sides}))
    images = ", ".join(f"{pair.n_images:,} {name}" for name, pair in there.items())
    anew = "; for the new classes both were trained from scratch" if result.new_holdout else ""
    return (
        f"means over {seeds} seeds, on {images} images; intervals are 95%, over seeds and"
        f" images{anew}"
    )


def score_rows(result: Result) -> list[list[str]]:
    """Baseline and best on each split, under the headings SCORES."""
    return [
        row
        for images, pair in (
            ("validation", result.validation),
            ("holdout", result.holdout),
            ("new classes", result.new_holdout),
        )
        for row in _pair(
            images, None if pair is None else (pair.baseline, pair.winner, pair.difference)
        )
    ]


def _pair(images: str, pair: tuple[Score, Score, Difference] | None) -> list[list[str]]:
    if pair is None:
        return [[images, *[_ABSENT] * (len(SCORES) - 1)]]
    left, right, difference = pair
    accuracies = _estimate(left.accuracy), _estimate(right.accuracy)
    return [
        [images, "accuracy", *accuracies, _difference(difference)],
        ["", "loss", _estimate(left.loss), _estimate(right.loss), ""],
    ]


def _estimate(value: Estimate) -> str:
    spread = "" if value.interval is None else f" ± {value.interval.half_width:.3f}"
    return f"{value.mean:.3f}{spread}"


def _difference(difference: Difference) -> str:
    spread = "" if difference.interval is None else f" ({difference.interval.in_points})"
    return f"{points(difference.mean)}{spread}"


def change_rows(result: Result) -> list[list[str]]:
    """What the best configuration has otherwise than the baseline, under the headings CHANGES."""
    rows = [
        [change.name, value(change.baseline), value(change.winner)] for change in result.changes
    ]
    return rows or [["nothing", _ABSENT, _ABSENT]]


def value(given: str | int | float | None) -> str:
    """A hyperparameter's value as a person reads it; None is absent."""
    if given is None:
        return _ABSENT
    return f"{given:.4g}" if isinstance(given, float) else str(given)


def _table(headings: Sequence[str], rows: list[list[str]]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0))
    for heading in headings:
        table.add_column(heading)
    for cells in rows:
        # As Text, because a name in brackets would be taken for markup.
        table.add_row(*(Text(cell) for cell in cells))
    return table


def markdown_table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table of Markdown; what stands in a cell stays in it."""
    lines = [headings, ["---"] * len(headings), *rows]
    # A name may hold what ends a cell, or a line.
    cells = [[" ".join(cell.split()).replace("|", "\\|") for cell in line] for line in lines]
    return "\n".join(f"| {' | '.join(line)} |" for line in cells)
