"""Definitions of studies: found by name or by file, and known by the hash of their source."""

import hashlib
import importlib
import importlib.util
import pkgutil
import sys
import traceback
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import ModuleType
from typing import Self

import studies
from hpo.errors import DefinitionError
from studies.study import Study

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
    else:
        source = Path(reference)
        if source.suffix != ".py":
            raise DefinitionError(
                f"there is no definition '{reference}': use {', '.join(BUILT_IN)},"
                " or the path of a Python file that defines STUDY"
            )
        source = source.absolute()
        module = _execute(source)
    study = getattr(module, "STUDY", None)
    if not isinstance(study, Study):
        raise DefinitionError(f"{source} defines no STUDY: it must be a studies.study.Study")
    return Definition(str(source) if reference not in BUILT_IN else reference, study, _hash(source))


def _execute(source: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"definition_{source.stem}", source)
    if spec is None or spec.loader is None or not source.is_file():
        raise DefinitionError(f"there is no file {source}: give the path of a definition")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        own = traceback.extract_tb(error.__traceback__)
        line = next((f.lineno for f in reversed(own) if f.filename == str(source)), None)
        where = f"{source}:{line}" if line else str(source)
        raise DefinitionError(
            f"{where} raises {type(error).__name__}: {error}; mend the definition"
        ) from error
    return module


def _hash(source: Path) -> str:
    """Over the definition's source and all of `studies` that definitions share: a change in
    either could change what a trial means."""
    digest = hashlib.sha256(source.read_bytes())
    shared = sorted(
        module.name
        for module in pkgutil.iter_modules(studies.__path__)
        if module.name not in BUILT_IN
    )
    for name in shared:
        digest.update((Path(studies.__path__[0]) / f"{name}.py").read_bytes())
    return digest.hexdigest()
