"""A study, a fleet and what a doctor found as a person sees them in a terminal."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rich.console import Group, RenderableType
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from hpo.options import printable
from hpo.status import WORKING_PHASES, Status, first_line
from hpo.words import cost_words, describe_params, duration, left_words, phase_words
from storage.records import JobRecord
from storage.states import JobState, Phase

if TYPE_CHECKING:
    from hpo.doctor.finding import Finding
    from hpo.estimate import Sample
    from hpo.roll import Present

MOST_RUNNING = 12
"""So many jobs have a line of their own."""
CHART_WIDTH, CHART_HEIGHT = 78, 9
# With fewer there is no line to draw.
LEAST_CHARTED = 3

MARKS = {
    JobState.SUCCEEDED: "",
    JobState.PRUNED: "pruned",
    JobState.FAILED: "FAILED",
    JobState.CANCELLED: "cancelled",
}

COLOURS = {"ok": "green", "warn": "yellow", "fail": "red", "none": "dim"}


def page(status: Status, epochs: int, *, hint: str = "", chart: bool = True) -> RenderableType:
    """The whole state of a study, for a terminal of 80 columns; `hint` says what a person may do."""
    study = status.study
    head = Text.assemble(
        (study.name, "bold"),
        f"  {phase_words(status)}",
        (f"  {left_words(status)}", "dim"),
        (f"  {hint}", "dim"),
    )
    parts: list[RenderableType] = [head, _bars(status), _scores(status)]
    if (cost := status.cost(*WORKING_PHASES)).device_seconds:
        parts.append(Text(cost_words(cost), style="dim"))
    if chart and (drawn := _chart(status)) is not None:
        parts.append(drawn)
    if status.running:
        parts.append(_running(status, epochs))
    if (more := len(status.running) - MOST_RUNNING) > 0:
        parts.append(Text(f"and {more} more, see `hpo workers {study.name}`", style="dim"))
    failed = [job for job in status.jobs if job.state == JobState.FAILED]
    parts.extend(
        Text(
            f"{job.title} failed: {first_line(job.reason)}",
            style="red",
            no_wrap=True,
            overflow="ellipsis",
        )
        for job in failed[-3:]
    )
    return Group(*parts)


def roll_table(called: "Sequence[Present]", lease_seconds: float) -> RenderableType:
    """The fleet's workers, for a terminal of 80 columns."""
    if not called:
        return Text("no worker is alive")
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    for title in ("host", "pid", "devices", "seen", "at work on"):
        table.add_column(title, overflow="fold")
    for each in called:
        lost = each.silent_seconds > lease_seconds
        seen = f"{duration(each.silent_seconds)} ago{', lost?' if lost else ''}"
        work = [
            f"{study}: {job.title}, epoch {job.epoch}"
            + ("" if job.score is None else f", {job.score:.4f}")
            for study, job in each.holds
        ]
        table.add_row(
            Text(each.worker.host, style="cyan"),
            str(each.worker.pid),
            "\n".join([", ".join(each.worker.slots), *map(_usage_words, each.worker.usage or ())]),
            Text(seen, style="red" if lost else ""),
            Text("\n".join(work) or "-"),
        )
    return table


def _usage_words(usage: Mapping[str, Any]) -> str:
    """What a device does, as briefly as can be; what it does not tell is left out."""
    used, total = usage["memory_used_bytes"], usage["memory_total_bytes"]
    told = (
        (usage["utilisation_percent"], "%"),
        (None if used is None else used / 2**30, f"/{(total or 0) / 2**30:.0f}G"),
        (usage["temperature_celsius"], "°C"),
        (usage["power_watts"], "W"),
    )
    words = [f"{value:.0f}{unit}" for value, unit in told if value is not None]
    return " ".join([usage["device"], *words])


def finding_lines(finding: "Finding") -> Text:
    """What a doctor found, and below it the mend where there is one."""
    colour = COLOURS[finding.grade]
    found, mend = printable(finding.found), printable(finding.mend)
    mended = [(f"\n      mend: {mend}", colour)] if mend else []
    return Text.assemble((f"{finding.grade:5} ", colour), f"{finding.name}: {found}", *mended)


