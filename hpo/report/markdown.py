"""The report as Markdown: what it tells, without its pictures."""

from collections.abc import Iterator

from hpo.answer import tables
from hpo.report import telling
from hpo.report.story import Story
from hpo.words import unmarked


def write(story: Story) -> str:
    """The document of a story."""
    return "\n\n".join(_blocks(story)) + "\n"


def _blocks(story: Story) -> Iterator[str]:
    yield f"# Study {unmarked(story.title)}"
    yield f"**{unmarked(telling.verdict(story))}.**"
    yield "\n".join(f"- {label}: {number}" for label, number in telling.facts(story))
    result = story.result
    if result is not None:
        yield "## Baseline and best"
        yield tables.markdown_table(tables.SCORES, tables.score_rows(result))
        yield tables.markdown_table(tables.CHANGES, tables.change_rows(result))
        yield "\n".join(
            f"- **{label}:** {unmarked(sentence)}." for label, sentence in tables.remarks(result)
        )
        yield "## Each class of the holdout"
        yield tables.class_table(result)
    else:
        yield "## Hyperparameters"
        yield tables.markdown_table(telling.PARAMETERS, telling.parameter_rows(story))
    if story.layers:
        yield "## The model"
        yield "\n".join(
            f"1. {' '.join((layer.kind, *layer.details))}"
            + (f", {layer.weights:,} weights" if layer.weights else "")
            for layer in story.layers
        )
    yield "## The best trials of the search"
    yield tables.markdown_table(telling.TRIALS, telling.trial_rows(story))
    failed = [f"- {title}: {unmarked(reason)}" for title, reason in telling.failures(story)]
    if failed:
        yield "## Failures"
        yield "\n".join(failed)
    faults = telling.fault_rows(story)
    if faults:
        yield "## Faults and resumes"
        yield tables.markdown_table(telling.FAULTS, faults)
    yield "## Cost"
    yield tables.markdown_table(telling.PHASES, telling.phase_rows(story))
    yield "## Where it comes from"
    yield "\n".join(f"- {label}: {unmarked(words)}" for label, words in telling.origin(story))
