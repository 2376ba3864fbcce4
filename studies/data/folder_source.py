"""Pictures of a person's own: a folder with a folder in it for each class."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, ClassVar

import numpy as np
from pydantic import Field

from studies.data import pictures
from studies.data.image_source import Labels, Pools
from studies.data.local_source import LocalSource, missing
from studies.errors import DataError, Unreadable

LEAST_SIDE = 8
"""Of fewer pixels there is hardly a picture."""
_UNDERSTOOD = "put pictures into FOLDER/CLASS, or into FOLDER/train/CLASS and FOLDER/test/CLASS"


class Folder(LocalSource):
    """The pictures in FOLDER/CLASS, of which shares train, validate and are held out; or those in
    FOLDER/train/CLASS, which train and validate, and in FOLDER/test/CLASS, which are held out.

    How each is read and resized `pictures.read` says; they are grey where all are. They stand in the order
    of classes and names. What has a name that begins with a dot is left out, and so are files beside the
    folders of the classes.
    """

    kind: ClassVar = "FOLDER, in which a folder for each class has its pictures"

    size: Annotated[int, Field(ge=LEAST_SIDE, le=512)] = 32
    """Width and height that pictures are made; twice as much takes four times as long to train."""

    def look(self, place: Path) -> Sequence[str]:
        return sorted({name for pool in _pools(place) for name in pool})

    def read(self, data_dir: Path | None, cache_folder: Path) -> Pools:  # noqa: ARG002 - nothing is kept
        """Read all pictures of the classes that are asked for."""
        folder = self.find(data_dir)
        pools = _pools(folder)
        self.refuse_unknown(folder, {name for pool in pools for name in pool})
        files = [file for pool in pools for name in self.labelled for file in pool.get(name, ())]
        if not files:
            raise DataError(f"{folder} has no pictures", _UNDERSTOOD)
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
        pools = [_folders(folder)]
        if set(pools[0]) == {"train", "test"}:
            pools = [_folders(pools[0][pool]) for pool in ("train", "test")]
        return [{name: _files(place) for name, place in pool.items()} for pool in pools]
    except FileNotFoundError as error:
        raise missing(folder) from error
    except NotADirectoryError as error:
        raise DataError(f"{folder} is no folder", _UNDERSTOOD) from error
    except OSError as error:
        raise Unreadable.of(error.filename or folder, error) from error


def _folders(place: Path) -> dict[str, Path]:
    return {each.name: each for each in _visible(place) if each.is_dir()}


def _files(place: Path) -> list[Path]:
    files = _visible(place)
    if (nested := next((file for file in files if file.is_dir()), None)) is not None:
        raise DataError(f"{nested} is a folder, in that of a class", _UNDERSTOOD)
    return files


def _visible(folder: Path) -> list[Path]:
    return sorted(each for each in folder.iterdir() if not each.name.startswith("."))
