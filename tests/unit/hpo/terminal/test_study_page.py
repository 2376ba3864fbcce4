"""A study as a person watches it."""

from dataclasses import replace
from pathlib import Path

import pytest

from hpo import formatting
from hpo.result import finished_study
from hpo.result.result import Conclusion, conclude
from hpo.result.value_verdict import ValueVerdict
from hpo.statistics.value_verdict import ValueDifference
from hpo.status.study_status import Status, read_status
from hpo.terminal.line_chart import CHART_HEIGHT
from hpo.terminal.study_page import (
    MOST_RUNNING,
    draw_study,
    ending_line,
    status_line,
)
from storage.states import DataSet, Direction, JobState, Phase
from studies.errors import DataUnavailable
from studies.image_classification.study import ImageClassification
from tests.conftest import DEFINITIONS
from tests.support.commandline import command_line
from tests.support.done import Done
from tests.support.statuses import PARAMS, STUDY, WORKER, shown, status_of, trial


@pytest.mark.parametrize(
    ("state", "ended_ms"), [(JobState.PAUSED, None), (JobState.PRUNED, 9_000_000)]
)
def test_how_long_a_trial_was_trained(state: JobState, ended_ms: int | None) -> None:
    """Not how long it waited at a rung, where it may be still."""
    job = trial(3, state, ended_ms=ended_ms, device_seconds=12.4, params=None)
    assert ending_line(STUDY, job) == f"trial 3: 0.6000 {state} after 5 epochs, 12 s"


def test_the_precision_is_told_with_its_reason() -> None:
    """Once it was chosen; a long reason is cut."""
    job = trial(0, JobState.LEASED)
    before = shown(draw_study(status_of(job)))
    reason = "2 times as fast as float32 on NVIDIA H100, at an equal loss"
    chosen = status_of(job, precision="mixed_bfloat16", precision_reason=reason)
    after = shown(draw_study(chosen))
    (line,) = [line for line in after if line not in before]
    assert line == f"mixed_bfloat16: {reason}"


def test_a_page_fits_80_columns() -> None:
    """However long hosts, titles and errors are, each thing has its line; parameters go on in
    the next line, and none is cut."""
    reason = "ValueError: " + "a long story " * 10 + "\nand its traceback"
    counts = [(JobState.PRUNED, 123), (JobState.FAILED, 45), (JobState.CANCELLED, 300)]
    ended = [
        trial(number, state, reason=reason)
        for state, count in counts
        for number in range(1000, 1000 + count)
    ]
    final = {"phase": Phase.FINAL, "generation": 2, "trial_number": 1234}
    running = [
        trial(2000 + index, JobState.LEASED, data_set=data_set, **final)
        for index, data_set in enumerate(DataSet)
    ]
    best = trial(999, JobState.SUCCEEDED, params=PARAMS)
    status = status_of(best, *ended, *running, generation=2, phase=Phase.FINAL, trials=469)
    lines = shown(draw_study(status))
    assert max(map(len, lines)) <= 80
    head, search, _, final_bar, scores, params, more_params, *jobs = lines
    assert head.startswith("toy  final, generation 2")
    assert search.endswith("469/469 123 pruned, 45 FAILED, 300 cancelled")
    assert final_bar.endswith("0/12")
    assert scores == "best of 1 trials 0.6000 (trial 999)   (one seed each)"
    assert f"{params} {more_params}" == formatting.describe_params(PARAMS)
    for line, title in zip(jobs[:2], ("", ", new classes"), strict=True):
        assert line.startswith("gpu-node")
        assert f" final of trial 1234{title} " in line
        assert line.endswith(" 5/20 0.6000")
    assert len(jobs) == 5
    for line in jobs[2:]:
        assert line.startswith("trial 104")
        assert "failed: ValueError: a long story" in line
        assert line.endswith("…")


def test_what_was_given_up_is_not_done() -> None:
    """After a timeout and an extension a bar counts the jobs of the budget; those cancelled before
    they began stand beside it, and in no count of a line."""
    done = [trial(number, JobState.SUCCEEDED) for number in range(3)]
    given_up = [
        trial(number, JobState.CANCELLED, started_ms=None, trial_id=None) for number in (3, 4)
    ]
    status = status_of(*done, *given_up, trial(5, JobState.LEASED), trials=4)
    _, search, *_ = shown(draw_study(status))
    assert search.split()[-3:] == ["3/4", "2", "cancelled"]
    assert status_line(status).startswith("search 3/4; ")


@pytest.mark.parametrize(
    ("halted_ms", "left_ms", "words"),
    [
        (None, None, "waiting for its worker"),
        (None, 5, "no worker is signed on"),
        (5, None, "halted"),
    ],
)
def test_why_nothing_runs(halted_ms: int | None, left_ms: int | None, words: str) -> None:
    """Whoever reads it knows whether it is theirs to do something."""
    status = status_of(trials=4, halted_ms=halted_ms)
    if halted_ms is None:
        before = replace(status, workers=())
        assert status_line(before) == "search 0/4; no worker has signed on yet"
    status = replace(status, workers=(replace(WORKER, left_ms=left_ms),))
    assert status_line(status) == f"search 0/4; {words}"


