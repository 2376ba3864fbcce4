"""The best configuration as variables, read by a real shell."""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from hpo.bundle.best_json import BestConfiguration
from hpo.bundle.parameter_formats import PREFIX, Format, of_result, render
from hpo.settings import load_settings
from tests.unit.hpo.bundle.test_parameter_formats import FLOATS, STRINGS, _expected


@pytest.fixture
def sourced(tmp_path: Path) -> Callable[[str], dict[str, str]]:
    """What a shell has in its environment after it read the text; of our variables."""

    def source(text: str) -> dict[str, str]:
        (tmp_path / "best.env").write_text(text, encoding="utf-8", newline="")
        done = subprocess.run(
            ["sh", "-c", "set -ae; . ./best.env; env -0"],
            cwd=tmp_path,
            env={"PATH": os.environ["PATH"]},
            capture_output=True,
            check=True,
        )
        assert done.stderr == b""
        entries = (entry.partition("=") for entry in done.stdout.decode().split("\0"))
        return {name: value for name, _, value in entries if name.startswith(PREFIX)}

    return source


def test_variables_say_the_same(
    best: BestConfiguration, sourced: Callable[[str], dict[str, str]]
) -> None:
    """Each value in a variable of its own, the parameters beside the others."""
    expected = _expected(best)
    flat = expected | expected.pop("params")
    text = render(of_result(best), Format.ENV)
    assert "HPO_BEST_KIND=good\n" in text
    assert sourced(text) == {f"{PREFIX}{name.upper()}": str(flat[name]) for name in flat}


def test_a_shell_reads_every_parameter_as_it_was(
    rendered: Callable[..., str], sourced: Callable[[str], dict[str, str]]
) -> None:
    """A number as the text that gives exactly that number again."""
    values = [*FLOATS, *STRINGS, -7, 2**40]
    found = sourced(rendered(Format.ENV, {f"p{i}": value for i, value in enumerate(values)}))
    for i, value in enumerate(values):
        assert found[f"{PREFIX}P{i}"] == str(value)
    assert [float(found[f"{PREFIX}P{i}"]) for i in range(len(FLOATS))] == FLOATS


@pytest.mark.parametrize(
    "value", ["$(touch ran)", "`touch ran`", "'; touch ran; '", "\ntouch ran\n", "a & touch ran"]
)
def test_a_shell_executes_nothing(
    rendered: Callable[..., str],
    sourced: Callable[[str], dict[str, str]],
    tmp_path: Path,
    value: str,
) -> None:
    """Whatever a definition calls its options."""
    assert sourced(rendered(Format.ENV, {"p": value}))["HPO_BEST_P"] == value
    assert [path.name for path in tmp_path.iterdir()] == ["best.env"]


def test_the_variables_change_nothing_of_hpo_itself(
    best: BestConfiguration,
    sourced: Callable[[str], dict[str, str]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Its settings begin with HPO_ too."""
    before = load_settings().model_dump()
    for name, value in sourced(render(of_result(best), Format.ENV)).items():
        monkeypatch.setenv(name, value)
    assert load_settings().model_dump() == before
