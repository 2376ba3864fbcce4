"""What the documents say of versions is what is installed, and the definitions that they show are such."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from hpo import definition_loader
from tests.support.documents import DOCUMENTS, ROOT, files

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
EXTRAS: dict[str, list[str]] = PROJECT["optional-dependencies"]
NEEDED = [Requirement(each) for each in PROJECT["dependencies"]]
ALL = [*NEEDED, *(Requirement(each) for extra in EXTRAS.values() for each in extra)]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda file: str(file.relative_to(ROOT)))
def test_versions_that_are_named_may_be_installed(document: Path) -> None:
    """A version of a package, of Python, or an extra, wherever one is named."""
    text = document.read_text(encoding="utf-8")
    for needed in [*ALL, Requirement(f"python{PROJECT['requires-python']}")]:
        for version in re.findall(rf"(?i)\b{needed.name} (\d+(?:\.\d+)*)", text):
            # "Keras 3" is any of that number.
            some = (f"{version}.{number}" for number in range(100))
            assert any(map(needed.specifier.contains, some)), (needed.name, version)
    for extra in re.findall(r"--extra (\w+)|hpo\[(\w+)\]|EXTRA=(\w+)", text):
        assert set(extra) - {""} <= EXTRAS.keys()


def test_each_dependency_has_its_reason() -> None:
    """In docs/dependencies.md."""
    text = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")
    rows = re.findall(r"(?m)^\| ([^|]+) \|", text)
    told = {name for row in rows for name in re.split(r", | \(.*?\),? ?", row)}
    missing = {each.name for each in NEEDED} - {name.split(" ")[0] for name in told}
    assert missing == set()


def test_definitions_that_are_shown_load(tmp_path: Path) -> None:
    """Each under the name that stands in its first line."""
    shown = files(ROOT / "docs" / "declared.md") | files(ROOT / "docs" / "tasks" / "keras.md")
    studies = {name: code for name, code in shown.items() if "STUDY = " in code}
    assert studies.keys() == {"houses.py", "mine.py"}
    for name, code in studies.items():
        (tmp_path / name).write_text(code)
        assert f"{definition_loader.load(str(tmp_path / name)).name}.py" == name
