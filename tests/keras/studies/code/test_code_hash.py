"""What code is known by: what it does, with all that it imports from its folder, and nothing else."""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import pytest

import studies
from studies.code import code_hash
from studies.code.code_hash import (
    BEAR_ON_NO_RESULT,
    BEAR_ON_RESULTS,
    DEFINITIONS,
    Code,
    sha256_of_package,
)

PACKAGE = Path(studies.__path__[0])


def _write(folder: Path, files: Mapping[str, str]) -> Path:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder / "mine.py"


def _hash(folder: Path, text: str) -> str:
    return Code.read(_write(folder, {"mine.py": text})).sha256()


@pytest.mark.parametrize(
    "same",
    [
        "def f(x):\n    return x + 1",
        "# what\n\ndef f(x):  # is\n\n    return (\n        x + 1)\n# this\n",
        "'''A module.'''\ndef f(x):\n    '''A function.'''\n    return x + 0x1\n    'of no use'\n",
    ],
)
def test_what_says_the_same_has_the_same_hash(same: str, tmp_path: Path) -> None:
    """Comments, docstrings, blank lines and the way numbers are written make no difference."""
    assert _hash(tmp_path, same) == _hash(tmp_path, "def f(x):\n  return x+1\n")


def test_what_says_something_else_has_another_hash(tmp_path: Path) -> None:
    """Names, values and their types, order, nesting, and what is there at all."""
    sources = [
        "x = 1", "y = 1", "x = 2", "x = 1.0", "x = True", "x = None", "x = ''", "x = b''", "x = ...",
        "x = [1]", "x = [[1]]", "x = [[], 1]", "x = [[1], []]", "x: int = 1", "x += 1", "x = -1",
        "f(a, b)", "f(b, a)", "f(*a, b)", "f(a, b=b)", "f(a)(b)", "f'{a}b'", "f'{a!r}b'", "x = '{a}b'",
        "def f(a, b=1): pass", "def f(a=1, *, b): pass", "def f(a, /, b=1): pass", "def f(a): return",
        "async def f(a): pass", "if a:\n  b\n  c", "if a:\n  b\nc", "if a:\n  b\nelse:\n  c", "",
    ]  # fmt: skip
    assert len({_hash(tmp_path, source) for source in sources}) == len(sources)


def test_the_hash_is_the_same_in_all_versions_of_python(tmp_path: Path) -> None:
    """As Python 3.11, 3.12 and 3.13 were found to give it, though their trees have other fields."""
    source = (
        "import a\nfrom . import b as c\n@d\nclass E(F, g=1):\n    h: int = -1.5e300\n"
        "    def i(self, j, /, k=2, *l, m=None, **n) -> 'o':\n        return [*l, {**n}, f'{j!r:>{k}}']\n"
        "async def p():\n    async with q as (r, s): yield lambda t: (u := t if r else s[1:, ::2])\n"
        "try:\n    match v:\n        case {'w': [x, *_], **y} | z if 'é' != '\\ud800': pass\n"
        "except* ValueError as error: raise\nelse: del error\nfinally: print(b'\\0', 1j, ...)\n"
    )
    expected = "92209fbe6afd5ee664bbd0d55b2b08ee62c2eead4de0e2c8da18b2dc92b611e1"
    assert _hash(tmp_path, source) == expected


def test_a_tree_deeper_than_python_goes(tmp_path: Path) -> None:
    """Long sums lean to the left, one level a number."""
    assert _hash(tmp_path, f"x = {'1 + ' * 2 * sys.getrecursionlimit()}1")


def test_what_is_imported_from_the_folder_belongs_to_it(tmp_path: Path) -> None:
    """By any form of import, anywhere in a file, by what is imported, and in packages."""
    files = {
        "mine.py": "import a, numpy\nfrom b import c\ndef f():\n    from . import d\n",
        "a.py": "try:\n    import e.f as g\nexcept ImportError: pass\n",
        "b.py": "from .h.i import *\n",
        "d.py": "import mine\n",  # in a circle
        "e/__init__.py": "from . import j\n",
        "e/f.py": "from .. import k\nimport l\n",
        "e/j.py": "", "h/i.py": "", "k.py": "", "l.py": "from m import n\n", "m/n.py": "",
        "unused.py": "", "e/unused.py": "", "numpy/core.py": "",
    }  # fmt: skip
    code = Code.read(_write(tmp_path, files))
    expected = {"mine", "a", "b", "d", "e", "e.f", "e.j", "h.i", "k", "l", "m.n"}
    assert set(code.modules) == expected
    seen = {code.sha256()}
    for name, module in code.modules.items():
        module.file.write_text(f"{files[str(module.file.relative_to(tmp_path))]}\nmore = 1\n")
        seen.add(Code.read(tmp_path / "mine.py").sha256())
        assert len(seen) > 1, name
    assert len(seen) == len(expected) + 1


