"""The search space: a flat mapping from names to parameters of a fixed type, of which some apply only where
others have certain values.

Whatever stands in one is held as it comes back from JSON, and what Optuna could not suggest, or one of
the databases not store, is refused.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from studies.errors import SettingsError
from studies.json_values import MOST_JSON_BYTES, check_text, plain
from studies.parameters import Choice, Parameter, Real, Value, Whole, longest

__all__ = ["Choice", "Parameter", "Real", "Value", "Whole"]  # what a definition's space is made of

Params = Mapping[str, Any]
"""One configuration: a Value for each name of the space that applies. Of which type it is says the space."""
Space = Mapping[str, Parameter]
MOST_NAME = 512
"""What Optuna's column for the name of a parameter takes, in characters."""


def as_space(space: Space) -> Space:
    """`space` with its names as they come back from JSON; raises SettingsError, naming the parameter,
    where Optuna or one of the databases could not take it."""
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
    return made


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


def check_params(space: Space, params: Params) -> None:
    """Raise SettingsError, naming the parameter, unless `params` is a point of `space`."""
    for name, parameter in space.items():
        if name not in params and parameter.applies(params):
            raise SettingsError(f"parameter {name!r} has no value", f"the space has {parameter}")
    for name, value in params.items():
        if name not in space:
            known = ", ".join(sorted(space))
            raise SettingsError(f"parameter {name!r} is not in the space", f"it has {known}")
        if not space[name].applies(params):
            raise SettingsError(
                f"parameter {name!r} does not apply here", f"only when {_told(space[name])}"
            )
        if not space[name].admits(value):
            raise SettingsError(
                f"parameter {name!r} cannot be {value!r}", f"allowed: {space[name]}"
            )


def active(space: Space, params: Params) -> Params:
    """What applies of `params`, in the order of the space."""
    made: dict[str, Value] = {}
    for name, parameter in space.items():
        if name in params and parameter.applies(made):
            made[name] = params[name]
    return made


def _told(parameter: Parameter) -> str:
    """Its condition, in words."""
    return " and ".join(
        f"{name} is {' or '.join(map(str, admitted))}"
        for name, admitted in parameter.conditions.items()
    )
