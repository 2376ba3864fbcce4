"""The live note of a study, as Markdown."""

from collections.abc import Iterator

from hpo.answer import tables
from hpo.answer.result import Result
from hpo.status import WORKING_PHASES, Status, first_line
from hpo.words import cost_words, describe_params, left_words, phase_words, unmarked
from storage.records import JobRecord
from storage.states import JobState, Phase

PROGRESS = ("phase", "done", "running", "pruned", "failed")
WORKERS = ("worker", "device", "training", "epoch", "accuracy")
MOST_RUNNING = 20
MOST_FAILURES = 5


def write(status: Status, result: Result | None = None) -> str:
    """The note of a study as it stands; with its result at the end."""
    return "\n\n".join(_blocks(status, result)) + "\n"


def _blocks(status: Status, result: Result | None) -> Iterator[str]:
    left = left_words(status)
    yield f"**{unmarked(phase_words(status))}**{f', {left}' if left else ''}"
    if result is not None:
        yield f"**Verdict: {unmarked(result.verdict)}.**"
        yield tables.markdown_table(tables.SCORES, tables.score_rows(result))
        yield tables.markdown_table(tables.CHANGES, tables.change_rows(result))
    elif status.best is not None:
        yield _best(status.best, status.baseline)
    else:
        yield "No trial has been completed yet."
    yield tables.markdown_table(PROGRESS, [_progress(status, phase) for phase in WORKING_PHASES])
    if status.running:
        yield tables.markdown_table(WORKERS, list(_running(status)))
    if (more := len(status.running) - MOST_RUNNING) > 0:
        yield f"and {more} more"
    cost = status.cost(*WORKING_PHASES)
    if cost.device_seconds:
        yield cost_words(cost)
    failed = [job for job in status.jobs if job.state == JobState.FAILED]
    if failed:
        yield "\n".join(
            f"- {job.title} failed: {unmarked(first_line(job.reason))}"
            for job in failed[-MOST_FAILURES:]
        )


def _best(best: JobRecord, baseline: JobRecord | None) -> str:
    words = f"Best so far **{best.score:.4f}** ({best.title})"
    if baseline is not None:
        words += f", baseline {baseline.score:.4f}"
    return f"{words}: {unmarked(describe_params(best.params or {}))}"


def _progress(status: Status, phase: Phase) -> list[str]:
    counts = status.counts(phase)
    done = f"{status.done(phase)} of {status.total(phase)}"
    counted = (JobState.LEASED, JobState.PRUNED, JobState.FAILED)
    return [phase.value, done, *(str(counts[state]) for state in counted)]


def _running(status: Status) -> Iterator[list[str]]:
    hosts = status.hosts
    for job in status.running[:MOST_RUNNING]:
        yield [
            hosts.get(job.worker_id or "", "?"),
            status.devices.get(job.id, "?"),
            job.title,
            str(job.epoch),
            "-" if job.score is None else f"{job.score:.4f}",
        ]