def test_a_part_is_known_by_what_it_imports_itself(tmp_path: Path) -> None:
    """A change elsewhere in the folder leaves it as it is."""
    files = {"mine.py": "import a, b\n", "a.py": "import c\n", "b.py": "", "c.py": ""}
    before = Code.read(_write(tmp_path, files))
    after = Code.read(_write(tmp_path, {"b.py": "x = 1\n", "mine.py": "import a, b\ny = 2\n"}))
    assert before.sha256("a") == after.sha256("a") != before.sha256()
    assert before.sha256() != after.sha256()


@pytest.mark.parametrize(
    "statement",
    ["from studies import space, digits", "import studies.digits", "from studies.digits import STUDY",
     "import a", "from studies import other"],
)  # fmt: skip
def test_one_of_our_definitions_is_part_of_what_is_made_from_it(
    statement: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However it is imported, by a sibling, or by another of ours: an upgrade that changes it changes
    all that was made from it, and nothing else."""
    ours = tmp_path / "studies"
    ours.mkdir()
    (ours / "digits.py").write_text("STUDY = 1\n")
    (ours / "other.py").write_text("from studies.digits import STUDY\n")
    monkeypatch.setattr(code_hash, "_PACKAGE", ours)
    monkeypatch.setattr(code_hash, "DEFINITIONS", ("digits", "other"))
    _write(tmp_path / "made", {"a.py": "from studies import digits\n"})
    before = _hash(tmp_path / "made", statement), _hash(tmp_path, "import studies.space")
    (ours / "digits.py").write_text("STUDY = 2\n")
    after = _hash(tmp_path / "made", statement), _hash(tmp_path, "import studies.space")
    assert (before[0] == after[0], before[1] == after[1]) == (False, True)


def test_neither_name_nor_place_of_a_file_counts(tmp_path: Path) -> None:
    """It is the same in another folder, by another name, and through a link."""
    files = {"mine.py": "import b\n", "b.py": ""}
    code = Code.read(_write(tmp_path / "here", files))
    shutil.copytree(tmp_path / "here", tmp_path / "there")
    (tmp_path / "there/mine.py").rename(tmp_path / "there/a study.py")
    (tmp_path / "link.py").symlink_to(tmp_path / "there/a study.py")
    for file in (tmp_path / "there/a study.py", tmp_path / "link.py"):
        assert Code.read(file).sha256() == code.sha256()
        assert len(Code.read(file).modules) == 2


def test_python_and_hpo_are_never_taken_from_a_folder(tmp_path: Path) -> None:
    """A checkout has folders of these names, and anybody a file `random.py`; only `from .` means it."""
    files = {"mine.py": "import random, studies.study\nimport hpo\n", "random.py": "x = 1\n"}
    _write(tmp_path, {**files, "studies/__init__.py": "", "studies/study.py": "", "hpo.py": ""})
    code = Code.read(tmp_path / "mine.py")
    assert set(code.modules) == {"mine"} and not code.is_beside("random")
    code = Code.read(_write(tmp_path, {"mine.py": "from .random import x\n"}))
    assert set(code.modules) == {"mine", "random"} and not code.is_beside("random")


@pytest.mark.parametrize("name", BEAR_ON_RESULTS)
def test_what_bears_on_results_is_hashed(name: str, tmp_path: Path) -> None:
    """A change in it is another hash, a comment is not."""
    shutil.copytree(PACKAGE, tmp_path / "studies")
    file = (tmp_path / "studies").joinpath(*name.split(".")).with_suffix(".py")
    before = sha256_of_package(BEAR_ON_RESULTS)
    assert sha256_of_package(BEAR_ON_RESULTS, tmp_path / "studies") == before
    shutil.copytree(PACKAGE, tmp_path / "noted")
    noted = (tmp_path / "noted").joinpath(*name.split(".")).with_suffix(".py")
    noted.write_text(f"{noted.read_text()}\n# a remark\n")
    assert sha256_of_package(BEAR_ON_RESULTS, tmp_path / "noted") == before
    shutil.copytree(PACKAGE, tmp_path / "changed")
    changed = (tmp_path / "changed").joinpath(*name.split(".")).with_suffix(".py")
    changed.write_text(f"{file.read_text()}\nchanged = True\n")
    assert sha256_of_package(BEAR_ON_RESULTS, tmp_path / "changed") != before


def test_no_module_is_forgotten() -> None:
    """Each one bears on results, or is a definition, or was found not to; what is none of these says
    nothing."""
    listed = [*BEAR_ON_RESULTS, *BEAR_ON_NO_RESULT, *DEFINITIONS]
    assert len(set(listed)) == len(listed)
    files = [file.relative_to(PACKAGE).with_suffix("") for file in PACKAGE.rglob("*.py")]
    assert {".".join(file.parts) for file in files if file.name != "__init__"} == set(listed)
    for file in PACKAGE.rglob("__init__.py"):
        assert list(code_hash._tokens(code_hash._parse("", file, file.read_bytes()).tree)) == [
            "Module"
        ]


def test_hashing_takes_milliseconds() -> None:
    """And the second time in a process next to nothing."""
    sha256_of_package(BEAR_ON_RESULTS)
    began = time.process_time()
    for _ in range(100):
        sha256_of_package(BEAR_ON_RESULTS)
        Code.read(PACKAGE / "cifar100.py").sha256()
    assert (time.process_time() - began) / 100 < 0.005
