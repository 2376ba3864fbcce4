"""Definitions of studies: found by name or by file, and known by the hash of their code."""

import ast
import importlib
import traceback
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Self

from hpo import provenance
from hpo.errors import DefinitionError, UsageError, WorkFailed
from studies.code import code_hash, code_loader
from studies.code.code_hash import Code
from studies.errors import nearest_first
from studies.objective import HOLDOUT, Objective
from studies.study import Study

if TYPE_CHECKING:
    # A child loads definitions, and has nothing to do with a database.
    from storage.records import StudyRecord

BUILT_IN = code_hash.BUILT_IN
# Half of each suffices, and so one hash says which of the two is another.
HALF = 32
OF_OBJECTIVES = ("objective",)
"""What of `studies` bears on what an objective does."""


@dataclass(frozen=True)
class Definition:
    """A study's definition, where it came from, and the hash that must be equal on all machines: one
    half of it of the definition's own code, the other of the code of hpo that trains."""

    reference: str
    searched: Study | Objective
    hash: str

    @property
    def name(self) -> str:
        return self.searched.name

    @property
    def study(self) -> Study:
        """What is declared in it.

        Raises:
            DefinitionError: nothing, for it is an objective.
        """
        if isinstance(self.searched, Objective):
            raise DefinitionError(
                f"{self.reference} is an objective, which is called by `hpo run`, `create` and `worker`",
                "give a definition for this",
            )
        return self.searched

    def with_settings(self, settings: Mapping[str, object]) -> Self:
        """This definition with some of its settings replaced.

        Raises:
            SettingsError: an unknown setting, or a value that does not fit.
        """
        return replace(self, searched=self.searched.with_settings(settings))

    def refuse_without_keras(self) -> None:
        """To be asked before anything is prepared or made.

        Raises:
            WorkFailed: Keras trains it, and what that computes with is not installed here.
        """
        backend = provenance.backend_name()
        is_missing = backend in provenance.BACKENDS and find_spec(backend) is None
        if self.searched.needs_keras and is_missing:
            others = [each for each in provenance.BACKENDS if each != backend and find_spec(each)]
            mend = f"pip install {backend}"
            raise WorkFailed(
                f"Keras trains {self.name}, and {backend} is not installed here",
                f"{mend}, or set KERAS_BACKEND={others[0]}" if others else mend,
            )

    def changes(self, hash_then: str, version_then: str) -> tuple[str, str]:
        """What changed since the definition had this hash with that version of hpo, and the mend."""
        return changes(self.reference, self.hash, hash_then, version_then)


def changes(reference: str, hash_now: str, hash_then: str, version_then: str) -> tuple[str, str]:
    """What changed in a definition since it had another hash, with that version of hpo, and the mend."""
    found = []
    is_file = reference not in BUILT_IN
    if is_file and hash_now[:HALF] != hash_then[:HALF]:
        found.append((f"{reference} or what it imports", "bring that back as it was"))
    if not is_file or hash_now[HALF:] != hash_then[HALF:]:
        found.append(("the code of hpo that trains", f"use hpo of {version_then}"))
    changed, mends = zip(*found, strict=True)
    return f"what changed is {' and '.join(changed)}", " and ".join(mends)


def load(reference: str) -> Definition:
    """Loads a built-in definition by name, a Python file that defines `STUDY`, or, as FILE.py:FUNCTION, an
    objective, of which the file is read, and not run.

    Raises:
        DefinitionError: there is none, or its code raises.
    """
    if reference in BUILT_IN:
        module = importlib.import_module(f"studies.{reference.replace('-', '_')}")
        source = Path(str(module.__file__))
        code = _read(source)
    else:
        file, function = split(reference)
        if function is not None:
            return _load_objective(Path(file).absolute(), function)
        source = Path(reference)
        if source.suffix != ".py":
            raise DefinitionError(
                f"there is no definition '{reference}'",
                nearest_first(
                    reference,
                    BUILT_IN,
                    f"use {', '.join(BUILT_IN)}, the path of a Python file that defines STUDY, or"
                    " FILE.py:FUNCTION; a study that there is goes on by `hpo worker NAME`",
                ),
            )
        source = source.absolute()
        code = _read(source)
        module = _run(source, code)
    study = getattr(module, "STUDY", None)
    if not isinstance(study, Study):
        raise DefinitionError(
            f"{source} defines no STUDY",
            "make it a kind of studies.study.Study, or name an objective of the file,"
            f" {source.name}:FUNCTION",
        )
    reference = reference if reference in BUILT_IN else str(source)
    return Definition(reference, study, _hash(code, code_hash.BEAR_ON_RESULTS))


def hash_of(reference: str) -> str:
    """The hash that the definition in a file has, none of which is run for it.

    Raises:
        DefinitionError: it cannot be read.
    """
    file, function = split(reference)
    shared = code_hash.BEAR_ON_RESULTS if function is None else OF_OBJECTIVES
    return _hash(_read(Path(file)), shared)


