"""The life of a study: every arrow of its diagram."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from hpo.search.seeds import derive_seed
from hpo.study import search_jobs
from hpo.study.phases import Advance, EndSearch, Stop, decide
from hpo.study.search_jobs import best_first
from storage.records import BASELINE, EvaluationRecord, JobRecord, StudyRecord
from storage.states import DataSet, Direction, JobState, Phase, Sampler, Split

OPEN, LEASED, PAUSED, SUCCEEDED, PRUNED, DIVERGED, FAILED, CANCELLED = JobState
NOW = 1_000_000
STUDY = StudyRecord(
    id=1, uuid="u", name="toy", definition="toy", definition_hash="h",
    settings={"epochs": 5, "classes": ["a", "b"], "new_classes": ["c", "d"]},
    baseline={"x": 0.5}, metric="validation accuracy", direction=Direction.MAXIMIZE, seed=0, trials=4, select_top=2, select_seeds=2, final_seeds=2, priority=0,
    timeout_ms=None, target=None, patience=None, sampler=Sampler.TPE, generation=1,
    phase=Phase.SEARCH, reason=None, halted_ms=None,
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
    """The search of these configurations and the baseline, and what select came to so far."""
    return [
        *(_job(number) for number in {BASELINE, *scores}),
        *_rounds(scores),
    ]


def _rounds(scores: dict[int, Sequence[float | None]]) -> list[JobRecord]:
    return [
        _job(number, PRUNED if score is None else SUCCEEDED, score, phase=Phase.SELECT, seed=seed)
        for number, values in scores.items()
        for seed, score in enumerate(values)
    ]


def _numbers(step: object) -> list[int]:
    assert isinstance(step, Advance)
    return list(dict.fromkeys(job.configuration for job in step.jobs))


@pytest.mark.parametrize("last", [OPEN, LEASED, PAUSED])
def test_search_goes_on_while_a_job_is_left(last: JobState) -> None:
    """One open, leased or paused job keeps the study in its search."""
    assert decide(STUDY, _search(SUCCEEDED, SUCCEEDED, PRUNED, last), NOW) is None


def test_search_leads_to_select() -> None:
    """The best k are trained again, each with several seeds; two are told apart by all of them. The
    baseline is compared with the best of them anyway: it is in no race."""
    ended = [_job(0, score=0.6), _job(1, score=0.5), _job(2, score=0.7), _job(3, score=0.65)]
    step = decide(STUDY, ended, NOW)
    assert isinstance(step, Advance) and step.phase == Phase.SELECT
    assert _numbers(step) == [2, 3]
    assert len(step.jobs) == 2 * STUDY.select_seeds
    assert len({(job.configuration, job.seed) for job in step.jobs}) == len(step.jobs)
    for job in step.jobs:
        assert job.params == ended[job.configuration].params
        assert (job.phase, job.data_set) == (Phase.SELECT, DataSet.SEARCH)


def test_select_takes_different_configurations() -> None:
    """Of several trials with the same parameters, as of one that failed and was run again, only the
    best is selected, and none that trains what the baseline is: it would be compared with itself."""
    same = [{"x": 0.9}, {"x": 0.0}, {"x": 0.9}, {"x": 0.2}]
    ended = [
        _job(0, score=0.6),
        *(
            replace(_job(number, score=1 - number / 10), params=params)
            for number, params in enumerate(same, 1)
        ),
    ]
    study = replace(STUDY, select_top=3)
    assert _numbers(decide(study, ended, NOW)) == [1, 4]
    alone = decide(STUDY, [ended[0], ended[2]], NOW)
    assert isinstance(alone, Stop) and "nothing to compare" in alone.reason


def test_pruned_failed_and_cancelled_trials_are_not_selected() -> None:
    """Only a trial that was trained to its end can win."""
    ended = _search(SUCCEEDED, PRUNED, FAILED, CANCELLED, SUCCEEDED)
    assert _numbers(decide(STUDY, ended, NOW)) == [4]


@pytest.mark.parametrize("others", [(PRUNED, PRUNED), (CANCELLED, FAILED), ()])
def test_nothing_to_compare_stops(others: tuple[JobState, ...]) -> None:
    """With the baseline alone there is no verdict to be had: the study stops and says so."""
    step = decide(STUDY, _search(SUCCEEDED, *others), NOW)
    assert isinstance(step, Stop) and "nothing to compare" in step.reason


def test_a_search_alone_is_done_with_what_was_completed() -> None:
    """Be it the baseline alone; where nothing was, there is nothing to be done with."""
    alone = replace(STUDY, final_seeds=0)
    assert decide(alone, _search(SUCCEEDED, LEASED), NOW) is None
    assert decide(alone, _search(SUCCEEDED, PRUNED), NOW) == Advance(Phase.DONE)
    lost = decide(alone, _search(CANCELLED, CANCELLED), NOW)
    assert lost == Stop("no trial was completed")


def test_ties_go_to_the_lower_loss_then_to_the_lower_number() -> None:
    """On equal scores the lower validation loss wins, and then the earlier trial."""
    ended = [
        _job(3, score=0.70, loss=1.0),
        _job(2, score=0.70, loss=0.9),
        _job(1, score=0.70, loss=1.0),
        _job(4, score=0.71, loss=5.0),
        _job(5, PRUNED, score=0.99),
    ]
    assert [job.configuration for job in best_first(STUDY, ended)] == [4, 2, 1, 3]


def test_where_less_is_better_the_lowest_is_the_first() -> None:
    """Ties go as ever."""
    study = replace(STUDY, direction=Direction.MINIMIZE)
    ended = [
        _job(1, score=0.7, loss=2.0),
        _job(2, score=0.7, loss=1.0),
        _job(3, score=-0.1),
        _job(4, score=0.0),
    ]
    assert [job.configuration for job in best_first(study, ended)] == [3, 4, 2, 1]


def test_a_score_of_zero_is_a_score() -> None:
    """Zero is worse than anything else, and still counts."""
    ended = [_job(1, score=0.0), _job(2, score=0.1), _job(3, score=-0.1)]
    assert [job.configuration for job in best_first(STUDY, ended)] == [2, 1, 3]


def test_select_waits_for_its_last_job() -> None:
    """Select is not judged before all its seeds are in."""
    study = replace(STUDY, phase=Phase.SELECT)
    running = _job(2, LEASED, phase=Phase.SELECT, seed=9)
    assert decide(study, [*_select({1: (0.5, 0.5)}), running], NOW) is None


@pytest.mark.parametrize(
    ("scores", "goes_on"),
    [
        ({1: (0.5,), 2: (0.7,), 3: (0.6,)}, [2, 3]),
        ({1: (0.5,), 2: (0.7,), 3: (0.6,), 4: (0.8,)}, [4, 2]),
        ({1: (0.5,), 2: (None,), 3: (0.6,)}, [3, 1]),
    ],
    ids=["three", "four", "one diverged"],
)
def test_the_better_half_of_select_goes_on(
    scores: dict[int, Sequence[float | None]], goes_on: list[int]
) -> None:
    """After a round in which all had a seed the better half has another, with the parameters and the
    trial of its search job."""
    jobs = _select(scores)
    step = decide(replace(STUDY, phase=Phase.SELECT), jobs, NOW)
    assert isinstance(step, Advance) and step.phase == Phase.SELECT
    assert [job.configuration for job in step.jobs] == goes_on
    for job in step.jobs:
        assert (job.params, job.trial_number) == ({"x": job.configuration / 10}, job.configuration)
        assert job.seed == derive_seed(STUDY.seed, "select", 1, job.configuration, 1)


def test_a_race_with_one_left_is_over() -> None:
    """Where all others lost a seed, another seed would tell nothing."""
    jobs = _select({1: (0.5,), 2: (None,), 3: (None,)})
    step = decide(replace(STUDY, phase=Phase.SELECT), jobs, NOW)
    assert isinstance(step, Advance) and step.phase == Phase.FINAL
    assert set(_numbers(step)) == {1, 0}


@pytest.mark.parametrize(
    ("scores", "winner"),
    [
        ({1: (0.9, 0.1), 2: (0.6, 0.6)}, 2),
        ({2: (0.5, 0.5), 1: (0.5, 0.5)}, 1),
        ({1: (0.9, None), 2: (0.5, 0.5)}, 2),
        ({1: (0.7, 0.5), 2: (0.6, 0.61), 3: (0.65,)}, 2),
    ],
    ids=["the mean decides", "a tie", "one seed diverged", "what was given up stays so"],
)
def test_select_leads_to_final(scores: dict[int, Sequence[float | None]], winner: int) -> None:
    """The configuration with the best mean over seeds goes on, the baseline beside it: several
    seeds each, on both sets of classes. A configuration of which one seed failed does not go on."""
    step = decide(replace(STUDY, phase=Phase.SELECT), _select(scores), NOW)
    assert isinstance(step, Advance) and step.phase == Phase.FINAL
    assert set(_numbers(step)) == {winner, 0}
    found = {(job.configuration, job.seed, job.data_set) for job in step.jobs}
    assert len(found) == len(step.jobs) == 2 * STUDY.final_seeds * len(DataSet)
    assert all(job.params == {"x": job.configuration / 10} for job in step.jobs)


def test_nothing_left_after_select_stops() -> None:
    """If every configuration lost a seed, the study stops with the reasons."""
    step = decide(replace(STUDY, phase=Phase.SELECT), _select({1: (None, 0.9)}), NOW)
    assert isinstance(step, Stop) and "no configuration came through select" in step.reason
    assert "reason 1" in step.reason


def test_old_generations_do_not_count() -> None:
    """Only the present generation's select and final jobs are waited for and judged."""
    study = replace(STUDY, generation=2)
    old = _job(3, OPEN, score=0.99, phase=Phase.SELECT)
    new = [replace(job, generation=2) for job in _select({1: (0.5, 0.5), 2: (0.4, 0.4)})]
    step = decide(replace(study, phase=Phase.SELECT), [old, *new], NOW)
    assert set(_numbers(step)) == {1, 0}


