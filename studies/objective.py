"""An objective as Optuna has it: a function that asks a trial for its parameters and returns a value."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

from pydantic import TypeAdapter

from studies import code_loader
from studies.code_hash import Code
from studies.data.prepared_data import Manifest, PreparedData
from studies.study import Direction, Searched

Function = Callable[[Any], Any]
"""Called with a trial, gives its value."""


@dataclass(frozen=True, kw_only=True)
class Objective(Searched):
    """A function of a file, which is run nowhere but where it is called. What it searches it says while it
    runs, so there is no space, and no data of which anything is known here."""

    own_settings: ClassVar[Mapping[str, TypeAdapter[Any]]] = {"direction": TypeAdapter(Direction)}

    function: str
    code: Code = field(repr=False)
    metric: str = "value"
    direction: Direction = "minimize"

    def load(self) -> Function:
        """Runs the file and gives the function; raises whatever the file raises.

        Raises:
            TypeError: what has that name cannot be called.
        """
        found: object = getattr(code_loader.run(self.code), self.function, None)
        if not callable(found):
            raise TypeError(f"'{self.function}' is no function, it is {found!r}")
        return found

    def find_data(self, cache_folder: Path) -> PreparedData | None:
        return PreparedData(cache_folder, Manifest(files={}))

    def prepare(self, cache_folder: Path, data_dir: Path | None = None) -> PreparedData:  # noqa: ARG002 - it needs none
        return PreparedData(cache_folder, Manifest(files={}))
