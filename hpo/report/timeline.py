"""The timeline of a study: which device trained what, when, and how that ended."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import plotly.graph_objects as go

from hpo.formatting import describe_params, duration, first_line
from hpo.report.report_data import Contents
from hpo.report.style import (
    BASELINE_COLOUR,
    BEST_COLOUR,
    FAILED_COLOUR,
    PAUSED_COLOUR,
    PRUNED_COLOUR,
    RUNNING_COLOUR,
    Figure,
    style,
)
from storage.records import AttemptRecord, JobRecord, WorkerRecord
from storage.states import AttemptState

STATES = {
    AttemptState.ENDED: ("ended", BEST_COLOUR),
    AttemptState.RUNNING: ("running", RUNNING_COLOUR),
    AttemptState.PAUSED: ("paused", PAUSED_COLOUR),
    AttemptState.LEFT: ("given back", BASELINE_COLOUR),
    AttemptState.LOST: ("lost", FAILED_COLOUR),
    AttemptState.CANCELLED: ("cancelled", PRUNED_COLOUR),
}
MOST_ATTEMPTS = 1000
MOST_ROWS = 40


def draw(contents: Contents) -> Figure | None:
    """Attempts by device: who trained what, when, and how that ended."""
    shown = list(contents.attempts)[-MOST_ATTEMPTS:]
    if not shown:
        return None
    jobs = {job.id: job for job in contents.status.jobs}
    workers = {worker.id: worker for worker in contents.status.workers}
    rows = _rows(shown, workers, contents.status.now_ms)
    shown = [each for each in shown if (each.worker_id, each.device) in rows]
    chart = go.Figure()
    for state, (name, colour) in STATES.items():
        of_state = [each for each in shown if each.state == state]
        if of_state:
            chart.add_bar(
                y=[rows[each.worker_id, each.device] for each in of_state],
                base=[_time(each.began_ms) for each in of_state],
                x=[_end_ms(each, contents) - each.began_ms for each in of_state],
                orientation="h", name=name,
                marker={"color": colour, "line": {"width": 1, "color": "rgba(255,255,255,0.7)"}},
                customdata=[_told(each, jobs[each.job_id], contents) for each in of_state],
                hovertemplate="%{customdata}<extra></extra>",
            )  # fmt: skip
    resumed = [each for each in shown if each.began_epoch]
    if resumed:
        chart.add_scatter(
            x=[_time(each.began_ms) for each in resumed],
            y=[rows[each.worker_id, each.device] for each in resumed],
            mode="markers", name="resumed", hoverinfo="skip",
            marker={"symbol": "triangle-right", "size": 10, "color": RUNNING_COLOUR},
        )  # fmt: skip
    style(chart, height=150 + 26 * len(set(rows.values())))
    chart.update_layout(barmode="overlay", bargap=0.25)
    chart.update_xaxes(type="date", title_text="time (UTC)", nticks=4, tickangle=0)
    chart.update_yaxes(showgrid=False, autorange="reversed")
    left_out = len(contents.attempts) - len(shown)
    some = f" The {len(shown):,} last of {len(contents.attempts):,} are shown." if left_out else ""
    return Figure(
        "timeline",
        "Workers",
        f"Each bar is a training on a device. One that was paused, given back or lost is resumed"
        f" from its last checkpoint, where a triangle stands.{some}",
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


def _told(attempt: AttemptRecord, job: JobRecord, contents: Contents) -> str:
    seconds = (_end_ms(attempt, contents) - attempt.began_ms) / 1000
    lines = [f"{job.title}, {STATES[attempt.state][0]} after {duration(seconds)}"]
    if attempt.began_epoch:
        lines.append(f"resumed after epoch {attempt.began_epoch}")
    if attempt.reason:
        lines.append(_escaped(first_line(attempt.reason))[:120])
    if job.params:
        lines.append(_escaped(describe_params(job.params)))
    return "<br>".join(lines)


def _end_ms(attempt: AttemptRecord, contents: Contents) -> int:
    return contents.status.now_ms if attempt.ended_ms is None else attempt.ended_ms


def _time(ms: int) -> datetime:
    return datetime.fromtimestamp(ms / 1000, UTC).replace(tzinfo=None)


def _short(host: str) -> str:
    name = host.partition(".")[0]
    return name if len(name) <= 16 else f"{name[:15]}…"


def _escaped(text: str) -> str:
    """Plotly takes some tags for markup."""
    return text.replace("<", "&lt;").replace(">", "&gt;")
