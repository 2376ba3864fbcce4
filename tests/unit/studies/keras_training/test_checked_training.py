"""What somebody's trainer reports and gives is checked as it comes."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from contextlib import suppress
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from studies.errors import InvalidOutput
from studies.keras_training import checked_training
from studies.training_outcomes import Diverged, Epoch, Outcome, Report, Stopped, Trained

GOOD = {"val_loss": 0.5, "val_accuracy": 0.75}
MODEL: Any = SimpleNamespace(predict=print, save=print)
DONE = Trained(GOOD, MODEL)
# As code makes them that no checker sees.
epoch_of: Callable[..., Any] = Epoch
trained: Callable[..., Any] = Trained


def _run(train: Callable[[Report], Any], report: Report = lambda _: True, **given: Any) -> Outcome:
    return checked_training.run(
        train,
        report,
        **{
            "completed": 0,
            "epochs": 3,
            "needed": ("val_loss", "val_accuracy"),
            "shares": ("val_accuracy",),
            **given,
        },
    )


def _reporting(*epochs: Any, then: Any = DONE) -> Callable[[Report], Any]:
    def train(report: Report) -> Any:
        for epoch in epochs:
            report(epoch)
        return then

    return train


def _recording(told: list[Epoch]) -> Report:
    def report(epoch: Epoch) -> bool:
        told.append(epoch)
        return True

    return report


def test_numbers_of_any_library_are_told_as_floats() -> None:
    """A checkpoint and the journal keep them as JSON."""
    told = list[Epoch]()
    metrics: Any = {"val_loss": np.float32(0.5), np.str_("val_accuracy"): np.array(0.75), "lr": 1}
    epochs = (
        epoch_of(np.int64(1), metrics, np.float32(2.0)),
        Epoch(2, GOOD, 0),
        Epoch(3, GOOD, 1.0),
    )
    outcome = _run(_reporting(*epochs, then=Trained(metrics, MODEL)), _recording(told))
    assert outcome == Trained({**GOOD, "lr": 1.0}, MODEL)
    assert told[0] == Epoch(1, {**GOOD, "lr": 1.0}, 2.0)
    assert {type(each) for each in (*told[0].metrics.values(), told[0].seconds)} == {float}
    assert {type(each) for each in (told[0].number, *told[0].metrics)} == {int, str}


@pytest.mark.parametrize(
    ("epoch", "message"),
    [
        (GOOD, "report is given dict: give an Epoch"),
        (epoch_of(0, GOOD, 1.0), "epoch 0 is reported after 0 of 3: count them from 1"),
        (epoch_of(2, GOOD, 1.0), "epoch 2 is reported after 0 of 3"),
        (epoch_of(1.0, GOOD, 1.0), "epoch 1.0 is reported after 0"),
        (epoch_of(True, GOOD, 1.0), "epoch True is reported after 0"),
        (epoch_of(1, {"val_loss": 0.5}, 1.0), "the metrics are val_loss: val_accuracy is missing"),
        (epoch_of(1, {"accuracy": 0.5}, 1.0), "accuracy: val_loss, val_accuracy is missing"),
        (
            Epoch(1, {**GOOD, "val_accuracy": 75.0}, 1.0),
            "val_accuracy was 75.0 after epoch 1: a share",
        ),
        (epoch_of(1, {**GOOD, "val_accuracy": -0.1}, 1.0), "val_accuracy was -0.1"),
        (epoch_of(1, {**GOOD, "val_loss": "low"}, 1.0), "val_loss is 'low': give a number"),
        (epoch_of(1, {**GOOD, "val_loss": np.ones(2)}, 1.0), "val_loss is array"),
        (epoch_of(1, {**GOOD, "val_loss": None}, 1.0), "val_loss is None"),
        (epoch_of(1, [0.5], 1.0), r"the metrics are \[0.5\]"),
        (epoch_of(1, GOOD, math.nan), "epoch 1 took nan seconds"),
        (epoch_of(1, GOOD, -1.0), "epoch 1 took -1.0 seconds"),
    ],
)
def test_a_report_that_cannot_be_meant(epoch: Any, message: str) -> None:
    """Nobody hears of it."""
    told = list[Epoch]()
    with pytest.raises(InvalidOutput, match=message):
        _run(_reporting(epoch), _recording(told))
    assert not told


@pytest.mark.parametrize(("completed", "first"), [(0, 1), (2, 3)])
def test_epochs_are_counted_from_where_a_training_goes_on(completed: int, first: int) -> None:
    """Each once, and none after the last."""
    right = [Epoch(number, GOOD, 1.0) for number in range(first, 4)]
    assert _run(_reporting(*right), completed=completed) == DONE
    for wrong in (first, 4):
        with pytest.raises(InvalidOutput, match=f"epoch {wrong} is reported after 3 of 3"):
            _run(_reporting(*right, Epoch(wrong, GOOD, 1.0)), completed=completed)


@pytest.mark.parametrize("bad", [math.nan, math.inf, np.float32("nan")])
@pytest.mark.parametrize("name", ["val_loss", "val_accuracy", "loss"])
def test_what_is_not_finite_has_diverged(name: str, bad: float) -> None:
    """Wherever it is told."""
    metrics: Mapping[str, float] = {**GOOD, name: bad}
    diverged = Diverged(2, f"{name} was {float(bad)} after epoch 2")
    first = Epoch(1, GOOD, 1.0)
    assert _run(_reporting(first, Epoch(2, metrics, 1.0))) == diverged
    in_the_end = _reporting(first, Epoch(2, GOOD, 1.0), then=Trained(metrics, MODEL))
    assert _run(in_the_end) == diverged


def test_who_goes_on_after_that_is_told_so() -> None:
    """Whatever a trainer catches, nothing more of that training is heard."""
    told = list[Epoch]()

    def stubborn(report: Report) -> Trained:
        for number in (1, 2, 3):
            with suppress(BaseException):
                report(Epoch(number, {**GOOD, "loss": math.nan if number == 2 else 1.0}, 1.0))
        return DONE

    with pytest.raises(InvalidOutput, match="went on though loss was nan after epoch 2: let Base"):
        _run(stubborn, _recording(told))
    assert [epoch.number for epoch in told] == [1]


@pytest.mark.parametrize(
    ("outcome", "message"),
    [
        (Trained({}, MODEL), "val_loss, val_accuracy is missing"),
        (Trained({**GOOD, "val_accuracy": 75.0}, MODEL), "a share is 0 to 1"),
        (trained(GOOD, None), "the trained model is NoneType: it needs a method predict"),
        (trained(GOOD, SimpleNamespace(predict=print)), "it needs a method save"),
        (Stopped(1), "the trainer returned Stopped: only a report asks for that"),
        (Diverged(4, "it did"), "the trainer diverged in epoch 4: say in which it did"),
    ],
)
def test_an_outcome_that_cannot_be_meant(outcome: Outcome, message: str) -> None:
    """The last jobs of a study would be the first to come upon it."""
    with pytest.raises(InvalidOutput, match=message):
        _run(_reporting(Epoch(1, GOOD, 1.0), then=outcome))


def test_who_is_asked_to_stop_may() -> None:
    """And a training may say itself that it diverged."""
    stopped = _reporting(Epoch(1, GOOD, 1.0), then=Stopped(1))
    assert _run(stopped, lambda _: False) == Stopped(1)
    assert _run(_reporting(then=Diverged(1, "it did"))) == Diverged(1, "it did")
    numpys: Any = np.int64(1), ValueError("it did")
    assert _run(_reporting(then=Diverged(*numpys))) == Diverged(1, "it did")
