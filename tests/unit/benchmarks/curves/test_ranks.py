"""How early a rank tells the end."""

import numpy as np
import pytest

from benchmarks.curves import ranks
from tests.unit.benchmarks.curves.made_up import curve, curves

ENDS = np.linspace(0, 1, 11)


def test_an_early_order_agrees_or_not() -> None:
    """Whatever the values are: their order counts."""
    assert ranks.agreement(ENDS**3, ENDS) == pytest.approx(1)
    assert ranks.agreement(-ENDS, ENDS) == pytest.approx(-1)


def test_how_many_of_the_best_would_go_on() -> None:
    """Of eleven the best two, which are in the better six, or one of them, or none."""
    assert ranks.kept(ENDS, ENDS) == 1
    assert ranks.kept(-ENDS, ENDS) == 0
    swapped = ENDS.copy()
    swapped[[0, 10]] = swapped[[10, 0]]
    assert ranks.kept(swapped, ENDS) == 0.5


def test_each_epoch_has_a_line() -> None:
    """By accuracy, and by loss, of which less is better."""
    table = ranks.tabulate([*curves([0.2, 0.4, 0.6]), curve(4, accuracy=0.8)])
    columns = [list(column.cells) for column in table.columns]
    assert columns[0] == [str(epoch) for epoch in ranks.EPOCHS]
    assert {cell for column in columns[1:3] for cell in column} == {"1.00"}
    assert {cell for column in columns[3:] for cell in column} == {"100%"}
