"""The charts of a report: Optuna's own where it has them, in one style for light and dark pages."""

import math
from collections.abc import Iterator, Sequence

import numpy as np
import plotly.graph_objects as go
from optuna import visualization
from optuna.distributions import IntDistribution
from optuna.importance import PedAnovaImportanceEvaluator
from optuna.trial import FrozenTrial, TrialState
from plotly.colors import sample_colorscale

from hpo.report import timeline
from hpo.report.report_data import Contents
from hpo.report.style import (
    BASELINE_COLOUR,
    BEST_COLOUR,
    FAILED_COLOUR,
    PRUNED_COLOUR,
    Figure,
    count_by_ones,
    style,
)
from hpo.status.study_status import Status
from storage.states import DataSet, Direction, Phase, Split

AXIS_WIDTH = 90
MOST_CURVES = 100
LEAST_FOR_IMPORTANCE = 4
BEST_SHARE = 0.1


def draw(contents: Contents) -> list[Figure]:
    """The charts for which there is something to draw, in the order of the page."""
    return [figure for figure in _all(contents) if figure is not None]


def _all(contents: Contents) -> Iterator[Figure | None]:
    trials = contents.trials.get_trials(deepcopy=False)
    if contents.study.has_front:
        yield _front(contents)
        yield timeline.draw(contents)
        return
    yield _learning_curves(contents, trials)
    yield _confusion(contents)
    yield _history(contents, trials)
    yield _every_curve(contents, trials)
    yield _importances(contents, trials)
    yield _coordinates(contents, trials)
    yield timeline.draw(contents)


def _learning_curves(contents: Contents, trials: Sequence[FrozenTrial]) -> Figure | None:
    """The metric by epoch of baseline and best, as they were trained in the search."""
    baseline, best = contents.status.baseline, contents.best
    chart = go.Figure()
    shown = (
        (baseline, "baseline", BASELINE_COLOUR),
        (best, f"best (trial {best.trial_number if best else ''})", BEST_COLOUR),
    )
    for job, name, colour in shown:
        if job is None or (job is best and name == "baseline"):
            continue
        trial = next((each for each in trials if each.number == job.trial_number), None)
        if trial is not None and trial.intermediate_values:
            epochs, values = _curve(trial)
            chart.add_scatter(
                x=epochs, y=values, name=name, mode="lines+markers",
                line={"color": colour, "width": 2.5}, marker={"size": 5},
            )  # fmt: skip
    if not chart.data:
        return None
    style(chart, x=contents.study.unit, y=contents.study.metric)
    count_by_ones(chart)
    return Figure(
        "curves",
        "Learning curves",
        f"{contents.study.metric.capitalize()} after each {contents.study.unit}, in the search: of one training"
        f" each, and the best was chosen for its score among many. The last {contents.study.unit} counts,"
        " whichever was best.",
        chart,
    )


def _curve(trial: FrozenTrial) -> tuple[tuple[int, ...], tuple[float, ...]]:
    """The epochs of which a trial reported, one or more, and what it reported of each."""
    epochs, values = zip(*sorted(trial.intermediate_values.items()), strict=True)
    return epochs, values


def _confusion(contents: Contents) -> Figure | None:
    """Shares of each class of the holdout by the class given, over the winner's models."""
    if contents.finished is None or contents.result is None:
        return None
    finished, names = contents.finished, contents.result.class_names["search"]
    answers = finished.answers(finished.winner, DataSet.SEARCH, Split.HOLDOUT)
    if answers is None:
        return None
    counts = np.zeros((len(names), len(names)))
    for predicted in answers.predictions:
        np.add.at(counts, (answers.labels, predicted), 1)
    percent = 100 * counts / counts.sum(axis=1, keepdims=True)
    chart = go.Figure(
        go.Heatmap(
            z=percent.tolist(), x=names, y=names, zmin=0, zmax=100, colorscale="Blues", showscale=False,
            text=[[f"{value:.0f}" if value >= 0.5 else "" for value in row] for row in percent],
            texttemplate="%{text}", textfont={"size": 11}, xgap=1, ygap=1,
            hovertemplate="%{y} taken for %{x}: %{z:.1f}%<extra></extra>",
        )
    )  # fmt: skip
    style(chart, x="taken for", y="", height=440)
    chart.update_xaxes(tickangle=-45, showgrid=False)
    chart.update_yaxes(autorange="reversed", showgrid=False)
    return Figure(
        "confusion",
        "Confusion matrix",
        f"Of each class's holdout images, the percentage that the best took for each class;"
        f" {len(answers.seeds)} models, {len(answers.labels):,} images.",
        chart,
    )


