"""The live note of a study."""

from dataclasses import replace

from hpo.dashboard import study_note
from hpo.report import markdown
from hpo.result import finished_study, result
from hpo.result.result_tables import of_result
from storage.states import JobState
from tests.support.done import Done
from tests.support.statuses import TRIAL, status_of, trial


def test_a_study_that_runs() -> None:
    """Phase, budget, workers with what they do, best against baseline, and what failed."""
    baseline = trial(0, JobState.SUCCEEDED, score=0.5)
    best = trial(1, JobState.SUCCEEDED, score=0.75)
    failed = trial(2, JobState.FAILED, reason="ValueError: no *layer*\nmore")
    runs = trial(3, JobState.LEASED, device_seconds=360, epoch_seconds=1.0)
    status = status_of(baseline, best, failed, runs, trial(4, JobState.PAUSED))
    text = study_note.write(replace(status, devices={3: "gpu:1"}))
    lines = text.splitlines()
    assert lines[0].startswith("**search**, about ")
    assert (
        "Best of 2 trials **0.7500** (trial 1), baseline 0.5000, on validation, of one seed each: x=0.25"
        in lines
    )
    assert "| search | 3 of 5 | 1 | 1 | 0 | 0 | 1 |" in lines
    assert (
        f"| gpu-node-0123.cluster.example.edu | gpu:1 | trial 3 | 5 | {TRIAL.score:.4f} |" in lines
    )
    assert "cost 0.1 device-hours" in lines
    assert "- trial 2 failed: ValueError: no \\*layer\\*" in lines


def test_a_study_that_has_just_begun() -> None:
    """There is nothing to say of scores yet."""
    assert "No trial has been completed yet." in study_note.write(status_of())


def test_what_violates_a_constraint_is_not_the_best() -> None:
    """Nor is there a best where all do."""
    broken = trial(1, JobState.SUCCEEDED, score=0.9, is_feasible=False)
    text = study_note.write(status_of(trial(0, JobState.SUCCEEDED, score=0.5), broken))
    assert "Best of 1 trials **0.5000** (trial 0)" in text
    text = study_note.write(status_of(broken))
    assert "No trial is feasible: each of 1 completed violates a constraint." in text


def test_many_workers() -> None:
    """Some have a line, the others are counted."""
    running = [trial(number, JobState.LEASED) for number in range(study_note.MOST_RUNNING + 3)]
    lines = study_note.write(status_of(*running)).splitlines()
    assert sum("gpu-node" in line for line in lines) == study_note.MOST_RUNNING
    assert "and 3 more" in lines


def test_the_verdict_at_the_end(toy_done: Done) -> None:
    """With the table that it rests on."""
    found = result.conclude(finished_study.read(toy_done.db, "toy"))
    text = study_note.write(status_of(), found)
    assert markdown.verdict(found.verdict) in text
    assert found.result is not None
    assert markdown.table(of_result(found.result).scores) in text
    assert (
        f"Winner: Study toy: trial {found.result.winner.trial_number} against the baseline" in text
    )


def test_the_end_without_a_verdict() -> None:
    """Why there is none, and the search all the same."""
    best = trial(1, JobState.SUCCEEDED, score=0.75)
    text = study_note.write(status_of(best), result.Conclusion("no verdict: it has no model", None))
    assert "**Verdict: no verdict: it has no model.**" in text
    assert "Best of 1 trials **0.7500**" in text
