"""A study from Python: made, run by a worker of its own, looked at. What it is told is read from a real database."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pandas
import pytest

import hpo
from hpo.errors import UsageError, WorkFailed
from storage.errors import StudyExists, StudyNotFound
from storage.states import JobState, Phase
from tests.support.waiting import eventually

TRIALS = 6
OBJECTIVE = """
import os
import time

def objective(trial):
    x = trial.suggest_float("x", -3, 3)
    # The first is done at once, others when the test lets them.
    while {gate!r} and trial.number and not os.path.exists({gate!r}):
        time.sleep(0.05)
    return (x - 1) ** 2
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where a notebook's kernel would run, on a machine whose clock shows another time."""
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("HPO_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HPO_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.setenv("HPO_GRACE_SECONDS", "2")
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    (tmp_path / "train.py").write_text(OBJECTIVE.format(gate=""))
    return tmp_path


def test_a_study_is_made_run_and_looked_at(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """It has exactly its trials, one as a person gave it; the rows are the frame; the same call opens it again."""
    study = hpo.create_study("train.py:objective", "mine", trials=TRIALS)
    assert (study.phase, study.best, study.verdict, study.trials()) == ("search", None, None, [])
    assert study.enqueue({"x": 2.5}).run(cpu_slots=1) is study
    bar = capfd.readouterr().err.split("\r")[-1]
    assert "mine done" in bar and f"{TRIALS}/{TRIALS}" in bar and ", best " in bar
    rows, best = study.trials(), study.best
    assert [row["number"] for row in rows] == list(range(TRIALS))
    assert rows[0]["params_x"] == 2.5
    assert best is not None and best.value == min(float(row["value"] or 0) for row in rows)
    assert best.params == {"x": rows[best.number]["params_x"]}
    assert (study.verdict, study.result, study.front, study.workers()) == (None, None, [], [])
    frame = study.trials_dataframe()
    assert list(frame.columns) == list(rows[0]) and len(frame) == TRIALS
    took = frame["datetime_complete"] - frame["datetime_start"]
    assert (took >= pandas.Timedelta(0)).all()
    assert study.report() == Path("mine.html")
    assert "mine" in (folder / "mine.html").read_text()
    shown = study._repr_html_() or ""
    assert "mine" in shown and "<pre" in shown and "\x1b" not in shown
    assert hpo.create_study("train.py:objective", "mine") == study
    assert study.extend(TRIALS + 2).run(progress_bar=False).status().study.trials == TRIALS + 2
    assert len(study.trials()) == TRIALS + 2
    assert capfd.readouterr().err == ""
    assert [each["name"] for each in hpo.list_studies()] == ["mine"]
    study.remove()
    with pytest.raises(StudyNotFound):
        hpo.open_study("mine")


def test_an_interrupted_cell_loses_nothing(folder: Path) -> None:
    """Its process gets SIGINT in the midst of a run, as the stop button of a notebook sends it; the same call goes
    on, and the trials are as many as were asked for."""
    (folder / "train.py").write_text(OBJECTIVE.format(gate=str(folder / "gate")))
    cell = "import hpo; hpo.create_study('train.py:objective', 'mine', trials=6).run(cpu_slots=1)"

    def start() -> subprocess.Popen[str]:
        # Where tests run in the background SIGINT is ignored, and would be there.
        heeding = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
        return subprocess.Popen(
            [sys.executable, "-c", heeding + cell], stderr=subprocess.PIPE, text=True
        )

    def is_in_the_midst() -> bool:
        try:
            states = [job.state for job in hpo.open_study("mine").status().jobs]
        except Exception:
            return False  # not made yet
        return JobState.SUCCEEDED in states and JobState.LEASED in states

    with start() as process:
        eventually(is_in_the_midst)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=60)
    assert process.returncode == -signal.SIGINT
    assert "mine: nothing is lost, the same call goes on" in said
    study = hpo.open_study("mine")
    assert study.phase == Phase.SEARCH and study.workers() == []
    assert not any(job.state is JobState.LEASED for job in study.status().jobs)
    (folder / "gate").touch()
    with start() as process:
        process.communicate(timeout=60)
    assert (process.returncode, study.phase) == (0, "done")
    assert [row["number"] for row in study.trials()] == list(range(TRIALS))


def test_what_cannot_be_is_told_and_leaves_no_study(folder: Path) -> None:
    """A name that is taken or not there, a definition that fails from the first, a file that cannot be written."""
    hpo.create_study("train.py:objective", "mine", trials=2)
    with pytest.raises(StudyExists, match="exists with 2 trials"):
        hpo.create_study("train.py:objective", "mine", trials=3)
    with pytest.raises(StudyNotFound, match="did you mean 'mine'"):
        hpo.open_study("mien")
    (folder / "broken.py").write_text("def objective(trial):\n    raise ValueError('no')\n")
    with pytest.raises(WorkFailed, match="ValueError: no"):
        hpo.create_study("broken.py:objective", "broken", trials=4).run(progress_bar=False)
    assert [each["name"] for each in hpo.list_studies()] == ["mine"]
    study = hpo.open_study("mine", definition="train.py:objective").run(progress_bar=False)
    with pytest.raises(UsageError, match="cannot be written"):
        study.report(folder / "nowhere" / "report.html")
