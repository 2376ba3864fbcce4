"""The live note of a study."""

from dataclasses import replace

from hpo.answer import finish, result, tables
from hpo.dashboard import note
from storage.states import JobState
from tests.hpo.done import Done
from tests.hpo.statuses import TRIAL, status_of, trial


def test_a_study_that_runs() -> None:
    """Phase, budget, workers with what they do, best against baseline, and what failed."""
    baseline = trial(0, JobState.SUCCEEDED, score=0.5)
    best = trial(1, JobState.SUCCEEDED, score=0.75)
    failed = trial(2, JobState.FAILED, reason="ValueError: no *layer*\nmore")
    status = status_of(baseline, best, failed, trial(3, JobState.LEASED, device_seconds=360))
    text = note.write(replace(status, devices={3: "gpu:1"}))
    lines = text.splitlines()
    assert lines[0].startswith("**search**, about ")
    assert "Best so far **0.7500** (trial 1), baseline 0.5000: x=0.25" in lines
    assert "| search | 3 of 4 | 1 | 0 | 1 |" in lines
    assert (
        f"| gpu-node-0123.cluster.example.edu | gpu:1 | trial 3 | 5 | {TRIAL.score:.4f} |" in lines
    )
    assert "cost 0.1 device-hours" in lines
    assert "- trial 2 failed: ValueError: no \\*layer\\*" in lines


def test_a_study_that_has_just_begun() -> None:
    """There is nothing to say of scores yet."""
    assert "No trial has been completed yet." in note.write(status_of())


def test_many_workers() -> None:
    """Some have a line, the others are counted."""
    running = [trial(number, JobState.LEASED) for number in range(note.MOST_RUNNING + 3)]
    lines = note.write(status_of(*running)).splitlines()
    assert sum("gpu-node" in line for line in lines) == note.MOST_RUNNING
    assert "and 3 more" in lines


def test_the_verdict_at_the_end(toy_done: Done) -> None:
    """With the table that it rests on."""
    found = result.assemble(finish.read(toy_done.db, "toy"))
    text = note.write(status_of(), found)
    assert "**Verdict: " in text
    assert tables.markdown_table(tables.SCORES, tables.score_rows(found)) in text
