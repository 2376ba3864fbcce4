"""Code that is run as it was read: which imports find what, and what nobody can reach."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import ModuleType

import pytest

from studies import digits
from studies.code import code_loader
from studies.code.code_hash import Code
from studies.code.code_loader import sha256_of_class


def _write(folder: Path, files: Mapping[str, str]) -> Path:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder / "mine.py"


def _run(folder: Path, files: Mapping[str, str]) -> ModuleType:
    return code_loader.run(Code.read(_write(folder, files)))


@pytest.mark.parametrize(
    ("statement", "value"),
    [
        ("import a; x = a.NAME", "a"),
        ("import a as other; x = other.NAME", "a"),
        ("import p.q; x = p.q.NAME", "p.q"),
        ("import p.q as other; x = other.NAME", "p.q"),
        ("import p.r.s; x = p.r.s.NAME", "p.r.s"),
        ("import p; x = p.NAME", "p"),
        ("from a import NAME as x", "a"),
        ("from a import *; x = NAME", "a"),
        ("from p import q; x = q.NAME", "p.q"),
        ("from p.r import s; x = s.NAME", "p.r.s"),
        ("from . import a; x = a.NAME", "a"),
        ("from .p.q import NAME as x", "p.q"),
        ("from n import m; x = m.NAME", "n.m"),  # n is a folder, and no more
        ("import n.m; x = n.m.NAME", "n.m"),
        ("def f():\n    import a\n    return a.NAME\nx = f()", "a"),
        ("class C:\n    from a import NAME\nx = C.NAME", "a"),
        ("import c; x = c.mine.Y\nY = 1", "in a circle"),
        ("import p.up; x = p.up.a.NAME + p.up.other.NAME", "aa"),
        ("import numpy.linalg; x = numpy.linalg.__name__", "numpy.linalg"),
        ("from os import path as x; x = x.sep", "/"),
        ("try:\n    import not_here\nexcept ModuleNotFoundError as e:\n    x = e.name", "not_here"),
    ],
)
def test_all_ways_to_import(statement: str, value: str, tmp_path: Path) -> None:
    """What lies beside is found in any form, what is installed as ever."""
    files = {
        "mine.py": f"Y = 'in a circle'\n{statement}\n",
        "a.py": "NAME = 'a'\n",
        "c.py": "import mine\n",
        "n/m.py": "NAME = 'n.m'\n",
        "p/__init__.py": "NAME = 'p'\n",
        "p/q.py": "NAME = 'p.q'\n",
        "p/r/__init__.py": "",
        "p/r/s.py": "NAME = 'p.r.s'\n",
        "p/up.py": "import a\nfrom .. import a as other\n",
    }
    before = {name for name in sys.modules if not name.startswith("definition_")}
    assert _run(tmp_path, files).x == value
    new = {name.split(".")[0] for name in sys.modules} - before
    assert new.isdisjoint({"a", "c", "mine", "n", "p"})


def test_only_what_was_read_can_be_reached(tmp_path: Path) -> None:
    """A name that is made up while it runs was not hashed, and is not found beside it."""
    files = {"other.py": "", "p/__init__.py": "", "p/other.py": ""}
    for name in ("other", ".other", ".p.other"):
        text = f"import p, importlib\nimportlib.import_module({name!r}, __package__)\n"
        with pytest.raises(ModuleNotFoundError):
            _run(tmp_path, {**files, "mine.py": text})


def test_what_runs_is_what_was_read(tmp_path: Path) -> None:
    """Though it was changed before it ran, or before a function imports it."""
    text = "import a\ndef later():\n    import b\n    return b.X\n"
    files = {"mine.py": text, "a.py": "X = 1\n", "b.py": "X = 1\n"}
    code = Code.read(_write(tmp_path, files))
    _write(tmp_path, {"a.py": "X = 2\n", "b.py": "X = 2\n"})
    module = code_loader.run(code)
    assert module.a.X == module.later() == 1
    assert Code.read(tmp_path / "mine.py").sha256() != code.sha256()


def test_it_runs_anew_each_time(tmp_path: Path) -> None:
    """What a training left in a module is not there for the next; several may run at once."""
    files = {"mine.py": "import a\na.X.append(1)\nLENGTH = len(a.X)\n", "a.py": "X = []\n"}
    code = Code.read(_write(tmp_path, files))
    with ThreadPoolExecutor(4) as pool:
        modules = list(pool.map(code_loader.run, [code] * 20))
    assert [module.LENGTH for module in modules] == [1] * 20
    assert sum(module in modules for module in sys.modules.values()) == 1


def test_the_code_of_a_class(tmp_path: Path) -> None:
    """Its module with what that imports, as they were when it was made; a class of a module that was
    imported in the usual way, too; one that stands nowhere has none."""
    source = "import b\nclass C: pass\n"
    files = {"mine.py": "import c\nY = 1\n", "c.py": source, "b.py": "X = 1\n"}
    made = _run(tmp_path, files).c.C
    before = sha256_of_class(made)
    _write(tmp_path, {"b.py": "X = 2\n"})
    assert sha256_of_class(made) == before
    assert sha256_of_class(_run(tmp_path, {"mine.py": "import c\nY = 2\n"}).c.C) != before
    assert sha256_of_class(_run(tmp_path, {**files, "mine.py": "import c\n"}).c.C) == before
    file = Path(str(digits.__file__))
    assert sha256_of_class(digits.Digits) == Code.read(file).sha256()
    nowhere = type("Nowhere", (), {"__module__": "__main__"})
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "__main__", ModuleType("__main__"))
        with pytest.raises(FileNotFoundError, match="Nowhere stands in no file"):
            sha256_of_class(nowhere)
