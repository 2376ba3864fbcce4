"""Where images come from: the raw pools, and the settings that decide how they are split."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, ClassVar, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import BeforeValidator, Field, NonNegativeInt, model_validator

from studies.data.source import Source
from studies.data.splits import PerClass, Pool, Shares, check_classes, check_facts, check_names
from studies.errors import SettingsError

Pixels = NDArray[np.uint8]
Labels = NDArray[np.int64]


def _separated(value: object) -> object:
    if not isinstance(value, str):
        return value
    return [part.strip() for part in value.split(",")] if value.strip() else []


ClassNames = Annotated[tuple[Annotated[str, Field(min_length=1)], ...], BeforeValidator(_separated)]


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
    """Raw images before any split: uint8 (n, height, width, channels), labels int64 (n,). Where nobody
    has set a test pool apart there is one pool, of which all is taken."""

    x_train: Pixels
    y_train: Labels
    x_test: Pixels | None = None
    y_test: Labels | None = None

    def of(self, pool: Pool) -> tuple[Pixels, Labels]:
        """Images and labels of a pool that there is."""
        if pool == "train":
            return self.x_train, self.y_train
        assert self.x_test is not None and self.y_test is not None, "nothing else is taken from it"
        return self.x_test, self.y_test


class ImageSource(Source):
    """Where images come from, with the settings that decide how they are split."""

    per_class: ClassVar[PerClass | Shares] = Shares()
    class_names: ClassVar[tuple[str, ...]] = ()
    """All classes of the raw data, known without reading it; a label is an index into them. Where only the
    data itself tells them, `list_classes` does, and a label is an index into `labelled`."""

    classes: ClassNames = ()
    """Those that are searched on; all others, if none are named."""
    new_classes: ClassNames = ()
    """Those that winner and baseline are trained on in the end, too, from scratch; there need be none."""
    split_seed: NonNegativeInt = 0

    @model_validator(mode="after")
    def _has_these_classes(self) -> Self:
        name = type(self).__qualname__
        check_facts(name, self.class_names, self.per_class, self.checksums)
        self._take_classes(self.class_names)
        return self

    def _take_classes(self, names: Sequence[str]) -> None:
        """Those that are not new, where none are named."""
        if not self.classes:
            # What was not given stays so, for `with_settings`.
            self.__dict__["classes"] = tuple(each for each in names if each not in self.new_classes)
        check_names(type(self).__qualname__, self.labelled)
        check_classes(self.classes, self.new_classes, names)

    def list_classes(self) -> Sequence[str]:
        """All classes of the data. `with_settings` asks where none are named, so that a study has them
        among its settings: neither its workers nor who has its bundle need the data to know them.

        Raises:
            SettingsError: there is no such data.
        """
        return self.class_names

    @property
    def labelled(self) -> tuple[str, ...]:
        """The class that each label stands for."""
        return self.class_names or (*self.classes, *self.new_classes)

    def check_complete(self) -> None:
        """Raise SettingsError where it was not said which data it is."""
        if not self.classes:
            raise SettingsError(
                f"{type(self).__name__} has no classes", "say which data it is to take them from"
            )

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
        of_classes = {"per_class": asdict(self.per_class), "class_names": self.labelled}
        return super().facts() | of_classes

    def with_settings(self, settings: Mapping[str, object]) -> Self:
        """With its classes listed where none are named."""
        made = super().with_settings(settings)
        if not made.classes:
            made._take_classes(made.list_classes())
        return made