def _front(contents: Contents) -> Figure | None:
    """The first two values of each trial, and which of them no other beats."""
    status = contents.status
    on_front = status.front
    if not status.completed:
        return None
    known = {job.id for job in on_front}
    chart = go.Figure()
    for name, jobs, colour, size in (
        ("infeasible", status.infeasible, FAILED_COLOUR, 7),
        ("others", [job for job in status.feasible if job.id not in known], BASELINE_COLOUR, 7),
        ("on the front", on_front, BEST_COLOUR, 10),
    ):
        if name == "infeasible" and not jobs:
            continue
        values = [job.scores or [] for job in jobs]
        chart.add_scatter(
            x=[each[0] for each in values], y=[each[1] for each in values], mode="markers", name=name,
            text=[job.title for job in jobs], marker={"color": colour, "size": size},
        )  # fmt: skip
    ways = [direction.value for direction in status.study.directions]
    style(chart, x=f"first value, to {ways[0]}", y=f"second value, to {ways[1]}")
    more = " Of more than two values these are the first." if len(ways) > 2 else ""
    return Figure(
        "front",
        "All trials by their values",
        f"Each completed trial by its values, of one call each. None is better in all of them than the"
        f" {len(on_front)} on the front{', of those that are feasible' if status.infeasible else ''}.{more}",
        chart,
    )


def _history(contents: Contents, trials: Sequence[FrozenTrial]) -> Figure | None:
    """Not Optuna's own: that takes a trial's number for its place, and of thousands some are left out."""
    complete = [each for each in trials if each.state == TrialState.COMPLETE]
    if not complete:
        return None
    numbers, best = _best_so_far(contents.status)
    chart = go.Figure()
    broken = {job.trial_number for job in contents.status.infeasible}
    for name, colour, is_broken in (
        ("completed", BEST_COLOUR, False),
        ("infeasible", BASELINE_COLOUR, True),
    ):
        there = [each for each in complete if (each.number in broken) is is_broken]
        if there:
            chart.add_scatter(
                x=[each.number for each in there], y=[each.values[0] for each in there],
                mode="markers", name=name, marker={"color": colour, "size": 7, "opacity": 0.75},
            )  # fmt: skip
    chart.add_scatter(
        x=numbers, y=best, mode="lines", name="best so far",
        line={"color": BEST_COLOUR, "width": 2, "shape": "hv"},
    )  # fmt: skip
    for state, name, colour in (
        (TrialState.PRUNED, "pruned", PRUNED_COLOUR),
        (TrialState.FAIL, "failed", FAILED_COLOUR),
    ):
        there = [each for each in trials if each.state == state and each.intermediate_values]
        if there:
            chart.add_scatter(
                x=[each.number for each in there],
                y=[each.intermediate_values[max(each.intermediate_values)] for each in there],
                mode="markers", name=name, marker={"color": colour, "symbol": "x", "size": 7},
            )  # fmt: skip
    baseline = contents.status.baseline
    if baseline is not None and baseline.score is not None:
        chart.add_hline(
            y=baseline.score, line={"color": BASELINE_COLOUR, "dash": "dot"},
            annotation={"text": "baseline", "font": {"color": BASELINE_COLOUR}},
        )  # fmt: skip
    style(chart, x="trial", y=contents.study.metric)
    count_by_ones(chart)
    return Figure(
        "history",
        "History",
        f"{contents.study.metric.capitalize()} of each trial at its end; of one that was pruned"
        " or failed, what it had reported last. Each is of one seed, so the best of many is partly"
        f" luck{'' if baseline is None else '; the baseline is one as well'}."
        f"{_sampled(contents, len(trials))}",
        chart,
    )


def _best_so_far(status: Status) -> tuple[list[int], list[float]]:
    """The best score of all feasible trials up to each that improved it, and to the last; empty without any."""
    key = status.study.direction.key
    numbers: list[int] = []
    best: list[float] = []
    done = [
        (job.trial_number, job.score)
        for job in status.feasible
        if job.score is not None and job.trial_number is not None
    ]
    for number, score in sorted(done):
        if not best or key(score) < key(best[-1]):
            numbers.append(number)
            best.append(score)
    return [*numbers, *(number for number, _ in sorted(done)[-1:])], [*best, *best[-1:]]


def _sampled(contents: Contents, shown: int) -> str:
    begun = sum(job.trial_number is not None for job in contents.status.of_phase(Phase.SEARCH))
    return (
        f" {shown:,} of {begun:,} trials are shown, the best among them." if shown < begun else ""
    )


