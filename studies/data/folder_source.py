"""Pictures of a person's own: a folder with a folder in it for each class."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated

import numpy as np
from pydantic import BeforeValidator, Field

from studies.data import pictures
from studies.data.image_source import ImageSource, Labels, Pools
from studies.errors import DataError, DataUnavailable, SettingsError, Unreadable

LEAST_SIDE = 8
"""Of fewer pixels there is hardly a picture."""
_UNDERSTOOD = "put pictures into FOLDER/CLASS, or into FOLDER/train/CLASS and FOLDER/test/CLASS"


def _resolved(given: object) -> object:
    return str(Path(given).expanduser().resolve()) if given and isinstance(given, str) else given


class Folder(ImageSource):
    """The pictures in FOLDER/CLASS, of which shares train, validate and are held out; or those in
    FOLDER/train/CLASS, which train and validate, and in FOLDER/test/CLASS, which are held out.

    How each is read and resized `pictures.read` says; they are grey where all are. They stand in the order
    of classes and names. What has a name that begins with a dot is left out, and so are files beside the
    folders of the classes.
    """

    data: Annotated[str, BeforeValidator(_resolved)] = ""
    """The folder. On a machine that does not have it there, it is sought by its name in HPO_DATA_DIR."""
    size: Annotated[int, Field(ge=LEAST_SIDE, le=512)] = 32
    """Width and height that pictures are made; twice as much takes four times as long to train."""

    def check_complete(self) -> None:
        if not self.data:
            raise SettingsError(
                "it is not said where the pictures are",
                "--set data=FOLDER, in which a folder for each class has its pictures",
            )

    def list_classes(self) -> Sequence[str]:
        if not self.data:
            return ()
        try:
            names = sorted({name for pool in _pools(Path(self.data)) for name in pool})
        except DataError as error:  # it was named just now
            raise SettingsError(error.cause, error.mend) from error
        if len(names) < 2:
            found = f"one folder alone, {names[0]}" if names else "no folder"
            raise SettingsError(f"{self.data} holds {found}, and a class is one", _UNDERSTOOD)
        return names

    def read(self, data_dir: Path | None, cache_folder: Path) -> Pools:  # noqa: ARG002 - nothing is kept
        """Read all pictures of the classes that are asked for."""
        folder = Path(self.data)
        if not folder.is_dir() and data_dir and (data_dir / folder.name).is_dir():
            folder = data_dir / folder.name
        pools = _pools(folder)
        if unknown := [name for name in self.labelled if not any(name in pool for pool in pools)]:
            known = ", ".join(sorted({name for pool in pools for name in pool}))
            raise DataError(f"{folder} has no pictures of {', '.join(unknown)}", f"it has {known}")
        files = [file for pool in pools for name in self.labelled for file in pool.get(name, ())]
        x = pictures.read(files, (self.size, self.size, pictures.count_channels(files, LEAST_SIDE)))
        y_train, *y_test = [self._labels(pool) for pool in pools]
        n = len(y_train)
        return Pools(x[:n], y_train, x[n:], *y_test) if y_test else Pools(x, y_train)

    def _labels(self, pool: Mapping[str, Sequence[Path]]) -> Labels:
        counts = [len(pool.get(name, ())) for name in self.labelled]
        return np.repeat(np.arange(len(counts)), counts)


def _pools(folder: Path) -> list[dict[str, list[Path]]]:
    """By class the files of each pool; a training and a test pool, or one of all.

    Raises:
        DataUnavailable: there is no such folder.
        DataError: it is laid out otherwise.
        Unreadable: nothing is known of it.
    """
    try:
        inside = {each.name: each for each in _visible(folder) if each.is_dir()}
        pools = (
            [inside]
            if set(inside) != {"train", "test"}
            else [
                {each.name: each for each in _visible(inside[pool]) if each.is_dir()}
                for pool in ("train", "test")
            ]
        )
        return [{name: _files(place) for name, place in pool.items()} for pool in pools]
    except (FileNotFoundError, NotADirectoryError) as error:
        raise DataUnavailable(
            f"there is no folder {folder}", "name one that is there, or bring it into HPO_DATA_DIR"
        ) from error
    except OSError as error:
        raise Unreadable.of(error.filename or folder, error) from error


def _files(place: Path) -> list[Path]:
    files = _visible(place)
    if (nested := next((file for file in files if file.is_dir()), None)) is not None:
        raise DataError(f"{nested} is a folder, in that of a class", _UNDERSTOOD)
    return files


def _visible(folder: Path) -> list[Path]:
    return sorted(each for each in folder.iterdir() if not each.name.startswith("."))