def status_line(status: Status, epochs: int) -> str:
    """The state of a study in one line."""
    running = ", ".join(f"{job.title} at epoch {job.epoch}/{epochs}" for job in status.running)
    done, total = status.done(status.study.phase), status.total(status.study.phase)
    best = f"; best {status.best.score:.4f}" if status.best else ""
    left = left_words(status)
    return (
        f"{status.study.phase} {done}/{total}{best}; {running or 'waiting'}{left and '; ' + left}"
    )


def ending_line(job: JobRecord) -> str:
    """How a job ended, in one line."""
    seconds = ((job.ended_ms or 0) - (job.started_ms or job.ended_ms or 0)) / 1000
    score = "" if job.score is None else f" {job.score:.4f}"
    words = [f"{job.title}:{score}", MARKS[job.state], f"after {job.epoch} epochs, {seconds:.0f} s"]
    if job.state == JobState.FAILED:
        words.append(first_line(job.reason))
    elif job.phase == Phase.SEARCH and job.params:
        words.append(describe_params(job.params))
    return " ".join(word for word in words if word)


def pace_line(sample: "Sample | None") -> str:
    """How fast a configuration trained, in one line; None is one that is not done yet."""
    if sample is None:
        return "  ..."
    return f"  {sample.epoch_seconds:5.2f} s an epoch: {describe_params(sample.params)}"


def _bars(status: Status) -> Table:
    table = Table.grid(padding=(0, 1))
    for phase in WORKING_PHASES:
        counts = status.counts(phase)
        done, total = status.done(phase), status.total(phase)
        marks = [
            f"{counts[state]} {mark}" for state, mark in MARKS.items() if mark and counts[state]
        ]
        style = "bold" if phase == status.study.phase else "dim"
        table.add_row(
            Text(phase.value, style=style),
            ProgressBar(total=max(total, 1), completed=done, width=24),
            f"{done}/{total}",
            Text(", ".join(marks), style="dim"),
        )
    return table


def _scores(status: Status) -> Text:
    baseline, best = status.baseline, status.best
    if best is None:
        return Text("no trial has been completed yet", style="dim")
    text = Text.assemble("best ", (f"{best.score:.4f}", "bold green"), f" ({best.title})")
    if baseline is not None:
        text.append(f"   baseline {baseline.score:.4f}")
    if best.params:
        text.append(f"\n{describe_params(best.params)}", style="dim")
    return text


def _chart(status: Status) -> Text | None:
    """The best score over time, in steps; None while there is too little to draw."""
    best = list(_best_over_time(status))
    if len(best) < LEAST_CHARTED:
        return None
    import plotext

    minutes: list[float] = []
    scores: list[float] = []
    for at, score in best:
        minutes += [at, at]
        scores += [scores[-1] if scores else score, score]
    last_ms = status.study.ended_ms or status.now_ms
    minutes.append(max(best[-1][0], (last_ms - status.began_ms) / 60_000))
    scores.append(scores[-1])
    plotext.clear_figure()
    plotext.theme("clear")
    plotext.plotsize(CHART_WIDTH, CHART_HEIGHT)
    plotext.title("best validation accuracy by minutes")
    plotext.plot(minutes, scores, marker="braille")
    return Text.from_ansi(plotext.build().rstrip())


def _best_over_time(status: Status) -> Iterator[tuple[float, float]]:
    """Each completed trial's end, in minutes since the study began, and the best score until then."""
    best = 0.0
    trials = [
        job
        for job in status.of_phase(Phase.SEARCH)
        if job.state == JobState.SUCCEEDED and job.ended_ms is not None
    ]
    for job in sorted(trials, key=lambda job: job.ended_ms or 0):
        best = max(best, job.score or 0.0)
        yield ((job.ended_ms or 0) - status.began_ms) / 60_000, best


def _running(status: Status, epochs: int) -> Table:
    hosts = status.hosts
    table = Table.grid(padding=(0, 1))
    table.add_column()  # the one that gives way: a long name of a host is cut
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    for job in status.running[:MOST_RUNNING]:
        table.add_row(
            Text(
                hosts.get(job.worker_id or "", "?"), style="cyan", no_wrap=True, overflow="ellipsis"
            ),
            Text(status.devices.get(job.id, ""), style="cyan"),
            job.title,
            ProgressBar(total=epochs, completed=job.epoch, width=20),
            f"{job.epoch}/{epochs}",
            "" if job.score is None else f"{job.score:.4f}",
        )
    return table
