"""Spaces refuse what makes no sense, and know what lies in them."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import optuna
import pytest

from hpo.search import proposals
from studies.errors import SettingsError
from studies.space import (
    Choice,
    Parameter,
    Real,
    Space,
    Whole,
    active,
    as_params,
    as_space,
    check_params,
)

# As a user's file makes them, which no checker sees.
choice: Callable[..., Choice] = Choice
real: Callable[..., Real] = Real
whole: Callable[..., Whole] = Whole
CONDITIONAL: Space = {
    "optimizer": Choice(("adam", "sgd", "rmsprop")),
    "layers": Whole(1, 3),
    "momentum": Choice((0.5, 0.9), when={"optimizer": ("sgd", "rmsprop")}),
    "nesterov": Choice((True, False), when={"optimizer": "sgd", "momentum": 0.9}),
    "skip": Choice((1, 2, 4), when={"layers": (2, 3)}),
}
SPACE: Space = {"activation": Choice(("relu", "tanh")), "rate": Real(1e-4, 1e-2, log=True)}


@pytest.mark.parametrize(
    "make",
    [
        lambda: Choice(()),
        lambda: Choice(("a", "a")),
        lambda: Choice((float("nan"),)),
        lambda: Choice((True, 1)),
        lambda: Real(1.0, 1.0),
        lambda: Real(0.0, 1.0, log=True),
        lambda: Real(0.0, float("inf")),
        lambda: Whole(4, 1),
        lambda: Whole(1, 4, step=2),
        lambda: Whole(1, 4, step=0),
        lambda: Whole(0, 4, log=True),
        lambda: choice("relu"),  # four letters
        lambda: choice(bytearray(b"ab")),
        lambda: choice(memoryview(b"ab")),
        lambda: choice(np.array(3)),
        lambda: choice({"a", "b"}),
        lambda: choice(("a", ("b",))),
        lambda: choice(("a\0b",)),
        lambda: choice(("\udc80",)),
        lambda: choice((2**53 + 1,)),
        lambda: choice((np.True_, True)),
        lambda: choice(np.eye(2)),
        lambda: choice(tuple(f"{number:01000}" for number in range(70))),
        lambda: real(-1e308, 1e308),
        lambda: real(5e-324, 1e-323),
        lambda: real(0, 10**400),
        lambda: real(0.1, 1.0, log="no"),
        lambda: whole(0, 2**64),
        lambda: whole(-(2**60), 0),
        lambda: whole(-(2**53), 2**53 - 1, step=3),
        lambda: whole(1, 4, True),
        lambda: choice(("a", "b"), when="optimizer"),
    ],
)
def test_refused_parameters(make: Callable[[], Parameter]) -> None:
    """A parameter that could never be searched is refused when it is written down."""
    with pytest.raises(SettingsError):
        make()


def test_options_of_any_kind_stand_beside_each_other() -> None:
    """And what applies may follow from one that is None."""
    space: Space = {
        "limit": Choice((None, True, "auto", 3, 0.5)),
        "depth": Whole(1, 4, when={"limit": None}),
    }
    assert as_params(space, {"limit": None, "depth": 2}) == {"limit": None, "depth": 2}
    assert as_params(space, {"limit": True}) == {"limit": True}
    with pytest.raises(SettingsError):
        as_params(space, {"limit": 1})


def test_what_numpy_gives_is_held_as_json_gives_it_back() -> None:
    """In options, bounds, names and values: a bundle has them from JSON."""
    space = as_space(
        {
            np.str_("rate"): choice(np.logspace(-2, 0, 3)),
            "act": choice([np.str_("relu"), "tanh"]),
            "size": choice(np.array([16, 32])),
            "depth": whole(np.int64(1), np.uint8(5), np.int8(2)),
            "drop": real(np.float32(0.0), 1),
            "norm": choice((np.True_, np.False_)),
        }
    )
    point: dict[str, Any] = {"rate": np.float64(0.1), "act": np.str_("relu"), "size": np.int64(16)}
    point |= {"depth": np.int64(3), np.str_("drop"): np.int64(1), "norm": np.True_}
    params = as_params(space, point)
    assert json.loads(json.dumps(params)) == params
    assert [type(value) for value in params.values()] == [float, str, int, int, float, bool]
    assert {type(name) for name in (*space, *params)} == {str}
    check_params(space, json.loads(json.dumps(params)))
    held = [option for p in space.values() if isinstance(p, Choice) for option in p.options]
    assert {type(option) for option in held} == {float, str, int, bool}
    assert space["depth"] == Whole(1, 5, 2)
    assert repr(space["drop"]) == repr(Real(0.0, 1.0))


@pytest.mark.parametrize(
    "space",
    [
        {},
        {"": Real(0, 1)},
        {" rate": Real(0, 1)},
        {"x" * 513: Real(0, 1)},
        {"a\0": Real(0, 1)},
        {"a\udc80": Real(0, 1)},
        {7: Real(0, 1)},
        {"rate": (0.0, 1.0)},
        {f"parameter {number}": Choice(("a", "b" * 1000)) for number in range(70)},
        [("rate", Real(0, 1))],
        {"rate": Real(0, 1), "share": Real(0, 1, when={"rate": 0.5})},
        {"share": Real(0, 1, when={"kind": "a"}), "kind": Choice(("a", "b"))},
        {"kind": Choice(("a", "b")), "share": Real(0, 1, when={"kind": "c"})},
        {"kind": Choice((1, 2)), "share": Real(0, 1, when={"kind": 1.0})},
        {"kind": Choice(("a", "b")), "share": Real(0, 1, when={"kind": ()})},
    ],
)
def test_refused_spaces(space: Space) -> None:
    """What one of the databases could not store brings down no worker: it is refused at once."""
    with pytest.raises(SettingsError) as refused:
        as_space(space)
    assert len(str(refused.value)) < 300


@pytest.mark.filterwarnings("ignore::RuntimeWarning")  # TPE's, where steps are below its digits
@pytest.mark.parametrize(
    "parameter",
    [
        Real(-8e307, 8e307),
        Real(0, 1.7e308),
        Real(5e-324, 1.7e308, log=True),
        Whole(-(2**52), 2**52 - 2, step=3),
        Whole(1, 2**53, log=True),
        Whole(2**53 - 3, 2**53),
        Choice(range(5_000)),
    ],
)
def test_what_is_admitted_can_be_suggested(parameter: Parameter) -> None:
    """At the very bounds of what is, by the sampler that searches, and it lies in the space."""
    study = optuna.create_study(sampler=optuna.samplers.TPESampler(seed=0, n_startup_trials=3))
    for _ in range(12):
        trial = study.ask(proposals.distributions({"x": parameter}))
        assert parameter.admits(trial.params["x"])
        study.tell(trial, float(trial.number))


@pytest.mark.parametrize(
    ("parameter", "inside", "outside"),
    [
        (Choice((16, 32)), [16, 32], [24, 16.0, "16", True]),
        (Choice(("relu",)), ["relu"], ["tanh", 1]),
        (Choice((True, False)), [True, False], [1, 0, "True"]),
        (Real(0.5, 2.0), [0.5, 1, 2.0], [0.4, 2.1, "1", True, float("nan")]),
        (Real(0, 10**20), [2**60, 1e20], [1e21, 2**80, 10**400]),
        (Whole(1, 5, step=2), [1, 3, 5], [0, 2, 6, 3.0, True]),
    ],
)
def test_admits(parameter: Parameter, inside: list[object], outside: list[object]) -> None:
    """A parameter admits its bounds and what lies between, of its own type only."""
    assert all(parameter.admits(value) for value in inside)
    assert not any(parameter.admits(value) for value in outside)


def test_check_params_accepts_a_point_of_the_space() -> None:
    """Nothing is raised for a value in each parameter."""
    check_params(SPACE, {"activation": "relu", "rate": 1e-3})


@pytest.mark.parametrize(
    ("params", "named"),
    [
        ({"activation": "relu"}, "'rate' has no value"),
        ({"activation": "relu", "rate": 1.0}, "'rate' cannot be 1.0"),
        ({"activation": "relu", "rate": 1e-3, "depth": 2}, "'depth' is not in the space"),
        ({"activation": "relu", "rate": 1e-3, "rates": 2}, "did you mean 'rate'\\? it has"),
    ],
)
def test_check_params_names_the_culprit(params: dict[str, str | float], named: str) -> None:
    """The message names the parameter that is missing, wrong or unknown."""
    with pytest.raises(SettingsError, match=named):
        check_params(SPACE, params)


@pytest.mark.parametrize(
    ("forbidden", "named"),
    [
        ({"optimizer": "sgd"}, r"forbidden is {'optimizer': 'sgd'}: list combinations, as in \["),
        ("sgd", "forbidden is 'sgd': list combinations"),
        (None, "forbidden is None: list combinations"),
        ([{}], r"forbidden is \[{}\]: list combinations"),
        ([{"optimiser": "sgd"}], "values of 'optimiser': that must be a Choice or Whole"),
        ([{"rate": 0.5}], "values of 'rate': that must be a Choice or Whole"),
        ([{"optimizer": "sdg"}], r"'optimizer' as one of \['sdg'\]: allowed: Choice"),
        ([{"layers": ()}], r"'layers' as one of \[\]: allowed: Whole"),
        ([{"layers": (1, 2.0)}], r"'layers' as one of \[1, 2.0\]: allowed: Whole"),
    ],
)
def test_what_cannot_be_forbidden(forbidden: Any, named: str) -> None:
    """Is told when the space is written down, in one line."""
    with pytest.raises(SettingsError, match=named) as refused:
        as_space({**CONDITIONAL, "rate": Real(0, 1)}, forbidden)
    assert len(str(refused.value).splitlines()) == 1


def test_what_is_forbidden_is_no_point_of_the_space() -> None:
    """One value is as good as several; what does not apply is part of no combination."""
    space = as_space(CONDITIONAL, [{"skip": (2, 4), "optimizer": "adam"}, {"momentum": 0.5}])
    check_params(space, {"optimizer": "adam", "layers": 1})
    check_params(space, {"optimizer": "adam", "layers": 2, "skip": 1})
    for skip in (2, 4):
        with pytest.raises(SettingsError, match="forbids that optimizer is adam and skip is 2 or"):
            as_params(space, {"optimizer": "adam", "layers": 2, "skip": skip})
    with pytest.raises(SettingsError, match=r"forbids that momentum is 0\.5: change"):
        as_params(space, {"optimizer": "rmsprop", "layers": 1, "momentum": 0.5})


def test_what_applies_follows_from_the_values_of_others() -> None:
    """What it depends on may itself not apply; one value of a condition is as good as several."""
    sgd: dict[str, Any] = {"optimizer": "sgd", "layers": 2, "momentum": 0.9}
    check_params(CONDITIONAL, {**sgd, "nesterov": True, "skip": 4})
    check_params(CONDITIONAL, {"optimizer": "adam", "layers": 1})
    everything = {**sgd, "nesterov": True, "skip": 1}
    assert active(CONDITIONAL, everything) == everything
    others: list[tuple[dict[str, Any], set[str]]] = [
        ({"optimizer": "rmsprop"}, {"optimizer", "layers", "momentum", "skip"}),
        ({"optimizer": "adam", "layers": 1}, {"optimizer", "layers"}),
        ({"momentum": 0.5}, {"optimizer", "layers", "momentum", "skip"}),
    ]
    for other, left in others:
        assert active(CONDITIONAL, {**everything, **other}).keys() == left


@pytest.mark.parametrize(
    ("params", "named"),
    [
        ({"optimizer": "sgd", "layers": 1}, "'momentum' has no value"),
        (
            {"optimizer": "adam", "layers": 1, "momentum": 0.5},
            "only when optimizer is sgd or rmsprop",
        ),
        (
            {"optimizer": "sgd", "layers": 1, "momentum": 0.5, "nesterov": True},
            "'nesterov' does not apply here: only when optimizer is sgd and momentum is 0.9",
        ),
    ],
)
def test_a_value_that_does_not_apply_is_refused(params: dict[str, Any], named: str) -> None:
    """As one that is missing is; the message says when it would."""
    with pytest.raises(SettingsError, match=named):
        as_params(CONDITIONAL, params)