def test_a_page_shows_what_is_known() -> None:
    """Before any trial was completed there is no score; why a study stopped stands on it, in
    brackets or not."""
    lines = shown(draw_study(status_of(trials=4, select_top=1, final_seeds=2)))
    assert lines[0] == "toy  search"
    assert [line.split()[-1] for line in lines[1:4]] == ["0/4", "0/1", "0/8"]
    assert lines[4:] == ["no trial has been completed yet"]
    baseline = trial(0, JobState.SUCCEEDED, score=0.5)
    failed = trial(2, JobState.FAILED, reason="KeyError: [/layer]")
    stopped = {"phase": Phase.STOPPED, "reason": "the baseline failed: [bold] [/x]\nmore"}
    page = draw_study(status_of(baseline, failed, trial(1, JobState.SUCCEEDED), **stopped))
    lines = shown(page)
    assert lines[0] == "toy  stopped: the baseline failed: [bold] [/x]"
    assert lines[4:] == [
        "best of 2 trials 0.6000 (trial 1)   baseline 0.5000   (one seed each)",
        "x=0.25",
        "trial 2 failed: KeyError: [/layer]",
    ]


def test_what_was_told_beside_the_score() -> None:
    """It stands below the best."""
    best = trial(2, JobState.SUCCEEDED, trial_id=7)
    status = replace(status_of(best), attributes={7: {"loss": 0.25, "ms": 1234.5}})
    assert "beside its score: loss 0.2500, ms 1234.5" in shown(draw_study(status))


def test_a_verdict_by_values_says_both() -> None:
    """What winner and baseline have on the holdout, or with fresh seeds."""
    final = trial(2, JobState.SUCCEEDED, id=9, phase=Phase.FINAL)
    found = ValueDifference(1.5, 2.5, 88, None)
    status = status_of(trial(2, JobState.SUCCEEDED), final)
    for on_holdout, where in ((True, "holdout"), (False, "fresh seeds")):
        told = Conclusion("better", by_values=ValueVerdict("better", found, on_holdout))
        lines = shown(draw_study(status, conclusion=told))
        assert f"winner trial 2  {where} 1.5000, baseline 2.5000" in lines


def test_what_violates_a_constraint_is_marked() -> None:
    """It is counted, and is the best of nothing; where all do, there is no best, which is said."""
    broken = trial(1, JobState.SUCCEEDED, score=0.9, is_feasible=False)
    assert ending_line(STUDY, broken).startswith("trial 1: 0.9000 infeasible after ")
    _, search, *_, best, _ = shown(draw_study(status_of(trial(2, JobState.SUCCEEDED), broken)))
    assert search.endswith(" 1 infeasible")
    assert best == "best of 1 trials 0.6000 (trial 2)   (one seed each)"
    baseline = replace(broken, configuration=0)
    *_, best, _ = shown(draw_study(status_of(trial(2, JobState.SUCCEEDED), baseline)))
    assert "   baseline infeasible   " in best
    none = "no trial is feasible: each of 1 completed violates a constraint"
    for directions in (["maximize"], ["maximize", "minimize"]):
        status = status_of(broken, settings={"directions": directions})
        assert shown(draw_study(status))[-1] == none
        assert none in status_line(status)


def _decided(**changes: object) -> Status:
    """Trial 1 has the highest score of the search, trial 2 is in the final phase."""
    baseline, best, other = (
        trial(number, JobState.SUCCEEDED, score=score, params={"x": number / 10})
        for number, score in enumerate((0.5, 0.8, 0.7))
    )
    final = {"phase": Phase.FINAL, "id": 9, "trial_number": 2}
    compared = trial(2, JobState.SUCCEEDED, **final)
    return status_of(baseline, best, other, compared, **changes)


def test_who_is_compared_with_the_baseline_stands_before_the_best_of_the_search() -> None:
    """From the final phase on."""
    lines = shown(draw_study(_decided(phase=Phase.FINAL)))
    assert lines[4:7] == [
        "winner trial 2",
        "x=0.2",
        "best of 3 trials 0.8000 (trial 1)   baseline 0.5000   (one seed each)",
    ]


def test_a_study_that_is_done_shows_winner_and_verdict(toy_done: Done) -> None:
    """With what both scored on the holdout, in 80 columns."""
    done = finished_study.read(toy_done.db, "toy")
    conclusion = conclude(done)
    found = conclusion.result
    assert found is not None and found.holdout.baseline is not None
    status = read_status(toy_done.db, "toy")
    lines = shown(draw_study(status, conclusion=conclusion))
    best, baseline = found.holdout.winner, found.holdout.baseline
    assert lines[4] == (
        f"winner trial {found.winner.trial_number}  holdout {best.accuracy.mean:.4f},"
        f" baseline {baseline.accuracy.mean:.4f}"
    )
    assert f"Verdict: {conclusion.verdict}" in " ".join(" ".join(lines).split())
    assert any(line.startswith("best of ") for line in lines)
    assert all(len(line) <= 80 for line in lines)


