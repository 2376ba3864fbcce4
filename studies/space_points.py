"""The configurations of a search space, one by one: how many there are, which stands where among them, and those
of which some values are fixed."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, product, takewhile

from studies.errors import SettingsError
from studies.json_values import plain
from studies.parameters import Choice, Conditions, Parameter, Real, Value, count, hold, values
from studies.space import (
    Params,
    RestrictedSpace,
    Space,
    active,
    forbidden_in,
    is_forbidden,
    refuse_unknown,
)

MOST_PARTS = 20_000
"""To count more, of what is forbidden here and there, takes seconds; no study trains so many configurations."""


def count_points(space: Space) -> int | float:
    """How many configurations a space has; infinitely many where a parameter is a real number, or it falls in
    more than `MOST_PARTS`."""
    total = 0
    for number, part in enumerate(_parts(space)):
        sizes = [axis.size for axis in part.axes.values()]
        # Not multiplied with: some whole numbers are too large to be made floats.
        if math.inf in sizes or number == MOST_PARTS:
            return math.inf
        total += math.prod(map(int, sizes))
    return total


def points(space: Space) -> Iterator[Params]:
    """Every configuration of a space without real numbers; those with equal conditions follow each other."""
    for part in _parts(space):
        for chosen in product(*(axis.values() for axis in part.axes.values())):
            yield active(space, {**part.known, **dict(zip(part.axes, chosen, strict=True))})


def point_at(space: Space, number: int) -> Params:
    """The configuration that stands there among `points`, counted from 0."""
    for part in _parts(space):
        if number < (size := math.prod(int(axis.size) for axis in part.axes.values())):
            point = dict(part.known)
            for name, axis in part.axes.items():
                size //= int(axis.size)
                place, number = divmod(number, size)
                point[name] = axis.at(place)
            return active(space, point)
        number -= size
    raise IndexError(number)


def fix(space: Space, fixed: Params) -> Space:
    """The part of a space in which these parameters have these values, wherever they apply; what applies nowhere
    in it is left out. Raises SettingsError, naming the parameter, where one is not in the space, applies
    nowhere or cannot have its value."""
    refuse_unknown(space, fixed)
    made: dict[str, Parameter] = {}
    for name, parameter in space.items():
        left = _left_of(parameter.conditions, made)
        if name not in fixed:
            if left is not None:
                made[name] = replace(parameter, when=left)
            continue
        if left is None:
            raise SettingsError(
                f"parameter {name!r} does not apply here",
                f"only with certain values of {', '.join(parameter.conditions)}",
            )
        if not parameter.admits(value := plain(fixed[name])):
            raise SettingsError(f"parameter {name!r} cannot be {value!r}", f"allowed: {parameter}")
        made[name] = Choice((float(value) if isinstance(parameter, Real) else value,), when=left)
    forbidden = (_left_of(combination, made) for combination in forbidden_in(space))
    return RestrictedSpace(made, tuple(each for each in forbidden if each is not None))


def _left_of(conditions: Conditions, space: Space) -> Conditions | None:
    """As much of these conditions as can hold in a part of their space; None where they never do."""
    left = {
        name: tuple(value for value in values if name in space and space[name].admits(value))
        for name, values in conditions.items()
    }
    return left if all(left.values()) else None


def is_whole(space: Space, params: Params) -> bool:
    """Whether a configuration has a value of all that applies to it."""
    return all(name in params for name, each in space.items() if each.applies(params))


@dataclass(frozen=True)
class _Axis:
    """A parameter, but for the values that are named: by conditions, or by what is forbidden."""

    parameter: Parameter
    named: Sequence[Value]

    @property
    def size(self) -> int | float:
        return count(self.parameter) - len(self.named)

    def values(self) -> Iterator[Value]:
        return (value for value in values(self.parameter) if value not in self.named)

    def at(self, place: int) -> Value:
        """The value that stands there among them, however many there are."""
        of_all = values(self.parameter)
        for before in sorted(map(of_all.index, self.named)):
            place += before <= place
        return of_all[place]


@dataclass(frozen=True)
class _Part:
    """Configurations in which the same parameters apply: the values that are named, and those along whose
    axes any value goes with any."""

    known: Params
    axes: Mapping[str, _Axis]


def _parts(space: Space) -> Iterator[_Part]:
    """A space, in parts that have nothing in common, without what is forbidden."""
    names = tuple(space)
    growing = [(_Part({}, {}), 0)]
    while growing:
        part, done = growing.pop()
        if is_forbidden(space, part.known):
            continue
        if done == len(names):
            yield part
            continue
        name, parameter = names[done], space[names[done]]
        if not parameter.applies(part.known):
            growing.append((part, done + 1))
            continue
        rest = _Axis(parameter, _named(space, name, part.known))
        grown = [_Part({**part.known, name: value}, part.axes) for value in rest.named]
        if rest.size:
            grown.append(_Part(part.known, {**part.axes, name: rest}))
        growing += ((each, done + 1) for each in reversed(grown))  # the last is taken up first


def _named(space: Space, name: str, known: Params) -> Sequence[Value]:
    """The values of a parameter on which it depends what else applies, or is forbidden beside those that are
    known."""
    told = [parameter.conditions.get(name, ()) for parameter in space.values()]
    for combination in forbidden_in(space):
        before = dict(takewhile(lambda item: item[0] != name, combination.items()))
        told.append(combination.get(name, ()) if hold(before, known) else ())
    return tuple(dict.fromkeys(chain.from_iterable(told)))