@pytest.mark.parametrize("state", [SUCCEEDED, FAILED, PRUNED])
def test_final_leads_to_done(state: JobState) -> None:
    """A study that has no more than three final seeds is done when the last of its jobs has ended,
    however."""
    study = replace(STUDY, phase=Phase.FINAL)
    ended, _ = _final({1: (5, 5), 0: (5, 5)})
    last = replace(ended[-1], state=LEASED)
    assert decide(study, [*ended[:-1], last], NOW) is None
    assert decide(study, [*ended[:-1], replace(last, state=state)], NOW) == Advance(Phase.DONE)


IMAGES = 40
SIX = replace(STUDY, phase=Phase.FINAL, final_seeds=6)
NEAR, FAR = (20, 26, 23), (10, 11, 12)
"""How many of the images a baseline is right on, beside a winner that is right on 22, 25 and 28."""


def _final(
    right: dict[int, Sequence[int | None]], data_sets: Sequence[DataSet] = (DataSet.SEARCH,)
) -> tuple[list[JobRecord], list[EvaluationRecord]]:
    """Final jobs, seed by seed, of configurations that are right on so many images; None has no
    model."""
    jobs: list[JobRecord] = []
    judged: list[EvaluationRecord] = []
    for data_set in data_sets:
        for seed, counts in enumerate(zip(*right.values(), strict=True)):
            for configuration, count in zip(right, counts, strict=True):
                state = FAILED if count is None else SUCCEEDED
                job = _job(configuration, state, phase=Phase.FINAL, seed=seed, data_set=data_set)
                job = replace(job, id=len(jobs) + 100)
                jobs.append(job)
                if count is not None:
                    labels = np.zeros(IMAGES, np.uint8)
                    judged.append(_judged(job, labels, np.arange(IMAGES) >= count))
    return jobs, judged