def test_a_study_without_a_verdict_says_why() -> None:
    """No sentence is missing where there is no number."""
    conclusion = Conclusion("no verdict: the winner has no final model", None)
    lines = shown(draw_study(_decided(phase=Phase.DONE), conclusion=conclusion))
    assert lines[4:7] == [
        "winner trial 2", "x=0.2", "Verdict: no verdict: the winner has no final model"
    ]  # fmt: skip


def test_what_is_printed_is_printed_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name in brackets, or between colons, is a name."""

    def prepare(*_: object) -> None:
        raise DataUnavailable("there is none")

    monkeypatch.setattr(ImageClassification, "prepare", prepare)
    file = tmp_path / "mine.py"
    source = (DEFINITIONS / "toy.py").read_text()
    file.write_text(source.replace('name="toy"', 'name="a[/b] :dog:"'))
    shell = command_line(tmp_path, f"sqlite:///{tmp_path}/hpo.db")
    done = shell.invoke("run", str(file), "--name", "x")
    assert (done.exit_code, done.stdout) == (1, "")
    assert "Preparing the data of a[/b] :dog:\n" in done.stderr


def test_what_it_cost() -> None:
    """One short line, as soon as there is anything; energy where it is known."""
    assert not any(line.startswith("cost") for line in shown(draw_study(status_of())))
    trials = [trial(n, JobState.SUCCEEDED, device_seconds=3240) for n in (1, 2)]
    assert "cost 1.8 device-hours" in shown(draw_study(status_of(*trials)))
    metered = replace(trials[0], energy_joules=1.512e6)
    lines = shown(draw_study(status_of(metered, trials[1])))
    assert "cost 1.8 device-hours, 0.42 kWh" in lines


def test_a_halted_study_says_so() -> None:
    """And how it goes on; once it is over there is nothing to go on with."""
    halted = status_of(halted_ms=1)
    assert shown(draw_study(halted))[0].startswith("toy  search, halted (`hpo resume toy` goes on)")
    over = status_of(halted_ms=1, phase=Phase.DONE)
    assert shown(draw_study(over))[0] == "toy  done"


def test_the_best_over_time() -> None:
    """From the third completed trial on, a chart of the best so far, in 80 columns and steps that
    never go down."""
    scores = (0.6, 0.8, 0.7)
    done = [
        trial(number, JobState.SUCCEEDED, score=score, ended_ms=60_000 * (number + 1))
        for number, score in enumerate(scores)
    ]
    lines = shown(draw_study(status_of(*done)))
    title = next(n for n, line in enumerate(lines) if "best validation accuracy by" in line)
    chart = lines[title : title + CHART_HEIGHT]
    assert max(map(len, chart)) <= 80
    assert chart[2].startswith("0.800")
    assert chart[-3].startswith("0.600")
    assert "⠉" in chart[2] or "⠒" in chart[2] or "⣀" in chart[2]
    assert not any("best validation" in line for line in shown(draw_study(status_of(*done[:2]))))
    falling = status_of(*done, metric="mse", direction=Direction.MINIMIZE)
    page = "\n".join(shown(draw_study(falling)))
    assert "best of 3 trials 0.6000 (trial 0)" in page
    assert "best validation mse by minutes" not in page  # the first was the best


def test_a_large_fleet() -> None:
    """A dozen of the jobs that run have a line, with their devices; the others are counted."""
    running = [trial(number, JobState.LEASED) for number in range(20)]
    status = replace(status_of(*running), devices={0: "gpu:3"})
    lines = shown(draw_study(status))
    assert sum(" 5/20 " in line for line in lines) == MOST_RUNNING
    assert any(" gpu:3 " in line and " trial 0 " in line for line in lines)
    assert lines[-1] == "and 8 more, see `hpo workers toy`"


def test_what_must_be_seen_stands_above() -> None:
    """A terminal cuts at the bottom: what a person may do is said in the first line, and a small one
    has no chart."""
    done = [trial(number, JobState.SUCCEEDED) for number in range(5)]
    lines = shown(draw_study(status_of(*done), hint="q quits", chart=False))
    assert lines[0].endswith("q quits")
    assert not any("best validation" in line for line in lines)


def test_what_is_fixed_and_never_asked_for_is_told() -> None:
    """Of an objective, once a trial of it is complete: the name may be misspelt."""
    called = replace(STUDY, settings={"directions": ["maximize"]}, fixed={"dept": 2, "x": 1.0})
    job = trial(1, JobState.SUCCEEDED, params={"x": 1.0, "depth": 2})
    told = "no trial has asked for dept, which is fixed"
    drawn = "\n".join(shown(draw_study(replace(status_of(job), study=called))))
    assert told in drawn
    assert told not in "\n".join(shown(draw_study(replace(status_of(), study=called))))
    assert told not in "\n".join(shown(draw_study(status_of(job))))
