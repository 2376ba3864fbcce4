"""Where images come from: the raw pools, and the settings that decide how they are split."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, ClassVar, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import BeforeValidator, Field, NonNegativeInt, model_validator

from studies.data.source import Source
from studies.data.splits import PerClass, check_classes, check_facts

Pixels = NDArray[np.uint8]
Labels = NDArray[np.int64]


def _separated(value: object) -> object:
    return [part.strip() for part in value.split(",")] if isinstance(value, str) else value


ClassNames = Annotated[
    tuple[Annotated[str, Field(min_length=1)], ...],
    BeforeValidator(_separated),
    Field(min_length=2),
]


@dataclass(frozen=True)
class ScriptLoader:
    """How a script that stands alone, without this package, reads its images."""

    argument: str
    """What to call the file or folder that the script is given."""
    optional: bool
    """Whether the script can do without it."""
    explanation: str
    """What it is, on one line, for the script's help."""
    source: str
    """Python: imports of the standard library, then what defines `load_images(place)`, where
    `place` is the argument as a string, or None. It gives x_train, y_train, x_validation and
    y_validation as `TrainingImages` has them, and may use NumPy as `np`; annotations are taken
    out of it."""


@dataclass(frozen=True)
class Pools:
    """Raw images before any split: uint8 (n, height, width, channels), labels int64 (n,)."""

    x_train: Pixels
    y_train: Labels
    x_test: Pixels
    y_test: Labels


class ImageSource(Source):
    """Where images come from, with the settings that decide how they are split."""

    per_class: ClassVar[PerClass]
    class_names: ClassVar[tuple[str, ...]]
    """All classes of the raw data, known without reading it; a label is an index into them."""

    classes: ClassNames
    new_classes: ClassNames
    split_seed: NonNegativeInt = 0

    @model_validator(mode="after")
    def _has_these_classes(self) -> Self:
        check_facts(type(self).__qualname__, self.class_names, self.per_class, self.checksums)
        check_classes(self.classes, self.new_classes, self.class_names)
        return self

    @abstractmethod
    def read(self, data_dir: Path | None, cache_folder: Path) -> Pools:
        """The raw images, as `Source` says. Of images that are not bytes, or labels in a column, `raw_images`
        says what is converted."""

    def script_loader(self) -> ScriptLoader | None:
        """How a standalone script reads the raw data itself, and of it no image held out; None
        where it is to be given the prepared training file. Goes together with `read`."""
        return None

    def facts(self) -> dict[str, object]:
        """With its classes, and how many images of each serve for what."""
        of_classes = {"per_class": asdict(self.per_class), "class_names": self.class_names}
        return super().facts() | of_classes
