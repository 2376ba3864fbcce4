"""Code on which results depend: a Python file with the modules beside it that it imports, read once,
and known by a hash that no comment changes."""

from __future__ import annotations

import ast
import hashlib
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from pathlib import Path

BEAR_ON_RESULTS = (
    "image_classification.augmentation",
    "image_classification.convnet",
    "image_classification.evaluation",
    "image_classification.study",
    "image_classification.targets",
    "image_classification.training",
    "data.image_data",
    "keras_training.compiled_epoch",
    "keras_training.compiled_model",
    "keras_training.fitting",
    "keras_training.fused_normalisation",
    "keras_training.keras_backend",
    "keras_training.optimizers",
    "keras_training.trained_model",
    "keras_training.training_state",
    "json_values",
    "keras_study",
    "parameters",
    "data.prepared_data",
    "data.table",
    "space",
    "study",
    "tabular_regression.study",
    "tabular_regression.training",
)
"""The modules of this package that bear on the result of any training, its data given: they are part
of every definition."""

BEAR_ON_NO_RESULT = (
    "image_classification.training_checks",  # refuses or ends a training, and changes none
    "keras_training.checked_training",  # likewise
    "checkpoint",  # gives back what was written, or nothing
    "code.code_loader",
    "errors",
    "objective",  # calls what is part of its own definition
    "keras_training.keras_selftest",  # trains nothing that is kept
    "space_points",  # says which configurations there are
    "code.raw_files",  # says when to read them again
    "data.cifar100_files",  # gives the official files, or nothing
    # Which images there are a study agrees on by their own hash.
    "data.arrays_source",
    "data.cifar100_source",
    "data.folder_source",
    "data.local_source",
    "data.image_source",
    "data.pictures",
    "data.raw_images",
    "data.source",
    "data.splits",
    "image_classification.saved_model",  # reads what was trained
    "training_outcomes",  # words for what happened
    "code.code_hash",
)
DECIDE_ON_DATA = (
    "data.image_data",
    "data.image_source",
    "data.pictures",
    "data.raw_images",
    "data.source",
    "data.splits",
    "data.table",
    "json_values",
    "data.prepared_data",
)
"""The modules of this package that, with a source's own, decide what is in the files of its images."""

DEFINITIONS = ("cifar100", "cifar100_wide", "diabetes", "digits", "images")
"""Part of those that are made from them."""
BUILT_IN = tuple(name.replace("_", "-") for name in DEFINITIONS)
"""As a person names them."""

_PACKAGE = Path(__file__).parents[1]
# Never taken from beside a file, though its folder may hold something of that name.
_NEVER_BESIDE = sys.stdlib_module_names | {"hpo", "storage", "studies"}


@dataclass(frozen=True)
class Module:
    """One file, by its name within a folder."""

    name: str
    file: Path
    tree: ast.Module

    @property
    def is_package(self) -> bool:
        """Whether others may lie within it."""
        return self.file.name == "__init__.py"

    @cached_property
    def sha256(self) -> str:
        """Of the syntax tree, without positions and docstrings; the same in all versions of Python,
        which `ast.dump` is not."""
        return _hash(_tokens(self.tree))

    @cached_property
    def imports(self) -> frozenset[str]:
        """What it might import from the folder, with the packages that this lies in."""
        parents = self.name.split(".")[: None if self.is_package else -1]
        found = [
            [*(parents[: len(parents) - level + 1] if level else ()), *name.split(".")]
            for level, name in _imported(self.tree)
            if level or not _is_known(name)
        ]
        return frozenset(".".join(each[:end]) for each in found for end in range(1, len(each) + 1))

    @cached_property
    def definitions(self) -> frozenset[str]:
        """Those of our definitions that it might make use of."""
        found = [name.split(".") for level, name in _imported(self.tree) if not level]
        return frozenset(
            name for name in DEFINITIONS if ["studies", name] in [f[:2] for f in found]
        )


