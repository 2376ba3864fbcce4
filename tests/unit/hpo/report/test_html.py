"""The report as one HTML file."""

import re
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest

from hpo.report import html
from hpo.report.report_data import Contents
from hpo.result import result_tables
from storage.states import Pruner

FOLDER = Path(html.__file__).parent
HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(2)>"


def test_it_asks_nothing_of_any_network(contents: Contents) -> None:
    """Nothing is loaded from anywhere, and its policy would let nothing be."""
    text = html.write(contents)
    markup = re.sub(r"<script.*?</script>", "", text, flags=re.DOTALL)
    assert not re.findall(r'(?:src|href)="(?!data:)', markup)
    assert "url(" not in markup
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', text)
    assert policy is not None
    assert "default-src &#39;none&#39;" in policy[1]
    assert "unsafe-eval" not in policy[1]


def test_names_and_errors_are_no_markup(contents: Contents) -> None:
    """Whatever a name, a parameter or an error's text holds, it is shown and not obeyed."""
    status, best = contents.status, contents.best
    assert best is not None
    hostile = replace(
        contents,
        status=replace(
            status,
            study=replace(status.study, name=HOSTILE),
            workers=tuple(replace(each, host=HOSTILE) for each in status.workers),
            jobs=tuple(replace(job, params={HOSTILE: HOSTILE}) for job in status.jobs),
        ),
        best=replace(best, params={HOSTILE: HOSTILE}),
        attempts=[replace(each, reason=HOSTILE, device=HOSTILE) for each in contents.attempts],
    )
    text = html.write(hostile)
    assert "alert(1)" in text
    assert "<script>alert" not in text
    assert "<img src=x" not in text


@pytest.mark.parametrize("direction", ["better", "worse", None])
def test_the_verdict_has_the_colour_of_its_direction(
    contents: Contents, direction: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is surely worse is not shown as what is surely better, nor is what is not sure."""
    assert contents.result is not None
    told = replace(result_tables.of_result(contents.result), direction=direction)  # type: ignore[arg-type]  # one of its words
    monkeypatch.setattr(result_tables, "of_result", lambda _: told)
    text = html.write(contents)
    assert f'<p class="verdict {direction or ""}">' in text
    assert direction is None or f".verdict.{direction} {{" in text


def test_before_there_is_a_result(contents: Contents) -> None:
    """A study that runs is told as it stands: parameters instead of a comparison."""
    text = html.write(replace(contents, conclusion=None, finished=None, samples=()))
    assert "No verdict" in text
    assert "What it sees" not in text
    assert "<td>kind</td>" in text


def test_of_an_objective(contents: Contents) -> None:
    """There is no baseline, and nothing that follows the search; what it reports are steps."""
    study = replace(
        contents.study, baseline={}, settings={"direction": "minimize"}, metric="value",
        final_seeds=0,
        pruner=Pruner.PERCENTILE,
    )  # fmt: skip
    status = replace(contents.status, study=study)
    bare = replace(contents, status=status, finished=None, conclusion=None)
    told = re.sub(r"<(script|style).*?</\1>", "", html.write(bare), flags=re.DOTALL)
    assert "<h2>The best</h2>" in told
    assert "aseline" not in told
    assert "one seed" in told and "validation" not in told
    assert "last step" in told and "epoch" not in told
    assert ">select<" not in told


def test_all_of_it_is_installed() -> None:
    """Whatever of the page is no Python belongs to the package, where it is not used from a checkout
    too."""
    project = tomllib.loads((FOLDER.parents[1] / "pyproject.toml").read_text())
    patterns = project["tool"]["setuptools"]["package-data"]["hpo.report"]
    parts = [file for file in FOLDER.iterdir() if file.is_file() and file.suffix != ".py"]
    assert len(parts) == 3
    assert all(any(file.match(pattern) for pattern in patterns) for file in parts)
