"""The charts of a report: Optuna's own where it has them, in one look for light and dark pages."""

from collections.abc import Iterator, Sequence

import numpy as np
import plotly.graph_objects as go
from optuna import visualization
from optuna.trial import FrozenTrial, TrialState

from hpo.report import timeline
from hpo.report.look import (
    BASELINE_COLOUR,
    BEST_COLOUR,
    FAILED_COLOUR,
    PRUNED_COLOUR,
    Figure,
    count_by_ones,
    style,
)
from hpo.report.story import Story
from hpo.status import Status
from storage.states import DataSet, JobState, Phase, Split

AXIS_WIDTH = 90
MOST_CURVES = 100
LEAST_FOR_IMPORTANCE = 4


def draw(story: Story) -> list[Figure]:
    """The charts that this story has, in the order in which it is told."""
    return [figure for figure in _all(story) if figure is not None]


def _all(story: Story) -> Iterator[Figure | None]:
    trials = story.trials.get_trials(deepcopy=False)
    yield _learning_curves(story, trials)
    yield _confusion(story)
    yield _history(story, trials)
    yield _every_curve(story, trials)
    yield _importances(story, trials)
    yield _coordinates(story, trials)
    yield timeline.draw(story)


def _learning_curves(story: Story, trials: Sequence[FrozenTrial]) -> Figure | None:
    """Validation accuracy by epoch of baseline and best, as they were trained in the search."""
    baseline = story.status.baseline
    chart = go.Figure()
    shown = (
        (baseline, "baseline", BASELINE_COLOUR),
        (story.best, f"best (trial {story.best.trial_number})", BEST_COLOUR),
    )
    for job, name, colour in shown:
        if job is None or (job is story.best and name == "baseline"):
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
    style(chart, x="epoch", y="validation accuracy")
    count_by_ones(chart)
    return Figure(
        "curves",
        "Learning curves",
        "Accuracy on the validation images after each epoch, in the search. The last epoch counts,"
        " whichever was best.",
        chart,
    )


def _curve(trial: FrozenTrial) -> tuple[tuple[int, ...], tuple[float, ...]]:
    """The epochs of which a trial reported, one or more, and what it reported of each."""
    epochs, values = zip(*sorted(trial.intermediate_values.items()), strict=True)
    return epochs, values


def _confusion(story: Story) -> Figure | None:
    """Shares of each class of the holdout by the class given, over the winner's models."""
    if story.finish is None or story.result is None:
        return None
    finish, names = story.finish, story.result.class_names["search"]
    answers = finish.answers(finish.winner, DataSet.SEARCH, Split.HOLDOUT)
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


def _history(story: Story, trials: Sequence[FrozenTrial]) -> Figure | None:
    """Not Optuna's own: that takes a trial's number for its place, and of thousands some are left out."""
    complete = [each for each in trials if each.state == TrialState.COMPLETE]
    if not complete:
        return None
    numbers, best = _best_so_far(story.status)
    chart = go.Figure()
    chart.add_scatter(
        x=[each.number for each in complete], y=[each.values[0] for each in complete],
        mode="markers", name="completed",
        marker={"color": BEST_COLOUR, "size": 7, "opacity": 0.75},
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
    baseline = story.status.baseline
    if baseline is not None and baseline.score is not None:
        chart.add_hline(
            y=baseline.score, line={"color": BASELINE_COLOUR, "dash": "dot"},
            annotation={"text": "baseline", "font": {"color": BASELINE_COLOUR}},
        )  # fmt: skip
    style(chart, x="trial", y="validation accuracy")
    count_by_ones(chart)
    return Figure(
        "history",
        "History",
        "Accuracy of each trial on the validation images after its last epoch; of one that was pruned"
        f" or failed, what it had reported last.{_sampled(story, len(trials))}",
        chart,
    )


def _best_so_far(status: Status) -> tuple[list[int], list[float]]:
    """The best score of all trials up to each that improved it, and to the last."""
    numbers: list[int] = []
    best: list[float] = []
    done = [
        (job.trial_number, job.score)
        for job in status.of_phase(Phase.SEARCH)
        if job.state == JobState.SUCCEEDED
        and job.score is not None
        and job.trial_number is not None
    ]
    for number, score in sorted(done):
        if not best or score > best[-1]:
            numbers.append(number)
            best.append(score)
    return [*numbers, max(done)[0]], [*best, best[-1]]


def _sampled(story: Story, shown: int) -> str:
    begun = sum(job.trial_number is not None for job in story.status.of_phase(Phase.SEARCH))
    return (
        f" {shown:,} of {begun:,} trials are shown, the best among them." if shown < begun else ""
    )


def _every_curve(story: Story, trials: Sequence[FrozenTrial]) -> Figure | None:
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
    style(chart, x="epoch", y="validation accuracy")
    count_by_ones(chart)
    return Figure(
        "trials",
        "Every trial",
        "Accuracy on the validation images after each epoch; pruned trials are orange."
        f"{_sampled(story, len(shown))}",
        chart,
    )


def _importances(story: Story, trials: Sequence[FrozenTrial]) -> Figure | None:
    complete = [each for each in trials if each.state == TrialState.COMPLETE]
    if len(complete) < LEAST_FOR_IMPORTANCE or len({each.value for each in complete}) < 2:
        return None
    try:
        chart = visualization.plot_param_importances(story.trials)
    except (ValueError, RuntimeError):  # the trials do not tell
        return None
    chart.update_traces(marker={"color": BEST_COLOUR})
    style(chart, x="share of the variation", y="", height=320)
    chart.update_xaxes(rangemode="tozero")
    chart.update_yaxes(showgrid=False)
    return Figure(
        "importances",
        "What mattered",
        "How much of what tells good trials from others goes with each hyperparameter (PED-ANOVA,"
        f" on {len(complete)} completed trials); with few trials, little more than a hint.",
        chart,
    )


def _coordinates(story: Story, trials: Sequence[FrozenTrial]) -> Figure | None:
    if sum(each.state == TrialState.COMPLETE for each in trials) < 2:
        return None
    chart = visualization.plot_parallel_coordinate(story.trials, target_name="accuracy")
    if not chart.data:
        return None
    style(chart, height=440)
    chart.update_xaxes(showgrid=False, tickangle=-30)
    chart.update_annotations(font={"size": 10})
    return Figure(
        "coordinates",
        "Parallel coordinates",
        "Each line is a completed trial, from its accuracy through its hyperparameters; the darker,"
        " the better.",
        chart,
        least_width=AXIS_WIDTH * (1 + len(story.study.baseline)),
    )
