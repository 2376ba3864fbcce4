"""Definitions: how they are found, what they are known by, and what is said of one that fails."""

import os
import shutil
import sys
from pathlib import Path

import pytest

from hpo import definition_loader
from hpo.definition_loader import BUILT_IN, Definition
from hpo.errors import DefinitionError
from studies.code import code_hash
from studies.errors import SettingsError
from studies.objective import Objective
from tests.conftest import DEFINITIONS

TOY = str(DEFINITIONS / "toy.py")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A definition of the user's own."""
    made = tmp_path / "mine.py"
    shutil.copy(DEFINITIONS / "toy.py", made)
    return made


def _refusal(reference: Path | str) -> str:
    with pytest.raises(DefinitionError) as refused:
        definition_loader.load(str(reference))
    message = str(refused.value)
    assert "\n" not in message
    return message


def test_a_built_in_definition_is_found_by_name() -> None:
    """Each built-in definition has its name, and a hash of its own."""
    found = [definition_loader.load(name) for name in BUILT_IN]
    assert [definition.name for definition in found] == list(BUILT_IN)
    assert [definition.reference for definition in found] == list(BUILT_IN)
    assert len({definition.hash for definition in found}) == len(BUILT_IN)


def test_a_file_is_found_by_any_path(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Relative or absolute, it is the same definition, and its reference holds from anywhere."""
    absolute = definition_loader.load(str(file))
    monkeypatch.chdir(file.parent)
    relative = definition_loader.load("mine.py")
    assert relative.reference == absolute.reference == str(file)
    assert relative.hash == absolute.hash
    assert relative.name == "toy"
    assert list(file.parent.iterdir()) == [file]


def test_what_runs_is_what_was_hashed(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A changed byte changes hash and study, though size and time of the file stay; the old bytes
    have the old hash again."""
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    before = definition_loader.load(str(file))
    source, stat = file.read_text(), file.stat()
    file.write_text(source.replace("epochs=8", "epochs=7"))
    os.utime(file, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    changed = definition_loader.load(str(file))
    assert changed.hash != before.hash
    assert (before.study.epochs, changed.study.epochs) == (8, 7)
    file.write_text(source)
    assert definition_loader.load(str(file)).hash == before.hash


def test_a_comment_changes_nothing(file: Path) -> None:
    """Nor do docstrings, blank lines and the way a line is broken: an upgrade, or a tidy user, leaves
    running studies workable."""
    before = definition_loader.load(str(file)).hash
    text = file.read_text()
    file.write_text(
        f"# mine\n{text}\n# the end\n".replace("epochs=8,", "epochs = (\n 8  # few\n),")
    )
    assert definition_loader.load(str(file)).hash == before
    file.write_text(text.replace('"""Answers right with', '"""Answers wrong with'))
    assert definition_loader.load(str(file)).hash == before


def test_the_hash_covers_what_definitions_share(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The code that trains is a half of every definition's hash."""
    before = [definition_loader.load(reference).hash for reference in (str(file), "digits")]
    monkeypatch.setattr(code_hash, "sha256_of_package", lambda _names: "f" * 64)
    after = [definition_loader.load(reference).hash for reference in (str(file), "digits")]
    assert after == [f"{each[:32]}{'f' * 32}" for each in before]
    assert before[0] != before[1]


def test_a_sibling_is_part_of_a_definition(file: Path) -> None:
    """What a file imports from its own folder is found, though the folder is not on Python's path; a
    change in it changes hash and study, one beside it that is not imported neither."""
    text = file.read_text()
    file.write_text("import helpers\n" + text.replace("epochs=8", "epochs=helpers.EPOCHS"))
    beside = file.with_name("helpers.py")
    beside.write_text("EPOCHS = 3\n")
    before = definition_loader.load(str(file))
    beside.write_text("EPOCHS = 4  # more\n")
    file.with_name("others.py").write_text("raise ValueError\n")
    changed = definition_loader.load(str(file))
    assert (before.study.epochs, changed.study.epochs) == (3, 4)
    assert before.hash[32:] == changed.hash[32:] and before.hash[:32] != changed.hash[:32]
    beside.write_text("EPOCHS = 3\n")
    assert definition_loader.load(str(file)).hash == before.hash


def test_definitions_of_one_name_stand_side_by_side(tmp_path: Path) -> None:
    """Two files that are called the same, with siblings that are, in one process: neither takes the
    other's place, nor that of a module that is installed."""
    loaded = []
    for number in (1, 2):
        folder = tmp_path / str(number)
        folder.mkdir()
        (folder / "helpers.py").write_text(
            f"EPOCHS = {number}\ndef later(): import more; return more\n"
        )
        (folder / "more.py").write_text(f"WHICH = {number}\n")
        text = Path(TOY).read_text().replace("epochs=8", "epochs=EPOCHS")
        (folder / "mine.py").write_text(f"from helpers import EPOCHS, later\n{text}LATER = later\n")
        loaded.append(definition_loader.load(str(folder / "mine.py")))
    modules = [sys.modules[vars(each.study)["trainer"].__module__] for each in loaded]
    assert [each.study.epochs for each in loaded] == [1, 2]
    assert [module.LATER().WHICH for module in modules] == [1, 2]
    assert {"mine", "helpers", "more"}.isdisjoint(sys.modules)
    assert str(tmp_path / "1") not in sys.path


@pytest.mark.parametrize(
    ("source", "line", "said"),
    [
        ("import math\n\nmath.sqrt(-1)\n", 3, "raises ValueError: "),
        ("def f():\n    return {}['no\\nsuch']\n\nf()\n", 2, "raises KeyError: "),
        ("raise ValueError('one\\ntwo')\n", 1, "raises ValueError: one two: mend"),
        ("x = 1\ny = (\n", 2, "raises SyntaxError: "),
        ("x = 1\n  y = 2\n", 2, "raises IndentationError: "),
        ("import json\nimport not_installed_here\n", 2, "'not_installed_here'"),
        ("import json\njson.loads('{')\n", 2, "raises JSONDecodeError: "),
        ("from studies.space import Real\n\nReal(1, 0)\n", 3, "raises SettingsError: "),
        ("import sys\nsys.exit('no data')\n", 2, "raises SystemExit: no data"),
        ("import sys\nsys.exit()\n", 2, "raises SystemExit: mend"),
        ("import asyncio\nraise asyncio.CancelledError\n", 2, "raises CancelledError: mend"),
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


def test_a_sibling_that_raises_is_told_with_its_line(file: Path) -> None:
    """The last place of the user's own is named, be it what is read or what is run."""
    beside = file.with_name("helpers.py")
    file.write_text(f"import helpers\n\n{file.read_text()}")
    for source, said in (
        ("\nx = (\n", "2 raises SyntaxError"),
        ("\n1 / 0\n", "2 raises ZeroDivision"),
    ):
        beside.write_text(source)
        assert _refusal(file).startswith(f"{beside}:{said}")
    beside.write_text("import json\ndef load(): json.loads('{')\n")
    file.write_text("import helpers\nhelpers.load()\n")
    assert _refusal(file).startswith(f"{beside}:2 raises JSONDecodeError")
    beside.write_text("def load(): from . import deeper\n")  # not as modules are known within
    assert "definition_" not in _refusal(file) and "deeper" in _refusal(file)
    beside.chmod(0)
    if os.getuid():
        assert f"{beside} cannot be read" in _refusal(file)


def test_what_is_no_definition_is_refused(file: Path) -> None:
    """A name of none, a file that is absent, a folder, and a file whose STUDY is something else."""
    assert "there is no definition 'cifar10': did you mean 'cifar100'? use" in _refusal("cifar10")
    assert "a study that there is goes on by `hpo worker NAME`" in _refusal("mine")
    assert "there is no file" in _refusal(file.with_name("absent.py"))
    folder = file.with_name("folder.py")
    folder.mkdir()
    assert f"{folder} cannot be read" in _refusal(folder)
    file.write_bytes(b"\xff\xfe\x00")
    assert "raises SyntaxError" in _refusal(file)
    file.write_text("STUDY = 'digits'\n")
    assert "defines no STUDY" in _refusal(file) and f"{file.name}:FUNCTION" in _refusal(file)
    file.write_text("def objective(trial): ...\n")
    said = "defines no function 'objectiv': did you mean 'objective'? give the name of one"
    assert said in _refusal(f"{file}:objectiv")


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


def test_a_holdout_is_known_by_its_code(tmp_path: Path) -> None:
    """As it stands in the file, which is not run: whatever else changes there, it is the same one."""
    file = tmp_path / "mine.py"
    judge = "def holdout(params, seed):\n    return 1.0\n"

    def known(text: str, function: str = "objective") -> str | None:
        file.write_text(text)
        found = definition_loader.load(f"{file}:{function}").searched
        assert isinstance(found, Objective)
        return found.holdout_sha256

    objective = "def objective(trial):\n    return 1.0\n"
    first = known(objective + judge)
    assert first is not None
    assert known("raise SystemExit\n" + judge + "\n# said\n" + objective.replace("1", "2")) == first
    assert known(objective + judge.replace("1.0", "2.0")) not in (None, first)
    assert known(objective) is None
    assert known(judge, "holdout") is None  # it is what is called
    documented = judge.replace(":\n", ':\n    """Said to people."""\n', 1)
    assert known(objective + documented) == first


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("from elsewhere import holdout\n", "otherwise than by one"),
        ("if True:\n    def holdout(params, seed):\n        return 1.0\n", "otherwise than by one"),
        ("def holdout(params, seed):\n    return 1.0\n" * 2, "otherwise than by one"),
        ("holdout = print\n", "otherwise than by one"),
        ("def holdout(x, y, z):\n    return 1.0\n", "other arguments"),
        ("def holdout(params):\n    return 1.0\n", "other arguments"),
        ("def holdout(params, seed, more=1):\n    return 1.0\n", None),
        ("def holdout(*anything):\n    return 1.0\n", None),
    ],
)
def test_what_is_called_holdout_and_cannot_judge(
    tmp_path: Path, text: str, words: str | None
) -> None:
    """It judges nothing, and says why; that it is there harms nobody who wants no verdict."""
    file = tmp_path / "mine.py"
    file.write_text(f"def objective(trial):\n    return 1.0\n{text}")
    found = definition_loader.load(f"{file}:objective").searched
    assert isinstance(found, Objective)
    assert (found.holdout_sha256 is None) is (words is not None)
    assert words is None or words in (found.unfit_holdout or "")
