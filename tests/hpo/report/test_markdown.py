"""The report as Markdown."""

from dataclasses import replace

from hpo.answer import tables
from hpo.report import markdown
from hpo.report.diagram import Layer
from hpo.report.story import Story
from storage.states import AttemptState, JobState


def test_what_it_tells(story: Story) -> None:
    """The verdict first, then the tables, the search, the cost and where it comes from."""
    assert story.result is not None
    text = markdown.write(story)
    lines = text.splitlines()
    assert lines[0] == "# Study toy"
    assert story.result.verdict[1:] in lines[2]
    assert tables.markdown_table(tables.SCORES, tables.score_rows(story.result)) in text
    headings = [line for line in lines if line.startswith("## ")]
    assert headings == [
        "## Baseline and best", "## Each class of the holdout", "## The best trials of the search",
        "## Cost", "## Where it comes from",
    ]  # fmt: skip


def test_models_failures_and_faults(story: Story) -> None:
    """They have their place where there are any; what went on says from where."""
    first, second, *others = story.attempts
    lost = replace(first, state=AttemptState.LOST, reason="the plug\nwas pulled")
    resumed = replace(
        second, job_id=first.job_id, worker_id=first.worker_id, began_epoch=3,
        began_ms=first.began_ms + 1,
    )  # fmt: skip
    failed = replace(story.status.jobs[-1], state=JobState.FAILED, reason="ValueError: *no*\nmore")
    changed = replace(
        story,
        attempts=[lost, resumed, *others],
        status=replace(story.status, jobs=(*story.status.jobs[:-1], failed)),
        layers=(Layer("Dense", ("64 units", "relu"), (8,), 576), Layer("Flatten", (), None, 0)),
    )
    text = markdown.write(changed)
    assert "1. Dense 64 units relu, 576 weights\n1. Flatten\n" in text
    assert f"- {failed.title}: ValueError: \\*no\\*\n" in text
    (fault,) = [line for line in text.splitlines() if "lost: the plug" in line]
    assert fault.endswith("| lost: the plug | resumed after epoch 3 |")
