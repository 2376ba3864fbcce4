"""Where data comes from: settings that decide what is in the prepared files, and a key that says so."""

from __future__ import annotations

import hashlib
import json
from abc import ABC, abstractmethod
from collections.abc import Mapping
from itertools import takewhile
from pathlib import Path
from typing import ClassVar, Self

from pydantic import BaseModel, ConfigDict, ValidationError

from studies.code import code_loader, raw_files
from studies.code.code_hash import DECIDE_ON_DATA, sha256_of_package
from studies.code.code_loader import sha256_of_class
from studies.code.raw_files import RawFiles
from studies.errors import DataError, SettingsError, StudyError, Unreadable, keeps_from_reading


class Source(BaseModel, ABC):
    """Where data comes from. Its fields are settings.

    Whatever changes in the code of its module prepares its data anew: one that takes long to read
    stands best in a module of its own, beside the definition.
    """

    model_config = ConfigDict(
        frozen=True, extra="forbid", allow_inf_nan=False, validate_default=True
    )

    checksums: ClassVar[Mapping[str, str]] = {}
    """Checksums of the raw data, known without reading it."""

    @abstractmethod
    def read(self, data_dir: Path | None, cache_folder: Path) -> object:
        """Find the raw data (in `data_dir` first), check and read it; downloads go under
        `cache_folder`. Raises DataError, and DataUnavailable if it is found nowhere.

        A file that Python opened for it here, or while the definition was loaded, is seen to change later,
        and then all is read again. What a library opens by itself (HDF5, TensorFlow), another process or a
        variable of the environment says is not seen: give it a checksum in `checksums`."""

    def read_watched(self, data_dir: Path | None, cache_folder: Path) -> tuple[object, RawFiles]:
        """What `read` gives, and the files that it was read from; DataError, too, if it raises."""
        with raw_files.watched() as opened:
            try:
                given = self.read(data_dir, cache_folder)
            except (StudyError, MemoryError):
                raise
            except Exception as error:  # it is a user's code
                said = " ".join(f"{type(error).__name__}: {error}".split())
                raise DataError(
                    f"{type(self).__name__}.read raises {said}", "mend it, or bring what it reads"
                ) from error
        opened |= code_loader.read_for_class(type(self))
        return given, RawFiles.of(opened, data_dir, cache_folder)

    def with_settings(self, settings: Mapping[str, object]) -> Self:
        """This source with some fields replaced; SettingsError if a value does not fit."""
        try:
            return self.model_validate(self.model_dump(exclude_unset=True) | dict(settings))
        except ValidationError as error:
            first = error.errors()[0]
            key = first["loc"][0] if first["loc"] else "data"
            value = settings.get(str(key))
            raise SettingsError(f"setting {key} cannot be {value!r}: {first['msg']}") from None

    def facts(self) -> dict[str, object]:
        """What, beside its code and its settings, decides on what is in the files, as JSON."""
        return {"raw": dict(self.checksums)}

    def key(self) -> str:
        """A name for the prepared data: a hash of all that decides what is in its files, the code of
        this class among it, with what its module imports from its own folder.

        Raises:
            DataError: there is no code of it in a file.
            Unreadable: nothing is known of it.
        """
        own = takewhile(lambda each: not _is_kind(each), type(self).__mro__)
        try:
            code = {sha256_of_class(each) for each in own}
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
            **self.facts(),
        }
        return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()[:16]


def _is_kind(cls: type) -> bool:
    """Whether it is a kind of source of this package, as that of images is, whose code is known by other means."""
    return cls is Source or (
        Source in cls.__bases__ and cls.__module__.startswith(f"{__package__}.")
    )
