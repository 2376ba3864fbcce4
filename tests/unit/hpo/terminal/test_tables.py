"""A result and a fleet in a terminal."""

from dataclasses import replace

import pytest

from hpo.definition_loader import Definition
from hpo.result import finished_study
from hpo.result.result import Result, assemble
from hpo.result.result_tables import HeadToHeadRows, Table, of_result
from hpo.result.scores import Comparison
from hpo.statistics.intervals import Interval
from hpo.statistics.verdict import Difference, Estimate
from hpo.status.fleet_status import Present
from hpo.study import creation
from hpo.terminal.tables import draw_head_to_head, draw_result, draw_workers
from storage.database import Database
from tests.support.databases import SqliteDatabases
from tests.support.finished import BUDGET, carry_out
from tests.support.statuses import TRIAL, WORKER, shown


@pytest.fixture(scope="module")
def result(sqlite_databases: SqliteDatabases, toy: Definition) -> Result:
    """A finished study whose numbers are in tests.support.finished."""
    db = Database.open(sqlite_databases.ready())
    carry_out(db, creation.create(db, "toy", toy, BUDGET))
    return assemble(finished_study.read(db, "toy"))


def _wide(pair: Comparison) -> Comparison:
    """The same with the widest intervals that a few seeds could give."""
    accuracy = Estimate(0.412, 0.1, 2, 3000, Interval(0.001, 1.0, 0.2, 1.0))
    loss = Estimate(12.345, 0.1, 2, 3000, Interval(0.001, 444.7, 0.2, 1.0))
    score = {"accuracy": accuracy, "loss": loss}
    assert pair.baseline is not None
    return pair.model_copy(
        update={
            "winner": pair.winner.model_copy(update=score),
            "baseline": pair.baseline.model_copy(update=score),
            "difference": Difference(-0.412, Interval(-1.0, 1.0, 0.2, 1.0), 3000),
        }
    )


def test_all_of_a_result_is_shown(result: Result) -> None:
    """Every cell and every sentence, in 80 columns; a name that looks like markup is a name."""
    told = of_result(result.model_copy(update={"study": "[red]x[/red]"}))
    lines = shown(draw_result(told))
    assert lines[0] == "Study [red]x[/red] of toy: trial 2 against the baseline"
    assert all(len(line) <= 80 for line in lines)
    for table in (told.scores, told.changes):
        for row in (table.headings, *table.rows):
            words = " ".join(row).split()
            assert words in [line.split() for line in lines]
    text = " ".join(" ".join(lines).split())
    assert f" Verdict: {told.verdict} " in text
    for remark in told.remarks:
        assert f" {remark.label} {remark.text}" in text


def test_the_widest_numbers_still_fit_80_columns(result: Result) -> None:
    """No row is broken, and nothing is cut short."""
    wide = _wide(result.holdout)
    changes = {"validation": wide, "holdout": wide, "new_holdout": wide}
    lines = shown(draw_result(of_result(result.model_copy(update=changes))))
    for name in ("validation", "holdout", "new classes"):
        (number,) = [n for n, line in enumerate(lines) if line.startswith(name)]
        assert lines[number].endswith(" -41.2")
        assert lines[number + 1].endswith(" -100.0 to 100.0")
    assert all(len(line) <= 80 and "…" not in line for line in lines)


def test_two_winners_side_by_side() -> None:
    """Scores, parameters, the verdict, and what speaks against it where anything does."""
    told = HeadToHeadRows(
        verdict="a against b: better",
        scores=Table(("images", "a", "b"), (("holdout", "0.8", "[b]"),)),
        params=Table(("parameter", "a", "b"), (("x", "1", "2"),)),
        caution=None,
    )
    lines = [
        "images   a    b", "─" * 17, "holdout  0.8  [b]", "",
        "parameter  a  b", "─" * 15, "x          1  2", "",
        "Verdict: a against b: better", "",
    ]  # fmt: skip
    assert shown(draw_head_to_head(told)) == lines
    assert shown(draw_head_to_head(replace(told, caution="mind it"))) == [*lines, "mind it", ""]


def test_the_roll() -> None:
    """Who is there, on what, doing what, in 80 columns; one that was not seen for a lease's length
    may be lost."""
    assert shown(draw_workers([], 60)) == ["no worker is alive"]
    called = [
        Present(replace(WORKER, host="a", slots=["gpu:0", "gpu:1"]), 3.2, [("toy", TRIAL)]),
        Present(replace(WORKER, host="b", pid=2), 61.0, []),
    ]
    assert shown(draw_workers(called, 60)) == [
        "host  pid  devices       seen             at work on",
        "a     1    gpu:0, gpu:1  3 s ago          toy: trial 1, epoch 5, 0.6000",
        "b     2    gpu:0         61 s ago, lost?  -",
    ]


def test_what_devices_do() -> None:
    """It stands below the devices, in 80 columns; what one does not tell is left out."""
    told = {"device": "gpu:0", "memory_used_bytes": 12 * 2**30, "memory_total_bytes": 80 * 2**30}
    busy = {"utilisation_percent": 83.0, "temperature_celsius": 61, "power_watts": 299.6}
    usage = [told | busy, told | dict.fromkeys(busy) | {"device": "gpu:1:0"}]
    called = [Present(replace(WORKER, host="a", usage=usage), 3.2, [("toy", TRIAL)])]
    assert shown(draw_workers(called, 60)) == [
        "host  pid  devices                     seen     at work on",
        "a     1    gpu:0                       3 s ago  toy: trial 1, epoch 5, 0.6000",
        "           gpu:0 83% 12/80G 61°C 300W",
        "           gpu:1:0 12/80G",
    ]
