"""`hpo show` and `hpo logs`."""

import json
import zlib
from collections.abc import Iterator
from dataclasses import replace

import pytest
import sqlalchemy as sa

from hpo.status.trial_details import TrialDetails, read_trial
from hpo.terminal.trial_page import draw_trial
from storage.database import Database
from storage.records import JobRecord
from storage.schema import logs
from storage.states import AttemptState, JobState
from tests.support.bundles import Reader
from tests.support.commandline import CommandLine
from tests.support.done import Done
from tests.support.statuses import shown

FAILED = "ValueError: no\nTraceback (most recent call last):\n  somewhere\nValueError: no\n"


@pytest.fixture
def owner(toy_done: Done, shell: CommandLine) -> Reader:
    """Somebody who has the database of a study that is done."""
    return Reader(shell, shell.folder, toy_done.url)


@pytest.fixture
def details(toy_done: Done) -> TrialDetails:
    """Of its baseline, which was trained again in the end."""
    return read_trial(toy_done.db, "toy", 0)


def test_all_of_a_trial_is_shown(owner: Reader) -> None:
    """What it tried, beside the baseline, what it reported, and each of its trainings, in 80 columns."""
    told = json.loads(owner.succeed("show", "toy", "0", "--json"))
    search, *later = told["trainings"]
    assert (search["trial_number"], search["params"]) == (0, told["baseline"])
    assert list(told["reports"].values())[-1] == search["score"]
    assert {each["phase"] for each in later} == {"final"}
    assert [each["job_id"] for each in told["attempts"]] == [
        each["id"] for each in told["trainings"]
    ]
    lines = owner.succeed("show", "toy", "0").splitlines()
    assert lines[0] == f"toy, trial 0  succeeded  validation accuracy {search['score']:.4f}"
    assert ["x", "0.5", "0.5"] in [line.split() for line in lines]
    assert any("validation accuracy by epoch" in line for line in lines)
    for each in told["trainings"]:
        assert any(f"seed {each['seed']}: succeeded {each['score']:.4f}" in line for line in lines)
    assert all(len(line) <= 80 for line in lines)


def test_what_is_wrong_with_a_trial_is_shown(details: TrialDetails) -> None:
    """Why it failed, once; which constraint it violates; where it was lost; what was kept with it."""
    job = replace(details.job, state=JobState.FAILED, reason=FAILED)
    lost = replace(
        details.attempts[0], state=AttemptState.LOST, reason="its worker died", began_epoch=2
    )
    lines = shown(
        draw_trial(
            replace(
                details, trainings=(job,), attempts=(lost,), reports={1: 0.5, 2: 0.25},
                attributes={"ms": 0.5, "note": "slow"}, constraints={"size": 1.0, "speed": -1.0},
            )
        )
    )  # fmt: skip
    assert lines[0] == f"toy, trial 0  failed  last validation accuracy {job.score:.4f}"
    text = "\n".join(lines)
    assert text.endswith(FAILED.partition("\n")[2].strip())
    assert text.count("ValueError: no") == 1
    assert "kept: ms 0.5000, note slow" in lines
    assert "constraints: size 1.0000 (violated), speed -1.0000" in lines
    assert "validation accuracy by epoch: 1: 0.5000, 2: 0.2500" in lines
    assert "from epoch 2, lost: its worker died" in " ".join(text.split())


def test_what_a_study_was_asked_for_is_shown(owner: Reader, toy_done: Done) -> None:
    """What no status says: its space, its limits, and where it lies."""
    told = json.loads(owner.succeed("show", "toy", "--json"))
    assert told["space"]["x"]["attributes"]["high"] == 1.0
    assert told["artifacts"] == toy_done.db.url.database.removesuffix("db") + "artifacts"  # type: ignore[union-attr]  # it is a file
    said = " ".join(owner.succeed("show", "toy").split())
    for words in (
        "space x: 0 to 1 kind: good | bad", "budget 4 trials, then the best 5 with 3 seeds",
        "search sampler tpe, pruner halving",
        f"data sha256 {told['data_sha256'][:12]}",
    ):  # fmt: skip
        assert words in said


def test_what_is_not_there_is_told(owner: Reader) -> None:
    """In one line, with what there is."""
    assert owner.fail("show", "toy", "99", code=2) == (
        "hpo: study 'toy' has no trial 99: see `hpo trials toy`"
    )
    assert owner.fail("logs", "toy", "0", "--phase", "select", code=1) == (
        "hpo: trial 0 of study 'toy' was not trained in select: it was in search, final"
    )
    assert "did you mean 'toy'?" in owner.fail("logs", "tay", "0", code=1)


@pytest.fixture
def printed(toy_done: Done, owner: Reader) -> Iterator[Reader]:
    """Of a copy of that study, of which the baseline's trainings have printed something."""
    with toy_done.copy() as url:
        db = Database.open(url)
        made = read_trial(db, "toy", 0).trainings
        with db.transaction() as tx:
            for job in made[:2]:
                text = f"of {job.phase}\n 10%\r100%\r\n[b]\x1b[31mred\x1b[0m\x07\tend"
                row = {"job_id": job.id, "attempt": 1, "content": zlib.compress(text.encode())}
                tx.execute(sa.insert(logs).values(row))
        yield replace(owner, storage=url)
        db.close()


def test_what_a_training_printed_is_shown(printed: Reader) -> None:
    """With a line of where that was, as a terminal would have it in the end, but obeying nothing."""
    heading, *lines = printed.succeed("logs", "toy", "0").splitlines()
    assert heading.startswith("trial 0, seed ") and heading.endswith(", succeeded")
    assert lines == ["of search", "100%", "[b]red\N{REPLACEMENT CHARACTER} end"]
    final = printed.succeed("logs", "toy", "0", "--phase", "final").splitlines()
    assert sum(line.startswith("final of baseline") for line in final) == 6
    assert final.count("nothing was printed") == 5
    (told,) = json.loads(printed.succeed("logs", "toy", "0", "--json"))
    assert told["printed"].startswith("of search\n 10%\r100%")
    assert (told["phase"], told["state"]) == ("search", "ended")


def test_a_job_without_parameters_is_shown(details: TrialDetails) -> None:
    """One of an objective that has asked for none yet."""
    job: JobRecord = replace(details.job, params=None, state=JobState.LEASED, score=None)
    assert shown(draw_trial(replace(details, trainings=(job,))))[0] == "toy, trial 0  leased"
