"""What another study had found, fitted into the space of a new one."""

import copy
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution
from optuna.trial import TrialState

from hpo.errors import UsageError
from hpo.search.trial_history import BEST, REST
from hpo.search.warm_start import EarlierCalls, as_history, first_choice, fitting
from storage.records import BASELINE, EarlierTrial, Params
from storage.states import Direction
from studies.space import Choice, Real, Space, as_space, check_params
from tests.support.squares import NEW_STUDY
from tests.support.statuses import STUDY

SPACE: Space = {
    "optimizer": Choice(("adam", "sgd")),
    "momentum": Real(0.5, 0.99, when={"optimizer": "sgd"}),
    "rate": Real(0.001, 0.1, log=True),
    "flip": Choice((True, False)),
}
BASE: Params = {"optimizer": "adam", "rate": 0.01, "flip": False}
OLD = replace(STUDY, name="old")
NEW = replace(NEW_STUDY, baseline=BASE)


def _trial(configuration: int, score: float, **params: Any) -> EarlierTrial:
    return EarlierTrial(configuration, params, True, 20, score)


def _pruned(configuration: int, score: float, **params: Any) -> EarlierTrial:
    return EarlierTrial(configuration, params, False, 2, score)


def test_what_a_configuration_lacks_it_has_as_the_baseline() -> None:
    """A smaller space is a part of a larger one; what lies outside of it is left out."""
    found = fitting(
        OLD,
        [
            _trial(BASELINE, 0.5, optimizer="adam", rate=0.01),
            _trial(1, 0.6, optimizer="sgd", momentum=0.9, rate=0.02),
            _trial(2, 0.7, optimizer="sgd", rate=0.02),  # no momentum, and the baseline has none
            _trial(3, 0.7, optimizer="adam", momentum=0.9, rate=0.02),  # does not apply
            _trial(4, 0.7, optimizer="adam", rate=0.5),  # out of bounds
            _trial(5, 0.7, optimizer="adam", rate=0.02, layers=3),  # unknown
            _trial(6, 0.7, optimizer="adam", rate=0.02, flip=True),  # forbidden
        ],
        as_space(SPACE, [{"optimizer": "adam", "flip": True}]),
        NEW,
    )
    assert [trial.params for trial in found] == [
        BASE,
        {"optimizer": "sgd", "momentum": 0.9, "rate": 0.02, "flip": False},
    ]
    for trial in found:
        check_params(SPACE, trial.params)


@pytest.mark.parametrize(
    ("trials", "named"),
    [
        ([], "'old' fits .nothing is known of it yet"),
        ([_trial(BASELINE, 0.5, optimizer="adam", rate=0.01)], "nothing is known of it yet"),
        ([_trial(1, 0.5, optimizer="adam", rate=0.01, layers=3)], "'layers' is not in the space"),
    ],
)
def test_where_nothing_fits_that_is_said(trials: list[EarlierTrial], named: str) -> None:
    """With the reason; a baseline alone is nothing that was learned."""
    with pytest.raises(UsageError, match=named):
        fitting(OLD, trials, SPACE, NEW)


@pytest.mark.parametrize("changed", [{"metric": "loss"}, {"direction": Direction.MINIMIZE}])
def test_scores_of_another_kind_say_nothing(changed: dict[str, Any]) -> None:
    """Of another metric, or of which the lower is the better."""
    with pytest.raises(
        UsageError, match=r"study 'old' is to m.*, not to maximize validation accuracy"
    ):
        fitting(replace(OLD, **changed), [_trial(1, 0.6, **BASE)], SPACE, NEW)


def test_the_best_that_came_to_its_end_is_the_first_choice() -> None:
    """One that was pruned may have been no more than quick; the baseline is trained anyway."""
    study = replace(STUDY, baseline=BASE)
    quick = _pruned(1, 0.9, **{**BASE, "rate": 0.09})
    good = _trial(2, 0.8, **{**BASE, "rate": 0.02})
    base = _trial(BASELINE, 0.7, **BASE)
    assert first_choice(study, [base, quick, good]) == [good.params]
    assert first_choice(study, [base, quick]) == []
    assert first_choice(study, []) == []
    lower = replace(study, direction=Direction.MINIMIZE)
    assert first_choice(lower, [base, quick, good]) == []
    assert first_choice(lower, [replace(base, score=0.85), quick, good]) == [good.params]


