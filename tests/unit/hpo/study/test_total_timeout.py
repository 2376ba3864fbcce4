"""A study that is to be over as a whole, counted by hand: trainings of ten seconds, on two devices."""

from dataclasses import replace
from typing import Any

import pytest

from hpo.status.time_left import estimate
from hpo.study import total_timeout
from hpo.study.phases import Advance, EndSearch, Stop, decide, may_be_due
from storage.records import BASELINE, JobRecord, StudyRecord
from storage.states import DataSet, JobState, Phase
from storage.summary_records import Outline
from tests.support.statuses import STUDY as MADE_UP
from tests.support.statuses import status_of, trial

OPEN, LEASED, PAUSED, SUCCEEDED, PRUNED, DIVERGED, FAILED, CANCELLED = JobState
TOTAL = 1000
# Of select 3 + 2 trainings in two rounds, of final 2 x 10, half of them first; the classes are those searched.
STUDY = replace(
    MADE_UP, settings={"epochs": 10, "classes": ["a", "b"]}, total_timeout_ms=TOTAL * 1000,
    final_seeds=10,
)  # fmt: skip
UNDECIDED = Outline(True, False, (), None, 0)


def _trained(number: int, state: JobState = SUCCEEDED, **changes: Any) -> JobRecord:
    own: dict[str, Any] = {
        "epoch": 10, "epoch_seconds": 1.0, "device_seconds": 10.0, "started_ms": 3_000,
        "params": {"x": number}, "score": number / 100,
    }  # fmt: skip
    return trial(number, state, **own | changes)


def _search(at: float, *last: JobRecord) -> list[JobRecord]:
    """As many trials as two devices have trained until then."""
    return [*(_trained(number) for number in range(int(at / 5))), *last]


def _later(study: StudyRecord, phase: Phase, **changes: Any) -> StudyRecord:
    return replace(study, phase=phase, **changes)


def _decide(study: StudyRecord, jobs: list[JobRecord], at: float) -> object:
    return decide(study, jobs, int(at * 1000))


def _of_select(*numbers: int, seeds: int = 1, **changes: Any) -> list[JobRecord]:
    return [
        _trained(number, phase=Phase.SELECT, seed=seed, **changes)
        for number in numbers
        for seed in range(seeds)
    ]


def test_a_search_ends_when_the_rest_needs_the_time_that_is_left() -> None:
    """One training more for what runs, then all of select and final, and a quarter more than that: 1.25 x
    (10 + 15 + 10 + 50 + 50) = 168.75 s."""
    open_ = trial(999, OPEN, trial_id=None)
    assert _decide(STUDY, _search(TOTAL - 180, open_), TOTAL - 180) is None
    step = _decide(STUDY, _search(TOTAL - 165, open_), TOTAL - 165)
    assert isinstance(step, EndSearch) and not step.at_once
    assert "to leave select and final time before the total timeout of 1000 s" in step.reason
    ended = replace(STUDY, reason=step.reason)
    assert _decide(ended, _search(TOTAL - 160, open_), TOTAL - 160) is None


def test_it_keeps_half_of_the_time_at_least() -> None:
    """However long select and final would take: they are shortened then."""
    short = replace(STUDY, total_timeout_ms=100_000)
    open_ = trial(999, OPEN, trial_id=None)
    assert _decide(short, _search(45, open_), 45) is None
    assert isinstance(_decide(short, _search(51, open_), 51), EndSearch)


def test_what_is_not_judged_leaves_time_for_what_runs() -> None:
    """A training, and a quarter more."""
    alone = replace(STUDY, final_seeds=0)
    open_ = trial(999, OPEN, trial_id=None)
    assert _decide(alone, _search(TOTAL - 15, open_), TOTAL - 15) is None
    step = _decide(alone, _search(TOTAL - 12, open_), TOTAL - 12)
    assert isinstance(step, EndSearch) and "to leave what runs time" in step.reason


def test_nothing_ends_early_of_which_nothing_is_known() -> None:
    """No epoch was reported yet."""
    running = trial(0, LEASED, epoch=0, epoch_seconds=None)
    assert _decide(STUDY, [running, trial(1, OPEN, trial_id=None)], TOTAL - 1) is None


def test_a_round_of_select_that_takes_time_from_final_is_left_out() -> None:
    """The best so far goes on: final's seeds tell more."""
    jobs = [*_search(500), *_of_select(1, 2, 3)]
    study = _later(STUDY, Phase.SELECT)
    early = _decide(study, jobs, 500)
    assert isinstance(early, Advance) and early.phase is Phase.SELECT
    late = _decide(study, jobs, TOTAL - 130)
    assert isinstance(late, Advance) and late.phase is Phase.FINAL
    assert {job.configuration for job in late.jobs} == {3, BASELINE}


