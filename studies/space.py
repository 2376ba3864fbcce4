"""The search space: a flat mapping from names to parameters of a fixed type, of which some apply only where
others have certain values, and some combinations of values may be forbidden.

Whatever stands in one is held as it comes back from JSON, and what Optuna could not suggest, or one of
the databases not store, is refused.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from studies.errors import SettingsError, nearest_first
from studies.json_values import MOST_JSON_BYTES, check_text, plain
from studies.parameters import (
    Choice,
    Conditions,
    Parameter,
    Real,
    Value,
    Whole,
    as_conditions,
    hold,
    longest,
)

__all__ = ["Choice", "Parameter", "Real", "Value", "Whole"]  # what a definition's space is made of

Params = Mapping[str, Any]
"""One configuration: a Value for each name of the space that applies. Of which type it is says the space."""
Space = Mapping[str, Parameter]
Forbidden = Sequence[Mapping[str, Value | Sequence[Value]]]
"""Values of several parameters each, one or more of a parameter, that go together in no configuration."""
MOST_NAME = 512
"""What Optuna's column for the name of a parameter takes, in characters."""


class RestrictedSpace(dict[str, Parameter]):
    """A space of which some combinations are forbidden."""

    def __init__(self, space: Space, forbidden: Sequence[Conditions]) -> None:
        super().__init__(space)
        self.forbidden = forbidden


def forbidden_in(space: Space) -> Sequence[Conditions]:
    """The combinations of its values that are no part of a space."""
    return space.forbidden if isinstance(space, RestrictedSpace) else ()


def is_forbidden(space: Space, params: Params) -> bool:
    """Whether a configuration has values that the space forbids to go together."""
    return any(hold(combination, params) for combination in forbidden_in(space))


def as_space(space: Space, forbidden: Forbidden = ()) -> Space:
    """`space` without what is forbidden, with its names as they come back from JSON; raises SettingsError,
    naming the parameter, where Optuna or one of the databases could not take it, or what is forbidden is no
    part of it."""
    if not isinstance(space, Mapping) or not space:
        raise SettingsError(
            f"{space!r} is no space", "map the name of each parameter to what it may be"
        )
    made: dict[str, Parameter] = {}
    for name, parameter in space.items():
        name = plain(name)
        check_text("the name of a parameter", name, MOST_NAME)
        if not isinstance(parameter, Parameter):
            raise SettingsError(
                f"parameter {name!r} is {parameter!r}", "use Choice, Real or Whole of studies.space"
            )
        _check_condition(name, parameter, made)
        made[name] = parameter
    longest_values = {name: longest(parameter) for name, parameter in made.items()}
    if (size := len(json.dumps(longest_values))) > MOST_JSON_BYTES:
        raise SettingsError(
            f"a configuration takes up to {size} bytes",
            f"more than {MOST_JSON_BYTES} not every database stores: name options shorter",
        )
    return RestrictedSpace(made, _as_forbidden(made, forbidden))


def _as_forbidden(space: Space, forbidden: Forbidden) -> Sequence[Conditions]:
    if not isinstance(forbidden, Sequence) or not all(
        isinstance(combination, Mapping) and combination for combination in forbidden
    ):
        raise SettingsError(
            f"forbidden is {forbidden!r}",
            "list combinations, as in [{'optimizer': 'sgd', 'batch_size': (16, 32)}]",
        )
    made = [as_conditions(combination) for combination in forbidden]
    for name, values in (item for combination in made for item in combination.items()):
        parameter = space.get(name)
        if not isinstance(parameter, Choice | Whole):
            raise SettingsError(
                f"forbidden has values of {name!r}", "that must be a Choice or Whole of the space"
            )
        if not values or not all(map(parameter.admits, values)):
            raise SettingsError(
                f"forbidden has {name!r} as one of {list(values)}", f"allowed: {parameter}"
            )
    # In the order of the space, in which its configurations are made.
    return tuple({name: each[name] for name in space if name in each} for each in made)


def _check_condition(name: str, parameter: Parameter, before: Space) -> None:
    for parent, admitted in parameter.conditions.items():
        if not isinstance(before.get(parent), Choice | Whole):
            raise SettingsError(
                f"parameter {name!r} applies when {parent!r} has certain values",
                "that must be a Choice or Whole which stands before it in the space",
            )
        if not admitted or not all(map(before[parent].admits, admitted)):
            raise SettingsError(
                f"parameter {name!r} applies when {parent!r} is one of {list(admitted)}",
                f"allowed: {before[parent]}",
            )


def as_params(space: Space, params: Params) -> Params:
    """`params` as they come back from JSON, whole numbers for real ones made real; raises
    SettingsError, naming the parameter, unless they are a point of `space`."""
    if not isinstance(params, Mapping):
        raise SettingsError(f"{params!r} is no configuration", "map each parameter to its value")
    made = {plain(name): plain(value) for name, value in params.items()}
    check_params(space, made)
    return {
        name: float(value) if isinstance(space[name], Real) else value
        for name, value in made.items()
    }


def refuse_unknown(space: Space, params: Params) -> None:
    """Raise SettingsError, with the nearest name, where a parameter is not in `space`."""
    if unknown := sorted(params.keys() - space.keys()):
        known = sorted(space)
        raise SettingsError(
            f"parameter {unknown[0]!r} is not in the space",
            nearest_first(unknown[0], known, f"it has {', '.join(known)}"),
        )


def check_params(space: Space, params: Params) -> None:
    """Raise SettingsError, naming the parameter, unless `params` is a point of `space`."""
    for name, parameter in space.items():
        if name not in params and parameter.applies(params):
            raise SettingsError(f"parameter {name!r} has no value", f"the space has {parameter}")
    refuse_unknown(space, params)
    for name, value in params.items():
        if not space[name].applies(params):
            raise SettingsError(
                f"parameter {name!r} does not apply here",
                f"only when {_told(space[name].conditions)}",
            )
        if not space[name].admits(value):
            raise SettingsError(
                f"parameter {name!r} cannot be {value!r}", f"allowed: {space[name]}"
            )
    for combination in forbidden_in(space):
        if hold(combination, params):
            raise SettingsError(
                f"the space forbids that {_told(combination)}", "change one of these values"
            )


def active(space: Space, params: Params) -> Params:
    """What applies of `params`, in the order of the space."""
    made: dict[str, Value] = {}
    for name, parameter in space.items():
        if name in params and parameter.applies(made):
            made[name] = params[name]
    return made


def _told(conditions: Conditions) -> str:
    return " and ".join(
        f"{name} is {' or '.join(map(str, admitted))}" for name, admitted in conditions.items()
    )
