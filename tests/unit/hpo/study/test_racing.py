"""The race of select: who is trained with another seed, and who wins."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hpo.study.racing import Round, fields, next_round, rank
from storage.records import JobRecord
from storage.states import Direction, JobState, Phase
from tests.support.statuses import STUDY, TRIAL

RACE = replace(STUDY, phase=Phase.SELECT, select_seeds=3)
Scores = dict[int, Sequence[float | None]]


def _jobs(scores: Scores) -> list[JobRecord]:
    """Trainings of select; one without a score diverged."""
    return [
        replace(
            TRIAL, id=100 * number + seed, phase=Phase.SELECT, configuration=number, seed=seed,
            trial_number=number, generation=1, score=score, loss=1.0,
            state=JobState.PRUNED if score is None else JobState.SUCCEEDED,
        )
        for number, values in scores.items()
        for seed, score in enumerate(values)
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("entered", "seeds", "trained"),
    [
        (5, 3, (5, 3, 2)),
        (5, 2, (5, 3)),
        (3, 2, (3, 2)),
        (8, 3, (8, 4, 2)),
        (5, 6, (5, 5, 3, 3, 2, 2)),
        (2, 3, (2, 2, 2)),
        (5, 1, (5,)),
        (1, 3, (1,)),
    ],
)
def test_the_field_is_halved_seed_by_seed(
    entered: int, seeds: int, trained: tuple[int, ...]
) -> None:
    """By default ten trainings are asked for, where all seeds of all would be fifteen."""
    assert fields(entered, seeds) == trained


@given(st.integers(2, 40), st.integers(1, 12))
def test_a_field_never_grows_and_two_are_left_for_the_last_seed(entered: int, seeds: int) -> None:
    """Each seed trains some, all the first; with seeds enough the last is for two."""
    found = fields(entered, seeds)
    assert len(found) == seeds
    assert found[0] == entered
    assert all(more >= fewer >= 2 for more, fewer in pairwise(found))
    if 2**seeds >= entered:
        assert found[-1] <= 4


def test_a_round_is_all_seeds_until_the_field_is_halved() -> None:
    """So nobody waits for what decides nothing."""
    assert next_round(RACE, [7, 3], []) == Round((7, 3), range(3))
    assert next_round(RACE, [7, 3, 4, 5, 6], []) == Round((7, 3, 4, 5, 6), range(1))
    assert next_round(RACE, [7], []) == Round((7,), range(1))


def test_the_better_half_goes_on_to_the_end() -> None:
    """By the mean over all its seeds, not by the last alone."""
    scores: Scores = {1: [0.5], 2: [0.6], 3: [0.7], 4: [0.4], 5: [0.3]}
    assert next_round(RACE, scores, _jobs(scores)) == Round((3, 2, 1), range(1, 2))
    scores |= {1: [0.5, 0.9], 2: [0.6, 0.7], 3: [0.7, 0.5]}
    assert next_round(RACE, scores, _jobs(scores)) == Round((1, 2), range(2, 3))
    scores |= {1: [0.5, 0.9, 0.5], 2: [0.6, 0.7, 0.7]}
    assert next_round(RACE, scores, _jobs(scores)) is None
    assert rank(RACE, _jobs(scores)) == [2, 1, 3, 4, 5]


def test_the_lower_half_goes_on_where_less_is_better() -> None:
    """In the race and in its end."""
    race = replace(RACE, direction=Direction.MINIMIZE)
    scores: Scores = {1: [0.5], 2: [0.6], 3: [0.7], 4: [0.4], 5: [0.3]}
    assert next_round(race, scores, _jobs(scores)) == Round((5, 4, 1), range(1, 2))
    assert rank(race, _jobs(scores)) == [5, 4, 1, 2, 3]


def test_one_that_lost_a_seed_is_out() -> None:
    """It cannot be relied on; with nobody beside the leader the race is over."""
    scores: Scores = {1: [0.5], 2: [None], 3: [0.7]}
    assert next_round(RACE, scores, _jobs(scores)) == Round((3, 1), range(1, 2))
    scores |= {1: [0.5, None, 0.9], 3: [0.7, 0.7, 0.7]}
    assert next_round(RACE, scores, _jobs(scores)) is None
    assert rank(RACE, _jobs(scores)) == [3]
    lost: Scores = {1: [None], 2: [None]}
    assert next_round(RACE, lost, _jobs(lost)) is None
    assert rank(RACE, _jobs(lost)) == []


def test_equal_means_are_a_tie() -> None:
    """Means that differ only by how a sum was rounded are equal: the lower loss wins."""
    jobs = _jobs({1: (0.7, 0.6, 0.5), 2: (0.5, 0.6, 0.7)})
    for better in (1, 2):
        scored = [replace(job, loss=0.1) if job.configuration == better else job for job in jobs]
        assert rank(RACE, scored) == [better, 3 - better]


def test_a_score_is_none_before_the_end() -> None:
    """Scores are written while a job trains: only its end says whether it counts."""
    (job,) = _jobs({1: [None]})
    assert rank(RACE, [replace(job, score=0.9)]) == []


def test_other_generations_and_phases_are_of_no_race() -> None:
    """Those of the present select alone count."""
    jobs = _jobs({1: [0.5, 0.5, 0.5], 2: [0.4, 0.4, 0.4]})
    old = [replace(job, generation=0, score=0.9) for job in _jobs({3: [0.9]})]
    search = [replace(job, phase=Phase.SEARCH) for job in _jobs({4: [0.9]})]
    assert rank(RACE, [*old, *search, *jobs]) == [1, 2]
