"""What a parameter of a search space may be: one of several options, a real number, a whole number; and
where it applies at all."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import TypeGuard, cast

import numpy as np

from studies.errors import SettingsError
from studies.json_values import MOST_WHOLE, check_size, check_text, plain

Value = str | bool | int | float | None
Conditions = Mapping[str, Sequence[Value]]
"""Parameters by their names, each with the values of which it is to have one."""


def _is_number(value: object) -> bool:
    return _is_whole(value) or (isinstance(value, float) and math.isfinite(value))


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) <= MOST_WHOLE


def _as_float(value: object) -> float:
    """Raises TypeError, OverflowError."""
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise TypeError
    return float(value)


def _is_row(options: object) -> TypeGuard[Sequence[Value]]:
    """Of options; bytes of any kind are a row of numbers to Python, and letters of texts."""
    if isinstance(options, np.ndarray):
        return options.ndim == 1
    is_bytes_or_text = isinstance(options, str | bytes | bytearray | memoryview)
    return isinstance(options, Sequence) and not is_bytes_or_text


def _is_among(value: object, options: Iterable[object]) -> bool:
    """Of the same type: 1.0 and True are not 1."""
    return any(type(value) is type(option) and value == option for option in options)


def as_conditions(given: Mapping[str, Value | Sequence[Value]]) -> Conditions:
    """What is given as one value or several, as several each, as they come back from JSON."""
    made: dict[str, Sequence[Value]] = {}
    for name, values in given.items():
        several = tuple(values) if _is_row(values) else (values,)
        made[plain(name)] = tuple(map(plain, several))
    return made


def hold(conditions: Conditions, params: Mapping[str, Value]) -> bool:
    """Whether a configuration with these values fulfils all of them."""
    return all(
        name in params and _is_among(params[name], values) for name, values in conditions.items()
    )


@dataclass(frozen=True)
class _Conditional:
    """A parameter that applies `when` others have certain values, as in `when={"optimizer": "sgd"}`, each
    one value or several; otherwise a configuration has no such parameter."""

    when: Mapping[str, Value | Sequence[Value]] = field(
        default_factory=dict, kw_only=True, repr=False, hash=False
    )

    def __post_init__(self) -> None:
        if not isinstance(self.when, Mapping):
            raise SettingsError(
                f"when is {self.when!r}",
                "map a parameter to its values, as in {'optimizer': 'sgd'}",
            )
        _set(self, when=as_conditions(self.when))

    def applies(self, params: Mapping[str, Value]) -> bool:
        """Whether it is part of a configuration with these values of others."""
        return hold(self.conditions, params)

    @property
    def conditions(self) -> Conditions:
        """`when`, as it is held: several values each."""
        return cast("Conditions", self.when)


@dataclass(frozen=True)
class Choice(_Conditional):
    """One of several options, without order."""

    options: Sequence[Value]

    def __post_init__(self) -> None:
        super().__post_init__()
        if not _is_row(self.options):
            raise SettingsError(
                f"Choice({self.options!r}) is no choice",
                "give its options, as in Choice(('a', 'b'))",
            )
        _set(self, options=tuple(map(plain, self.options)))
        for option in self.options:
            if isinstance(option, str):
                check_text("an option of a choice", option)
            elif not (option is None or isinstance(option, bool) or _is_number(option)):
                raise SettingsError(
                    f"{option!r} cannot be an option",
                    "use texts, truths, None, and numbers that are finite and, where whole, at most 2^53",
                )
        if not self.options or len(set(self.options)) != len(self.options):
            raise SettingsError(f"{self} needs at least one option and none of them twice")
        check_size(f"a choice of {len(self.options)} options", json.dumps(self.options))

    def admits(self, value: object) -> bool:
        """Whether `value` is an option, of the same type (1.0 and True are not 1)."""
        return _is_among(value, self.options)


@dataclass(frozen=True)
class Real(_Conditional):
    """A real number in [low, high], searched evenly in its logarithm where `log` is set."""

    low: float
    high: float
    log: bool = False

    def __post_init__(self) -> None:
        super().__post_init__()
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
class Whole(_Conditional):
    """A whole number low, low + step, ... up to high."""

    low: int
    high: int
    step: int = 1
    log: bool = False

    def __post_init__(self) -> None:
        super().__post_init__()
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


def count(parameter: Parameter) -> int | float:
    """How many values it may have; infinitely many where it is a real number."""
    match parameter:
        case Choice(options=options):
            return len(options)
        case Real():
            return math.inf
        case Whole(low=low, high=high, step=step):
            return (high - low) // step + 1


def values(parameter: Parameter) -> Sequence[Value]:
    """What it may be, of which that can be told."""
    match parameter:
        case Choice(options=options):
            return options
        case Whole(low=low, high=high, step=step):
            return range(low, high + 1, step)
        case Real():
            raise AssertionError("real numbers cannot be told one by one")


def longest(parameter: Parameter) -> Value:
    """A value that takes as many bytes as any."""
    match parameter:
        case Choice(options=options):
            return max(options, key=lambda option: len(json.dumps(option)))
        case Real():
            return -sys.float_info.min
        case Whole(low=low, high=high):
            return max(low, high, key=lambda bound: len(str(bound)))


def _plain_fields(parameter: Real | Whole) -> dict[str, object]:
    if type(log := plain(parameter.log)) is not bool:
        raise SettingsError(f"log is {log!r}", "it must be True or False")
    bounds = (each.name for each in fields(parameter) if each.name != "when")
    return {name: plain(getattr(parameter, name)) for name in bounds}


def _set(parameter: _Conditional, **values: object) -> None:
    """As it is made; after that it is frozen."""
    for name, value in values.items():
        object.__setattr__(parameter, name, value)