@pytest.mark.parametrize(
    ("left", "seeds", "planned"), [(130, None, 10), (100, 8, 8), (40, 3, 3), (1, 2, 2)]
)
def test_a_final_has_as_many_seeds_as_fit(left: float, seeds: int | None, planned: int) -> None:
    """Which is decided before the first of them, and then looks are planned as for so many asked."""
    jobs = [*_search(TOTAL - left), *_of_select(1, 2, seeds=2)]
    step = _decide(_later(STUDY, Phase.SELECT, select_top=2), jobs, TOTAL - left)
    assert isinstance(step, Advance) and step.phase is Phase.FINAL
    assert step.fitting_seeds == seeds
    study = replace(STUDY, fitting_seeds=seeds)
    assert study.planned_seeds == planned
    first = len(step.jobs) // 2
    assert first == (planned if planned <= 3 else max(3, planned // 2))


def test_at_the_limit_a_study_stops_without_a_verdict() -> None:
    """Whatever of its final phase has not ended, or is still to come: nothing is said of half of it."""
    final = [
        _trained(number, phase=Phase.FINAL, data_set=DataSet.SEARCH, seed=seed)
        for seed in range(5)
        for number in (3, BASELINE)
    ]
    running = replace(final[-1], state=LEASED)
    study = _later(STUDY, Phase.FINAL)
    assert _decide(study, [*final[:-1], running], TOTAL - 1) is None
    step = _decide(study, [*final[:-1], running], TOTAL)
    assert isinstance(step, Stop)
    assert step.reason == "its total timeout of 1000 s came in final, before a verdict"
    for phase in (Phase.SEARCH, Phase.SELECT):
        step = _decide(_later(STUDY, phase), _search(10, trial(9, LEASED, phase=phase)), TOTAL)
        assert isinstance(step, Stop) and f"came in {phase}, before" in step.reason


def test_what_was_decided_before_the_limit_stays_decided() -> None:
    """All that was asked for has ended: to say so late is no reason not to."""
    final = [_trained(n, phase=Phase.FINAL, seed=seed) for seed in range(2) for n in (3, BASELINE)]
    study = _later(STUDY, Phase.FINAL, final_seeds=2)
    step = _decide(study, final, TOTAL + 5)
    assert isinstance(step, Advance) and step.phase is Phase.DONE


def test_a_search_that_is_all_there_is_is_done_at_the_limit() -> None:
    """What runs is ended, and what was found counts; where nothing was, the study stops."""
    alone = replace(STUDY, final_seeds=0)
    step = _decide(alone, _search(10, trial(9, LEASED)), TOTAL)
    assert isinstance(step, EndSearch) and step.at_once
    done = _decide(alone, _search(10, trial(9, CANCELLED)), TOTAL)
    assert isinstance(done, Advance) and done.phase is Phase.DONE
    assert isinstance(_decide(alone, [trial(0, CANCELLED)], TOTAL), Stop)


def test_the_time_that_a_study_is_halted_does_not_count() -> None:
    """Nor does that before its first training."""
    jobs = _search(10, trial(9, LEASED))
    assert _decide(replace(STUDY, halted_ms=1), jobs, TOTAL + 1) is None
    assert _decide(replace(STUDY, started_ms=None), jobs, TOTAL + 1) is None


@pytest.mark.parametrize("phase", [Phase.SEARCH, Phase.SELECT, Phase.FINAL])
def test_what_may_be_due_is_looked_at(phase: Phase) -> None:
    """At the limit in any phase, and in the second half of a search; else no job is read for it."""
    study = _later(STUDY, phase)
    assert may_be_due(study, UNDECIDED, TOTAL * 1000)
    assert may_be_due(study, UNDECIDED, TOTAL * 600) is (phase is Phase.SEARCH)
    assert not may_be_due(study, UNDECIDED, TOTAL * 400)
    assert not total_timeout.may_end_search(replace(STUDY, total_timeout_ms=None), TOTAL * 1000)


def test_no_estimate_goes_beyond_the_limit() -> None:
    """It will be over by then."""
    running = trial(0, LEASED, epoch=2, epoch_seconds=100.0)
    far = estimate(status_of(running))
    assert far is not None and far > 500
    assert estimate(status_of(running, total_timeout_ms=500_000)) == 500 - 20
