"""The configurations of a search space, one by one: how many there are, and which stands where among them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, product

from studies.parameters import Parameter, Value, count, values
from studies.space import Params, Space, active


def count_points(space: Space) -> int | float:
    """How many configurations a space has; infinitely many where a parameter is a real number."""
    total: int | float = 0
    for part in _parts(space):
        sizes = [axis.size for axis in part.axes.values()]
        # Not multiplied with: some whole numbers are too large to be made floats.
        total += math.inf if math.inf in sizes else math.prod(sizes)
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
                point[name] = next(islice(axis.values(), place, None))
            return active(space, point)
        number -= size
    raise IndexError(number)


@dataclass(frozen=True)
class _Axis:
    """A parameter, but for the values that conditions name."""

    parameter: Parameter
    named: Sequence[Value]

    @property
    def size(self) -> int | float:
        return count(self.parameter) - len(self.named)

    def values(self) -> Iterator[Value]:
        return (value for value in values(self.parameter) if value not in self.named)


@dataclass(frozen=True)
class _Part:
    """Configurations in which the same parameters apply: the values that conditions name, and those along
    whose axes any value goes with any."""

    known: Params
    axes: Mapping[str, _Axis]


def _parts(space: Space) -> list[_Part]:
    """A space, in parts that have nothing in common."""
    named: dict[str, dict[Value, None]] = {}
    for parameter in space.values():
        for parent, admitted in parameter.conditions.items():
            named.setdefault(parent, {}).update(dict.fromkeys(admitted))
    parts = [_Part({}, {})]
    for name, parameter in space.items():
        rest = _Axis(parameter, tuple(named.get(name, ())))
        grown: list[_Part] = []
        for part in parts:
            if not parameter.applies(part.known):
                grown.append(part)
                continue
            grown += [_Part({**part.known, name: value}, part.axes) for value in rest.named]
            if rest.size:
                grown.append(_Part(part.known, {**part.axes, name: rest}))
        parts = grown
    return parts
