"""What is tried next."""

import math
from collections.abc import Callable, Mapping
from dataclasses import replace

import optuna
import pytest
from optuna.distributions import BaseDistribution
from optuna.samplers import BaseSampler, RandomSampler, TPESampler
from optuna.storages import InMemoryStorage
from optuna.study import StudyDirection
from optuna.trial import TrialState, create_trial

from hpo.search.proposals import distributions, draw, propose
from hpo.search.samplers import Estimator, make_sampler, n_good
from hpo.search.trial_history import SamplersStudy
from storage.states import Sampler
from studies.space import (
    Choice,
    Forbidden,
    Params,
    Real,
    Space,
    Whole,
    as_space,
    check_params,
)
from studies.space_points import count_points
from tests.support.statuses import STUDY

WHOLE: Space = {"n": Whole(1, 7, 2), "kind": Choice(("a", "b", "c"))}
MIXED: Space = {
    "depth": Whole(2, 10, 4), "rate": Real(0.001, 1.0, log=True), "kind": Choice(("a", 1, 0.5)),
    "only": Choice(("one",)), "width": Whole(1, 64, log=True), "share": Real(-1.0, 1.0),
}  # fmt: skip


CONDITIONAL: Space = {
    "optimizer": Choice(("adam", "sgd", "rmsprop")),
    "momentum": Real(0.5, 0.99, when={"optimizer": ("sgd", "rmsprop")}),
    "nesterov": Choice((True, False), when={"optimizer": "sgd"}),
    "rate": Real(0.001, 1.0, log=True),
}


class Sure(BaseSampler):
    """A sampler that is sure of one configuration."""

    def __init__(self, params: Params) -> None:
        self._params = params

    def infer_relative_search_space(self, *_: object) -> dict[str, BaseDistribution]:
        return {}

    def sample_relative(self, *_: object) -> dict[str, object]:
        return {}

    def sample_independent(self, _study: object, _trial: object, name: str, _: object) -> object:
        return self._params[name]


def _history(space: Space, tried: Mapping[TrialState, list[Params]]) -> SamplersStudy:
    storage = InMemoryStorage()
    study_id = storage.create_new_study([StudyDirection.MAXIMIZE], "a")
    for state, each in tried.items():
        for params in each:
            value = 1.0 if state == TrialState.COMPLETE else None
            storage.create_new_trial(
                study_id,
                create_trial(
                    state=state,
                    value=value,
                    params=dict(params),
                    distributions=distributions({name: space[name] for name in params}),
                ),
            )
    return SamplersStudy(study_name="a", storage=storage)


@pytest.mark.parametrize("sampler", [RandomSampler(seed=1), Estimator(seed=1, n_startup_trials=1)])
def test_what_is_drawn_is_a_point_of_the_space(sampler: BaseSampler) -> None:
    """Of its types, too, by chance and from what was learned."""
    history = _history(MIXED, {})
    drawn = [draw(history, RandomSampler(seed=number), MIXED) for number in range(8)]
    learned = _history(MIXED, {TrialState.COMPLETE: drawn})
    for _ in range(20):
        params = draw(learned, sampler, MIXED)
        assert params.keys() == MIXED.keys()
        assert all(MIXED[name].admits(value) for name, value in params.items()), params


@pytest.mark.parametrize("name", [each for each in Sampler if each is not Sampler.GRID])
def test_what_does_not_apply_is_not_drawn(name: Sampler) -> None:
    """By chance, from what was learned, or along a sequence."""
    study = replace(STUDY, sampler=name)
    history, drawn = _history(CONDITIONAL, {}), list[Params]()
    for number in range(1, 20):
        drawn.append(draw(history, make_sampler(study, CONDITIONAL, number), CONDITIONAL))
        check_params(CONDITIONAL, drawn[-1])
        history = _history(CONDITIONAL, {TrialState.COMPLETE: drawn})
    assert {params["optimizer"] for params in drawn} == {"adam", "sgd", "rmsprop"}
    assert propose(history, Sure(drawn[0]), CONDITIONAL, 0) not in drawn


