"""A training by code that anybody may have written: what it reports and gives, checked as it comes, and
whether it is trained to anything but guessing."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace

from studies.errors import InvalidOutput
from studies.json_values import check_text, plain
from studies.training_outcomes import Diverged, Epoch, Outcome, Report, Stopped, Trained

MOST_NAME = 255
"""Of a metric, in characters."""


def run(
    train: Callable[[Report], Outcome],
    report: Report,
    *,
    completed: int,
    epochs: int,
    needed: Collection[str],
    shares: Collection[str],
) -> Outcome:
    """What `train` gives, which is to go on after `completed` epochs and report each up to `epochs`.

    Metrics are made Python's floats; `needed` are those that no epoch lacks, `shares` of them lie
    between 0 and 1. Where one is not finite the training has diverged, and ends in that report.

    Raises:
        InvalidOutput: it reports or gives something else, or goes on though it has diverged.
    """
    reports = _Reports(report, completed, epochs, _Metrics(needed, shares))
    try:
        outcome = train(reports)
    except _NotFinite as error:
        return error.diverged
    if reports.diverged is not None:
        raise InvalidOutput(
            f"the trainer went on though {reports.diverged.reason}", "let BaseException pass"
        )
    match outcome:
        case Trained(metrics=metrics, model=model):
            for name in ("predict", "save"):
                if not callable(getattr(model, name, None)):
                    raise InvalidOutput(
                        f"the trained model is {type(model).__name__}", f"it needs a method {name}"
                    )
            try:
                return replace(outcome, metrics=reports.metrics.checked(metrics, reports.completed))
            except _NotFinite as error:
                return error.diverged
        case Diverged(epoch=epoch, reason=reason):
            if type(number := plain(epoch)) is not int or not 0 <= number <= epochs:
                raise InvalidOutput(
                    f"the trainer diverged in epoch {epoch!r}", "say in which it did"
                )
            return Diverged(number, str(reason))
        case Stopped() if not reports.told_to_stop:
            raise InvalidOutput("the trainer returned Stopped", "only a report asks for that")
    return outcome


def check_name(metric: str) -> None:
    """Raise SettingsError, or InvalidOutput, for a name that cannot be kept with a trial."""
    check_text("the name of a metric", metric, MOST_NAME)
    if metric.startswith("hpo:"):
        raise InvalidOutput(f"a metric is called {metric!r}", "names with hpo: are our own")


class _NotFinite(BaseException):
    """Passes any `except Exception` of the trainer."""

    def __init__(self, diverged: Diverged) -> None:
        super().__init__(diverged.reason)
        self.diverged = diverged


class _Metrics:
    def __init__(self, needed: Collection[str], shares: Collection[str]) -> None:
        self._needed = needed
        self._shares = shares

    def checked(self, metrics: object, epoch: int) -> Mapping[str, float]:
        if not isinstance(metrics, Mapping):
            raise InvalidOutput(f"the metrics are {metrics!r}", "map the name of each to its value")
        if missing := [name for name in self._needed if name not in metrics]:
            raise InvalidOutput(
                f"the metrics are {', '.join(map(str, metrics))}",
                f"{', '.join(missing)} is missing",
            )
        made = {str(plain(name)): _as_float(name, value) for name, value in metrics.items()}
        for name in made:
            check_name(name)
        for name, value in made.items():
            if not math.isfinite(value):
                raise _NotFinite(Diverged(epoch, f"{name} was {value} after epoch {epoch}"))
            if name in self._shares and not 0 <= value <= 1:
                raise InvalidOutput(f"{name} was {value} after epoch {epoch}", "a share is 0 to 1")
        return made


class _Reports:
    """What the trainer is given as its `report`."""

    def __init__(self, report: Report, completed: int, epochs: int, metrics: _Metrics) -> None:
        self.completed = completed
        self.metrics = metrics
        self.diverged: Diverged | None = None
        self.told_to_stop = False
        self._report = report
        self._epochs = epochs

    def __call__(self, epoch: Epoch) -> bool:
        if self.diverged is not None:
            raise _NotFinite(self.diverged)
        if not isinstance(epoch, Epoch):
            raise InvalidOutput(f"report is given {type(epoch).__name__}", "give an Epoch")
        number = plain(epoch.number)
        if type(number) is not int or number != self.completed + 1 or number > self._epochs:
            raise InvalidOutput(
                f"epoch {epoch.number!r} is reported after {self.completed} of {self._epochs}",
                "count them from 1, each once",
            )
        try:
            metrics = self.metrics.checked(epoch.metrics, number)
        except _NotFinite as error:
            self.diverged = error.diverged
            raise
        seconds = _as_float("seconds", epoch.seconds)
        if not (math.isfinite(seconds) and seconds >= 0):
            raise InvalidOutput(f"epoch {number} took {seconds} seconds", "say how long it took")
        self.completed = number
        go_on = self._report(replace(epoch, number=number, metrics=metrics, seconds=seconds))
        self.told_to_stop = not go_on
        return go_on


def _as_float(name: object, value: object) -> float:
    """Of a number of whatever library."""
    if not isinstance(value, str | bytes | bool):
        try:
            return float(value)  # type: ignore[arg-type]  # which it refuses where it has to
        except (TypeError, ValueError, OverflowError):
            pass
    raise InvalidOutput(f"{name} is {value!r}", "give a number")