def _judged(
    job: JobRecord, labels: NDArray[np.uint8], predictions: NDArray[np.bool_]
) -> EvaluationRecord:
    answers = predictions.astype(np.uint8).tobytes()
    return EvaluationRecord(job.id, Split.HOLDOUT, labels.tobytes(), answers, b"")


def test_what_three_seeds_do_not_tell_apart_is_looked_at_again() -> None:
    """Winner and baseline have the rest of their seeds, with parameters and trial as before, on the
    searched classes alone: three seeds are enough on new ones."""
    jobs, judged = _final({1: (22, 25, 28), 0: NEAR}, tuple(DataSet))
    step = decide(SIX, jobs, NOW, judged)
    assert isinstance(step, Advance) and step.phase == Phase.FINAL
    assert {job.data_set for job in step.jobs} == {DataSet.SEARCH}
    assert [job.configuration for job in step.jobs] == [1, 0] * 3
    expected = [derive_seed(SIX.seed, "final", 1, 1, index) for index in range(3, 6)]
    assert [job.seed for job in step.jobs if job.configuration == 1] == expected
    assert all(job.params == {"x": job.configuration / 10} for job in step.jobs)
    assert all(job.trial_number == job.configuration for job in step.jobs)


def test_what_three_seeds_decide_is_over() -> None:
    """At the first look, and of the same seeds at a single one."""
    jobs, judged = _final({1: (22, 25, 28), 0: FAR}, tuple(DataSet))
    assert decide(SIX, jobs, NOW, judged) == Advance(Phase.DONE)
    jobs, judged = _final({1: (22, 25, 28), 0: NEAR})
    assert decide(replace(SIX, final_seeds=3), jobs, NOW, judged) == Advance(Phase.DONE)