@dataclass(frozen=True)
class Code:
    """A file and all that it imports from its own folder, as it was when it was read."""

    folder: Path
    main: str
    """The file itself among the modules."""
    modules: Mapping[str, Module]
    """By their names within the folder."""

    @classmethod
    def read(cls, file: Path) -> Code:
        """Reads all of it, and runs nothing.

        Raises:
            OSError: the file, or one that it imports, cannot be read.
            SyntaxError, ValueError, RecursionError: it is no Python.
        """
        folder = file.resolve().parent
        main = file.stem if file.stem.isidentifier() else "definition"

        def module(name: str) -> Module | None:
            found = file if name == main else _find(folder, name)
            return None if found is None else _parse(name, found, found.read_bytes())

        return cls(folder, main, _needed(main, module))

    def sha256(self, name: str | None = None) -> str:
        """Of the module `name`, else the file itself, with what it imports from the folder, and of our
        definitions; where the file lies, and what it is called, makes no difference."""
        needed = _needed(name or self.main, self.modules.get)
        hashes = {"" if each == self.main else each: needed[each].sha256 for each in needed}
        for ours in {ours for module in needed.values() for ours in module.definitions}:
            hashes[f"studies.{ours}"] = Code.read(_PACKAGE / f"{ours}.py").sha256()
        return _hash(f"{each} {hashes[each]}" for each in sorted(hashes))

    def has(self, name: str) -> bool:
        """Whether there is such a module, or a folder with one."""
        return any(f"{each}.".startswith(f"{name}.") for each in self.modules)

    def is_beside(self, name: str) -> bool:
        """Whether `import name` means one of these, as where Python itself runs the file."""
        return self.has(name) and not _is_known(name)


@cache
def sha256_of_package(names: Sequence[str], folder: Path = _PACKAGE) -> str:
    """Of modules of this package."""
    files = [(name, folder.joinpath(*name.split(".")).with_suffix(".py")) for name in names]
    return _hash(f"{name} {_parse(name, file, file.read_bytes()).sha256}" for name, file in files)


@lru_cache(maxsize=256)
def _parse(name: str, file: Path, content: bytes) -> Module:
    return Module(name, file, ast.parse(content, file))


def _needed(main: str, module: Callable[[str], Module | None]) -> dict[str, Module]:
    found: dict[str, Module] = {}
    unseen = [main]
    while unseen:
        name = unseen.pop()
        if name not in found and (one := module(name)) is not None:
            found[name] = one
            unseen += one.imports
    return found


def _imported(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """What might be imported, from how many packages above; of `from a import b` both, for b may be a
    module of a, or something in it."""
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=aliases):
                yield from ((0, each.name) for each in aliases)
            case ast.ImportFrom(module=base, names=aliases, level=level):
                yield from (
                    (level, f"{base}.{each.name}" if base else each.name) for each in aliases
                )


def _is_known(name: str) -> bool:
    return name.partition(".")[0] in _NEVER_BESIDE


def _find(folder: Path, name: str) -> Path | None:
    place = folder.joinpath(*name.split("."))
    files = (place / "__init__.py", place.with_name(f"{place.name}.py"))
    return next((file for file in files if file.is_file()), None)


def _hash(lines: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def sha256_of_function(function: ast.FunctionDef) -> str:
    """Of what it does: neither its comments and docstring nor how it is written, in any version of Python."""
    return _hash(_tokens(function))


def _tokens(tree: ast.AST) -> Iterator[str]:
    """What tells one tree from another. Not recursive: a tree may be deeper than Python goes."""
    left: list[object] = [tree]
    while left:
        match left.pop():
            case ast.Constant(value=constant):
                yield f"{type(constant).__name__} {constant!a}"
            case ast.AST() as node:
                yield type(node).__name__
                for name, value in reversed(list(ast.iter_fields(node))):
                    if isinstance(value, list):
                        value = [each for each in value if not _is_idle(node, each)]
                    # What is not there some versions have as an empty list, and others not at all.
                    if value not in (None, []):
                        left += [value, name]
            case list() as nodes:
                yield f"{len(nodes)} of"
                left += reversed(nodes)
            case other:
                yield ascii(other)


def _is_idle(parent: ast.AST, node: object) -> bool:
    match parent, node:
        case _, ast.Expr(value=ast.Constant(value=str())):  # it says something to people
            return True
        case ast.JoinedStr(), ast.Constant(value=""):  # at the end of one in Python 3.12.1
            return True
        case _:
            return False
