"""Where images come from: the raw pools, and the settings that decide how they are split."""

from __future__ import annotations

import hashlib
import json
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, ClassVar, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    NonNegativeInt,
    ValidationError,
    model_validator,
)

from studies.code_hash import DECIDE_ON_DATA, sha256_of_package
from studies.code_loader import sha256_of_class
from studies.data.splits import PerClass, check_classes, check_facts
from studies.errors import DataError, SettingsError, Unreadable, keeps_from_reading

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


class ImageSource(BaseModel, ABC):
    """Where images come from, with the settings that decide how they are split.

    Whatever changes in the code of its module prepares its data anew: one that takes long to read
    stands best in a module of its own, beside the definition.
    """

    model_config = ConfigDict(
        frozen=True, extra="forbid", allow_inf_nan=False, validate_default=True
    )

    per_class: ClassVar[PerClass]
    checksums: ClassVar[Mapping[str, str]]
    """Checksums of the raw data, known without reading it."""
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
        """Find the raw data (in `data_dir` first), check and read it; downloads go under
        `cache_folder`. Raises DataError, and DataUnavailable if it is found nowhere.

        Of images that are not bytes, or labels in a column, `raw_images` says what is converted. A file
        that Python opened for it here, or while the definition was loaded, is seen to change later, and
        then all is read again. What a library opens by itself (HDF5, TensorFlow), another process or a
        variable of the environment says is not seen: give it a checksum in `checksums`."""

    def script_loader(self) -> ScriptLoader | None:
        """How a standalone script reads the raw data itself, and of it no image held out; None
        where it is to be given the prepared training file. Goes together with `read`."""
        return None

    def with_settings(self, settings: Mapping[str, object]) -> Self:
        """This source with some fields replaced; SettingsError if a value does not fit."""
        try:
            return self.model_validate(self.model_dump() | dict(settings))
        except ValidationError as error:
            first = error.errors()[0]
            key = first["loc"][0] if first["loc"] else "data"
            value = settings.get(str(key))
            raise SettingsError(f"setting {key} cannot be {value!r}: {first['msg']}") from None

    def key(self) -> str:
        """A name for the prepared data: a hash of all that decides what is in its files, the code of
        this class among it, with what its module imports from its own folder.

        Raises:
            DataError: there is no code of it in a file.
            Unreadable: nothing is known of it.
        """
        of_class = type(self).__mro__[: type(self).__mro__.index(ImageSource)]
        try:
            code = {sha256_of_class(each) for each in of_class}
        except (OSError, SyntaxError) as error:
            if isinstance(error, OSError) and keeps_from_reading(error):
                raise Unreadable.of(error.filename or type(self).__name__, error) from error
            raise DataError(
                f"the code of {type(self).__name__} cannot be read ({error})",
                "define it in a file",
            ) from error
        facts = {
            "source": type(self).__qualname__,
            "code": [*sorted(code), sha256_of_package(DECIDE_ON_DATA)],
            "settings": self.model_dump(mode="json"),
            "raw": dict(self.checksums),
            "per_class": asdict(self.per_class),
            "class_names": self.class_names,
        }
        return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()[:16]