def test_scores_count_by_how_far_they_are_from_their_own_baseline() -> None:
    """As soon as the new baseline has one: other images are harder or easier for all."""
    other: Params = {**BASE, "rate": 0.02}
    trials = [
        _trial(BASELINE, 0.7, **BASE),
        _trial(1, 0.8, **other),
        _pruned(2, 0.6, **other),
    ]
    before = as_history(trials, SPACE, BASE, None)
    assert [trial.value for trial in before] == [0.7, 0.8, 0.6]
    after = as_history(trials, SPACE, BASE, 0.4)
    assert [trial.value for trial in after] == pytest.approx([0.4, 0.5, 0.3])
    assert [trial.state for trial in after] == [
        TrialState.COMPLETE,
        TrialState.COMPLETE,
        TrialState.PRUNED,
    ]
    assert after[2].intermediate_values == {2: pytest.approx(0.3)}
    without = as_history(trials[1:], SPACE, BASE, 0.4)
    assert [trial.value for trial in without] == [0.8, 0.6]


def test_of_very_many_the_best_and_an_even_part_are_kept() -> None:
    """In their order; as many as a sampler looks at."""
    many = [
        _trial(number, number / 5000, **{**BASE, "rate": 0.00105 + number / 50_000})
        for number in range(4000)
    ]
    kept = fitting(OLD, many, SPACE, NEW)
    assert len(kept) == BEST + REST
    numbers = [trial.configuration for trial in kept]
    assert numbers == sorted(set(numbers)) and numbers[-BEST:] == list(range(4000 - BEST, 4000))
    assert max(later - sooner for sooner, later in pairwise(numbers)) < 12
    for at in range(2000, 2020):  # wherever it stood among them
        with_baseline = [*many[:at], _trial(BASELINE, 0.5, **BASE), *many[at:]]
        assert BASE in [trial.params for trial in fitting(OLD, with_baseline, SPACE, NEW)]


def _several(configuration: int, *scores: float, **params: Any) -> EarlierTrial:
    return EarlierTrial(configuration, params, True, 0, scores[0], list(scores))


CALLED = replace(STUDY, settings={"directions": ["minimize"]}, direction=Direction.MINIMIZE)
CALL = replace(
    NEW_STUDY, settings={"directions": ["minimize"]}, direction=Direction.MINIMIZE, baseline={}
)


def test_of_an_objective_all_is_known() -> None:
    """Whatever its parameters are; a study without a baseline may have found something with its first trial.
    What the values are is not compared: nobody knows."""
    trials = [_trial(0, 0.5, x=1.0), _pruned(1, 0.7, y="a")]
    without = replace(CALLED, baseline={}, metric="value")
    assert fitting(without, trials, None, CALL) == trials
    assert fitting(without, trials[:1], None, CALL) == trials[:1]
    with pytest.raises(UsageError, match="no trial of study"):
        fitting(without, [], None, CALL)


def test_values_of_other_directions_say_nothing() -> None:
    """More of them, fewer, or the other way."""
    two = {"directions": ["minimize", "maximize"]}
    for source, new in (
        (CALLED, replace(CALL, settings=two)),
        (replace(CALLED, settings=two), CALL),
    ):
        with pytest.raises(UsageError, match="same directions"):
            fitting(source, [_trial(1, 0.5, x=1.0)], None, new)
    front = replace(CALLED, settings=two)
    trials = [_several(0, 0.5, 0.1, x=1.0), _several(1, 0.4, 0.2, x=2.0)]
    assert fitting(front, trials, None, replace(CALL, settings=two)) == trials
    assert first_choice(front, trials) == []


def test_what_an_objective_asks_for_is_shown_where_it_may_still_be() -> None:
    """A choice that is gone, or a number out of its range, tells nothing of that parameter; what came of the trial
    stays."""
    earlier = EarlierCalls(
        [_trial(0, 0.5, x=1.0, kind="a"), _pruned(1, 0.7, x=9.0, kind="b"), _trial(2, 0.6, n=True)]
    )
    copies = [copy.copy(trial) for trial in earlier.shown]
    assert [trial.params for trial in copies] == [{}, {}, {}]
    kinds = CategoricalDistribution(["b", "c"])
    earlier.show("x", FloatDistribution(0.0, 5.0))
    earlier.show("kind", kinds)
    earlier.show("n", IntDistribution(0, 5))
    assert [trial.params for trial in copies] == [{"x": 1.0}, {"kind": "b"}, {}]
    assert copies[1].distributions == {"kind": kinds}
    assert [trial.state for trial in copies] == [
        *map(TrialState.__getitem__, ("COMPLETE", "PRUNED", "COMPLETE"))
    ]
    assert [trial.value for trial in copies] == [0.5, 0.7, 0.6]
