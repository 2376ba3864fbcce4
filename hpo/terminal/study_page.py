"""A study as a person watches it in a terminal: as a page, and in lines."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rich.console import Group, RenderableType
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from hpo.formatting import (
    cost_words,
    describe_params,
    first_line,
    fixed_words,
    left_words,
    limit_words,
    phase_words,
    precision_words,
    score_words,
    scores_words,
    search_words,
    source_words,
)
from hpo.status.study_status import WORKING_PHASES, Status
from hpo.terminal.line_chart import LEAST_CHARTED, draw_line
from storage.records import JobRecord, StudyRecord
from storage.states import JobState, Phase, Sampler

if TYPE_CHECKING:
    from hpo.result.result import Conclusion

MOST_RUNNING = 12
"""So many jobs have a line of their own."""
MOST_ON_FRONT = 12

MARKS = {
    JobState.SUCCEEDED: "",
    JobState.PAUSED: "paused",
    JobState.PRUNED: "pruned",
    JobState.DIVERGED: "diverged",
    JobState.FAILED: "FAILED",
    JobState.CANCELLED: "cancelled",
}
INFEASIBLE = "infeasible"
"""Of one that is complete, and violates a constraint."""


def draw_study(
    status: Status,
    *,
    hint: str = "",
    chart: bool = True,
    conclusion: "Conclusion | None" = None,
) -> RenderableType:
    """The whole state of a study, for a terminal of 80 columns; `hint` says what a person may do, and
    `conclusion` what came of one that is done."""
    study = status.study
    head = Text.assemble(
        (study.name, "bold"),
        f"  {phase_words(study)}",
        (f"  {left_words(study, status.seconds_left)}", "dim"),
        (f"  {hint}", "dim"),
    )
    parts: list[RenderableType] = [head, _bars(status)]
    if status.winner is not None:
        parts.append(_winner(status.winner, conclusion))
    parts.append(_scores(status))
    if (cost := status.cost(*WORKING_PHASES)).device_seconds:
        parts.append(Text(cost_words(cost), style="dim"))
    if names := ", ".join(status.never_asked):
        parts.append(
            Text(f"no trial has asked for {names}, which is fixed: is it called so?", "red")
        )
    for words in filter(None, (source_words(study), fixed_words(study), precision_words(study))):
        parts.append(Text(words, style="dim", no_wrap=True, overflow="ellipsis"))
    if chart and (drawn := _chart(status)) is not None:
        parts.append(drawn)
    if status.running:
        parts.append(_running(status))
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


def status_line(status: Status) -> str:
    """The state of a study in one line."""
    study = status.study
    running = ", ".join(f"{job.title} at {_stand(study, job)}" for job in status.running)
    done, total = status.done(study.phase), status.total(study.phase)
    best = ""
    if status.best is None and status.infeasible:
        best = f"; {status.no_best_words}"
    elif status.best is not None:
        score = score_words(status.best.score or 0.0)
        best = (
            f"; {len(status.front)} on the front"
            if study.has_front
            else f"; best of the search {score}"
        )
    left = left_words(study, status.seconds_left)
    return (
        f"{study.phase} {done}/{total}{best}; {running or _why_idle(status)}{left and '; ' + left}"
    )


def _stand(study: StudyRecord, job: JobRecord) -> str:
    return f"step {job.epoch}" if study.is_called else f"epoch {job.epoch}/{study.epochs}"


def _why_idle(status: Status) -> str:
    if status.study.halted_ms is not None:
        return "halted"
    if not status.workers:
        return "no worker has signed on yet"
    is_manned = any(worker.left_ms is None for worker in status.workers)
    return "waiting for its worker" if is_manned else "no worker is signed on"


def ending_line(study: StudyRecord, job: JobRecord) -> str:
    """How a job ended, or where it pauses, in one line."""
    # Of one that paused, what it was trained altogether: it may have waited for hours.
    since_claimed = ((job.ended_ms or 0) - (job.started_ms or 0)) / 1000 if job.ended_ms else 0
    seconds = job.device_seconds or since_claimed
    score = f" {scores_words(job)}".rstrip()
    stand = f"{job.epoch} epochs, " if study.epochs else f"step {job.epoch}, " if job.epoch else ""
    words = [
        f"{job.title}:{score}",
        MARKS[job.state] or ("" if job.is_feasible else INFEASIBLE),
        f"after {stand}{seconds:.0f} s",
    ]
    if job.state == JobState.FAILED:
        words.append(first_line(job.reason))
    elif job.phase == Phase.SEARCH and job.params:
        words.append(describe_params(job.params))
    return " ".join(word for word in words if word)


def _bars(status: Status) -> Table:
    table = Table.grid(padding=(0, 1))
    for phase in WORKING_PHASES:
        counts = status.counts(phase)
        done, total = status.done(phase), status.total(phase)
        if not total:
            continue
        marks = [
            f"{counts[state]} {mark}" for state, mark in MARKS.items() if mark and counts[state]
        ]
        if phase == Phase.SEARCH:
            if status.infeasible:
                marks.insert(0, f"{len(status.infeasible)} {INFEASIBLE}")
            is_usual = status.study.sampler is Sampler.TPE
            marks += limit_words(status.study) if is_usual else [search_words(status.study)]
        style = "bold" if phase == status.study.phase else "dim"
        table.add_row(
            Text(phase.value, style=style),
            ProgressBar(total=max(total, 1), completed=done, width=24),
            f"{done}/{total}",
            Text(", ".join(marks), style="dim"),
        )
    return table


def _winner(winner: JobRecord, conclusion: "Conclusion | None") -> Text:
    """What is compared with the baseline, and how that came out."""
    text = Text.assemble("winner ", (winner.title, "bold green"))
    result = None if conclusion is None else conclusion.result
    if result is not None:
        best, baseline = result.holdout.winner, result.holdout.baseline
        text.append(f"  holdout {best.accuracy.mean:.4f}")
        if baseline is not None:
            text.append(f", baseline {baseline.accuracy.mean:.4f}")
    by_values = None if conclusion is None else conclusion.by_values
    if by_values is not None:
        where = "holdout" if by_values.on_holdout else "fresh seeds"
        told = by_values.found
        text.append(f"  {where} {score_words(told.winner)}, baseline {score_words(told.baseline)}")
    if winner.params:
        text.append(f"\n{describe_params(winner.params)}", style="dim")
    if conclusion is not None:
        text.append(f"\nVerdict: {conclusion.verdict}", style="bold")
    return text


def _scores(status: Status) -> Text:
    """What the search found; beside its winner it is no more than where that came from."""
    baseline, best, winner = status.baseline, status.best, status.winner
    if best is None:
        return Text(status.no_best_words, style="bold red" if status.infeasible else "dim")
    if status.study.has_front:
        return _front(status)
    # The highest of many flatters: it is not said without how many they were.
    text = Text.assemble(
        f"best of {len(status.feasible)} trials ",
        (score_words(best.score or 0.0), "" if winner else "bold green"),
        f" ({best.title})",
    )
    if baseline is not None:
        told = score_words(baseline.score or 0.0) if baseline.is_feasible else INFEASIBLE
        text.append(f"   baseline {told}")
    text.append("   (one seed each)", style="dim")
    if best.params and winner is None:
        text.append(f"\n{describe_params(best.params)}", style="dim")
    if kept := status.attributes.get(best.trial_id or 0):
        words = ", ".join(f"{name} {score_words(value)}" for name, value in kept.items())
        text.append(f"\nbeside its score: {words}", style="dim")
    return text


def _front(status: Status) -> Text:
    """The trials of which none is the best."""
    front, among = status.front, len(status.feasible)
    ways = ", ".join(status.study.directions)
    text = Text.assemble((f"front: {len(front)} of {among} trials", "bold green"), f" ({ways})")
    for job in front[:MOST_ON_FRONT]:
        text.append(f"\n{job.title}  {scores_words(job)}")
        text.append(f"  {describe_params(job.params or {})}", style="dim")
    if (more := len(front) - MOST_ON_FRONT) > 0:
        text.append(f"\nand {more} more, see `hpo report {status.study.name}`", style="dim")
    return text


def _chart(status: Status) -> Text | None:
    """The best score over time, in steps; None while there is too little to draw, or a flat line, or none is
    the best."""
    if status.study.has_front:
        return None
    best = list(_best_over_time(status))
    if len(best) < LEAST_CHARTED or best[0][1] == best[-1][1]:
        return None
    minutes: list[float] = []
    scores: list[float] = []
    for at, score in best:
        minutes += [at, at]
        scores += [scores[-1] if scores else score, score]
    last_ms = status.study.ended_ms or status.now_ms
    minutes.append(max(best[-1][0], (last_ms - status.began_ms) / 60_000))
    scores.append(scores[-1])
    return draw_line(f"best {status.study.metric} by minutes", minutes, scores)


def _best_over_time(status: Status) -> Iterator[tuple[float, float]]:
    """The end of each feasible trial, in minutes since the study began, and the best score until then."""
    scores: list[float] = []
    for job in sorted(status.feasible, key=lambda job: job.ended_ms or 0):
        best = status.study.direction.best([*scores[-1:], job.score or 0.0])
        assert best is not None, "of one or two"
        scores.append(best)
        yield ((job.ended_ms or 0) - status.began_ms) / 60_000, best


def _running(status: Status) -> Table:
    hosts, epochs = status.hosts, status.study.epochs
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
            "" if epochs is None else ProgressBar(total=epochs, completed=job.epoch, width=20),
            f"step {job.epoch}" if epochs is None else f"{job.epoch}/{epochs}",
            "" if job.score is None else score_words(job.score),
        )
    return table
