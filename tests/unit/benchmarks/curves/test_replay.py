"""Searches that are played on curves: exact in what they count, whatever the schedule."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import pytest

from benchmarks.curves.clock import Played, Schedule, State, Trial, play
from benchmarks.curves.replay import SAMPLERS, SCHEDULES, Cell, Found, Recorded, expect, replay
from benchmarks.curves.schedules import AllEpochs, Promotion, StoppingHalving
from benchmarks.curves.service_promotion import ServedPromotion
from studies.space import Whole
from tests.unit.benchmarks.curves.made_up import curve, curves

ACCURACIES = [0.1 + 0.8 * (number * 7 % 30) / 30 for number in range(30)]
TRIALS = 16


@dataclass(frozen=True)
class InOrder:
    """Proposes the configurations as they stand."""

    def propose(self, trials: Sequence[Trial]) -> int:
        return len(trials)


def _play(schedule: Schedule, accuracies: Sequence[float], workers: int = 1) -> Played:
    return play(
        curves(accuracies), schedule, InOrder(), trials=len(accuracies), workers=workers, epochs=20
    )


@pytest.mark.parametrize("workers", [1, 4, 16])
@pytest.mark.parametrize("schedule", SCHEDULES)
def test_a_search_counts_what_it_trains(schedule: str, workers: int) -> None:
    """N trials are started, each configuration once, no epoch is trained twice, nothing is left
    running, and three come to the end, if they are let."""
    made_up = curves(ACCURACIES)
    played = play(
        made_up, SCHEDULES[schedule](TRIALS), InOrder(), trials=TRIALS, workers=workers, epochs=20
    )
    assert len({trial.configuration for trial in played.trials}) == len(played.trials) == TRIALS
    assert played.epochs == sum(trial.epoch for trial in played.trials)
    assert played.cpu_seconds == played.epochs
    assert played.epochs / workers <= played.seconds <= played.epochs
    assert all(trial.state is not State.RUNNING for trial in played.trials)
    complete = [trial for trial in played.trials if trial.state is State.COMPLETE]
    assert complete
    assert {id(each.trial) for each in played.completions} == set(map(id, complete))
    assert all(trial.epoch == 20 for trial in complete)
    if schedule.startswith(("promotion", "halving")):
        assert len(complete) >= 3
        best = max(played.trials, key=lambda trial: trial.curve.val_accuracy[-1])
        assert best.state is State.COMPLETE


def test_workers_share_the_time() -> None:
    """Sixteen trials of twenty seconds."""
    for workers, seconds in ((1, 320), (4, 80), (16, 20)):
        played = _play(AllEpochs(), ACCURACIES[:16], workers)
        assert (played.epochs, played.seconds) == (320, seconds)


def test_a_trial_that_diverges_is_over() -> None:
    """It costs the epoch in which it does, and counts as a trial."""
    whole = curve(1)
    diverged = whole.model_copy(
        update={"val_loss": whole.val_loss[:4], "val_accuracy": whole.val_accuracy[:4]}
    )
    played = play([diverged, whole], AllEpochs(), InOrder(), trials=2, workers=1, epochs=20)
    assert [trial.state for trial in played.trials] == [State.PRUNED, State.COMPLETE]
    assert played.epochs == 25


def test_promotion_costs_what_its_rungs_say() -> None:
    """Nine to the first rung, three of them to the second, one of them to the end, and then the
    best of those that wait, so that three are there."""
    played = _play(Promotion((2, 6), 3, patient=True), ACCURACIES[:9])
    assert played.epochs == 9 * 2 + 3 * 4 + 3 * 14
    ended = [round(each.trial.curve.val_accuracy[-1], 6) for each in played.completions]
    assert ended == sorted((round(each, 6) for each in ACCURACIES[:9]), reverse=True)[:3]


def test_promotion_goes_on_at_once_with_one_that_is_due() -> None:
    """The third to come to the rung is the best of three: it does not wait for the others."""
    played = _play(Promotion((2, 6), 3), [0.1, 0.2, 0.9, 0.3, 0.4])
    assert played.trials[2].state is State.COMPLETE
    first = played.completions[0]
    assert first.trial is not played.trials[2] or first.epochs <= played.epochs


@pytest.mark.parametrize("workers", [1, 4, 16])
def test_what_is_compared_is_what_the_service_does(workers: int) -> None:
    """Promotion as it is played with other rungs and factors, and as the service decides it."""
    served, compared = (
        _play(schedule, ACCURACIES[:TRIALS], workers)
        for schedule in (ServedPromotion(TRIALS, 20), Promotion((2, 5, 10), 2))
    )
    assert [trial.epoch for trial in served.trials] == [trial.epoch for trial in compared.trials]
    assert served.seconds == compared.seconds


def test_halving_by_stopping_never_goes_back() -> None:
    """The first goes on, being alone; what is worse than it is given up for good."""
    played = _play(StoppingHalving((1, 4), 4), [0.5, 0.4, 0.3, 0.2])
    assert [trial.epoch for trial in played.trials] == [20, 1, 1, 1]


def _recorded() -> Recorded:
    pairs = [
        [curve(number, repeat, accuracy=accuracy) for repeat in range(2)]
        for number, accuracy in enumerate(ACCURACIES, start=1)
    ]
    return Recorded(pairs, {"size": Whole(1, len(pairs))})


@pytest.mark.parametrize("sampler", SAMPLERS)
def test_equal_seeds_play_equal_searches(sampler: str) -> None:
    """And no configuration is proposed twice, however many workers ask."""
    for workers in (1, 16):
        cell = Cell(len(ACCURACIES), "promotion 2/5/10, 1/2", sampler, workers)
        found = replay(_recorded(), cell, 1)
        assert found == replay(_recorded(), cell, 1)
        assert found.reached
        assert found.pick == pytest.approx(max(ACCURACIES))


def test_the_cost_of_the_target_counts_the_searches_that_miss_it() -> None:
    """Two of 100 epochs that miss it, and one that is there after 40, cost 240 for one."""
    missed = Found(100, 100, 100, reached=False, pick=0.5, all_epochs=100)
    cost = expect([missed, missed, Found(40, 40, 40, reached=True, pick=0.8, all_epochs=100)])
    assert (cost.epochs, cost.all_epochs) == (240, 100)
    assert cost.reached == pytest.approx(1 / 3)
    assert expect([missed]).epochs == math.inf
