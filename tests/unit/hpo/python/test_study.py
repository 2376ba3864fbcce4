"""What a study gives to pandas."""

from __future__ import annotations

import gc
from pathlib import Path

import numpy as np
import pytest

import hpo
from hpo.errors import UsageError
from hpo.python.study import Study
from hpo.settings import Settings

OBJECTIVE = "def objective(trial):\n    return trial.suggest_int('n', 1, 4)\n"


def test_times_without_a_fraction_are_times(monkeypatch: pytest.MonkeyPatch) -> None:
    """One of a thousand has none; the others do not say how it is to be read."""
    times = ["2026-12-01T18:29:01.250000+00:00", "2026-12-01T18:29:02+00:00", None]
    rows = [{"number": number, "datetime_start": time} for number, time in enumerate(times)]
    monkeypatch.setattr(Study, "trials", lambda study: rows)
    frame = Study("mine", Settings()).trials_dataframe()
    first, second, third = frame["datetime_start"]
    assert (second - first).total_seconds() == 0.75
    assert str(third) == "NaT"


@pytest.fixture
def study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Study:
    """One that nobody has worked on."""
    monkeypatch.setenv("HPO_STATE_DIR", str(tmp_path / "state"))
    (tmp_path / "train.py").write_text(OBJECTIVE)
    url, trials = f"sqlite:///{tmp_path}/hpo.db", np.array([3])
    return hpo.create_study(f"{tmp_path}/train.py:objective", "mine", storage=url, trials=trials[0])


def test_what_is_asked_holds_no_connection(study: Study, tmp_path: Path) -> None:
    """A notebook lives for days, and a server takes so many connections."""
    gc.disable()
    try:
        assert (study.phase, study.best, study.trials(), study.workers()) == (
            "search",
            None,
            [],
            [],
        )
        study.enqueue({"n": np.int64(2)}).stop().resume()
        assert hpo.list_studies(storage=study.settings.storage)[0]["trials"] == 3
        open_files = [Path(each).resolve() for each in Path("/proc/self/fd").iterdir()]
    finally:
        gc.enable()
    assert [each for each in open_files if each.is_relative_to(tmp_path)] == []


def test_an_extended_study_has_the_limits_that_are_given(study: Study) -> None:
    """As on the command line, those and no others."""
    extended = study.extend(5, timeout_seconds=9, target=0.5, patience=4).status().study
    assert (extended.trials, extended.timeout_ms, extended.target) == (5, 9000, 0.5)
    assert (extended.patience, extended.total_timeout_ms) == (4, None)


def test_a_study_that_is_gone_says_so_where_it_is_shown(study: Study) -> None:
    """And who looks at a variable gets no traceback."""
    study.remove()
    assert "has no study 'mine'" in repr(study)
    assert study._repr_html_() is None


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"trials": 2.5}, "--trials 2.5 is no whole number"),
        ({"timeout_seconds": "1h"}, "--timeout '1h' is no number of seconds"),
        ({"target": "low"}, "--target 'low' is no score"),
        ({"seed": "7"}, "--seed '7' is no whole number"),
        ({"fixed": {"n": [1]}}, r"--fix: n is \[1\]: give each a single value"),
        ({"fixed": 1}, "--fix is 1: map each parameter to its value"),
        ({"baseline": {"n": object()}, "final_seeds": 4}, "--baseline: n is <object"),
    ],
)
def test_what_is_no_such_thing_is_refused(
    study: Study, asked: dict[str, object], said: str
) -> None:
    """In a line, and no study is made of it."""
    with pytest.raises(UsageError, match=said):
        hpo.create_study(study.references[0], "other", storage=study.settings.storage, **asked)  # type: ignore[arg-type]  # as a person may
    assert len(hpo.list_studies(storage=study.settings.storage)) == 1
