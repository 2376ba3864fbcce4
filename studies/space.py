"""The search space: a flat mapping from names to parameters of a fixed type.

Whatever stands in one is held as it comes back from JSON, and what Optuna could not suggest, or one of
the databases not store, is refused.
"""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields

import numpy as np

from studies.errors import SettingsError
from studies.json_values import MOST_JSON_BYTES, MOST_WHOLE, check_text, plain

Params = Mapping[str, str | bool | int | float]
"""One configuration: a value for each name of the space."""
MOST_NAME = 512
"""What Optuna's column for the name of a parameter takes, in characters."""


def _is_number(value: object) -> bool:
    return _is_whole(value) or (isinstance(value, float) and math.isfinite(value))


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) <= MOST_WHOLE


def _as_float(value: object) -> float:
    """Raises TypeError, OverflowError."""
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise TypeError
    return float(value)


def _is_row(options: object) -> bool:
    """Of options; bytes of any kind are a row of numbers to Python, and letters of texts."""
    if isinstance(options, np.ndarray):
        return options.ndim == 1
    is_bytes_or_text = isinstance(options, str | bytes | bytearray | memoryview)
    return isinstance(options, Sequence) and not is_bytes_or_text


@dataclass(frozen=True)
class Choice:
    """One of several options, without order."""

    options: Sequence[str | bool | int | float]

    def __post_init__(self) -> None:
        if not _is_row(self.options):
            raise SettingsError(
                f"Choice({self.options!r}) is no choice",
                "give its options, as in Choice(('a', 'b'))",
            )
        _set(self, options=tuple(map(plain, self.options)))
        for option in self.options:
            if isinstance(option, str):
                check_text("an option of a choice", option)
            elif not (isinstance(option, bool) or _is_number(option)):
                raise SettingsError(
                    f"{option!r} cannot be an option",
                    "use texts, truths, and numbers that are finite and, where whole, at most 2^53",
                )
        if not self.options or len(set(self.options)) != len(self.options):
            raise SettingsError(f"{self} needs at least one option and none of them twice")
        if (size := len(json.dumps(self.options))) > MOST_JSON_BYTES:
            raise SettingsError(
                f"a choice of {len(self.options)} options takes {size} bytes",
                f"more than {MOST_JSON_BYTES} not every database stores",
            )

    def admits(self, value: object) -> bool:
        """Whether `value` is an option, of the same type (1.0 and True are not 1)."""
        return any(type(value) is type(o) and value == o for o in self.options)


@dataclass(frozen=True)
class Real:
    """A real number in [low, high], searched evenly in its logarithm where `log` is set."""

    low: float
    high: float
    log: bool = False

    def __post_init__(self) -> None:
        _set(self, **_plain_fields(self))
        try:
            _set(self, low=_as_float(self.low), high=_as_float(self.high))
        except (TypeError, OverflowError):
            raise SettingsError(f"{self} needs bounds that are numbers") from None
        # Both bounds may be finite, and the width with which samplers compute infinite.
        if not sys.float_info.min <= self.high - self.low < math.inf:
            raise SettingsError(f"{self} needs finite bounds with low < high, and a finite width")
        if self.log and self.low <= 0:
            raise SettingsError(f"{self} is logarithmic and needs low > 0")

    def admits(self, value: object) -> bool:
        """Whether `value` is a number within the bounds, both included."""
        return (
            isinstance(value, int | float)
            and not isinstance(value, bool)
            and self.low <= value <= self.high
        )


@dataclass(frozen=True)
class Whole:
    """A whole number low, low + step, ... up to high."""

    low: int
    high: int
    step: int = 1
    log: bool = False

    def __post_init__(self) -> None:
        _set(self, **_plain_fields(self))
        if not (_is_whole(self.low) and _is_whole(self.high) and self.low < self.high):
            raise SettingsError(f"{self} needs whole bounds with low < high, at most 2^53")
        if not _is_whole(self.high - self.low):
            raise SettingsError(f"{self} is wider than 2^53, and floats leave out some of it")
        if not _is_whole(self.step) or self.step < 1 or (self.high - self.low) % self.step:
            raise SettingsError(f"{self} needs a step >= 1 that leads from low to high")
        if self.log and (self.low < 1 or self.step != 1):
            raise SettingsError(f"{self} is logarithmic and needs low >= 1 and step 1")

    def admits(self, value: object) -> bool:
        """Whether `value` is a whole number on the grid."""
        return (
            isinstance(value, int)
            and not isinstance(value, bool)
            and self.low <= value <= self.high
            and (value - self.low) % self.step == 0
        )


Parameter = Choice | Real | Whole
Space = Mapping[str, Parameter]


def count_points(space: Space) -> int | float:
    """How many configurations a space has; infinitely many where a parameter is a real number."""
    counts = [_count(parameter) for parameter in space.values()]
    # Not multiplied with: some whole numbers are too large to be made floats.
    return math.inf if math.inf in counts else math.prod(counts)


def _longest(parameter: Parameter) -> str | bool | int | float:
    """A value that takes as many bytes as any."""
    match parameter:
        case Choice(options=options):
            return max(options, key=lambda option: len(json.dumps(option)))
        case Real():
            return -sys.float_info.min
        case Whole(low=low, high=high):
            return max(low, high, key=lambda bound: len(str(bound)))


def _count(parameter: Parameter) -> int | float:
    match parameter:
        case Choice(options=options):
            return len(options)
        case Real():
            return math.inf
        case Whole(low=low, high=high, step=step):
            return (high - low) // step + 1


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
        made[name] = parameter
    longest = {name: _longest(parameter) for name, parameter in made.items()}
    if (size := len(json.dumps(longest))) > MOST_JSON_BYTES:
        raise SettingsError(
            f"a configuration takes up to {size} bytes",
            f"more than {MOST_JSON_BYTES} not every database stores: name options shorter",
        )
    return made


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
    for name in space.keys() - params.keys():
        raise SettingsError(f"parameter {name!r} has no value", f"the space has {space[name]}")
    for name, value in params.items():
        if name not in space:
            known = ", ".join(sorted(space))
            raise SettingsError(f"parameter {name!r} is not in the space", f"it has {known}")
        if not space[name].admits(value):
            raise SettingsError(
                f"parameter {name!r} cannot be {value!r}", f"allowed: {space[name]}"
            )


def _plain_fields(parameter: Real | Whole) -> dict[str, object]:
    if type(log := plain(parameter.log)) is not bool:
        raise SettingsError(f"log is {log!r}", "it must be True or False")
    return {field.name: plain(getattr(parameter, field.name)) for field in fields(parameter)}


def _set(parameter: Choice | Real | Whole, **values: object) -> None:
    """As it is made; after that it is frozen."""
    for name, value in values.items():
        object.__setattr__(parameter, name, value)
