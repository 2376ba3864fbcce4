"""The charts of a report: Optuna's own where it has them, in one look for light and dark pages."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import numpy as np
import plotly.graph_objects as go
from optuna import visualization
from optuna.trial import FrozenTrial, TrialState

from hpo.report.story import Story
from hpo.status import first_line
from hpo.words import describe_params, duration
from storage.records import AttemptRecord, JobRecord, WorkerRecord
from storage.states import AttemptState, DataSet, Split

BASELINE_COLOUR, BEST_COLOUR = "#8b95a5", "#2f7ed8"
PRUNED_COLOUR, FAILED_COLOUR = "#e08e0b", "#d64545"
# Legible on light and on dark; a page that knows which it is sets its own.
INK, GRID = "#7a8290", "rgba(128,136,150,0.25)"
STATES = {
    AttemptState.ENDED: ("ended", BEST_COLOUR),
    AttemptState.RUNNING: ("running", "#3aa76d"),
    AttemptState.LEFT: ("given back", BASELINE_COLOUR),
    AttemptState.LOST: ("lost", FAILED_COLOUR),
    AttemptState.CANCELLED: ("cancelled", PRUNED_COLOUR),
}
AXIS_WIDTH = 90
MOST_CURVES = 100
MOST_TICKS = 10
MOST_ATTEMPTS = 1000
MOST_ROWS = 40
LEAST_FOR_IMPORTANCE = 4


@dataclass(frozen=True)
class Figure:
    """A chart with its title and what is to be known of it; `id` may stand in HTML."""

    id: str
    title: str
    caption: str
    chart: go.Figure
    least_width: int = 0
    """In pixels; on a narrower page it scrolls."""

    @property
    def json(self) -> str:
        """The chart for Plotly."""
        return str(self.chart.to_json())

    @property
    def titled(self) -> "Figure":
        """With its title in the chart itself, where it has no page around it."""
        chart = go.Figure(self.chart)
        title = {"text": self.title, "x": 0.02, "y": 0.97, "xanchor": "left", "yanchor": "top"}
        chart.update_layout(title=title, margin={"t": 76}, height=None)
        return replace(self, chart=chart)


def draw(story: Story) -> list[Figure]:
    """The charts that this story has, in the order in which it is told."""
    return [figure for figure in _all(story) if figure is not None]


def _all(story: Story) -> Iterator[Figure | None]:
    trials = story.trials.get_trials(deepcopy=False)
    yield _learning_curves(story, trials)
    yield _confusion(story)
    yield _history(story, trials)
    yield _every_curve(trials)
    yield _importances(story, trials)
    yield _coordinates(story, trials)
    yield _timeline(story)


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
            epochs, values = zip(*sorted(trial.intermediate_values.items()), strict=True)
            chart.add_scatter(
                x=epochs, y=values, name=name, mode="lines+markers",
                line={"color": colour, "width": 2.5}, marker={"size": 5},
            )  # fmt: skip
    if not chart.data:
        return None
    _style(chart, x="epoch", y="validation accuracy")
    _count_by_ones(chart)
    return Figure(
        "curves",
        "Learning curves",
        "Accuracy on the validation images after each epoch, in the search. The last epoch counts,"
        " whichever was best.",
        chart,
    )


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
    _style(chart, x="taken for", y="", height=440)
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
    numbers, values = [each.number for each in complete], [each.values[0] for each in complete]
    chart = go.Figure()
    chart.add_scatter(
        x=numbers, y=values, mode="markers", name="completed",
        marker={"color": BEST_COLOUR, "size": 7, "opacity": 0.75},
    )  # fmt: skip
    chart.add_scatter(
        x=numbers, y=np.maximum.accumulate(values).tolist(), mode="lines", name="best so far",
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
    _style(chart, x="trial", y="validation accuracy")
    _count_by_ones(chart)
    return Figure(
        "history",
        "History",
        "Accuracy of each trial on the validation images after its last epoch; of one that was pruned"
        " or failed, what it had reported last.",
        chart,
    )


def _every_curve(trials: Sequence[FrozenTrial]) -> Figure | None:
    reported = [each for each in trials if each.intermediate_values]
    if not reported:
        return None
    step = max(1.0, len(reported) / MOST_CURVES)
    shown = {reported[int(index * step)].number for index in range(min(len(reported), MOST_CURVES))}
    chart = go.Figure()
    for trial in reported:
        if trial.number not in shown:
            continue
        epochs, values = zip(*sorted(trial.intermediate_values.items()), strict=True)
        pruned = trial.state == TrialState.PRUNED
        chart.add_scatter(
            x=epochs, y=values, mode="lines", showlegend=False, opacity=0.6,
            line={"color": PRUNED_COLOUR if pruned else BEST_COLOUR, "width": 1.2},
            name=f"trial {trial.number}",
        )  # fmt: skip
    _style(chart, x="epoch", y="validation accuracy")
    _count_by_ones(chart)
    some = f" {len(shown)} of {len(reported)} are shown." if len(shown) < len(reported) else ""
    return Figure(
        "trials",
        "Every trial",
        f"Accuracy on the validation images after each epoch; pruned trials are orange.{some}",
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
    _style(chart, x="share of the variation", y="", height=320)
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
    _style(chart, height=440)
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


def _timeline(story: Story) -> Figure | None:
    """Attempts by device: who trained what, when, and how that ended."""
    shown = list(story.attempts)[-MOST_ATTEMPTS:]
    if not shown:
        return None
    jobs = {job.id: job for job in story.status.jobs}
    workers = {worker.id: worker for worker in story.status.workers}
    rows = _rows(shown, workers, story.status.now_ms)
    shown = [each for each in shown if (each.worker_id, each.device) in rows]
    chart = go.Figure()
    for state, (name, colour) in STATES.items():
        of_state = [each for each in shown if each.state == state]
        if of_state:
            chart.add_bar(
                y=[rows[each.worker_id, each.device] for each in of_state],
                base=[_time(each.began_ms) for each in of_state],
                x=[_end_ms(each, story) - each.began_ms for each in of_state],
                orientation="h", name=name,
                marker={"color": colour, "line": {"width": 1, "color": "rgba(255,255,255,0.7)"}},
                customdata=[_told(each, jobs[each.job_id], story) for each in of_state],
                hovertemplate="%{customdata}<extra></extra>",
            )  # fmt: skip
    resumed = [each for each in shown if each.began_epoch]
    if resumed:
        chart.add_scatter(
            x=[_time(each.began_ms) for each in resumed],
            y=[rows[each.worker_id, each.device] for each in resumed],
            mode="markers", name="resumed", hoverinfo="skip",
            marker={"symbol": "triangle-right", "size": 10, "color": "#3aa76d"},
        )  # fmt: skip
    _style(chart, height=150 + 26 * len(set(rows.values())))
    chart.update_layout(barmode="overlay", bargap=0.25)
    chart.update_xaxes(type="date", title_text="time (UTC)", nticks=4, tickangle=0)
    chart.update_yaxes(showgrid=False, autorange="reversed")
    left_out = len(story.attempts) - len(shown)
    some = f" The {len(shown):,} last of {len(story.attempts):,} are shown." if left_out else ""
    return Figure(
        "timeline",
        "Workers",
        f"Each bar is a training on a device. One that was given back or lost is resumed from its"
        f" last checkpoint, where a triangle stands.{some}",
        chart,
    )


def _rows(
    attempts: Sequence[AttemptRecord], workers: Mapping[str, WorkerRecord], now_ms: int
) -> dict[tuple[str, str], str]:
    """The row of each worker's device, the latest rows alone: those of a machine that came one after
    the other share one, those that worked at a time do not."""
    spans: dict[tuple[str, str], tuple[int, int]] = {}
    for each in attempts:
        began_ms, ended_ms = spans.get((each.worker_id, each.device), (each.began_ms, 0))
        last_ms = max(ended_ms, each.ended_ms or now_ms)
        spans[each.worker_id, each.device] = began_ms, last_ms
    taken_until: dict[str, int] = {}
    rows: dict[tuple[str, str], str] = {}
    for (worker_id, device), (began_ms, ended_ms) in spans.items():
        worker = workers.get(worker_id)
        name = f"{_short(worker.host) if worker else '?'} {device}"
        if taken_until.get(name, 0) > began_ms and worker:
            name = f"{name} ({worker.pid})"
        rows[worker_id, device] = name
        taken_until[name] = ended_ms
    last = list(dict.fromkeys(reversed(rows.values())))[:MOST_ROWS]
    return {key: name for key, name in rows.items() if name in last}


def _told(attempt: AttemptRecord, job: JobRecord, story: Story) -> str:
    seconds = (_end_ms(attempt, story) - attempt.began_ms) / 1000
    lines = [f"{job.title}, {STATES[attempt.state][0]} after {duration(seconds)}"]
    if attempt.began_epoch:
        lines.append(f"resumed after epoch {attempt.began_epoch}")
    if attempt.reason:
        lines.append(_escaped(first_line(attempt.reason))[:120])
    if job.params:
        lines.append(_escaped(describe_params(job.params)))
    return "<br>".join(lines)


def _end_ms(attempt: AttemptRecord, story: Story) -> int:
    return story.status.now_ms if attempt.ended_ms is None else attempt.ended_ms


def _time(ms: int) -> datetime:
    return datetime.fromtimestamp(ms / 1000, UTC).replace(tzinfo=None)


def _short(host: str) -> str:
    name = host.partition(".")[0]
    return name if len(name) <= 16 else f"{name[:15]}…"


def _escaped(text: str) -> str:
    """Plotly takes some tags for markup."""
    return text.replace("<", "&lt;").replace(">", "&gt;")


def _count_by_ones(chart: go.Figure) -> None:
    """Epochs and trials have no halves, of which Plotly would have ticks where there are few."""
    longest = max((len(trace.x) for trace in chart.data if trace.x is not None), default=0)
    if longest <= MOST_TICKS:
        chart.update_xaxes(tick0=0, dtick=1)


def _style(chart: go.Figure, x: str | None = None, y: str | None = None, height: int = 360) -> None:
    chart.update_layout(
        template=go.layout.Template(),
        title=None,
        height=height,
        font={"family": "system-ui, sans-serif", "size": 12, "color": INK},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        margin={"l": 12, "r": 12, "t": 28, "b": 12},
        legend={"orientation": "h", "x": 0, "y": 1.02, "xanchor": "left", "yanchor": "bottom"},
        hoverlabel={"align": "left"},
    )
    for update in (chart.update_xaxes, chart.update_yaxes):
        update(gridcolor=GRID, zeroline=False, automargin=True)
    if x is not None:
        chart.update_xaxes(title_text=x)
    if y is not None:
        chart.update_yaxes(title_text=y)
