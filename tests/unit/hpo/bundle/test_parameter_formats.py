"""The best configuration for other programs: whatever is rendered reads back as it was."""

import json
import math
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest
import yaml

from hpo.bundle import exporter
from hpo.bundle.best_json import BestConfiguration
from hpo.bundle.parameter_formats import PREFIX, Format, describe, of_result, render
from hpo.definition_loader import Definition
from hpo.errors import NoResult, UsageError
from hpo.result import finished_study
from hpo.study import creation
from storage.database import Database
from studies.data.prepared_data import PreparedData
from tests.support.databases import SqliteDatabases
from tests.support.finished import BUDGET, WINNER, carry_out, params

READERS: Mapping[Format, Callable[[str], Any]] = {
    Format.JSON: json.loads,
    Format.YAML: yaml.safe_load,
    Format.TOML: tomllib.loads,
}
FLOATS = [1e-3, 1e-05, 0.0022961234567, 0.1 + 0.2, 1e16, 1.0, -0.0, 5e-324, 1.7976931348623157e308]
STRINGS = [
    *("", " ", "a b", "no", "on", "y", "null", "~", "=", "1e5", "1e-05", "12", "0o14", "nan"),
    *("12:30", "2020-01-01", "$(rm)", "`rm`", "$HOME", "it's", '"', "\\n", "a # b", "- a", "a: b"),
    *(
        "two\nlines",
        "tab\t",
        "end\r\n",
        "größe",
        "学習",
        "🎯",
        "\x1b[0m",
        "\u2028",
        "~/x",
        "*",
        "!",
    ),
]


@pytest.fixture(scope="module")
def best(
    sqlite_databases: SqliteDatabases,
    toy: Definition,
    toy_data: PreparedData,
) -> BestConfiguration:
    """The best configuration of a finished study."""
    url = sqlite_databases.ready()
    db = Database.open(url)
    carry_out(db, creation.create(db, "toy", toy, BUDGET))
    found = exporter.describe(db, toy, toy_data, finished_study.read(db, "toy"))
    db.close()
    sqlite_databases.drop(url)
    return found


@pytest.fixture
def rendered(best: BestConfiguration) -> Callable[..., str]:
    """That with other parameters, rendered."""

    def render_with(target: Format, params: Mapping[str, object]) -> str:
        winner = best.winner.model_copy(update={"params": params})
        return render(of_result(best.model_copy(update={"winner": winner})), target)

    return render_with


def _expected(best: BestConfiguration) -> dict[str, Any]:
    accuracy = best.holdout.winner.accuracy
    assert accuracy.interval is not None
    return {
        "study": "toy",
        "definition": "toy",
        "seed": best.training.seed,
        "epochs": 8,
        "precision": "float32",
        "holdout_accuracy": accuracy.mean,
        "holdout_low": accuracy.interval.low,
        "holdout_high": accuracy.interval.high,
        "verdict": best.verdict,
        "params": {"x": 0.2, "kind": "good"},
    }


@pytest.mark.parametrize("target", READERS)
def test_a_document_says_what_was_found_and_how_sure_that_is(
    best: BestConfiguration, target: Format
) -> None:
    """In the same order, which a person reads, in every format."""
    text = render(of_result(best), target)
    found = READERS[target](text)
    assert found == _expected(best)
    assert list(found) == list(_expected(best))
    assert text.endswith("\n") and not text.endswith("\n\n")


def test_what_is_none(rendered: Callable[..., str]) -> None:
    """It reads back as that, and as its name in a variable; TOML has none, and says so."""
    params = {"depth": None}
    for target in (Format.JSON, Format.YAML):
        assert READERS[target](rendered(target, params))["params"] == params
    assert f"{PREFIX}DEPTH=None" in rendered(Format.ENV, params).splitlines()
    with pytest.raises(UsageError, match="'depth' is None, which TOML does not have"):
        rendered(Format.TOML, params)


@pytest.mark.parametrize("target", READERS)
@pytest.mark.parametrize("value", [*FLOATS, *STRINGS, 0, -7, 2**40], ids=repr)
def test_a_parameter_reads_back_as_it_was(
    rendered: Callable[..., str], target: Format, value: str | int | float
) -> None:
    """Equal to the last bit, and of the same type."""
    found = READERS[target](rendered(target, {"p": value}))["params"]["p"]
    assert type(found) is type(value)
    assert repr(found) == repr(value)


