"""Runs code just as it was read: a definition's own file, and the modules beside it."""

from __future__ import annotations

import builtins
import hashlib
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from pathlib import Path
from threading import RLock
from types import ModuleType
from typing import Any

from studies.code import raw_files
from studies.code.code_hash import Code


def run(code: Code) -> ModuleType:
    """Runs the file anew and returns it as a module; raises whatever it raises."""
    package = _package(code)
    with _one_at_a_time:
        if _finder not in sys.meta_path:
            sys.meta_path.append(_finder)
        _finder.codes[package] = code
        for name in [name for name in sys.modules if f"{name}.".startswith(f"{package}.")]:
            del sys.modules[name]
        with raw_files.watched() as read:
            module = import_module(f"{package}.{code.main}")
        _finder.read[package] = frozenset(read)
        return module


def read_for_class(cls: type) -> frozenset[Path]:
    """The files that were read when the definition of a class was run; none of a class of ours."""
    return _finder.read.get(cls.__module__.partition(".")[0], frozenset())


def sha256_of_class(cls: type) -> str:
    """Of the code that defines a class: its module, with what that imports from its own folder.

    Raises:
        OSError, SyntaxError: it cannot be read, or stands in no file.
    """
    module = sys.modules[cls.__module__]
    match module.__spec__ and module.__spec__.loader:
        case _Loader(code=code, name=name):  # the file may have been changed since
            return code.sha256(name)
    if module.__dict__.get("__file__") is None:
        raise FileNotFoundError(f"{cls.__qualname__} stands in no file")
    return Code.read(Path(str(module.__file__))).sha256()


def as_written(text: str) -> str:
    """A text with the names of modules as the definition has them, not as they are known here."""
    return _PACKAGE.sub(lambda found: "" if found[1] else "the definition", text)


def _package(code: Code) -> str:
    """What its modules are parts of, so that those of two folders never clash."""
    known_by = f"{code.folder} {code.main} {code.sha256()}"
    return f"definition_{hashlib.sha256(known_by.encode()).hexdigest()[:16]}"


class _Finder(MetaPathFinder):
    """Finds what was read and hashed, and nothing else that may lie in the folder."""

    def __init__(self) -> None:
        self.codes: dict[str, Code] = {}
        self.read: dict[str, frozenset[Path]] = {}

    def find_spec(self, fullname: str, *_where: object) -> ModuleSpec | None:
        package, _, name = fullname.partition(".")
        code = self.codes.get(package)
        if code is None or (name and not code.has(name)):
            return None
        module = code.modules.get(name)
        is_package = module is None or module.is_package
        spec = ModuleSpec(fullname, _Loader(code, name), is_package=is_package)
        if module is not None:
            spec.origin, spec.has_location = str(module.file), True
        return spec


@dataclass(frozen=True)
class _Loader(Loader):
    code: Code
    name: str

    def exec_module(self, module: ModuleType) -> None:
        if (read := self.code.modules.get(self.name)) is None:
            return  # a folder of modules
        module.__dict__["__builtins__"] = {
            **vars(builtins),
            "__import__": _importing(_package(self.code), self.code),
        }
        exec(compile(read.tree, read.file, "exec", dont_inherit=True), module.__dict__)  # noqa: S102


def _importing(package: str, code: Code) -> Callable[..., Any]:
    """What an import in one of these modules does: `import helpers` finds the one beside it."""

    def import_(
        name: str,
        globals: Mapping[str, object] | None = None,  # noqa: A002 - as Python calls it
        locals: Mapping[str, object] | None = None,  # noqa: A002
        fromlist: Sequence[str] | None = (),
        level: int = 0,
    ) -> Any:
        top = name.partition(".")[0]
        wanted = fromlist or ()
        if level or not code.is_beside(top):
            return builtins.__import__(name, globals, locals, wanted, level)
        found = builtins.__import__(f"{package}.{name}", globals, locals, wanted)
        return found if wanted else sys.modules[f"{package}.{top}"]

    return import_


_finder = _Finder()
_one_at_a_time = RLock()
_PACKAGE = re.compile(r"\bdefinition_[0-9a-f]{16}(\.?)")
