"""How a study stands, read from real databases."""

import json
from collections.abc import Callable
from dataclasses import asdict

import pytest

from hpo.definition_loader import Definition
from hpo.errors import NoResult
from hpo.report import html
from hpo.report.report_data import read_contents
from hpo.result import finished_study
from hpo.result.result import Conclusion, conclude
from hpo.result.study_comparison import compare_winners
from hpo.status.study_status import WORKING_PHASES, Status, as_json, failure_report, read_status
from hpo.study import creation, extension
from hpo.study.planning import Budget
from hpo.terminal.study_page import draw_study
from storage.clock import now_ms
from storage.database import Database
from storage.records import JobRecord, Lease, StudyRecord
from storage.states import JobState, Phase
from storage.tables import jobs, workers
from tests.support.finished import PROVENANCE, WINNER, Outcome, carry_out, params, usual
from tests.support.fixtures import Claim
from tests.support.marks import on
from tests.support.statuses import shown

End = Callable[..., None]
SECONDS = 10


@pytest.fixture
def end(db: Database) -> End:
    """Ends a claimed job that has taken SECONDS, as (job, lease, columns)."""

    def _end(claimed: tuple[JobRecord, Lease], **columns: object) -> None:
        job, lease = claimed
        known: dict[str, object] = {
            "state": JobState.SUCCEEDED,
            "score": 0.5,
            "loss": 0.5,
            "trial_id": job.id,
            "trial_number": job.configuration,
            "params": params(job.configuration),
            "started_ms": now_ms() - SECONDS * 1000,
        }
        with db.transaction() as tx:
            jobs.write(tx, lease, **known | columns)

    return _end


def _totals(status: Status) -> list[int]:
    return [status.total(phase) for phase in WORKING_PHASES]


def _counts(status: Status) -> list[dict[JobState, int]]:
    return [dict(status.counts(phase)) for phase in WORKING_PHASES]


def test_totals_are_planned_before_a_phase_begins(db: Database, study: StudyRecord) -> None:
    """Of 4 trials: 2 configurations x 2 seeds in select, 2 x 2 seeds x 2 data sets in final; so it was said at the beginning, and so it comes."""
    before = read_status(db, "toy")
    assert _totals(before) == [4, 4, 8]
    assert _counts(before) == [{JobState.OPEN: 4}, {}, {}]
    carry_out(db, study)
    after = read_status(db, "toy")
    assert after.study.phase == Phase.DONE
    assert _totals(after) == [4, 4, 8]
    assert _counts(after) == [{JobState.SUCCEEDED: total} for total in (4, 4, 8)]
    assert after.running == []
    assert after.seconds_left is None


@on("sqlite")
def test_no_more_is_planned_than_there_are_trials(db: Database, toy: Definition) -> None:
    """With two trials, one enters select, whatever --select-top says, and is trained once."""
    study = creation.create(
        db, "two", toy, Budget(trials=2, select_top=3, select_seeds=2, final_seeds=2)
    )
    planned = _totals(read_status(db, "two"))
    carry_out(db, study, lambda _study, _job: Outcome(score=0.5))
    assert planned == _totals(read_status(db, "two")) == [2, 1, 8]


@on("sqlite")
def test_a_search_alone_is_done_when_its_search_is(db: Database, toy: Definition) -> None:
    """Nothing is judged, which is said wherever a verdict is asked for; it may be extended."""
    study = creation.create(db, "alone", toy, Budget(trials=4, final_seeds=0))
    assert _totals(read_status(db, "alone")) == [4, 0, 0]
    carry_out(db, study)
    status = read_status(db, "alone")
    assert (status.study.phase, status.winner) == (Phase.DONE, None)
    assert _totals(status) == [4, 0, 0]
    page = "\n".join(shown(draw_study(status)))
    assert "search" in page and "select" not in page and "final" not in page
    finished = finished_study.read(db, "alone")
    assert conclude(finished) == Conclusion(
        "no verdict: study 'alone' is a search alone, with --final-seeds 0", None
    )
    assert finished.exported is None
    budget = Budget(trials=4, select_top=2, select_seeds=2, final_seeds=2)
    other = creation.create(db, "other", toy, budget)
    carry_out(db, other)
    with pytest.raises(NoResult, match="'alone' is a search alone"):
        compare_winners(finished_study.read(db, "other"), finished)
    assert "is a search alone" in html.write(read_contents(db, "alone"))
    assert extension.extend(db, "alone", Budget(trials=5)).phase == Phase.SEARCH
    carry_out(db, study, lambda _study, _job: Outcome(score=0.5))
    assert _totals(read_status(db, "alone")) == [5, 0, 0]


@on("sqlite")
def test_an_extension_makes_select_and_final_anew(db: Database, study: StudyRecord) -> None:
    """Jobs of an old generation's select and final are not counted; its trials are."""
    carry_out(db, study)
    extension.extend(db, "toy", Budget(trials=6))
    status = read_status(db, "toy")
    assert _counts(status) == [{JobState.SUCCEEDED: 4, JobState.OPEN: 2}, {}, {}]
    assert _totals(status) == [6, 4, 8]
    assert status.best is not None and status.best.configuration == WINNER


