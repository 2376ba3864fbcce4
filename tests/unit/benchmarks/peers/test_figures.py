"""What is said of the runs of several tools."""

import json
import math
import sqlite3
import tomllib
from pathlib import Path

import pytest

from benchmarks.peers import compare, figures, peers_venv, runs
from benchmarks.peers.epochs import InDatabase, InLog
from benchmarks.peers.runs import EpochAt, Run

EPOCHS = (
    EpochAt(seconds=9.5, trial="0", epoch=1, val_accuracy=0.55),
    EpochAt(seconds=14.0, trial="1", epoch=1, val_accuracy=0.65),
    EpochAt(seconds=12.0, trial="0", epoch=2, val_accuracy=0.62),
)
LOCK = Path(__file__).parents[4] / "uv.lock"


def made(tool: str = "hpo", repetition: int = 0, *epochs: EpochAt) -> Run:
    """A run of a minute."""
    return Run(
        tool=tool,
        repetition=repetition,
        classes=("tank", "rose"),
        minutes=1,
        training_images=2000,
        machine="2 cores",
        load=0,
        epochs=epochs,
        megabytes=1000,
        best={"filters": 32},
        holdout=(0.6, 0.7),
    )


@pytest.mark.parametrize(
    ("target", "seconds"), [(0.5, 9.5), (0.6, 12), (0.65, 14), (0.7, math.inf)]
)
def test_seconds_to_a_target_are_those_of_the_first_epoch_there(
    target: float, seconds: float
) -> None:
    """In whatever order they were told; never, where none came there."""
    assert figures.seconds_to(target, EPOCHS) == seconds


def test_an_accuracy_in_single_precision_comes_to_its_target() -> None:
    """Keras tells 0.7 as a little less."""
    epoch = EpochAt(seconds=1, trial="0", epoch=1, val_accuracy=0.6999999881)
    assert figures.seconds_to(0.7, [epoch]) == 1


def test_a_median_where_most_never_came_there_is_never() -> None:
    """One that did not is later than all that did."""
    assert figures.median([3, math.inf, 5]) == 5
    assert figures.median([3, math.inf]) == math.inf
    assert math.isnan(figures.median([]))


def test_images_of_all_the_time() -> None:
    """Its start is part of it."""
    assert figures.images_per_second(30, 2000, 60) == 1000
    assert figures.first_epoch(EPOCHS) == 9.5
    assert figures.first_epoch([]) == math.inf


def test_another_tool_is_first_in_each_repetition() -> None:
    """And each runs once in each."""
    turns = list(compare.in_turn(("a", "b", "c"), 2))
    assert turns == [(0, "a"), (0, "b"), (0, "c"), (1, "b"), (1, "c"), (1, "a")]


def test_the_table_tells_medians() -> None:
    """Of each tool a row, and none of one that did not run."""
    told = compare.tell([made("hpo", 0, *EPOCHS), made("hpo", 1, *EPOCHS), made("Optuna")])
    rows = list(zip(*(column.cells for column in told.columns), strict=True))
    assert rows[0] == ("hpo", "2", "12", "14", "never", "10", "3", "100", "1000", "0.6500")
    assert rows[1][:3] == ("Optuna", "1", "never")
    assert len(rows) == 2


def test_runs_are_read_back(tmp_path: Path) -> None:
    """As they were recorded, and known by what they are runs of."""
    file = tmp_path / "recorded" / "runs.jsonl"
    assert runs.read(file) == []
    recorded = [made("hpo", 0, *EPOCHS), made("Optuna", 1)]
    for each in recorded:
        runs.append(each, file)
    assert runs.read(file) == recorded
    assert recorded[1].key == ("Optuna", 1, ("tank", "rose"), 1)


def test_a_log_is_read_while_it_is_written(tmp_path: Path) -> None:
    """Each line once, and half a line when it is whole."""
    log = InLog(file := tmp_path / "epochs.jsonl")
    assert list(log.new()) == []
    line = json.dumps({"time": 1.0, "trial": "0", "epoch": 1, "val_accuracy": 0.5})
    file.write_text(f"{line}\n{line[:9]}")
    assert [each.time for each in log.new()] == [1.0]
    file.write_text(f"{line}\n{line}\n")
    assert len(list(log.new())) == 1


def test_a_database_tells_what_was_reported_since(tmp_path: Path) -> None:
    """Nothing before it has tables."""
    told = InDatabase(file := tmp_path / "hpo.db")
    assert list(told.new()) == []
    with sqlite3.connect(file) as database:
        database.executescript("""
            CREATE TABLE trials (trial_id INTEGER, number INTEGER);
            CREATE TABLE trial_intermediate_values (trial_intermediate_value_id INTEGER,
                trial_id INTEGER, step INTEGER, intermediate_value FLOAT);
            INSERT INTO trials VALUES (7, 0);
            INSERT INTO trial_intermediate_values VALUES (1, 7, 1, 0.5);
        """)
    assert [(each.trial, each.epoch, each.val_accuracy) for each in told.new()] == [("0", 1, 0.5)]
    assert list(told.new()) == []


def test_all_train_with_the_same_kernels() -> None:
    """What peers and hpo both have is of the same version."""
    locked = {
        (each["name"], each["version"])
        for each in tomllib.loads(LOCK.read_text(encoding="utf-8"))["package"]
    }
    for line in peers_venv.REQUIREMENTS.read_text(encoding="utf-8").splitlines():
        name, equals, version = line.partition("==")
        if equals and name in {"keras", "numpy", "optuna", "tensorflow"}:
            assert (name, version) in locked
