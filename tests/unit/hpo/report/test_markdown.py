"""The report as Markdown."""

from dataclasses import replace

from hpo.report import markdown
from hpo.report.model_diagram import Layer
from hpo.report.report_data import Contents
from hpo.result.result_tables import Entry, Table, of_result
from storage.states import AttemptState, JobState


def test_what_it_tells(contents: Contents) -> None:
    """The verdict first, then the tables, the search, the cost and where it comes from."""
    assert contents.result is not None
    text = markdown.write(contents)
    lines = text.splitlines()
    assert lines[0] == "# Study toy"
    assert contents.result.verdict[1:] in lines[2]
    assert markdown.table(of_result(contents.result).scores) in text
    headings = [line for line in lines if line.startswith("## ")]
    assert "sampler tpe, pruner halving after 2 and 4 epochs" in text
    assert "None" not in text
    assert headings == [
        "## Baseline and best", "## Each class of the holdout", "## The best trials of the search",
        "## Cost", "## Where it comes from",
    ]  # fmt: skip


def test_what_violates_a_constraint_is_marked(contents: Contents) -> None:
    """Behind all that do not; where all do, there is no best, which is said."""
    changed = replace(contents, finished=None, conclusion=None)
    first, *_ = contents.status.feasible
    for infeasible in ([first], contents.status.feasible):
        known = {job.id for job in infeasible}
        jobs = (replace(job, is_feasible=job.id not in known) for job in contents.status.jobs)
        status = replace(contents.status, jobs=tuple(jobs))
        best = status.best
        text = markdown.write(replace(changed, status=status, best=best))
        rows = [line for line in text.splitlines() if line.startswith("| ") and " x=" in line]
        assert [" (infeasible) |" in row for row in rows] == (
            [False] * len(status.feasible) + [True] * len(status.infeasible)
        )
        assert f"- infeasible: {len(infeasible)}\n" in text
        assert ("- best, validation, one seed: none is feasible\n" in text) is (best is None)


def test_what_an_objective_kept_has_columns(contents: Contents) -> None:
    """Beside the value; a trial that kept nothing of that name has a dash there."""
    first, second, *_ = contents.status.feasible
    assert first.trial_id is not None and second.trial_id is not None
    kept = {first.trial_id: {"recall": 0.25, "size": 3.0}, second.trial_id: {"size": 4.0}}
    text = markdown.write(replace(contents, status=replace(contents.status, attributes=kept)))
    lines = text.splitlines()
    table = lines.index(
        "| trial | validation accuracy | recall | size | epochs | device time | hyperparameters |"
    )
    rows = [line.split(" | ")[2:4] for line in lines[table + 2 : table + 4]]
    assert rows == [["0.2500", "3.0000"], ["-", "4.0000"]]


def test_models_failures_and_faults(contents: Contents) -> None:
    """They have their place where there are any; what went on says from where."""
    first, second, *others = contents.attempts
    lost = replace(first, state=AttemptState.LOST, reason="the plug\nwas pulled")
    resumed = replace(
        second, job_id=first.job_id, worker_id=first.worker_id, began_epoch=3,
        began_ms=first.began_ms + 1,
    )  # fmt: skip
    failed = replace(
        contents.status.jobs[-1], state=JobState.FAILED, reason="ValueError: *no*\nmore"
    )
    changed = replace(
        contents,
        attempts=[lost, resumed, *others],
        status=replace(contents.status, jobs=(*contents.status.jobs[:-1], failed)),
        layers=(
            Layer("Dense", ("64 units", "relu"), (8,), 576, ()),
            Layer("<b>", (), None, 0, (1,)),
        ),
    )
    text = markdown.write(changed)
    assert "1. Dense 64 units relu, 576 weights\n1. \\<b>\n" in text
    assert f"- {failed.title}: ValueError: \\*no\\*\n" in text
    (fault,) = [line for line in text.splitlines() if "lost: the plug" in line]
    assert fault.endswith("| lost: the plug | resumed after epoch 3 |")


def test_a_table_is_one_whatever_its_cells_hold() -> None:
    """What ends a cell or a line elsewhere stays in its cell, and what is markup is none."""
    told = Table(("name", "value"), (("a|b", "two\nlines"), ("", "<img src=x>")))
    assert markdown.table(told).splitlines() == [
        "| name | value |",
        "| --- | --- |",
        "| a\\|b | two lines |",
        "|  | \\<img src=x> |",
    ]


def test_what_others_said_is_no_markup() -> None:
    """In a remark, in a fact, and in the verdict."""
    told = [Entry("Lost", "a <b>bold</b> *reason*")]
    assert markdown.remarks(told) == "- **Lost:** a \\<b>bold\\</b> \\*reason\\*."
    assert markdown.entries(told) == "- Lost: a \\<b>bold\\</b> \\*reason\\*"
    assert markdown.verdict("*better*") == "**Verdict: \\*better\\*.**"
