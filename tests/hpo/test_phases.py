"""The life of a study: every arrow of its diagram."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from hpo import phases
from hpo.phases import Advance, EndSearch, Stop, best_first, decide, rank_select
from storage.records import JobRecord, StudyRecord
from storage.states import DataSet, JobState, Phase

OPEN, LEASED, SUCCEEDED, PRUNED, FAILED, CANCELLED = JobState
NOW = 1_000_000
STUDY = StudyRecord(
    id=1, uuid="u", name="toy", definition="toy", definition_hash="h", settings={},
    baseline={"x": 0.5}, seed=0, trials=4, select_top=2, select_seeds=2, final_seeds=2, priority=0,
    timeout_ms=None, target=None, generation=1, phase=Phase.SEARCH, reason=None, halted_ms=None,
    created_ms=0, started_ms=NOW - 60_000, ended_ms=None,
)  # fmt: skip


def _job(
    number: int,
    state: JobState = SUCCEEDED,
    score: float | None = None,
    loss: float = 1.0,
    phase: Phase = Phase.SEARCH,
    seed: int = 0,
    data_set: DataSet = DataSet.SEARCH,
    generation: int = 1,
    ended_ms: int | None = None,
) -> JobRecord:
    ended = state.is_final
    return JobRecord(
        id=number, study_id=1, generation=generation, phase=phase, configuration=number, seed=seed,
        data_set=data_set, params={"x": number / 10}, trial_id=None if state == OPEN else number,
        trial_number=number,
        state=state, worker_id=None, attempts=1, losses=0, exhaustions=0, epoch=0,
        score=(0.5 if score is None else score) if state == SUCCEEDED else score,
        loss=loss if state == SUCCEEDED else None, reason=f"reason {number}" if ended else None, resumed_across=None, device_seconds=0, energy_joules=0, started_ms=0, ended_ms=(ended_ms or number) if ended else None,
    )  # fmt: skip


def _search(*states: JobState) -> list[JobRecord]:
    return [_job(number, state, score=0.5) for number, state in enumerate(states)]


def _select(scores: dict[int, Sequence[float | None]]) -> list[JobRecord]:
    return [
        _job(number, PRUNED if score is None else SUCCEEDED, score, phase=Phase.SELECT, seed=seed)
        for number, values in scores.items()
        for seed, score in enumerate(values)
    ]


def _numbers(step: object) -> list[int]:
    assert isinstance(step, Advance)
    return list(dict.fromkeys(job.configuration for job in step.jobs))


@pytest.mark.parametrize("last", [OPEN, LEASED])
def test_search_goes_on_while_a_job_is_left(last: JobState) -> None:
    """One open or leased job keeps the study in its search."""
    assert decide(STUDY, _search(SUCCEEDED, SUCCEEDED, PRUNED, last), NOW) is None


def test_search_leads_to_select() -> None:
    """The best k and the baseline are trained again, each with several seeds."""
    ended = [_job(0, score=0.6), _job(1, score=0.5), _job(2, score=0.7), _job(3, score=0.65)]
    step = decide(STUDY, ended, NOW)
    assert isinstance(step, Advance) and step.phase == Phase.SELECT
    assert _numbers(step) == [2, 3, 0]
    assert len(step.jobs) == 3 * STUDY.select_seeds
    assert len({(job.configuration, job.seed) for job in step.jobs}) == len(step.jobs)
    for job in step.jobs:
        assert job.params == ended[job.configuration].params
        assert (job.phase, job.data_set) == (Phase.SELECT, DataSet.SEARCH)


def test_pruned_failed_and_cancelled_trials_are_not_selected() -> None:
    """Only a trial that was trained to its end can win."""
    ended = _search(SUCCEEDED, PRUNED, FAILED, CANCELLED, SUCCEEDED)
    assert _numbers(decide(STUDY, ended, NOW)) == [4, 0]


def test_a_pruned_baseline_is_compared_all_the_same() -> None:
    """A baseline that diverged in the search is trained again in select."""
    assert _numbers(decide(STUDY, _search(PRUNED, SUCCEEDED, SUCCEEDED), NOW)) == [1, 2, 0]


@pytest.mark.parametrize("others", [(PRUNED, PRUNED), (CANCELLED, FAILED), ()])
def test_nothing_to_compare_stops(others: tuple[JobState, ...]) -> None:
    """With the baseline alone there is no verdict to be had: the study stops and says so."""
    step = decide(STUDY, _search(SUCCEEDED, *others), NOW)
    assert isinstance(step, Stop) and "nothing to compare" in step.reason


def test_ties_go_to_the_lower_loss_then_to_the_lower_number() -> None:
    """On equal scores the lower validation loss wins, and then the earlier trial."""
    ended = [
        _job(3, score=0.70, loss=1.0),
        _job(2, score=0.70, loss=0.9),
        _job(1, score=0.70, loss=1.0),
        _job(4, score=0.71, loss=5.0),
        _job(5, PRUNED, score=0.99),
    ]
    assert [job.configuration for job in best_first(ended)] == [4, 2, 1, 3]


def test_equal_means_of_select_are_a_tie() -> None:
    """Means that differ only by how a sum was rounded are equal: the lower loss wins."""
    jobs = _select({1: (0.7, 0.6, 0.5), 2: (0.5, 0.6, 0.7)})
    better = [replace(job, loss=0.1) if job.configuration == 2 else job for job in jobs]
    assert rank_select(STUDY, better) == [2, 1]
    better = [replace(job, loss=0.1) if job.configuration == 1 else job for job in jobs]
    assert rank_select(STUDY, better) == [1, 2]


def test_a_score_of_zero_is_a_score() -> None:
    """Zero is worse than anything else, and still counts."""
    ended = [_job(1, score=0.0), _job(2, score=0.1), _job(3, score=-0.1)]
    assert [job.configuration for job in best_first(ended)] == [2, 1, 3]


def test_select_waits_for_its_last_job() -> None:
    """Select is not judged before all its seeds are in."""
    study = replace(STUDY, phase=Phase.SELECT)
    running = _job(2, LEASED, phase=Phase.SELECT, seed=9)
    assert decide(study, [*_select({1: (0.5, 0.5), 0: (0.5, 0.5)}), running], NOW) is None


@pytest.mark.parametrize(
    ("scores", "winner"),
    [
        ({1: (0.9, 0.1), 2: (0.6, 0.6), 0: (0.4, 0.4)}, 2),
        ({1: (0.5, 0.7), 2: (0.5, 0.5), 0: (0.9, 0.9)}, 1),
        ({2: (0.5, 0.5), 1: (0.5, 0.5), 0: (0.1, 0.1)}, 1),
        ({1: (0.9, None), 2: (0.5, 0.5), 0: (0.1, 0.1)}, 2),
        ({1: (0.9, 0.9), 0: (None, None)}, 1),
    ],
    ids=["the mean decides", "the baseline leads", "a tie", "one seed diverged", "baseline lost"],
)
def test_select_leads_to_final(scores: dict[int, Sequence[float | None]], winner: int) -> None:
    """The configuration with the best mean over seeds goes on, the baseline beside it: several
    seeds each, on both sets of classes. If the baseline leads, the best other one goes on; a
    configuration of which one seed failed does not."""
    step = decide(replace(STUDY, phase=Phase.SELECT), _select(scores), NOW)
    assert isinstance(step, Advance) and step.phase == Phase.FINAL
    assert set(_numbers(step)) == {winner, 0}
    found = {(job.configuration, job.seed, job.data_set) for job in step.jobs}
    assert len(found) == len(step.jobs) == 2 * STUDY.final_seeds * len(DataSet)
    assert all(job.params == {"x": job.configuration / 10} for job in step.jobs)


def test_nothing_left_after_select_stops() -> None:
    """If every configuration lost a seed, the study stops with the reasons."""
    step = decide(replace(STUDY, phase=Phase.SELECT), _select({1: (None, 0.9), 0: (0.5, 0.5)}), NOW)
    assert isinstance(step, Stop) and "no configuration came through select" in step.reason
    assert "reason 1" in step.reason


def test_a_pruned_select_job_that_has_a_score_is_no_success() -> None:
    """Scores are written while a job trains: only its end says whether it counts."""
    job = replace(_job(1, PRUNED, phase=Phase.SELECT), score=0.9)
    assert rank_select(STUDY, [job]) == []


def test_old_generations_do_not_count() -> None:
    """Only the present generation's select and final jobs are waited for and judged."""
    study = replace(STUDY, generation=2)
    old = _job(3, score=0.99, phase=Phase.SELECT)
    new = [replace(job, generation=2) for job in _select({1: (0.5, 0.5), 0: (0.4, 0.4)})]
    assert rank_select(study, [old, *new]) == [1, 0]
    step = decide(replace(study, phase=Phase.SELECT), [replace(old, state=OPEN), *new], NOW)
    assert set(_numbers(step)) == {1, 0}


