"""The configurations of a space, counted and found one by one."""

from __future__ import annotations

import math

import pytest

from studies.space import Choice, Real, Space, Whole, check_params
from studies.space_points import count_points, point_at, points
from tests.unit.studies.test_space import CONDITIONAL, SPACE


def test_points_are_counted() -> None:
    """Every combination is one; a real number leaves no end of them."""
    assert count_points({"a": Choice(("x", "y", "z"))}) == 3
    assert count_points({"a": Choice((1, 2)), "b": Whole(1, 9, step=4), "c": Whole(0, 1)}) == 12
    assert count_points(SPACE) == math.inf
    assert count_points({}) == 1
    many = {str(number): Whole(0, 2**53) for number in range(30)}
    assert count_points({**many, "rate": Real(0, 1)}) == math.inf


def test_configurations_that_differ_in_nothing_that_applies_are_one() -> None:
    """Each is counted once, and has a number of its own."""
    of_optimizers, of_layers = 1 + 2 + 3, 1 + 3 + 3
    assert count_points(CONDITIONAL) == of_optimizers * of_layers
    found = [point_at(CONDITIONAL, number) for number in range(int(count_points(CONDITIONAL)))]
    for params in found:
        check_params(CONDITIONAL, params)
    assert len({tuple(params.items()) for params in found}) == len(found)
    with pytest.raises(IndexError):
        point_at(CONDITIONAL, len(found))
    assert list(points(CONDITIONAL)) == found
    real: Space = {"a": Choice(("x", "y")), "rate": Real(0, 1, when={"a": "x"})}
    assert count_points(real) == math.inf
    many: Space = {"n": Whole(1, 10**9), "kind": Choice(("a", "b"), when={"n": (5, 7)})}
    assert count_points(many) == 10**9 + 2
