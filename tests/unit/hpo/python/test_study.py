"""What a study gives to pandas."""

from __future__ import annotations

import pytest

from hpo.python.study import Study
from hpo.settings import Settings


def test_times_without_a_fraction_are_times(monkeypatch: pytest.MonkeyPatch) -> None:
    """One of a thousand has none; the others do not say how it is to be read."""
    times = ["2026-12-01T18:29:01.250000+00:00", "2026-12-01T18:29:02+00:00", None]
    rows = [{"number": number, "datetime_start": time} for number, time in enumerate(times)]
    monkeypatch.setattr(Study, "trials", lambda study: rows)
    frame = Study("mine", Settings()).trials_dataframe()
    first, second, third = frame["datetime_start"]
    assert (second - first).total_seconds() == 0.75
    assert str(third) == "NaT"
