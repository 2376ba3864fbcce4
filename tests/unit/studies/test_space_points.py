"""The configurations of a space, counted and found one by one."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studies.errors import SettingsError
from studies.space import (
    Choice,
    Forbidden,
    Real,
    Space,
    Whole,
    as_space,
    check_params,
    is_forbidden,
)
from studies.space_points import count_points, fix, is_whole, point_at, points
from tests.unit.studies.test_space import CONDITIONAL, SPACE


def test_points_are_counted() -> None:
    """Every combination is one; a real number leaves no end of them."""
    assert count_points({"a": Choice(("x", "y", "z"))}) == 3
    assert count_points({"a": Choice((1, 2)), "b": Whole(1, 9, step=4), "c": Whole(0, 1)}) == 12
    assert count_points(SPACE) == math.inf
    assert count_points({}) == 1
    assert count_points({"a": Choice((None, 1)), "b": Whole(1, 4, when={"a": None})}) == 4 + 1
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


@pytest.mark.parametrize(
    "fixed",
    [
        {"optimizer": "sgd"}, {"optimizer": "adam"}, {"momentum": 0.9}, {"layers": 1},
        {"optimizer": "sgd", "momentum": 0.5, "layers": 2},
    ],
)  # fmt: skip
def test_what_is_fixed_leaves_the_points_that_have_it(fixed: dict[str, Any]) -> None:
    """Wherever it applies; those in which it does not are left, too."""
    part = fix(CONDITIONAL, fixed)
    left = [
        point
        for point in points(CONDITIONAL)
        if all(point.get(name, value) == value for name, value in fixed.items())
    ]
    found = list(points(part))
    assert count_points(part) == len(found) == len(left)
    assert all(point in left for point in found)
    assert all(is_whole(CONDITIONAL, point) for point in found)


def test_what_is_forbidden_stays_so_beside_what_is_fixed() -> None:
    """And what is all forbidden is no point at all; a real number that is fixed leaves no end of none."""
    space = as_space(
        {"a": Choice(("x", "y")), "n": Whole(1, 3), "rate": Real(0, 1)}, [{"a": "x", "n": (1, 2)}]
    )
    part = fix(space, {"rate": 1, "a": "x"})
    assert [dict(point) for point in points(part)] == [{"a": "x", "n": 3, "rate": 1.0}]
    assert count_points(fix(space, {"rate": 0.5})) == 4
    assert count_points(fix(space, {"a": "x", "n": 2})) == 0


@pytest.mark.parametrize(
    ("fixed", "said"),
    [
        ({"colour": 1}, "'colour' is not in the space: it has"),
        ({"layers": 9}, "'layers' cannot be 9: allowed: "),
        ({"layers": 1.0}, "'layers' cannot be 1.0"),
        ({"optimizer": "adam", "momentum": 0.9}, "'momentum' does not apply here"),
    ],
)
def test_what_cannot_be_fixed_is_refused_by_its_name(fixed: dict[str, Any], said: str) -> None:
    """Unknown, out of range, of another type, or applying nowhere."""
    with pytest.raises(SettingsError, match=said):
        fix(CONDITIONAL, fixed)


_VALUES: dict[str, list[Any]] = {
    "optimizer": ["adam", "sgd", "rmsprop"], "layers": [1, 2, 3], "momentum": [0.5, 0.9],
    "nesterov": [True, False], "skip": [1, 2, 4],
}  # fmt: skip
_COMBINATIONS = st.fixed_dictionaries(
    {},
    optional={
        name: st.lists(st.sampled_from(options), min_size=1, unique=True)
        for name, options in _VALUES.items()
    },
).filter(bool)


@given(st.lists(_COMBINATIONS, max_size=4))
def test_what_is_forbidden_is_left_out(forbidden: list[dict[str, Any]]) -> None:
    """Of the points, and nothing else is; each has its number, and all are counted."""
    space = as_space(CONDITIONAL, forbidden)
    left = [params for params in points(CONDITIONAL) if not is_forbidden(space, params)]
    found = list(points(space))
    assert sorted(map(str, found)) == sorted(map(str, left))
    assert count_points(space) == len(found)
    assert [point_at(space, number) for number in range(len(found))] == found


def test_what_is_forbidden_of_many_is_counted() -> None:
    """Without telling them one by one."""
    many: Space = {"n": Whole(1, 10**9), "m": Whole(0, 10**6, 2), "kind": Choice(("a", "b"))}
    forbidden: Forbidden = [{"n": 5, "m": (4, 8)}, {"m": 8, "kind": "a"}, {"n": 7}]
    space = as_space(many, forbidden)
    total = 2 * 10**9 * (5 * 10**5 + 1)
    assert count_points(space) == total - 4 - (10**9 - 1) - 2 * (5 * 10**5 + 1) + 1
    last = point_at(space, int(count_points(space)) - 1)
    assert last == {"n": 10**9, "m": 10**6, "kind": "b"}
    real: Space = {"kind": Choice(("a", "b")), "rate": Real(0, 1, when={"kind": "b"})}
    assert count_points(as_space(real, [{"kind": "a"}])) == math.inf
    assert count_points(as_space(real, [{"kind": "b"}])) == 1


def test_a_space_in_too_many_parts_is_as_if_it_had_no_end() -> None:
    """It is known within a moment: six of ten values each, of which no two neighbours are equal."""
    names = "abcdef"
    space = {name: Choice(tuple(range(10))) for name in names}
    equal = [{a: n, b: n} for a, b in pairwise(names) for n in range(10)]
    assert count_points(as_space(space, equal)) == math.inf
    assert count_points(as_space({name: space[name] for name in "abcd"}, equal[:30])) == 10 * 9**3