def test_a_grid_has_no_point_twice() -> None:
    """Though what does not apply makes many combinations one."""
    space: Space = {
        "optimizer": CONDITIONAL["optimizer"],
        "momentum": Whole(1, 3, when={"optimizer": "sgd"}),
        "nesterov": CONDITIONAL["nesterov"],
    }
    study = replace(STUDY, sampler=Sampler.GRID)
    total, fresh = int(count_points(space)), _history(space, {})
    drawn = [
        draw(fresh, make_sampler(study, space, number), space) for number in range(1, total + 1)
    ]
    assert len({tuple(params.items()) for params in drawn}) == total == 1 + 1 + 3 * 2
    for params in drawn:
        check_params(space, params)


@pytest.mark.parametrize("state", list(TrialState))
def test_nothing_is_proposed_twice(state: TrialState) -> None:
    """Whatever became of the trial that has it, and however sure the sampler is: the next is one by
    chance, and where little is left what is left."""
    space: Space = {"n": Whole(1, 1000), "kind": Choice(("a", "b"))}
    sure: Params = {"n": 7, "kind": "a"}
    assert propose(_history(space, {}), Sure(sure), space, 0) == sure
    proposed = propose(_history(space, {state: [sure]}), Sure(sure), space, 0)
    assert proposed != sure
    points: list[Params] = [{"n": n, "kind": kind} for n in range(1, 1001) for kind in ("a", "b")]
    points.remove({"n": 500, "kind": "b"})
    left = propose(_history(space, {state: points}), Sure(sure), space, 0)
    assert left == {"n": 500, "kind": "b"}


_PAIRS: Forbidden = [{"kind": "a", "n": (1, 3)}, {"kind": "c"}, {"n": 7}]


@pytest.mark.parametrize("name", Sampler)
def test_what_is_forbidden_is_not_proposed(name: Sampler) -> None:
    """All else is, each once, and then the space is at its end."""
    study = replace(STUDY, sampler=name)
    space = as_space(WHOLE, _PAIRS)
    total = int(count_points(space))
    assert total == 4
    tried: list[Params] = []
    for number in range(1, total + 1):
        history = _history(space, {TrialState.COMPLETE: tried})
        tried.append(propose(history, make_sampler(study, space, number), space, number))
        check_params(space, tried[-1])
    assert len({tuple(params.values()) for params in tried}) == total
    history = _history(space, {TrialState.COMPLETE: tried})
    for sure in tried[0], {"n": 7, "kind": "c"}:
        assert propose(history, Sure(sure), space, 0) in tried


@pytest.mark.parametrize("name", [each for each in Sampler if each is not Sampler.GRID])
def test_of_a_space_of_which_little_is_not_forbidden_that_is_proposed(name: Sampler) -> None:
    """However unlikely it is to be met by chance, and though there are real numbers beside it."""
    numbers = {f"n{index}": Whole(1, 100) for index in range(4)}
    kinds: Space = {**numbers, "rate": Real(0.1, 1.0, log=True, when={"n0": 1}), "x": Real(0, 1)}
    forbidden: Forbidden = [{name: range(2, 101)} for name in ("n0", "n1", "n2")]
    space, study = as_space(kinds, forbidden), replace(STUDY, sampler=name)
    tried: list[Params] = []
    for number in range(1, 4):
        history = _history(space, {TrialState.COMPLETE: tried})
        tried.append(propose(history, make_sampler(study, space, number), space, number))
        check_params(space, tried[-1])
        assert tried[-1] not in tried[:-1]


@pytest.mark.parametrize("parameter", [Real(1.0, math.nextafter(1.0, 2.0)), Choice((1.0,))])
def test_where_nothing_is_left_something_is_proposed(parameter: Real | Choice) -> None:
    """A search does not fail over it."""
    space: Space = {"x": parameter}
    both = (1.0, math.nextafter(1.0, 2.0))
    tried: list[Params] = [{"x": each} for each in both if parameter.admits(each)]
    history = _history(space, {TrialState.COMPLETE: tried})
    assert propose(history, Sure({"x": 1.0}), space, 0) in tried


def test_the_same_seed_proposes_the_same() -> None:
    """Whoever asks: what is proposed belongs to the job."""
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    space: Space = {"n": Whole(1, 50)}
    history = _history(space, {TrialState.COMPLETE: [{"n": n} for n in range(1, 49)]})
    proposed = [propose(history, Estimator(seed=5, n_startup_trials=5), space, 5) for _ in range(3)]
    assert proposed[0] == proposed[1] == proposed[2]
    assert proposed[0]["n"] in (49, 50)