def test_a_look_waits_for_all_its_trainings() -> None:
    """New classes are waited for, too; nothing is looked at before."""
    jobs, judged = _final({1: (22, 25, 28), 0: FAR}, tuple(DataSet))
    assert decide(SIX, [*jobs[:-1], replace(jobs[-1], state=LEASED)], NOW, judged) is None


def test_the_last_look_is_the_last() -> None:
    """Whatever it says."""
    jobs, judged = _final({1: (24,) * 6, 0: (23,) * 6})
    assert decide(SIX, jobs, NOW, judged) == Advance(Phase.DONE)


@pytest.mark.parametrize(
    ("winner", "baseline", "goes_on"),
    [
        ((22, None, 28), (20, 26, 24), True),
        ((22, None, None), (10, 11, 12), True),
        ((22, 25, 28), (None, None, None), False),
        ((None, None, None), (22, 25, 28), False),
    ],
    ids=["two models", "one model", "no baseline", "no winner"],
)
def test_lost_trainings_at_the_first_look(
    winner: Sequence[int | None], baseline: Sequence[int | None], goes_on: bool
) -> None:
    """One that lost some is looked at again; one that lost all will never be compared."""
    jobs, judged = _final({1: winner, 0: baseline})
    step = decide(SIX, jobs, NOW, judged)
    assert isinstance(step, Advance)
    assert bool(step.jobs) is goes_on


def test_what_was_judged_on_different_images_is_over() -> None:
    """More seeds would not mend it, and the result says so."""
    jobs, judged = _final({1: (22, 25, 28), 0: NEAR})
    other = np.ones(IMAGES, np.uint8).tobytes()
    mixed = [replace(judged[0], labels=other), *judged[1:]]
    assert decide(SIX, jobs, NOW, mixed) == Advance(Phase.DONE)


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
        (60_000, (SUCCEEDED, LEASED, PAUSED), True),
    ],
    ids=["before", "at the timeout", "nothing waits", "some are paused"],
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
    """A completed trial that reaches the target ends the search; so does one below it where less is
    better."""
    study = replace(STUDY, target=0.8)
    step = decide(study, [_job(0), _job(1, score=score), _job(2, OPEN)], NOW)
    assert isinstance(step, EndSearch) is ends
    lower = replace(study, direction=Direction.MINIMIZE, target=-0.8)
    trials = [_job(0), _job(1, score=-score), _job(2, OPEN)]
    assert isinstance(decide(lower, trials, NOW), EndSearch) is ends


