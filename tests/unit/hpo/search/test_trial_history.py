"""The history of a study: what its sampler and its pruner are shown."""

import pytest
from optuna.trial import FrozenTrial, TrialState, create_trial

from hpo.search.trial_history import BEST, REST, recall
from storage.states import Direction


def _trials(*states: TrialState) -> list[FrozenTrial]:
    """Trials in these states; the value of each that is complete is its number, modulo 1009."""
    made = []
    for number, state in enumerate(states):
        value = float(number * 7919 % 1009) if state == TrialState.COMPLETE else None
        trial = create_trial(state=state, value=value)
        trial.number = number
        made.append(trial)
    return made


def test_few_are_recalled_whole() -> None:
    """The sampler sees each trial of a study that is not large."""
    trials = _trials(*[TrialState.COMPLETE, TrialState.PRUNED] * ((BEST + REST) // 2))
    assert recall(trials, Direction.MAXIMIZE) == trials


@pytest.mark.parametrize("direction", Direction)
def test_of_many_the_best_and_an_even_part(direction: Direction) -> None:
    """So many, however many there are: the very best, all that run, so that parallel workers do not
    suggest the same, and of all others an even part from the first to the last, in their order."""
    states = [TrialState.COMPLETE, TrialState.PRUNED, TrialState.FAIL] * 3000
    states[7] = states[8000] = TrialState.RUNNING
    trials = _trials(*states)
    recalled = recall(trials, direction)
    assert len(recalled) == BEST + REST + 2
    assert [each.number for each in recalled] == sorted({each.number for each in recalled})
    kept = {each.number for each in recalled}
    assert {7, 8000} <= kept
    complete = [each for each in trials if each.state == TrialState.COMPLETE]
    best = sorted(complete, key=lambda each: direction.key(each.values[0]))
    assert {each.number for each in best[:BEST]} <= kept
    tenths = [sum(number // 900 == tenth for number in kept) for tenth in range(10)]
    assert min(tenths) > 0.8 * max(tenths)


def test_the_best_are_feasible() -> None:
    """However many that violate a constraint have better values."""
    trials = _trials(*[TrialState.COMPLETE] * 3000)
    for trial in trials:
        trial.set_constraint("size", trial.number % 100 - 1.0)
    kept = {each.number for each in recall(trials, Direction.MAXIMIZE)}
    assert {trial.number for trial in trials if trial.number % 100 <= 1} <= kept


def test_of_several_directions_the_front_is_kept() -> None:
    """Whatever else is left out of many."""
    trials = []
    for number in range(BEST + REST + 500):
        on_front = number % 100 == 7
        values = [float(number), float(-number)] if on_front else [float(number), 1.0]
        trial = create_trial(state=TrialState.COMPLETE, values=values)
        trial.number = number
        trials.append(trial)
    recalled = {each.number for each in recall(trials, Direction.MINIMIZE, Direction.MINIMIZE)}
    assert len(recalled) == BEST + REST
    assert {each for each in range(len(trials)) if each % 100 == 7} <= recalled