def _every_curve(contents: Contents, trials: Sequence[FrozenTrial]) -> Figure | None:
    reported = [each for each in trials if each.intermediate_values]
    if not reported:
        return None
    step = max(1.0, len(reported) / MOST_CURVES)
    shown = {reported[int(index * step)].number for index in range(min(len(reported), MOST_CURVES))}
    chart = go.Figure()
    for trial in reported:
        if trial.number not in shown:
            continue
        epochs, values = _curve(trial)
        pruned = trial.state == TrialState.PRUNED
        chart.add_scatter(
            x=epochs, y=values, mode="lines", showlegend=False, opacity=0.6,
            line={"color": PRUNED_COLOUR if pruned else BEST_COLOUR, "width": 1.2},
            name=f"trial {trial.number}",
        )  # fmt: skip
    style(chart, x=contents.study.unit, y=contents.study.metric)
    count_by_ones(chart)
    return Figure(
        "trials",
        "Every trial",
        f"{contents.study.metric.capitalize()} after each {contents.study.unit}; pruned trials are orange."
        f"{_sampled(contents, len(shown))}",
        chart,
    )


def _importances(contents: Contents, trials: Sequence[FrozenTrial]) -> Figure | None:
    complete = [each for each in trials if each.state == TrialState.COMPLETE]
    if len(complete) < LEAST_FOR_IMPORTANCE or len({each.value for each in complete}) < 2:
        return None
    # Named, so that the caption stays true whatever Optuna takes by default.
    evaluator = PedAnovaImportanceEvaluator(target_quantile=BEST_SHARE)
    try:
        chart = visualization.plot_param_importances(contents.trials, evaluator=evaluator)
    except (ValueError, RuntimeError):  # the trials do not tell
        return None
    chart.update_traces(marker={"color": BEST_COLOUR})
    style(chart, x="importance, in shares of 1", y="", height=320)
    chart.update_xaxes(range=(0, 1.2 * max(chart.data[0].x)))  # with room for the last number
    chart.update_yaxes(showgrid=False)
    few = math.ceil(BEST_SHARE * len(complete))
    return Figure(
        "importances",
        "What the best have in common",
        "Importances by PED-ANOVA: of each hyperparameter by itself, how differently its values lie in the"
        f" best tenth of the completed trials ({few} of {len(complete)}) and in all of them. It says"
        f" neither how much the {contents.study.metric} changes with a hyperparameter, nor which values are good, nor how two"
        f" work together.{' Of fewer than 5 trials it is little more than a hint.' if few < 5 else ''}",
        chart,
    )


def _is_half(mark: str) -> bool:
    """There is no half a layer; "None" marks trials to which a parameter does not apply."""
    return mark != "None" and not float(mark).is_integer()


def _coordinates(contents: Contents, trials: Sequence[FrozenTrial]) -> Figure | None:
    if sum(each.state == TrialState.COMPLETE for each in trials) < 2:
        return None
    metric = contents.study.metric
    try:
        chart = visualization.plot_parallel_coordinate(contents.trials, target_name=metric)
    except TypeError:  # of options that are lists
        return None
    if not chart.data:
        return None
    whole = {
        name
        for each in trials
        for name, distribution in each.distributions.items()
        if isinstance(distribution, IntDistribution)
    }
    names = chart.layout.xaxis.ticktext
    chart.layout.annotations = [
        mark
        for mark in chart.layout.annotations
        if names[mark.x] not in whole or not _is_half(mark.text)
    ]
    *lines, bar = chart.data
    is_more_better = contents.study.direction is Direction.MAXIMIZE
    # Blue to the best, on light and on dark; Optuna's is black there.
    ends = (BASELINE_COLOUR, BEST_COLOUR) if is_more_better else (BEST_COLOUR, BASELINE_COLOUR)
    colours = [[0.0, ends[0]], [1.0, ends[1]]]
    bar.marker.update(colorscale=colours, reversescale=False)
    for line in lines:
        if line.y[0] is None:  # it stands for feasible ones, or others, in a legend
            continue
        (line.line.color,) = sample_colorscale(colours, line.y[0])
        line.opacity = 0.7
    style(chart, height=440)
    chart.update_xaxes(showgrid=False, tickangle=-30, range=(-0.45, len(names) - 0.8))
    chart.update_annotations(font={"size": 10})
    return Figure(
        "coordinates",
        "Parallel coordinates",
        f"Each line is a completed trial, from its {metric} through its hyperparameters; the bluer,"
        " the better.",
        chart,
        least_width=AXIS_WIDTH * len(names),
    )
