"""A result in a terminal, in a pipe and in a document."""

import io
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from rich.console import Console

from hpo import creation
from hpo.answer import finish, tables
from hpo.answer.evidence import Comparison
from hpo.answer.result import EarlierOpening, LostTraining, Result, assemble
from hpo.answer.verdict import Difference, Estimate, Interval
from hpo.definitions import Definition
from storage.database import Database
from storage.states import DataSet
from tests.databases import SqliteDatabases
from tests.hpo.finished import BUDGET, carry_out, params


@pytest.fixture(scope="module")
def result(sqlite_databases: SqliteDatabases, toy: Definition) -> Result:
    """A finished study whose numbers are in tests.hpo.finished."""
    db = Database.open(sqlite_databases.ready())
    carry_out(db, creation.create(db, "toy", toy, BUDGET))
    return assemble(finish.read(db, "toy"))


def _printed(result: Result, width: int = 80) -> list[str]:
    """The lines a pipe gets."""
    console = Console(file=io.StringIO(), width=width)
    console.print(tables.report(result))
    assert isinstance(console.file, io.StringIO)
    return [line.rstrip() for line in console.file.getvalue().splitlines()]


def _cells(line: str) -> list[str]:
    """Columns are two blanks apart, words one."""
    return re.split(" {2,}", line.strip())


def _line(lines: list[str], start: str) -> str:
    """The one line that starts so."""
    (found,) = [line for line in lines if line.startswith(start)]
    return found


def _with(result: Result, **changes: Any) -> Result:
    return result.model_copy(update=changes)


def _wide(pair: Comparison) -> Comparison:
    """The same with the widest intervals that a few seeds could give."""
    accuracy = Estimate(0.412, 0.1, 2, 3000, Interval(-1.234, 1.058, 0.2, 1.0))
    loss = Estimate(12.345, 0.1, 2, 3000, Interval(-20.0, 44.7, 0.2, 1.0))
    score = {"accuracy": accuracy, "loss": loss}
    return pair.model_copy(
        update={
            "winner": pair.winner.model_copy(update=score),
            "baseline": pair.baseline.model_copy(update=score),
            "difference": Difference(-0.412, 3000, Interval(-1.234, 1.058, 0.2, 1.0)),
        }
    )


def _half_width(value: Estimate) -> str:
    assert value.interval is not None
    return f"{value.interval.half_width:.3f}"


def test_each_split_has_a_row_for_accuracy_and_one_for_loss(result: Result) -> None:
    """Baseline, best, each with its interval, and the difference of accuracies in points; in 80
    columns. Of the holdout the best misses 4, 8 and 6 of 40 images, each at a loss of 1."""
    lines = _printed(result)
    best, baseline = result.holdout.winner, result.holdout.baseline
    assert result.holdout.difference.interval is not None
    assert _cells(_line(lines, "holdout")) == [
        "holdout",
        "accuracy",
        f"0.700 ± {_half_width(baseline.accuracy)}",
        f"0.850 ± {_half_width(best.accuracy)}",
        f"+15.0 ({result.holdout.difference.interval.in_points})",
    ]
    assert _cells(lines[lines.index(_line(lines, "holdout")) + 1]) == [
        "loss",
        f"0.300 ± {_half_width(baseline.loss)}",
        f"0.150 ± {_half_width(best.loss)}",
    ]
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
        ({"new_holdout": None}, "new classes - - - - what changed"),
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
        (
            {
                "earlier_openings": (
                    EarlierOpening(
                        study="older",
                        generation=2,
                        configuration=1,
                        params=params(1),
                        trainings=6,
                        first_opened=datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
                    ),
                )
            },
            "Holdout not sealed any more: opened for 6 trainings of study older, generation 2, from",
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
    assert all(row.count("|") == 6 for row in rows[:8])
    assert all(row.count("|") == 4 for row in rows[8:])
    lines = _printed(result)
    for row in rows[2:8:2]:
        cells = [cell.strip() for cell in row.strip("|").split("|")]
        assert _cells(_line(lines, cells[0])) == cells


def test_the_hardest_and_the_easiest_class_are_told(result: Result) -> None:
    """By hand: of 40 images, 20 of either class in turn, the best is right on the first 32, 36
    and 34, so on as many of "a" as of "b"."""
    assert result.holdout.winner.per_class == pytest.approx((0.85, 0.85))
    uneven = result.holdout.winner.model_copy(update={"per_class": (0.91, 0.79)})
    told = dict(
        tables.remarks(_with(result, holdout=result.holdout.model_copy(update={"winner": uneven})))
    )
    assert told["Classes"] == "the best is right on 0.790 of b (hardest) to 0.910 of a"


def test_the_class_table_names_each_class(result: Result) -> None:
    """Baseline and best on each class of the holdout, and the difference in points."""
    winner = result.holdout.winner.model_copy(update={"per_class": (0.91, 0.79)})
    baseline = result.holdout.baseline.model_copy(update={"per_class": (0.5, 0.8)})
    pair = result.holdout.model_copy(update={"winner": winner, "baseline": baseline})
    assert tables.class_table(_with(result, holdout=pair)).splitlines() == [
        "| class | baseline | best | difference in points |",
        "| --- | --- | --- | --- |",
        "| a | 0.500 | 0.910 | +41.0 |",
        "| b | 0.800 | 0.790 | -1.0 |",
    ]