@pytest.mark.parametrize("state", [SUCCEEDED, FAILED, PRUNED])
def test_final_leads_to_done(state: JobState) -> None:
    """The study is done when the last final job has ended, however."""
    study = replace(STUDY, phase=Phase.FINAL)
    running = _job(1, LEASED, phase=Phase.FINAL)
    ended = _job(0, state, phase=Phase.FINAL)
    assert decide(study, [ended, running], NOW) is None
    assert decide(study, [ended], NOW) == Advance(Phase.DONE)


@pytest.mark.parametrize("phase", [Phase.DONE, Phase.STOPPED])
def test_what_is_over_stays_over(phase: Phase) -> None:
    """No step leads out of the last phases."""
    ended = [_job(0, FAILED), *_search(SUCCEEDED, SUCCEEDED)]
    assert decide(replace(STUDY, phase=phase), ended, NOW) is None


@pytest.mark.parametrize(
    ("elapsed_ms", "states", "ends"),
    [
        (59_999, (SUCCEEDED, LEASED, OPEN), False),
        (60_000, (SUCCEEDED, LEASED, OPEN), True),
        (60_000, (SUCCEEDED, LEASED), False),
    ],
    ids=["before", "at the timeout", "nothing waits"],
)
def test_timeout_ends_the_search(elapsed_ms: int, states: Sequence[JobState], ends: bool) -> None:
    """At the timeout no further search job is given out; those that run go on."""
    study = replace(STUDY, timeout_ms=60_000, started_ms=NOW - elapsed_ms)
    step = decide(study, _search(*states), NOW)
    assert isinstance(step, EndSearch) is ends
    if isinstance(step, EndSearch):
        assert "timeout of 60 s" in step.reason