def split(reference: str) -> tuple[str, str | None]:
    """The file that a reference names and, of FILE.py:FUNCTION, the function in it."""
    file, colon, function = reference.rpartition(":")
    return (file, function) if colon and file.endswith(".py") else (reference, None)


def _hash(code: Code, shared: tuple[str, ...]) -> str:
    return code.sha256()[:HALF] + code_hash.sha256_of_package(shared)[:HALF]


def _load_objective(source: Path, function: str) -> Definition:
    code = _read(source)
    tree = code.modules[code.main].tree
    names = _names(tree)
    if function not in names and "*" not in names:
        raise DefinitionError(
            f"{source} defines no function '{function}'",
            nearest_first(function, names, "give the name of one, behind the colon"),
        )
    holdout_sha256, unfit = (None, None) if function == HOLDOUT else _find_holdout(tree)
    study = Objective(
        name=f"{source.stem}.{function}",
        function=function,
        code=code,
        holdout_sha256=holdout_sha256,
        unfit_holdout=unfit,
    )
    return Definition(f"{source}:{function}", study, _hash(code, OF_OBJECTIVES))


def _find_holdout(module: ast.Module) -> tuple[str | None, str | None]:
    """The hash of the code of its function of that name, whatever else changes in the file: who tries
    another objective on the same holdout has opened it before. And why it cannot judge, if what has that
    name is something else."""
    found = [
        each for each in module.body if isinstance(each, ast.FunctionDef) and each.name == HOLDOUT
    ]
    others = [each for each in module.body if each not in found and HOLDOUT in _names(each)]
    if not (found or others):
        return None, None
    if others or len(found) > 1:
        return None, "it is made otherwise than by one `def holdout(params, seed)`"
    taken = found[0].args
    named = len(taken.posonlyargs) + len(taken.args)
    required = named - len(taken.defaults)
    if required > 2 or (named < 2 and taken.vararg is None):
        return None, "it takes other arguments than (params, seed)"
    return code_hash.sha256_of_function(found[0]), None


def _names(module: ast.AST) -> set[str]:
    """What a module, or a statement of one, may have by name, without running it: what is defined, assigned or imported, but not
    within a function or a class."""
    names = set[str]()
    left: list[ast.AST] = [module]
    while left:
        match node := left.pop():
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                names.add(name)
            case ast.ClassDef(name=name):
                names.add(name)
            case ast.Name(id=name, ctx=ast.Store()):
                names.add(name)
            case ast.alias(name=name, asname=asname):
                names.add(asname or name)
            case _:
                left += ast.iter_child_nodes(node)
    return names


def refuse_imported(study: "StudyRecord") -> None:
    """Raises:
    UsageError: it is the history of a study that was imported, of which there can be no more.
    """
    if study.is_imported:
        raise UsageError(
            f"study '{study.name}' was imported, and nothing here defines what more of it would be",
            f"`hpo run FILE.py:FUNCTION --from {study.name} --name NEW` goes on from it",
        )


def load_all(references: Sequence[str]) -> tuple[list[Definition], list[DefinitionError]]:
    """Those of the definitions that load, and why the others do not."""
    loaded, broken = list[Definition](), list[DefinitionError]()
    for reference in references:
        try:
            loaded.append(load(reference))
        except DefinitionError as error:
            broken.append(error)
    return loaded, broken


def version_of(study_name: str) -> str:
    """Where the version of hpo is told that a study was worked on with."""
    return f"the git_commit that `hpo status {study_name} --json` shows"


def _read(source: Path) -> Code:
    try:
        return Code.read(source)
    except FileNotFoundError:
        raise DefinitionError(
            f"there is no file {source}", "give the path of a definition"
        ) from None
    except OSError as error:
        raise DefinitionError(
            f"{error.filename or source} cannot be read: {error.strerror}"
        ) from error
    except (SyntaxError, ValueError, RecursionError) as error:
        raise _raised(source, error, [getattr(error, "filename", None) or ""]) from error


def _run(source: Path, code: Code) -> ModuleType:
    try:
        return code_loader.run(code)
    except KeyboardInterrupt:  # a person's
        raise
    except BaseException as error:
        own = [str(module.file) for module in code.modules.values()]
        raise _raised(source, error, own) from error


def _raised(source: Path, error: BaseException, own: Collection[str]) -> DefinitionError:
    """In one line, with the last place in the definition's `own` files that led to it."""
    places = [
        (frame.filename, frame.lineno)
        for frame in traceback.extract_tb(error.__traceback__)
        if frame.filename in own
    ]
    if isinstance(error, SyntaxError) and error.filename and error.filename in own:
        places.append((error.filename, error.lineno))
    where = ":".join(map(str, places[-1])) if places else str(source)
    said = code_loader.as_written(" ".join(str(error).split()))
    raised = f"{type(error).__name__}: {said}".removesuffix(": ")
    return DefinitionError(f"{where} raises {raised}", "mend the definition")
