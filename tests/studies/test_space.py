"""Spaces refuse what makes no sense, and know what lies in them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from studies.errors import SettingsError
from studies.space import Choice, Parameter, Real, Space, Whole, check_params

SPACE: Space = {"activation": Choice(("relu", "tanh")), "rate": Real(1e-4, 1e-2, log=True)}


@pytest.mark.parametrize(
    "make",
    [
        lambda: Choice(()),
        lambda: Choice(("a", "a")),
        lambda: Choice((float("nan"),)),
        lambda: Choice((True,)),
        lambda: Real(1.0, 1.0),
        lambda: Real(0.0, 1.0, log=True),
        lambda: Real(0.0, float("inf")),
        lambda: Whole(4, 1),
        lambda: Whole(1, 4, step=2),
        lambda: Whole(1, 4, step=0),
        lambda: Whole(0, 4, log=True),
    ],
)
def test_refused_parameters(make: Callable[[], Parameter]) -> None:
    """A parameter that could never be searched is refused when it is written down."""
    with pytest.raises(SettingsError):
        make()


@pytest.mark.parametrize(
    ("parameter", "inside", "outside"),
    [
        (Choice((16, 32)), [16, 32], [24, 16.0, "16", True]),
        (Choice(("relu",)), ["relu"], ["tanh", 1]),
        (Real(0.5, 2.0), [0.5, 1, 2.0], [0.4, 2.1, "1", True, float("nan")]),
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
    ],
)
def test_check_params_names_the_culprit(params: dict[str, str | float], named: str) -> None:
    """The message names the parameter that is missing, wrong or unknown."""
    with pytest.raises(SettingsError, match=named):
        check_params(SPACE, params)
