"""The search space: a flat mapping from names to parameters of a fixed type."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from studies.errors import SettingsError

Params = Mapping[str, str | int | float]
"""One configuration: a value for each name of the space."""


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


@dataclass(frozen=True)
class Choice:
    """One of several options, without order."""

    options: tuple[str | int | float, ...]

    def __post_init__(self) -> None:
        if not self.options or len(set(self.options)) != len(self.options):
            raise SettingsError(f"{self} needs at least one option and none of them twice")
        if not all(isinstance(o, str) or _is_number(o) for o in self.options):
            raise SettingsError(f"{self} may hold only strings and finite numbers")

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
        if not (_is_number(self.low) and _is_number(self.high) and self.low < self.high):
            raise SettingsError(f"{self} needs finite bounds with low < high")
        if self.log and self.low <= 0:
            raise SettingsError(f"{self} is logarithmic and needs low > 0")

    def admits(self, value: object) -> bool:
        """Whether `value` is a number within the bounds, both included."""
        return (
            isinstance(value, int | float) and _is_number(value) and self.low <= value <= self.high
        )


@dataclass(frozen=True)
class Whole:
    """A whole number low, low + step, ... up to high."""

    low: int
    high: int
    step: int = 1
    log: bool = False

    def __post_init__(self) -> None:
        if not (_is_whole(self.low) and _is_whole(self.high) and self.low < self.high):
            raise SettingsError(f"{self} needs whole bounds with low < high")
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


def check_params(space: Space, params: Params) -> None:
    """Raise SettingsError, naming the parameter, unless `params` is a point of `space`."""
    for name in space.keys() - params.keys():
        raise SettingsError(f"parameter {name!r} has no value; the space has {space[name]}")
    for name, value in params.items():
        if name not in space:
            known = ", ".join(sorted(space))
            raise SettingsError(f"parameter {name!r} is not in the space; it has {known}")
        if not space[name].admits(value):
            raise SettingsError(f"parameter {name!r} cannot be {value!r}; allowed: {space[name]}")