@pytest.mark.parametrize("value", ["1e5", "+1.5e3", ".5", "0o14", "y", "N"])
def test_yaml_quotes_what_another_version_of_yaml_takes_for_no_text(
    rendered: Callable[..., str], value: str
) -> None:
    """PyYAML alone would not."""
    assert f"p: '{value}'\n" in rendered(Format.YAML, {"p": value})


def test_yaml_writes_small_numbers_so_that_all_versions_read_numbers(
    rendered: Callable[..., str],
) -> None:
    """YAML 1.1 takes 1e-05 for text, for want of a point."""
    assert "p: 1.0e-05\n" in rendered(Format.YAML, {"p": 1e-5})


@pytest.mark.parametrize(
    ("value", "in_json"), [(math.inf, "Infinity"), (-math.inf, "-Infinity"), (math.nan, "NaN")]
)
def test_what_is_no_finite_number_is_told_where_it_can_be(
    rendered: Callable[..., str], value: float, in_json: str
) -> None:
    """JSON has no such numbers, so there they are strings, as in best.json."""
    for target in (Format.YAML, Format.TOML):
        assert repr(READERS[target](rendered(target, {"p": value}))["params"]["p"]) == repr(value)
    assert json.loads(rendered(Format.JSON, {"p": value}))["params"]["p"] == in_json
    assert f"{PREFIX}P={value!r}\n" in rendered(Format.ENV, {"p": value})


@pytest.mark.parametrize("target", Format)
def test_without_an_interval_its_bounds_are_left_out(
    best: BestConfiguration, target: Format
) -> None:
    """One seed has none, and neither TOML nor a shell has a null."""
    score = best.holdout.winner
    score = score.model_copy(update={"accuracy": replace(score.accuracy, interval=None)})
    holdout = best.holdout.model_copy(update={"winner": score})
    text = render(of_result(best.model_copy(update={"holdout": holdout})), target).lower()
    assert "holdout_accuracy" in text
    assert "holdout_low" not in text and "holdout_high" not in text
    assert "holdout_low" in render(of_result(best), target).lower()


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"learning-rate": 1}, "'learning-rate' cannot name a variable"),
        ({"": 1}, "'' cannot name a variable"),
        ({"x=$(rm)": 1}, "cannot name a variable"),
        ({"größe": 1}, "'größe' cannot name a variable"),
        ({"x\n": 1}, "cannot name a variable"),
        ({"lr": 1, "LR": 2}, "'LR' is not the only one to be HPO_BEST_LR"),
        ({"seed": 1}, "'seed' is not the only one to be HPO_BEST_SEED"),
        ({"p": "a\0b"}, "'p' has a NUL character"),
    ],
)
def test_parameters_that_no_shell_can_hold_are_refused(
    rendered: Callable[..., str], params: Mapping[str, str | int], message: str
) -> None:
    """With the formats that can hold them, and those do."""
    with pytest.raises(UsageError, match=message) as caught:
        rendered(Format.ENV, params)
    assert "take json, yaml or toml" in str(caught.value)
    assert "\n" not in str(caught.value)
    for target, read in READERS.items():
        assert read(rendered(target, params))["params"] == params


def test_where_no_trial_is_feasible_none_is_the_best(
    sqlite_databases: SqliteDatabases, toy: Definition
) -> None:
    """It is said, also of a search alone that is done."""
    url = sqlite_databases.ready()
    db = Database.open(url)
    study = creation.create(db, "toy", toy, replace(BUDGET, final_seeds=0, select_top=None, select_seeds=None))  # fmt: skip
    carry_out(db, study)
    found = finished_study.read(db, "toy")
    assert describe(found).params == params(WINNER)
    infeasible = [replace(job, is_feasible=False) for job in found.jobs]
    with pytest.raises(NoResult, match="no trial of study 'toy' is feasible: none is the best"):
        describe(replace(found, jobs=infeasible))
    db.close()
    sqlite_databases.drop(url)
