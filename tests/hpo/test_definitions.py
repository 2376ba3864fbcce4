"""Definitions: how they are found, what they are known by, and what is said of one that fails."""

import os
import shutil
import sys
from dataclasses import replace
from pathlib import Path

import pytest

import studies
from hpo import definitions
from hpo.definitions import BUILT_IN, Definition
from hpo.errors import DefinitionError
from storage.records import StudyRecord
from studies.errors import SettingsError
from tests.conftest import DEFINITIONS
from tests.marks import on

TOY = str(DEFINITIONS / "toy.py")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A definition of the user's own."""
    made = tmp_path / "mine.py"
    shutil.copy(DEFINITIONS / "toy.py", made)
    return made


def _refusal(reference: Path | str) -> str:
    with pytest.raises(DefinitionError) as refused:
        definitions.load(str(reference))
    message = str(refused.value)
    assert "\n" not in message
    return message


def test_a_built_in_definition_is_found_by_name() -> None:
    """Each built-in definition has its name, and a hash of its own."""
    found = [definitions.load(name) for name in BUILT_IN]
    assert [definition.name for definition in found] == list(BUILT_IN)
    assert [definition.reference for definition in found] == list(BUILT_IN)
    assert len({definition.hash for definition in found}) == len(BUILT_IN)


def test_a_file_is_found_by_any_path(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Relative or absolute, it is the same definition, and its reference holds from anywhere."""
    absolute = definitions.load(str(file))
    monkeypatch.chdir(file.parent)
    relative = definitions.load("mine.py")
    assert relative.reference == absolute.reference == str(file)
    assert relative.hash == absolute.hash
    assert relative.name == "toy"
    assert list(file.parent.iterdir()) == [file]


def test_what_runs_is_what_was_hashed(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A changed byte changes hash and study, though size and time of the file stay; the old bytes
    have the old hash again."""
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    before = definitions.load(str(file))
    source, stat = file.read_text(), file.stat()
    file.write_text(source.replace("epochs=8", "epochs=7"))
    os.utime(file, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    changed = definitions.load(str(file))
    assert changed.hash != before.hash
    assert (before.study.epochs, changed.study.epochs) == (8, 7)
    file.write_text(source)
    assert definitions.load(str(file)).hash == before.hash


def test_the_hash_covers_what_definitions_share(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A change in any module of `studies` changes the hash, save in another definition."""
    copy = tmp_path / "studies"
    shutil.copytree(str(studies.__path__[0]), copy)
    monkeypatch.setattr(studies, "__path__", [str(copy)])
    before = definitions.load(str(file)).hash
    for name in BUILT_IN:
        (copy / f"{name}.py").write_text("")
    assert definitions.load(str(file)).hash == before
    shared = [module for module in copy.glob("[!_]*.py") if module.stem not in BUILT_IN]
    assert {"study", "training", "dataset"} <= {module.stem for module in shared}
    seen = [before]
    for module in shared:
        module.write_text(module.read_text() + "\n")
        seen.append(definitions.load(str(file)).hash)
    assert len(set(seen)) == len(seen)


@pytest.mark.parametrize(
    ("source", "line", "said"),
    [
        ("import math\n\nmath.sqrt(-1)\n", 3, "raises ValueError: "),
        ("def f():\n    return {}['no\\nsuch']\n\nf()\n", 2, "raises KeyError: "),
        ("raise ValueError('one\\ntwo')\n", 1, "raises ValueError: one two;"),
        ("x = 1\ny = (\n", 2, "raises SyntaxError: "),
        ("x = 1\n  y = 2\n", 2, "raises IndentationError: "),
        ("import json\nimport not_installed_here\n", 2, "'not_installed_here'"),
        ("import json\njson.loads('{')\n", 2, "raises JSONDecodeError: "),
        ("from studies.space import Real\n\nReal(1, 0)\n", 3, "raises SettingsError: "),
        ("import sys\nsys.exit('no data')\n", 2, "raises SystemExit: no data"),
    ],
)
def test_a_file_that_raises_is_told_with_its_line(
    source: str, line: int, said: str, file: Path
) -> None:
    """One line names the file, the line of it that is to blame, and the error."""
    file.write_text(source)
    message = _refusal(file)
    assert message.startswith(f"{file}:{line} raises ")
    assert said in message
    assert message.endswith("mend the definition")


def test_what_is_no_definition_is_refused(file: Path) -> None:
    """A name of none, a file that is absent, a folder, and a file whose STUDY is something else."""
    assert "there is no definition 'cifar10'" in _refusal("cifar10")
    assert "there is no file" in _refusal(file.with_name("absent.py"))
    folder = file.with_name("folder.py")
    folder.mkdir()
    assert f"{folder} cannot be read" in _refusal(folder)
    file.write_bytes(b"\xff\xfe\x00")
    assert "raises SyntaxError" in _refusal(file)
    file.write_text("STUDY = 'digits'\n")
    assert "defines no STUDY" in _refusal(file)


def test_settings_replace_those_of_the_definition(toy: Definition) -> None:
    """The study has the new settings and keeps the others; reference and hash stay, and what it
    was made from is unchanged."""
    changed = toy.with_settings({"epochs": "3", "classes": "d,c", "new_classes": "a,b"})
    assert changed.study.settings() == toy.study.settings() | {
        "epochs": 3,
        "classes": ["d", "c"],
        "new_classes": ["a", "b"],
    }
    assert (changed.reference, changed.hash) == (toy.reference, toy.hash)
    assert toy.study.epochs == 8
    with pytest.raises(SettingsError, match="unknown setting colour"):
        toy.with_settings({"colour": "red"})


@pytest.fixture
def of_digits(study: StudyRecord) -> StudyRecord:
    """A study of a built-in definition."""
    digits = definitions.load("digits")
    return replace(study, definition="digits", definition_hash=digits.hash)


@on("sqlite")
def test_a_built_in_definition_needs_no_file(of_digits: StudyRecord) -> None:
    """The definition of the study's name is found with its hash, whatever files are given."""
    assert definitions.find(of_digits).reference == "digits"
    assert definitions.find(of_digits, [TOY]).reference == "digits"


@on("sqlite")
def test_a_file_is_found_by_the_name_in_it(study: StudyRecord, tmp_path: Path) -> None:
    """Of the files given, the one that defines the study's definition, whatever the file's name."""
    copy = tmp_path / "renamed.py"
    copy.write_bytes(Path(TOY).read_bytes())
    found = definitions.find(study, ["digits", str(copy)])
    assert (found.reference, found.name) == (str(copy), "toy")
    assert found.hash == study.definition_hash


@on("sqlite")
def test_another_version_is_refused_by_name(
    study: StudyRecord, of_digits: StudyRecord, tmp_path: Path
) -> None:
    """A definition of the right name with another hash is not worked with, built in or not."""
    changed = tmp_path / "toy.py"
    changed.write_text(Path(TOY).read_text() + "\n")
    with pytest.raises(DefinitionError, match=r"study 'toy' .* another version of 'toy'"):
        definitions.find(study, [str(changed)])
    with pytest.raises(DefinitionError, match="another version of 'digits'"):
        definitions.find(replace(of_digits, definition_hash="older"))


@on("sqlite")
def test_without_its_file_the_mend_is_named(study: StudyRecord) -> None:
    """No file, or one with another definition: the message says what to give."""
    for references in ([], ["digits"]):
        with pytest.raises(
            DefinitionError, match="no definition 'toy': give its file with --study"
        ):
            definitions.find(study, references)
