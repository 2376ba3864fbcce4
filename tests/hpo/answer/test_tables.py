"""A result in a terminal, in a pipe and in a document."""

import io
from collections.abc import Mapping
from typing import Any

import pytest
from rich.console import Console

from hpo import creation
from hpo.answer import tables
from hpo.answer.result import Comparison, LostTraining, Result, assemble
from hpo.answer.verdict import Difference, Interval
from hpo.creation import Budget
from hpo.definitions import Definition
from storage.database import Database
from storage.states import DataSet
from tests.databases import SqliteDatabases
from tests.hpo.finished import carry_out


@pytest.fixture(scope="module")
def result(sqlite_databases: SqliteDatabases, toy: Definition) -> Result:
    """A finished study whose numbers are in tests.hpo.finished."""
    db = Database.open(sqlite_databases.ready())
    carry_out(db, creation.create(db, "toy", toy, Budget(trials=4)))
    return assemble(db, "toy")


def _printed(result: Result, width: int = 80) -> list[str]:
    """The lines a pipe gets."""
    console = Console(file=io.StringIO(), width=width)
    console.print(tables.report(result))
    assert isinstance(console.file, io.StringIO)
    return [line.rstrip() for line in console.file.getvalue().splitlines()]


def _line(lines: list[str], start: str) -> str:
    """The one line that starts so."""
    (found,) = [line for line in lines if line.startswith(start)]
    return found


def _with(result: Result, **changes: Any) -> Result:
    return result.model_copy(update=changes)


def _wide(pair: Comparison) -> Comparison:
    """The same with the widest interval that a few seeds could give."""
    interval = Interval(-1.234, 1.058, 0.2, 1.0)
    return pair.model_copy(update={"difference": Difference(-0.412, 3000, interval)})


def test_each_row_has_baseline_best_and_difference_on_one_line(result: Result) -> None:
    """Accuracy with its interval, loss, and the difference in points; in 80 columns."""
    lines = _printed(result)
    holdout = result.holdout
    assert holdout.winner.accuracy.interval and holdout.baseline.accuracy.interval
    best = f"0.850 ± {holdout.winner.accuracy.interval.half_width:.3f}  0.150"
    baseline = f"0.700 ± {holdout.baseline.accuracy.interval.half_width:.3f}  0.300"
    assert holdout.difference.interval
    difference = f"+15.0 ({holdout.difference.interval.in_points})"
    for part in (baseline, best, difference):
        assert part in _line(lines, "holdout")
    assert "0.800 ±" in _line(lines, "new classes")
    assert "0.850 ±" in _line(lines, "validation")
    assert all(len(line) <= 80 for line in lines)


def test_what_changed_and_the_verdict_are_told(result: Result) -> None:
    """Parameters from the baseline's value to the best one's, then the sentence."""
    lines = _printed(result)
    assert _line(lines, "x ").split() == ["x", "0.5", "0.2"]
    assert _line(lines, "kind").split() == ["kind", "bad", "good"]
    assert _line(lines, "Verdict") == f"Verdict: {result.verdict}"


def test_both_lucks_and_the_origin_of_the_numbers_are_told(result: Result) -> None:
    """Seed luck, image luck, seeds, images and trials."""
    text = " ".join(" ".join(_printed(result)).split())
    assert "Seed luck +5.0 points: validation accuracy 0.900 in the search" in text
    assert "a mean of 0.850 over 2 fresh seeds" in text
    assert "Image luck +0.0 points: 0.850 on the validation images, 0.850 on the holdout" in text
    assert "means over 3 seeds, on 20 validation, 40 holdout, 40 new-class images" in text
    assert "Trials 4: 4 succeeded" in text


def test_the_widest_numbers_still_fit_80_columns(result: Result) -> None:
    """No row is broken, and nothing is cut short."""
    wide = _with(
        result,
        validation=_wide(result.validation),
        holdout=_wide(result.holdout),
        new_holdout=_wide(result.holdout),
    )
    lines = _printed(wide)
    for name in ("validation", "holdout", "new classes"):
        assert _line(lines, name).endswith("-41.2 (-123.4 to 105.8)")
    assert all(len(line) <= 80 and "…" not in line for line in lines)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"search_ended": "the search ended at its timeout of 60 s"}, "4 succeeded; the search"),
        ({"new_holdout": None}, "new classes - - - - -"),
        (
            {
                "lost_trainings": (
                    LostTraining(
                        configuration=0, data_set=DataSet.NEW, seed=7, reason="diverged in epoch 3"
                    ),
                )
            },
            "Lost a final training of the baseline on new classes, seed 7: diverged in epoch 3",
        ),
        ({"study": "[red]x[/red]"}, "Study [red]x[/red] of toy: trial 2 against the baseline"),
    ],
)
def test_what_is_out_of_the_ordinary_is_told(
    result: Result, changes: Mapping[str, Any], told: str
) -> None:
    """A search that ended early, missing models, and names that look like markup."""
    text = " ".join(" ".join(_printed(_with(result, **changes))).split())
    assert told in text


def test_a_winner_with_the_baselines_parameters_changed_nothing(result: Result) -> None:
    """A search may suggest the baseline again."""
    same = result.winner.model_copy(update={"params": result.baseline.params})
    assert _line(_printed(_with(result, winner=same)), "nothing").split() == ["nothing", "-", "-"]


def test_markdown_says_the_same(result: Result) -> None:
    """Every cell and every sentence of the terminal's report."""
    text = tables.markdown(result)
    terminal = " ".join(" ".join(_printed(result)).split())
    assert f"**Verdict: {result.verdict}.**" in text
    for _, sentence in tables.remarks(result):
        assert sentence in text and sentence in terminal
    rows = [line for line in text.splitlines() if line.startswith("| ")]
    assert all(row.count("|") == 7 for row in rows[:5])
    assert all(row.count("|") == 4 for row in rows[5:])
    for row in rows[2:5]:
        name, *cells = (cell.strip() for cell in row.strip("|").split("|"))
        assert " ".join(_line(_printed(result), name).split()) == " ".join([name, *cells])
