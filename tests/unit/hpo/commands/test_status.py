"""`hpo status` of a study that is done."""

import csv
import io
import json

import pytest

from hpo.definition_loader import Definition
from hpo.study import creation
from storage.database import Database
from storage.records import JobRecord, StudyRecord
from storage.states import JobState, Phase
from studies.data.prepared_data import PreparedData
from tests.support.bundles import Reader
from tests.support.commandline import CommandLine
from tests.support.finished import BUDGET, WINNER, Outcome, carry_out, usual
from tests.support.marks import on


@pytest.fixture
def owner(url: str, shell: CommandLine, toy_data: PreparedData) -> Reader:
    """Somebody who has the database."""
    return Reader(shell, toy_data.folder.parent, url)


def _another_leads_the_search(study: StudyRecord, job: JobRecord) -> Outcome:
    if job.phase == Phase.SEARCH:
        return Outcome(score=0.9 if job.configuration == 1 else 0.5)
    return usual(study, job)


@on("sqlite")
def test_winner_and_verdict_are_shown(db: Database, toy: Definition, owner: Reader) -> None:
    """To people and to programs; the search had ranked another first."""
    study = creation.create(db, "toy", toy, BUDGET)
    before = json.loads(owner.succeed("status", "toy", "--json"))
    assert (before["winner"], before["verdict"], before["result"]) == (None, None, None)
    carry_out(db, study, _another_leads_the_search)
    said = " ".join(owner.succeed("status", "toy").split())
    assert f"winner trial {WINNER} holdout 0.8500, baseline 0.7000" in said
    assert "Verdict: better by 15.0 points (95% interval" in said
    assert "best of 4 trials 0.9000 (trial 1)" in said
    told = json.loads(owner.succeed("status", "toy", "--json"))
    assert (told["winner"]["trial_number"], told["best"]["trial_number"]) == (WINNER, 1)
    assert told["verdict"].startswith("better by 15.0 points")
    assert told["result"]["holdout"]["winner"]["accuracy"]["mean"] == pytest.approx(0.85)
    assert [len(told[phase]) for phase in ("trials", "select", "final")] == [4, 5, 12]


@on("sqlite")
def test_what_has_no_result_says_why(db: Database, toy: Definition, owner: Reader) -> None:
    """Nobody is left without an answer, or with an error, because there is none."""

    def train(now: StudyRecord, job: JobRecord) -> Outcome:
        if (job.phase, job.configuration) == (Phase.FINAL, WINNER):
            return Outcome(JobState.FAILED, reason="ValueError: no")
        return usual(now, job)

    carry_out(db, creation.create(db, "toy", toy, BUDGET), train)
    why = "no verdict: study 'toy' has no result, the winner has no final model (ValueError: no)"
    assert f"Verdict: {why}" in " ".join(owner.succeed("status", "toy").split())
    told = json.loads(owner.succeed("status", "toy", "--json"))
    assert (told["verdict"], told["result"]) == (why, None)


@on("sqlite")
def test_trials_are_printed_as_data(db: Database, toy: Definition, owner: Reader) -> None:
    """As a table to read, as CSV, and as JSON; before any has begun, too."""
    study = creation.create(db, "toy", toy, BUDGET)
    assert owner.succeed("trials", "toy") == "no trial has begun yet\n"
    assert owner.succeed("trials", "toy", "--format", "csv") == "\n"
    assert json.loads(owner.succeed("trials", "toy", "--format", "json")) == []
    carry_out(db, study, _another_leads_the_search)
    rows = json.loads(owner.succeed("trials", "toy", "--format", "json"))
    assert [row["value"] for row in rows] == [0.5, 0.9, 0.5, 0.5]
    read = list(csv.DictReader(io.StringIO(owner.succeed("trials", "toy", "--format", "csv"))))
    assert [list(row) for row in read] == [list(row) for row in rows]
    assert [float(row["params_x"]) for row in read] == [row["params_x"] for row in rows]
    shown = owner.succeed("trials", "toy").splitlines()
    assert len(shown) == 5 and "0.9000" in shown[2]


@on("sqlite")
def test_all_studies_are_listed(db: Database, toy: Definition, owner: Reader) -> None:
    """The newest first, with how far each is; a name that is nearly right is put right."""
    assert owner.succeed("list").startswith("there is no study yet")
    assert json.loads(owner.succeed("list", "--json")) == []
    carry_out(db, creation.create(db, "toy", toy, BUDGET), _another_leads_the_search)
    creation.create(db, "later", toy, BUDGET)
    lines = [line.split() for line in owner.succeed("list").splitlines()]
    assert [line[:5] for line in lines[1:]] == [
        ["later", "toy", "search", "0/4", "-"], ["toy", "done", "4/4", "0.9000", lines[2][4]],
    ]  # fmt: skip
    told = json.loads(owner.succeed("list", "--json"))
    assert [(each["name"], each["ended"], each["best_score"]) for each in told] == [
        ("later", 0, None), ("toy", 4, 0.9),
    ]  # fmt: skip
    line = owner.fail("status", "latter", code=1)
    assert "no study 'latter': did you mean 'later'? it holds later, toy" in line


@on("sqlite")
def test_the_only_study_need_not_be_named(db: Database, toy: Definition, owner: Reader) -> None:
    """By those that look; with a second one they want to know which, and status shows the list."""
    assert owner.succeed("status").startswith("there is no study yet")
    assert "the database has no study" in owner.fail("trials", code=1)
    study = creation.create(db, "toy", toy, BUDGET)
    carry_out(db, study, usual)
    for command in ("status", "trials"):
        assert owner.succeed(command) == owner.succeed(command, "toy")
        assert owner.succeed(command, "--json") == owner.succeed(command, "toy", "--json")
    assert owner.succeed("trials", "--json") == owner.succeed("trials", "--format", "json")
    assert owner.succeed("export", "--format", "json") == owner.succeed(
        "export", "toy", "--format", "json"
    )
    assert owner.succeed("report", "--format", "md").startswith("toy.md: ")
    creation.create(db, "later", toy, BUDGET)
    listed = [line.split()[0] for line in owner.succeed("status").splitlines()]
    assert listed == ["study", "later", "toy"]
    for asked in (
        ["status", "--json"],
        ["status", "--watch"],
        ["trials"],
        ["report"],
        ["export"],
    ):
        line = owner.fail(*asked, code=2)
        assert line == "hpo: the database has 2 studies: name one, see `hpo list`"


@on("sqlite")
def test_what_becomes_of_a_study_is_told_to_programs(
    db: Database, toy: Definition, owner: Reader
) -> None:
    """As the study then stands, by the commands that change one."""
    creation.create(db, "toy", toy, BUDGET)
    halted = json.loads(owner.succeed("stop", "toy", "--json"))
    assert (halted["name"], halted["phase"], halted["trials"]) == ("toy", "search", 4)
    assert halted["halted_ms"] is not None
    assert json.loads(owner.succeed("resume", "toy", "--json"))["halted_ms"] is None
    more = owner.succeed("create", "toy", "--extend", "--trials", "6", "--json")
    assert json.loads(more)["trials"] == 6
