"""Results, the fleet, and what a doctor found, as a person sees them in a terminal."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from hpo.formatting import describe_params, duration, score_words, scores_words
from storage.states import Phase

if TYPE_CHECKING:
    from hpo.doctor.finding import Finding
    from hpo.result import result_tables
    from hpo.status.fleet_status import Present
    from hpo.status.study_list import Listed
    from hpo.status.study_status import Status
    from storage.records import WorkerRecord

COLOURS = {"ok": "green", "warn": "yellow", "fail": "red", "none": "dim"}


def draw_result(told: "result_tables.ResultRows") -> Group:
    """All of a result; it fits a console of 80 columns, and any wider one."""
    remarks = Table.grid(padding=(0, 2, 0, 0))
    remarks.add_column(no_wrap=True, style="bold")
    remarks.add_column()
    for remark in told.remarks:
        remarks.add_row(remark.label, Text(remark.text))
    return _spaced(
        Text(told.title, style="bold"),
        _table(told.scores),
        _table(told.changes),
        _verdict(told.verdict),
        remarks,
    )


def draw_head_to_head(told: "result_tables.HeadToHeadRows") -> Group:
    """Two studies' winners side by side."""
    caution = [] if told.caution is None else [Text(told.caution)]
    return _spaced(_table(told.scores), _table(told.params), _verdict(told.verdict), *caution)


def draw_workers(called: "Sequence[Present]", lease_seconds: float) -> RenderableType:
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
            + ("" if job.score is None else f", {score_words(job.score)}")
            for study, job in each.holds
        ]
        table.add_row(
            Text.assemble((each.worker.host, "cyan"), (_engine_words(each.worker), "dim")),
            str(each.worker.pid),
            "\n".join([", ".join(each.worker.slots), *map(_usage_words, each.worker.usage or ())]),
            Text(seen, style="red" if lost else ""),
            Text("\n".join(work) or "-"),
        )
    return table


def _engine_words(worker: "WorkerRecord") -> str:
    engine = worker.provenance.get("engine")
    return f"\n{engine}" if engine else ""


def draw_list(listed: "Sequence[Listed]", now_ms: int) -> RenderableType:
    """All studies, in a line each."""
    if not listed:
        return Text("there is no study yet, `hpo run` or `hpo create` makes one")
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    for title in ("study", "definition", "phase", "trials", "best", "created"):
        table.add_column(title, overflow="fold")
    for each in listed:
        study = each.study
        table.add_row(
            Text(study.name, style="cyan"),
            "" if study.definition == study.name else Text(study.definition),
            "halted"
            if study.halted_ms is not None and not study.phase.is_over
            else study.phase.value,
            f"{each.ended}/{study.trials}",
            "-" if each.best_score is None else score_words(each.best_score),
            f"{duration((now_ms - study.created_ms) / 1000)} ago",
        )
    return table


def draw_facts(facts: Iterable[tuple[str, str]]) -> RenderableType:
    """What something is, each with a word of what that is."""
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    for of_what, words in facts:
        table.add_row(of_what, Text(words))
    return table


def draw_trials(status: "Status") -> RenderableType:
    """The trials of a study that were begun, by number."""
    begun = [job for job in status.of_phase(Phase.SEARCH) if job.trial_number is not None]
    if not begun:
        return Text("no trial has begun yet")
    study = status.study
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    for title in ("trial", study.metric, "state", study.unit, "parameters"):
        table.add_column(title, overflow="fold")
    for job in sorted(begun, key=lambda job: job.trial_number or 0):
        state = job.state.value if job.is_feasible else f"{job.state.value}, infeasible"
        words = describe_params(job.params or {})
        told = str(job.trial_number), scores_words(job) or "-", state, str(job.epoch), words
        table.add_row(*map(Text, told), style="bold green" if job is status.best else "")
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


def draw_finding(finding: "Finding") -> Text:
    """What a doctor found, and below it the mend where there is one."""
    colour = COLOURS[finding.grade]
    mended = [(f"\n      mend: {finding.mend}", colour)] if finding.mend else []
    return Text.assemble(
        (f"{finding.grade:5} ", colour), f"{finding.name}: {finding.found}", *mended
    )


def _spaced(*parts: RenderableType) -> Group:
    return Group(*(line for part in parts for line in (part, Text())))


def _verdict(sentence: str) -> Text:
    return Text(f"Verdict: {sentence}", style="bold")


def _table(told: "result_tables.Table") -> Table:
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0))
    for heading in told.headings:
        table.add_column(heading)
    for cells in told.rows:
        # As Text, because a name in brackets would be taken for markup.
        table.add_row(*(Text(cell) for cell in cells))
    return table
