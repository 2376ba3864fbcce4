"""Markdown: tables and entries, and the report without its pictures."""

from collections.abc import Iterable, Iterator

from hpo.formatting import unmarked
from hpo.report import wording
from hpo.report.report_data import Contents
from hpo.result import result_tables
from hpo.result.result_tables import Entry, Table


def write(contents: Contents) -> str:
    """The document with these contents."""
    return "\n\n".join(_blocks(contents)) + "\n"


def table(told: Table) -> str:
    """What stands in a cell stays in it, and is no markup."""
    lines = [told.headings, ["---"] * len(told.headings), *told.rows]
    return "\n".join(f"| {' | '.join(map(unmarked, line))} |" for line in lines)


def verdict(sentence: str) -> str:
    """The sentence that all else is for."""
    return f"**Verdict: {unmarked(sentence)}.**"


def remarks(told: Iterable[Entry]) -> str:
    """Sentences, each behind its label."""
    return "\n".join(f"- **{each.label}:** {unmarked(each.text)}." for each in told)


def entries(told: Iterable[Entry]) -> str:
    """Facts, each behind its label."""
    return "\n".join(f"- {each.label}: {unmarked(each.text)}" for each in told)


def _blocks(contents: Contents) -> Iterator[str]:
    yield f"# Study {unmarked(contents.title)}"
    yield f"**{unmarked(wording.verdict(contents))}.**"
    yield entries(wording.facts(contents))
    if contents.result is not None:
        told = result_tables.of_result(contents.result)
        yield "## Baseline and best"
        yield table(told.scores)
        yield table(told.changes)
        yield remarks(told.remarks)
        yield "## Each class of the holdout"
        yield table(told.classes)
        yield told.of_classes
    elif (told_params := wording.params(contents)).rows:
        yield "## Hyperparameters"
        yield table(told_params)
    if contents.layers:
        yield "## The model"
        yield "\n".join(
            f"1. {unmarked(' '.join((layer.kind, *layer.details)))}"
            + (f", {layer.weights:,} weights" if layer.weights else "")
            + (f", from {' and '.join(map(str, layer.sources))}" if contents.has_branches else "")
            for layer in contents.layers
        )
    yield "## The front" if contents.status.front else "## The best trials of the search"
    yield table(wording.trials(contents))
    if failures := entries(wording.failures(contents)):
        yield "## Failures"
        yield failures
    if (faults := wording.faults(contents)).rows:
        yield "## Faults and resumes"
        yield table(faults)
    yield "## Cost"
    yield table(wording.phases(contents))
    yield "## Where it comes from"
    yield entries(wording.origin(contents))
