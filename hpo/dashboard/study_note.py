"""The live note of a study, as Markdown."""

from collections.abc import Iterator

from hpo.formatting import (
    cost_words,
    describe_params,
    first_line,
    fixed_words,
    left_words,
    phase_words,
    precision_words,
    score_words,
    source_words,
    unmarked,
)
from hpo.report import markdown
from hpo.result import result_tables
from hpo.result.result import Conclusion
from hpo.result.result_tables import Table
from hpo.status.study_status import WORKING_PHASES, Status
from storage.states import JobState

MOST_RUNNING = 20
MOST_FAILURES = 5
IMPORTANCE = (
    '"Hyperparameter Importance" is PED-ANOVA\'s: it looks at what sets the best tenth of the completed'
    " trials apart from all of them, and not at how much their values change."
)
"""Of a plot that optuna-dashboard draws itself."""


def write(status: Status, conclusion: Conclusion | None = None) -> str:
    """The note of a study as it stands; with what came of it at the end."""
    return "\n\n".join(_blocks(status, conclusion)) + "\n"


def _blocks(status: Status, conclusion: Conclusion | None) -> Iterator[str]:
    left = left_words(status.study, status.seconds_left)
    yield f"**{unmarked(phase_words(status.study))}**{f', {left}' if left else ''}"
    if conclusion is not None:
        yield markdown.verdict(conclusion.verdict)
    if conclusion is not None and conclusion.result is not None:
        told = result_tables.of_result(conclusion.result)
        yield f"Winner: {unmarked(told.title)}. What the search alone had ranked best may be another."
        yield markdown.table(told.scores)
        yield markdown.table(told.changes)
    elif status.winner is not None and conclusion is not None:
        params = unmarked(describe_params(status.winner.params or {}))
        yield f"Winner: {status.winner.title}: {params}. What the search alone had ranked best may be another."
    elif status.best is not None:
        yield _best(status)
    else:
        yield f"{status.no_best_words.capitalize()}."
    yield markdown.table(_progress(status))
    if status.running:
        yield markdown.table(_running(status))
    if (more := len(status.running) - MOST_RUNNING) > 0:
        yield f"and {more} more"
    cost = status.cost(*WORKING_PHASES)
    if cost.device_seconds:
        yield cost_words(cost)
    study = status.study
    for words in filter(None, (source_words(study), fixed_words(study), precision_words(study))):
        yield unmarked(words)
    if status.best is not None:
        yield IMPORTANCE
    failed = [job for job in status.jobs if job.state == JobState.FAILED]
    if failed:
        yield "\n".join(
            f"- {job.title} failed: {unmarked(first_line(job.reason))}"
            for job in failed[-MOST_FAILURES:]
        )


def _best(status: Status) -> str:
    best, baseline = status.best, status.baseline
    assert best is not None, "asked for where there is one"
    among = len(status.feasible)
    if status.study.has_front:
        return f"**{len(status.front)}** of {among} trials are on the front: no other beats them in all values."
    words = f"Best of {among} trials **{score_words(best.score or 0.0)}** ({best.title})"
    if baseline is not None:
        words += f", baseline {score_words(baseline.score or 0.0)}"
        words += "" if baseline.is_feasible else " (infeasible)"
    where = "of one call each" if status.study.is_called else "on validation, of one seed each"
    return f"{words}, {where}: {unmarked(describe_params(best.params or {}))}"


def _progress(status: Status) -> Table:
    counted = {
        "running": JobState.LEASED,
        "paused": JobState.PAUSED,
        "pruned": JobState.PRUNED,
        "diverged": JobState.DIVERGED,
        "failed": JobState.FAILED,
    }
    phases = []
    for phase in WORKING_PHASES:
        counts = status.counts(phase)
        done = f"{status.done(phase)} of {status.total(phase)}"
        phases.append((phase.value, done, *(str(counts[state]) for state in counted.values())))
    return Table(("phase", "done", *counted), tuple(phases))


def _running(status: Status) -> Table:
    hosts = status.hosts
    return Table(
        ("worker", "device", "training", status.study.unit, status.study.metric),
        tuple(
            (
                hosts.get(job.worker_id or "", "?"),
                status.devices.get(job.id, "?"),
                job.title,
                str(job.epoch),
                "-" if job.score is None else score_words(job.score),
            )
            for job in status.running[:MOST_RUNNING]
        ),
    )
