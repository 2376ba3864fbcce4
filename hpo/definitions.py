"""Definitions of studies: found by name or by file, and known by the hash of their source."""

import hashlib
import importlib
import pkgutil
import sys
import traceback
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Self

import studies
from hpo.errors import DefinitionError
from studies.study import Study

if TYPE_CHECKING:
    # A child loads definitions, and has nothing to do with a database.
    from storage.records import StudyRecord

BUILT_IN = ("cifar100", "digits")


@dataclass(frozen=True)
class Definition:
    """A study's definition, where it came from, and the hash that must be equal on all machines."""

    reference: str
    study: Study
    hash: str

    @property
    def name(self) -> str:
        return self.study.name

    def with_settings(self, settings: Mapping[str, object]) -> Self:
        """This definition with some of its settings replaced.

        Raises:
            SettingsError: an unknown setting, or a value that does not fit.
        """
        return replace(self, study=self.study.with_settings(settings))


def load(reference: str) -> Definition:
    """Loads a built-in definition by name, or a Python file that defines `STUDY`.

    Raises:
        DefinitionError: there is none, or its code raises.
    """
    if reference in BUILT_IN:
        module = importlib.import_module(f"studies.{reference}")
        source = Path(str(module.__file__))
        content = source.read_bytes()
    else:
        source = Path(reference)
        if source.suffix != ".py":
            raise DefinitionError(
                f"there is no definition '{reference}': use {', '.join(BUILT_IN)},"
                " or the path of a Python file that defines STUDY"
            )
        source = source.absolute()
        content = _read(source)
        module = _execute(source, content)
    study = getattr(module, "STUDY", None)
    if not isinstance(study, Study):
        raise DefinitionError(f"{source} defines no STUDY: it must be a studies.study.Study")
    reference = reference if reference in BUILT_IN else str(source)
    return Definition(reference, study, _hash(content))


def find(study: "StudyRecord", references: Sequence[str] = ()) -> Definition:
    """The definition this machine has under the study's name, with the same hash. Source never
    comes from the database.

    Raises:
        DefinitionError: there is none, or it differs.
    """
    built_in = [study.definition] if study.definition in BUILT_IN else []
    for definition in map(load, (*references, *built_in)):
        if definition.name == study.definition:
            if definition.hash == study.definition_hash:
                return definition
            raise DefinitionError(
                f"study '{study.name}' was made with another version of '{study.definition}':"
                " bring this machine to the version it was made with"
            )
    raise DefinitionError(
        f"this machine has no definition '{study.definition}': give its file with --study"
    )


def _read(source: Path) -> bytes:
    try:
        return source.read_bytes()
    except FileNotFoundError:
        raise DefinitionError(f"there is no file {source}: give the path of a definition") from None
    except OSError as error:
        raise DefinitionError(f"{source} cannot be read: {error.strerror}") from error


def _execute(source: Path, content: bytes) -> ModuleType:
    """Runs the very bytes that are hashed: an import might run older ones from its cache."""
    module = ModuleType(f"definition_{source.stem}")
    module.__file__ = str(source)
    sys.modules[module.__name__] = module
    try:
        exec(compile(content, source, "exec", dont_inherit=True), module.__dict__)  # noqa: S102
    except (Exception, SystemExit) as error:
        lines = [
            frame.lineno
            for frame in traceback.extract_tb(error.__traceback__)
            if frame.filename == str(source)
        ]
        if isinstance(error, SyntaxError) and error.filename == str(source) and error.lineno:
            lines.append(error.lineno)
        where = f"{source}:{lines[-1]}" if lines else str(source)
        said = " ".join(str(error).split())
        raise DefinitionError(
            f"{where} raises {type(error).__name__}: {said}; mend the definition"
        ) from error
    return module


def _hash(content: bytes) -> str:
    """Over the definition's source and all of `studies` that definitions share: a change in
    either could change what a trial means."""
    digest = hashlib.sha256(content)
    shared = sorted(
        module.name
        for module in pkgutil.iter_modules(studies.__path__)
        if module.name not in BUILT_IN
    )
    for name in shared:
        digest.update((Path(studies.__path__[0]) / f"{name}.py").read_bytes())
    return digest.hexdigest()