def test_timeout_counts_from_the_start() -> None:
    """A study that nobody has begun to work on has all its time."""
    study = replace(STUDY, timeout_ms=1, started_ms=None)
    assert decide(study, _search(OPEN, OPEN), NOW) is None


@pytest.mark.parametrize(("score", "ends"), [(0.7999, False), (0.8, True), (0.9, True)])
def test_target_ends_the_search(score: float, ends: bool) -> None:
    """A completed trial that reaches the target ends the search."""
    study = replace(STUDY, target=0.8)
    step = decide(study, [_job(0), _job(1, score=score), _job(2, OPEN)], NOW)
    assert isinstance(step, EndSearch) is ends


@pytest.mark.parametrize("phase", [Phase.SELECT, Phase.FINAL])
def test_timeout_and_target_end_the_search_only(phase: Phase) -> None:
    """Select and final are carried to their end."""
    study = replace(STUDY, phase=phase, timeout_ms=1, target=0.0)
    open_job = _job(1, OPEN, phase=phase)
    assert decide(study, [_job(1, score=0.9), open_job], NOW) is None


def test_a_failed_baseline_stops() -> None:
    """An exception in user code on the baseline stops the study, with its traceback."""
    step = decide(STUDY, _search(FAILED, LEASED, OPEN), NOW)
    assert step == Stop("the baseline failed: reason 0")


@pytest.mark.parametrize(
    ("states", "stops"),
    [
        ((SUCCEEDED, FAILED, FAILED, FAILED, OPEN), True),
        ((SUCCEEDED, FAILED, FAILED, PRUNED, FAILED, OPEN), False),
        ((SUCCEEDED, FAILED, FAILED, FAILED, SUCCEEDED, OPEN), False),
        ((SUCCEEDED, FAILED, FAILED, OPEN), False),
        ((SUCCEEDED, FAILED, CANCELLED, FAILED, FAILED, OPEN), True),
    ],
    ids=["three", "not in a row", "one went well since", "two", "cancelled ones do not count"],
)
def test_three_failures_in_a_row_stop(states: Sequence[JobState], stops: bool) -> None:
    """The study stops when the last three jobs that ended have failed."""
    step = decide(STUDY, _search(*states), NOW)
    assert isinstance(step, Stop) is stops
    if isinstance(step, Stop):
        assert "3 trials in a row failed" in step.reason


def test_a_row_is_of_endings_not_of_numbers() -> None:
    """What counts is the order in which jobs ended."""
    ended = [
        _job(0, ended_ms=1),
        _job(1, FAILED, ended_ms=2),
        _job(2, FAILED, ended_ms=3),
        _job(3, SUCCEEDED, ended_ms=9),
        _job(4, FAILED, ended_ms=4),
        _job(5, OPEN),
    ]
    assert decide(STUDY, ended, NOW) is None
    ended[3] = replace(ended[3], ended_ms=1)
    assert isinstance(decide(STUDY, ended, NOW), Stop)


def test_failures_before_an_extension_do_not_stop_it() -> None:
    """A study that stopped at failures and was extended is given a new chance."""
    study = replace(STUDY, generation=2)
    jobs = [*_search(SUCCEEDED, FAILED, FAILED, FAILED), _job(4, OPEN, generation=2)]
    assert decide(study, jobs, NOW) is None


def test_seeds_are_fresh_in_every_phase() -> None:
    """No two phases, generations or configurations share a seed: the verdict takes chance to
    strike winner and baseline apart."""
    ended = _search(SUCCEEDED, SUCCEEDED, SUCCEEDED)
    seen = {job.seed for job in phases.search_jobs(STUDY, range(4))}
    expected = 4
    for generation in (1, 2):
        study = replace(STUDY, generation=generation)
        select = decide(study, ended, NOW)
        scores = [
            replace(job, generation=generation) for job in _select({1: (0.5, 0.5), 0: (0.4, 0.4)})
        ]
        final = decide(replace(study, phase=Phase.SELECT), scores, NOW)
        for step, count in ((select, STUDY.select_seeds), (final, STUDY.final_seeds)):
            assert isinstance(step, Advance)
            numbers = set(_numbers(step))
            for number in numbers:
                seeds = {job.seed for job in step.jobs if job.configuration == number}
                assert len(seeds) == count
            seen |= {job.seed for job in step.jobs}
            expected += count * len(numbers)
    assert len(seen) == expected