@on("sqlite")
def test_given_up_jobs_are_neither_done_nor_to_do(
    db: Database, study: StudyRecord, claim: Claim, end: End
) -> None:
    """Of four search jobs one is done, one was cancelled in its midst, and two that were cancelled
    before they began belong to no total; JSON still counts them."""
    end(claim())
    end(claim(), state=JobState.CANCELLED)
    with db.transaction() as tx:
        jobs.cancel(tx, study.id, [JobState.OPEN], "the timeout")
    status = read_status(db, "toy")
    assert (status.done(Phase.SEARCH), status.total(Phase.SEARCH)) == (2, 2)
    assert as_json(status)["jobs"]["search"] == {"succeeded": 1, "cancelled": 3}


@on("sqlite")
def test_best_and_baseline(db: Database, study: StudyRecord, claim: Claim, end: End) -> None:
    """The best is a trial that was trained to its end, the baseline among them; of equal scores
    the lower loss wins, then the earlier trial."""
    status = read_status(db, "toy")
    assert (status.best, status.baseline) == (None, None)
    end(claim(), score=0.7)
    status = read_status(db, "toy")
    assert status.best is not None and status.best == status.baseline
    end(claim(), score=0.8, loss=0.3)
    end(claim(), score=0.8, loss=0.2)
    end(claim(), score=0.9, state=JobState.PRUNED)
    status = read_status(db, "toy")
    assert status.best is not None and status.best.configuration == 2
    assert status.baseline is not None and status.baseline.configuration == 0


def test_json_says_everything(db: Database, study: StudyRecord, claim: Claim, end: End) -> None:
    """What a program reads is plain data with all that the status holds."""
    with db.transaction() as tx:
        workers.join(tx, "me", "host", 1, ["cpu:0"], PROVENANCE, "a machine", 60)
    end(claim(), score=0.7)
    end(claim(), score=None, loss=None, state=JobState.FAILED, reason="ValueError: no")
    end(claim(), score=0.8)
    _, lease = claim()
    with db.transaction() as tx:
        jobs.write(tx, lease, epoch=3, epoch_seconds=1.5)
    status = read_status(db, "toy")
    read = json.loads(json.dumps(as_json(status), allow_nan=False))
    assert read["study"] == json.loads(json.dumps(asdict(status.study)))
    assert read["study"]["phase"] == "search"
    assert read["study"]["settings"] == study.settings
    assert read["jobs"] == {
        "search": {"succeeded": 2, "failed": 1, "leased": 1},
        "select": {},
        "final": {},
    }
    assert (read["best"]["score"], read["best"]["params"]) == (0.8, params(2))
    assert (read["baseline"]["score"], read["baseline"]["params"]) == (0.7, params(0))
    assert [(job["configuration"], job["epoch"]) for job in read["running"]] == [(3, 3)]
    assert [job["reason"] for job in read["failures"]] == ["ValueError: no"]
    assert [(worker["host"], worker["left_ms"]) for worker in read["workers"]] == [("host", None)]
    assert [trial["score"] for trial in read["trials"]] == [each.score for each in status.jobs]
    assert (read["winner"], read["select"], read["final"]) == (None, [], [])
    assert status.seconds_left is not None
    assert read["seconds_left"] == pytest.approx(status.seconds_left)


@on("sqlite")
def test_the_winner_is_what_the_final_phase_compares(db: Database, study: StudyRecord) -> None:
    """Which fresh seeds may find in another trial than the search; programs are given every training."""

    def train(now: StudyRecord, job: JobRecord) -> Outcome:
        if job.phase == Phase.SEARCH:
            return Outcome(score=0.9 if job.configuration == 1 else 0.5)
        return usual(now, job)

    carry_out(db, study, train)
    status = read_status(db, "toy")
    assert status.best is not None and status.winner is not None
    assert (status.best.configuration, status.winner.configuration) == (1, WINNER)
    assert status.winner.phase == Phase.SEARCH
    read = json.loads(json.dumps(as_json(status), allow_nan=False))
    assert read["winner"]["trial_number"] == WINNER
    assert [len(read[phase]) for phase in ("trials", "select", "final")] == [4, 4, 8]


def test_failures_are_told_whole(db: Database, study: StudyRecord, claim: Claim, end: End) -> None:
    """Every failure with all that is known of it, and what runs again with how it was lost."""
    assert failure_report(read_status(db, "toy")) == "nothing has failed"
    end(claim(), score=0.7)
    end(claim(), score=None, loss=None, state=JobState.FAILED, reason="ValueError: no\n  in f")
    end(claim(), score=None, loss=None, state=JobState.PRUNED, reason="pruned after epoch 3")
    _, lease = claim()
    with db.transaction() as tx:
        jobs.release(tx, lease, loss="the child died")
    claim()
    assert failure_report(read_status(db, "toy")) == (
        "trial 1 failed: ValueError: no\n  in f\n\ntrial ? leased at attempt 2: the child died"
    )
