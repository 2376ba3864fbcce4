"""A trial as a person sees it in a terminal."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from hpo.formatting import cost_words, duration, first_line, score_words, scores_words
from hpo.status.trial_details import TrialDetails
from hpo.terminal.line_chart import LEAST_CHARTED, draw_line
from storage.records import AttemptRecord, JobRecord
from storage.states import AttemptState, JobState

MOST_REPORTS = 10
"""So many are told one by one."""


def draw_trial(details: TrialDetails, *, chart: bool = True) -> RenderableType:
    """All that is known of it, for a terminal of 80 columns; with a `chart` of what it reported, where
    there is a line to draw."""
    study, job = details.study, details.job
    state = str(job.state) if job.is_feasible else f"{job.state}, infeasible"
    colour = {JobState.SUCCEEDED: "green", JobState.FAILED: "red"}.get(job.state, "")
    score = ""
    if job.score is not None:
        last = "" if job.state == JobState.SUCCEEDED else "last "
        score = f"  {last}{study.metric} {scores_words(job)}"
    head = Text.assemble((f"{study.name}, {job.title}", "bold"), (f"  {state}", colour), score)
    parts: list[RenderableType] = [head]
    if job.params:
        parts.append(_params(job.params, study.baseline))
    for title, kept in (
        ("kept", _kept_words(details.attributes)),
        ("constraints", _constraint_words(details.constraints)),
    ):
        if kept:
            parts.append(Text.assemble((f"{title}: ", "dim"), kept))
    parts.extend(_reports(details, chart=chart))
    parts.append(Group(*(_training(details, training) for training in details.trainings)))
    if (cost := details.cost).device_seconds:
        parts.append(Text(cost_words(cost), style="dim"))
    if job.reason and job.state == JobState.FAILED:
        parts.append(Text(_where(job.reason), style="red"))
    elif job.reason and job.state.is_final:  # else it is of an attempt, which says so
        parts.append(Text(first_line(job.reason)))
    return Group(*_spaced(parts))


def attempt_words(details: TrialDetails, attempt: AttemptRecord) -> str:
    """Where and when it was, and how it ended, in a line."""
    began = datetime.fromtimestamp(attempt.began_ms / 1000, UTC)
    words = [details.place(attempt), f"{began:%Y-%m-%d %H:%M:%S} UTC"]
    if attempt.ended_ms is not None:
        words.append(f"for {duration((attempt.ended_ms - attempt.began_ms) / 1000)}")
    if attempt.began_epoch:
        words.append(f"from {details.study.unit} {attempt.began_epoch}")
    words.append(_ending(details, attempt))
    return ", ".join(words)


def _ending(details: TrialDetails, attempt: AttemptRecord) -> str:
    match attempt.state:
        case AttemptState.RUNNING:
            return "runs"
        case AttemptState.ENDED:
            job = next(job for job in details.trainings if job.id == attempt.job_id)
            return str(job.state)
        case AttemptState.LEFT:
            return "left: given back"
        case state:
            return f"{state}: {first_line(attempt.reason)}" if attempt.reason else str(state)


def _where(reason: str) -> str:
    """A reason without its first line, where a traceback follows that ends in the same."""
    _, mark, traceback = reason.partition("\nTraceback ")
    return (mark + traceback if mark else reason).strip()


def _params(params: Mapping[str, Any], baseline: Mapping[str, Any]) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    table.add_column("parameter")
    table.add_column("value", overflow="fold")
    if baseline:
        table.add_column("baseline", overflow="fold")
    for name, value in params.items():
        cells = [Text(name), Text(str(value))]
        if baseline:
            known = baseline.get(name, "-")
            cells.append(Text(str(known), style="dim" if known == value else ""))
        table.add_row(*cells)
    return table


def _kept_words(attributes: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} {_value_words(value)}" for name, value in attributes.items())


def _value_words(value: Any) -> str:
    return score_words(value) if isinstance(value, float) else str(value)


def _constraint_words(constraints: Mapping[str, float]) -> str:
    return ", ".join(
        f"{name} {score_words(value)}{' (violated)' if value > 0 else ''}"
        for name, value in constraints.items()
    )


def _reports(details: TrialDetails, *, chart: bool) -> Iterable[RenderableType]:
    """As a line, or one by one; of many the last ones."""
    reports, study = details.reports, details.study
    if not reports:
        return
    title = f"{study.metric} by {study.unit}"
    if chart and len(reports) >= LEAST_CHARTED and len(set(reports.values())) > 1:
        yield draw_line(title, list(reports), list(reports.values()), whole_x=True)
        return
    last = list(reports.items())[-MOST_REPORTS:]
    told = ", ".join(f"{step}: {score_words(score)}" for step, score in last)
    dots = "... " if len(last) < len(reports) else ""
    yield Text.assemble((f"{title}: ", "dim"), f"{dots}{told}")


def _training(details: TrialDetails, job: JobRecord) -> RenderableType:
    """One of its trainings: what came of it, and a line for each attempt."""
    score = f" {scores_words(job)}" if job.score is not None else ""
    head = f"{job.phase}{', new classes' if job.data_set == 'new' else ''}, seed {job.seed}: {job.state}{score}"
    lines = [Text(head)]
    lines += [
        Text(f"  {attempt_words(details, each)}", style="dim") for each in details.attempts_at(job)
    ]
    return Group(*lines)


def _spaced(parts: list[RenderableType]) -> Iterable[RenderableType]:
    for at, part in enumerate(parts):
        if at:
            yield Text()
        yield part
