"""An objective as Optuna has it: a function that asks a trial for its parameters and returns a value."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Annotated, Any, ClassVar

from pydantic import BeforeValidator, Field, TypeAdapter

from studies.code import code_loader
from studies.code.code_hash import Code
from studies.data.prepared_data import Manifest, PreparedData
from studies.study import Direction, Searched

_Directions = Annotated[
    tuple[Direction, ...],
    Field(min_length=1),
    BeforeValidator(lambda given: given.split(",") if isinstance(given, str) else given),
]
HOLDOUT = "holdout"
"""The name of the function that judges."""


@dataclass(frozen=True)
class Functions:
    """What a file has: `call` is called with a trial and gives its value; `judge` with parameters and a seed,
    and gives a number, or one for each example that nothing was chosen by."""

    call: Callable[[Any], Any]
    judge: Callable[[Mapping[str, Any], int], Any] | None


@dataclass(frozen=True, kw_only=True)
class Objective(Searched):
    """A function of a file, which is run nowhere but where it is called. What it searches it says while it
    runs, so there is no space, and no data of which anything is known here."""

    own_settings: ClassVar[Mapping[str, TypeAdapter[Any]]] = {
        "directions": TypeAdapter(_Directions)
    }

    function: str
    code: Code = field(repr=False)
    holdout_sha256: str | None = None
    """Of the code of the file's function `holdout`, which judges what was found; None where it has none."""
    unfit_holdout: str | None = None
    """Why what has that name in the file cannot judge; None where it can, or there is nothing."""
    metric: str = "value"
    directions: tuple[Direction, ...] = ("minimize",)
    """Of the values that it returns, which way each is better."""
    direction: Direction = "minimize"
    """That of the first."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self._hold(direction=self.directions[0])

    @property
    def all_directions(self) -> tuple[Direction, ...]:
        return self.directions

    def load(self) -> Functions:
        """Runs the file and gives its functions; raises whatever the file raises.

        Raises:
            TypeError: what has that name cannot be called.
        """
        module = code_loader.run(self.code)
        judge = None if self.holdout_sha256 is None else _function(module, HOLDOUT)
        return Functions(_function(module, self.function), judge)

    def find_data(self, cache_folder: Path) -> PreparedData | None:
        return PreparedData(cache_folder, Manifest(files={}))

    def prepare(self, cache_folder: Path, data_dir: Path | None = None) -> PreparedData:  # noqa: ARG002 - it needs none
        return PreparedData(cache_folder, Manifest(files={}))


def _function(module: ModuleType, name: str) -> Callable[..., Any]:
    found: object = getattr(module, name, None)
    if not callable(found):
        raise TypeError(f"'{name}' is no function, it is {found!r}")
    return found
