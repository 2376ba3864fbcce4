"""What the commands answer while there is no answer yet, and how they compare two."""

import json

from hpo.definition_loader import Definition
from hpo.result import finished_study
from hpo.result.study_comparison import HeadToHead, compare_winners
from hpo.study import creation
from storage.database import Database
from storage.records import BASELINE, JobRecord, StudyRecord
from storage.states import DataSet, JobState
from tests.conftest import DEFINITIONS
from tests.support.commandline import CommandLine
from tests.support.finished import (
    BUDGET,
    HOLDOUT_SHA256,
    WINNER,
    Outcome,
    Train,
    carry_out,
    usual,
    winning,
)
from tests.support.fixtures import Claim
from tests.support.marks import on

FILE = ("--study", str(DEFINITIONS / "toy.py"))
pytestmark = on("sqlite")


def _make(
    db: Database,
    toy: Definition,
    name: str,
    train: Train,
    search: str = HOLDOUT_SHA256[DataSet.SEARCH],
) -> None:
    holdouts = {**HOLDOUT_SHA256, DataSet.SEARCH: search}
    carry_out(db, creation.create(db, name, toy, BUDGET), train, holdouts)


def test_without_a_completed_trial_there_is_nothing_to_export(
    db: Database, study: StudyRecord, claim: Claim, shell_on: CommandLine
) -> None:
    """Whether nobody has begun or one trial runs: `status` says that none has been completed, and
    `export` how far the search is, in one line and with exit code 1; nothing is written."""
    for begin in (claim, lambda: None):
        assert "no trial has been completed yet" in shell_on.succeed("status", "toy")
        for target in ((), ("--format", "json")):
            line = shell_on.fail("export", "toy", *FILE, *target, code=1)
            assert "study 'toy' has no result yet, its search phase has ended 0 of 4" in line
        begin()
    assert not (shell_on.folder / "exports").exists()


def test_a_study_that_stopped_without_a_completed_trial_says_why(
    db: Database, study: StudyRecord, shell_on: CommandLine
) -> None:
    """All its trials but the baseline were pruned: no command makes up another best one."""

    def train(now: StudyRecord, job: JobRecord) -> Outcome:
        if job.configuration == BASELINE:
            return usual(now, job)
        return Outcome(JobState.DIVERGED, score=0.1, reason="diverged in epoch 1: loss was nan")

    carry_out(db, study, train)
    said = " ".join(shell_on.succeed("status", "toy").split())
    assert "no trial besides the baseline was completed" in said
    line = shell_on.fail("export", "toy", *FILE, code=1)
    assert "stopped without a result (no trial besides the baseline was completed" in line
    assert "without a result" in shell_on.fail("compare", "toy", "toy", code=1)


def test_studies_that_cannot_be_compared(
    db: Database, study: StudyRecord, toy: Definition, shell_on: CommandLine
) -> None:
    """One that has not finished, is not there, is the other, or was judged on other images."""
    _make(db, toy, "done", winning(WINNER))
    _make(db, toy, "elsewhere", winning(WINNER), "6" * 64)
    for pair in (("done", "toy"), ("toy", "done")):
        line = shell_on.fail("compare", *pair, code=1)
        assert "study 'toy' has no result yet, its search phase has ended 0 of 4" in line
    assert "no study 'nope'" in shell_on.fail("compare", "done", "nope", code=1)
    assert "'done' is one study: name two" in shell_on.fail("compare", "done", "done", code=2)
    assert "judged on different images" in shell_on.fail("compare", "done", "elsewhere", code=1)


def test_two_winners_compared(db: Database, toy: Definition, shell_on: CommandLine) -> None:
    """For people the tables and the verdict; for programs all of it as JSON."""
    _make(db, toy, "first", winning(WINNER))
    _make(db, toy, "second", winning(1, (24, 22, 26)))
    compared = compare_winners(finished_study.read(db, "first"), finished_study.read(db, "second"))
    said = " ".join(shell_on.succeed("compare", "first", "second").split())
    assert f"Verdict: {compared.verdict}" in said
    assert "first against second: better by 25.0 points" in said
    text = shell_on.succeed("compare", "first", "second", "--json")
    assert HeadToHead.model_validate_json(text) == compared
    assert json.loads(text)["verdict"] == compared.verdict
