"""Data of a person's own, where it lies: its classes are known once it is looked into."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Annotated, ClassVar

from pydantic import BeforeValidator

from studies.data.image_source import ImageSource
from studies.errors import DataError, DataUnavailable, SettingsError, Unreadable


def _absolute(given: object) -> object:
    """Without following links: where these lead may change, and the study's setting must not."""
    if not given or not isinstance(given, str | Path):
        return given
    try:
        return str(Path(given).expanduser().absolute())
    except RuntimeError as error:  # of a user that there is not
        raise ValueError(str(error)) from error


class LocalSource(ImageSource):
    """Data in a file or a folder that is named."""

    kind: ClassVar[str]
    """What is to be named, for whom nothing is."""

    data: Annotated[str, BeforeValidator(_absolute)] = ""
    """Where it lies. On a machine that does not have it there, it is sought by its name in HPO_DATA_DIR."""

    def check_complete(self) -> None:
        if not self.data:
            raise SettingsError("it is not said where the images are", f"--set data={self.kind}")
        if Path(self.data).exists():
            self.refuse_unknown(Path(self.data), self.list_classes())

    def list_classes(self) -> Sequence[str]:
        if not self.data:
            return ()
        try:
            names = self.look(Path(self.data))
        except Unreadable:
            raise
        except DataError as error:  # it was named just now
            raise SettingsError(error.cause, error.mend) from error
        if len(names) < 2:
            there = f"one class alone, {names[0]}" if names else "no class"
            raise SettingsError(f"{self.data} holds {there}", f"name a {self.kind}")
        return names

    @abstractmethod
    def look(self, place: Path) -> Sequence[str]:
        """All classes of the data in a place.

        Raises:
            DataError: there is none, or none that can be understood.
        """

    def find(self, data_dir: Path | None) -> Path:
        """Where the data is on this machine.

        Raises:
            DataUnavailable: nowhere.
        """
        place = Path(self.data)
        places = [place] if data_dir is None else [place, data_dir / place.name]
        for each in places:
            if each.exists():
                return each
        raise missing(place)

    def refuse_unknown(self, place: Path, names: Iterable[str]) -> None:
        """Raise DataError for classes that are asked for and not among the `names` of the data there."""
        known = sorted(names)
        if unknown := [name for name in self.labelled if name not in known]:
            raise DataError(f"{place} has no {', '.join(unknown)}", f"it has {', '.join(known)}")


def missing(place: Path) -> DataUnavailable:
    """What to say of a place where there is nothing."""
    return DataUnavailable(
        f"there is no {place}", "name what is there, or bring it into HPO_DATA_DIR"
    )