@pytest.mark.parametrize(
    ("later", "generation", "ends"),
    [
        ((SUCCEEDED, PRUNED, SUCCEEDED), 1, True),
        ((SUCCEEDED, PRUNED), 1, False),
        ((SUCCEEDED, PRUNED, FAILED), 1, False),
        ((SUCCEEDED, PRUNED, LEASED), 1, False),
        ((SUCCEEDED, PRUNED, SUCCEEDED), 2, False),
    ],
    ids=["three in a row", "two", "one failed", "one runs", "before the study was extended"],
)
def test_patience_ends_the_search(later: Sequence[JobState], generation: int, ends: bool) -> None:
    """As many trials as that were begun after the best, and are no better; one as good is none. One
    that was begun before, as others run beside it, was not chosen in sight of it."""
    study = replace(STUDY, patience=3, generation=generation)
    trials = [_job(0, score=0.7, ended_ms=20), _job(1, score=0.5), _job(2, score=0.9, ended_ms=30)]
    begun = [
        replace(_job(number, state, score=0.9), started_ms=31, ended_ms=40)
        for number, state in enumerate(later, 3)
    ]
    step = decide(study, [*trials, *begun, _job(9, OPEN, generation=generation)], NOW)
    assert isinstance(step, EndSearch) is ends
    if isinstance(step, EndSearch):
        assert step.reason.endswith("3 trials in a row were no better than 0.9000")
    beside = [replace(job, started_ms=29) for job in begun]
    assert decide(study, [*trials, *beside, _job(9, OPEN)], NOW) is None


def test_patience_waits_for_a_first_score() -> None:
    """While there is none, there is nothing that others could be better than."""
    study = replace(STUDY, patience=1)
    assert decide(study, _search(LEASED, PRUNED, PRUNED, OPEN), NOW) is None


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


def test_a_baseline_that_diverged_stops() -> None:
    """What else is trained would have nothing to be compared with. One that was run again, and trained, is as good as any."""
    states = (DIVERGED, LEASED, OPEN)
    assert decide(STUDY, _search(*states), NOW) == Stop("the baseline has no score: reason 0")
    again = replace(_job(0), id=9)
    assert decide(STUDY, [*_search(*states), again], NOW) is None


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


@pytest.mark.parametrize(("rung_ms", "stops"), [(1, True), (5, False)])
@pytest.mark.parametrize("state", [PAUSED, LEASED, OPEN])
def test_one_that_came_to_a_rung_went_well(state: JobState, rung_ms: int, stops: bool) -> None:
    """Wherever it stands since: the failures after it are no row of three."""
    jobs = _search(SUCCEEDED, state, FAILED, FAILED, FAILED, OPEN)
    jobs[1] = replace(jobs[1], rung_ms=rung_ms)
    assert isinstance(decide(STUDY, jobs, NOW), Stop) is stops


def test_a_limit_is_told_once() -> None:
    """What is paused then waits for one trial to be complete, and nothing more is to be decided."""
    study = replace(STUDY, timeout_ms=1, reason="the search ended at its timeout of 0.001 s")
    assert decide(study, _search(SUCCEEDED, PAUSED, LEASED), NOW) is None


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
    seen = {job.seed for job in search_jobs.new_jobs(STUDY, range(4))}
    expected = 4
    for generation in (1, 2):
        study = replace(STUDY, generation=generation)
        select = decide(study, ended, NOW)
        scores = [
            replace(job, generation=generation) for job in _select({1: (0.5, 0.5), 2: (0.4, 0.4)})
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
