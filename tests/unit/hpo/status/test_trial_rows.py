"""Trials as rows, for programs."""

from dataclasses import replace

from hpo.status.trial_rows import trial_rows
from storage.states import JobState
from tests.support.statuses import status_of, trial

FIRST = trial(
    1, JobState.SUCCEEDED, trial_id=7, score=0.5, params={"x": 0.5, "kind": None}, started_ms=0,
    ended_ms=1500, device_seconds=1.23456, epoch=20,
)  # fmt: skip


def test_all_have_the_same_columns() -> None:
    """By number; what one has not is None, and what has not begun is no row."""
    failed = trial(0, JobState.FAILED, params={"y": 3}, score=None, reason="ValueError: no\nmore")
    status = status_of(FIRST, failed, trial(2, JobState.OPEN, trial_number=None))
    first, second = trial_rows(replace(status, attributes={7: {"ms": 2.0}}))
    assert list(first) == list(second)
    assert list(first)[-4:] == ["params_y", "params_x", "params_kind", "user_attrs_ms"]
    assert (first["number"], first["state"], first["reason"]) == (0, "failed", "ValueError: no")
    assert (first["value"], first["params_x"], first["params_y"]) == (None, None, 3)
    assert (second["value"], second["params_kind"], second["user_attrs_ms"]) == (0.5, None, 2.0)
    assert second["datetime_complete"] == "1970-01-01T00:00:01.500000+00:00"
    assert (second["epoch"], second["device_seconds"]) == (20, 1.235)


def test_of_several_directions_all_values() -> None:
    """Under the names that Optuna gives them."""
    ways = {"directions": ["minimize", "maximize"]}
    both = status_of(replace(FIRST, scores=[0.5, 2.0]), trial(2, JobState.LEASED), settings=ways)
    first, running = trial_rows(both)
    assert (first["values_0"], first["values_1"], first["step"]) == (0.5, 2.0, 20)
    assert (running["values_0"], running["values_1"]) == (None, None)


def test_there_may_be_none() -> None:
    """Before any has begun."""
    assert trial_rows(status_of()) == []
