"""Points of a space as evenly spread as can be, and how far apart they are."""

import math

from scipy.stats import qmc

from studies.space import Choice, Parameter, Params, Real, Space, Value, Whole, active


class Points:
    """A scrambled Sobol sequence over a space: every beginning of it covers the space evenly, and it
    goes on as it began."""

    def __init__(self, space: Space, seed: int) -> None:
        self._space = space
        self._sequence = qmc.Sobol(len(space), rng=seed)

    def next(self, number: int) -> list[Params]:
        """The next configurations; the first call may ask for any number, as may each after it."""
        points = [self._sequence.random(1)[0] for _ in range(number)]
        return [
            active(
                self._space,
                {
                    name: _value(parameter, float(at))
                    for at, (name, parameter) in zip(point, self._space.items(), strict=True)
                },
            )
            for point in points
        ]


def distance(one: Params, other: Params, space: Space) -> float:
    """Summed over the parameters: of texts 1 where they differ, of numbers the part of the range that
    is between them (Gower, "A general coefficient of similarity", 1971)."""
    return sum(_apart(one[name], other[name], parameter) for name, parameter in space.items())


def _apart(one: object, other: object, parameter: Parameter) -> float:
    if isinstance(one, str):
        return float(one != other)
    return abs(_place(one, parameter) - _place(other, parameter))


def _value(parameter: Parameter, at: float) -> Value:
    """What stands in the space at that place, from 0 to below 1."""
    match parameter:
        case Choice(options=options):
            return options[int(at * len(options))]
        case Whole(low=low, high=high, step=step):
            return low + step * int(at * ((high - low) // step + 1))
        case Real(low=low, high=high, log=True):
            return float(f"{low * (high / low) ** at:.4g}")
        case Real(low=low, high=high):
            return float(f"{low + (high - low) * at:.4g}")


def _place(value: object, parameter: Parameter) -> float:
    """Where a number stands in its range, from 0 to 1."""
    match parameter:
        case Choice(options=options):
            return options.index(value) / max(1, len(options) - 1)
        case Real(low=low, high=high, log=True):
            return math.log(float(value) / low) / math.log(high / low)  # type: ignore[arg-type] # a number
        case Whole(low=low, high=high) | Real(low=low, high=high):
            return (float(value) - low) / (high - low)  # type: ignore[arg-type] # a number
