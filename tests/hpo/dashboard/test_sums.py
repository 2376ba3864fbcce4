"""What is summed up over all trials of a study."""

from optuna.distributions import FloatDistribution, IntDistribution
from optuna.trial import FrozenTrial, TrialState, create_trial
from optuna_dashboard._inmemory_cache import _CachedExtraStudyProperty

from hpo.dashboard.sums import Sum, Sums


def _trial(number: int, state: TrialState, high: float) -> FrozenTrial:
    trial = create_trial(
        state=state,
        value=0.5 if state == TrialState.COMPLETE else None,
        params={"x": high, "n": number},
        distributions={"x": FloatDistribution(0, high), "n": IntDistribution(0, 99)},
        user_attrs={f"attribute {number % 3}": number},
        intermediate_values={1: 0.5} if number == 2 else {},
    )
    trial.number = number
    return trial


def _told(summed: _CachedExtraStudyProperty) -> tuple[object, ...]:
    return (
        summed.intersection_search_space,
        summed.union_search_space,
        sorted(summed.union_user_attrs),
        summed.has_intermediate_values,
    )


def test_it_says_what_the_dashboards_own_says() -> None:
    """Whatever trials there are at each poll, running or not; each trial that ended is looked at once
    where none before it runs."""
    sums, states = Sums(), (TrialState.RUNNING, TrialState.COMPLETE, TrialState.PRUNED)
    trials: list[FrozenTrial] = []
    for number, state in enumerate(states * 3):
        if trials:  # the one before has ended meanwhile
            trials[-1] = _trial(number - 1, TrialState.PRUNED, number)
        trials.append(_trial(number, state, number + 1))
        truth = _CachedExtraStudyProperty()
        truth.update(trials)
        summed = sums.get(1)
        summed.update(trials)
        assert _told(summed) == _told(truth)
    assert sums.get(2) is not sums.get(1)


def test_nothing_is_summed_up_twice() -> None:
    """Where all have ended, those that are known are not looked at."""
    trials = [_trial(number, TrialState.PRUNED, 1) for number in range(3)]
    summed = Sum()
    summed.update(trials)
    trials[0].user_attrs = {"it was": "looked at"}
    summed.update(trials)
    assert sorted(dict(summed.union_user_attrs)) == [f"attribute {number}" for number in range(3)]