@pytest.mark.filterwarnings("ignore:`gamma` has been deprecated:FutureWarning")
def test_it_is_what_optuna_would_have_proposed() -> None:
    """Of parameters together, as its sampler takes them by default, not of each by itself; if more of the
    trials were good to it."""
    history = _history(MIXED, {})
    chance = RandomSampler(seed=0)
    for number in range(12):
        params = draw(history, chance, MIXED)
        trial = create_trial(
            value=float(number), params=dict(params), distributions=distributions(MIXED)
        )
        history._storage.create_new_trial(history._study_id, trial)
    learnt = SamplersStudy(study_name="a", storage=history._storage)

    def asked(*, multivariate: bool | None, gamma: Callable[[int], int] | None = n_good) -> Params:
        sampler = TPESampler(seed=7, n_startup_trials=3, multivariate=multivariate, gamma=gamma)
        plain = optuna.create_study(direction="maximize", sampler=sampler)
        plain.add_trials(learnt.get_trials())
        return plain.ask(distributions(MIXED)).params

    ours = draw(learnt, Estimator(seed=7, n_startup_trials=3), MIXED)
    assert ours == asked(multivariate=None) == asked(multivariate=True)
    assert ours != asked(multivariate=False)
    assert ours != asked(multivariate=None, gamma=None)


def test_more_of_few_trials_are_good_than_a_tenth() -> None:
    """The root of them, but not all; of many no fewer than Optuna takes."""
    few, many = (1, 2, 3, 5, 24, 40, 100), (150, 250, 10_000)
    assert [n_good(n) for n in few] == [1, 1, 2, 3, 5, 7, 10]
    assert [n_good(n) for n in many] == [15, 25, 25]


@pytest.mark.parametrize("name", [each for each in Sampler if each is not Sampler.GRID])
def test_what_a_sampler_proposes_follows_from_seed_and_number(name: Sampler) -> None:
    """Whoever asks, and in whatever order: of a study with another seed, or another job, it is
    another. Nothing of it is an attribute that workers would have to agree on."""
    history, seen = _history(MIXED, {}), list[Params]()
    for seed in (0, 1):
        study = replace(STUDY, sampler=name, seed=seed)
        for number in (1, 2, 3):
            drawn = [draw(history, make_sampler(study, MIXED, number), MIXED) for _ in range(2)]
            assert drawn[0] == drawn[1] and drawn[0] not in seen
            assert all(MIXED[key].admits(value) for key, value in drawn[0].items())
            seen.append(drawn[0])
    assert history._storage.get_study_system_attrs(history._study_id) == {}


def test_the_points_of_a_sequence_fill_the_space_evenly() -> None:
    """Each half, quarter and eighth of every axis has as many of the first 64: by chance none has."""
    study = replace(STUDY, sampler=Sampler.QMC)
    space: Space = {"rate": Real(1.0, 256.0, log=True), "share": Real(0.0, 8.0)}
    history = _history(space, {})
    drawn = [draw(history, make_sampler(study, space, number), space) for number in range(1, 65)]
    eighths = [
        (int(math.log2(float(params["rate"]))), int(float(params["share"]))) for params in drawn
    ]
    assert sorted(eighths) == [(rate, share) for rate in range(8) for share in range(8)]


@pytest.mark.parametrize("tried", [0, 5, 11])
def test_a_grid_is_gone_through(tried: int) -> None:
    """By every number another point, in an order of the seed's; one that was tried, as the baseline
    is, makes place for the next, and the last finds the last."""
    study = replace(STUDY, sampler=Sampler.GRID)
    fresh = _history(WHOLE, {})
    drawn = [draw(fresh, make_sampler(study, WHOLE, number), WHOLE) for number in range(1, 13)]
    points = {tuple(params.values()) for params in drawn}
    assert len(points) == count_points(WHOLE) == 12
    assert drawn != sorted(drawn, key=str)
    history = _history(WHOLE, {TrialState.COMPLETE: drawn[:tried]})
    for number in (1, 12, 13, 40):
        proposed = propose(history, make_sampler(study, WHOLE, number), WHOLE, 0)
        assert proposed not in drawn[:tried] and proposed in drawn
