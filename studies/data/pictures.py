"""A person's own pictures, made what a model takes."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from studies.errors import DataError, Unreadable, keeps_from_reading

# Nothing else is tried: Pillow knows dozens of formats that nobody's camera writes, some read by
# other programs (EPS by Ghostscript), and each is a way in.
FORMATS = ("PNG", "JPEG", "GIF", "BMP", "WEBP", "TIFF")
MAX_SIDE = 10_000
MAX_PIXELS = 50_000_000

_MODES = {1: "L", 3: "RGB"}
_GREY = ("1", "L", "LA", "I", "F")
_KNOWN = f"{', '.join(FORMATS[:-1])} or {FORMATS[-1]}"
_TOO_MANY = (f"has more than {MAX_PIXELS:,} pixels", "make it smaller")


def read(files: Sequence[Path], shape: tuple[int, int, int]) -> NDArray[np.uint8]:
    """The pictures as raw images for a model of `shape`, height x width x channels in pixels.

    Each is turned as its EXIF says, laid on white where it is transparent, made grey (1 channel)
    or RGB (3), cropped to the middle of the model's aspect ratio, and resized. Of an animation the
    first frame is taken.

    Returns:
        uint8 (n, height, width, channels), 0 to 255, in the order of the files.

    Raises:
        DataError: a file cannot be read, is no whole picture of a known format, or is too large;
            or the model takes neither 1 nor 3 channels.
    """
    height, width, channels = shape
    if channels not in _MODES:
        raise DataError(
            f"the model takes images of {channels} channels, a picture has 1 (grey) or 3 (colour)",
            "give a study of such images",
        )

    def fit(file: Path) -> NDArray[np.uint8]:
        return np.asarray(_fitted(file, _MODES[channels], (width, height))).reshape(shape)

    images = np.empty((len(files), *shape), np.uint8)
    for image, fitted in zip(images, _of_each(files, fit), strict=True):
        image[...] = fitted
    return images


def count_channels(files: Sequence[Path], least_side: int) -> int:
    """1 where all pictures are grey, else 3, as their beginnings say.

    Raises:
        DataError: as `read` does, and for a picture of which a side has fewer pixels than that.
    """

    def is_grey(file: Path) -> bool:
        with _opened(file) as picture:
            if min(picture.size) < least_side:
                width, height = picture.size
                raise _Unfit(
                    f"is {width} x {height} pixels, at least {least_side} are needed each way",
                    "leave it out, or bring it larger",
                )
            return picture.mode.split(";")[0] in _GREY

    return 1 if all(list(_of_each(files, is_grey))) else 3


_T = TypeVar("_T")


def _of_each(files: Sequence[Path], work: Callable[[Path], _T]) -> Iterator[_T]:
    """What `work` gives of each file, in their order; several are at work at once."""

    def named(file: Path) -> _T:
        try:
            return work(file)
        except MemoryError:  # of this machine
            raise
        # A decoder raises whatever a damaged file makes it trip over.
        except Exception as error:
            if isinstance(error, OSError) and keeps_from_reading(error):
                raise Unreadable.of(file, error) from error
            cause, mend = _reason(error, file)
            raise DataError(f"{file} {cause}", mend) from error

    # What Pillow warns of is mended (odd metadata) or refused here (the size).
    with warnings.catch_warnings(action="ignore"), ThreadPoolExecutor() as threads:
        yield from threads.map(named, files)


class _Unfit(Exception):
    """Why a picture is not taken, and the mend."""


def _fitted(file: Path, mode: str, size: tuple[int, int]) -> Image.Image:
    with _opened(file) as opened:
        ImageOps.exif_transpose(opened, in_place=True)
        # Lanczos widens with the reduction, so that every pixel counts, and keeps edges that a box
        # would blur; a picture smaller than the model's it enlarges smoothly, a box in blocks.
        return ImageOps.fit(_plain(opened).convert(mode), size, Image.Resampling.LANCZOS)


@contextmanager
def _opened(file: Path) -> Iterator[Image.Image]:
    """A picture of which only the header has been read, and which is not too large."""
    with Image.open(file, formats=FORMATS) as opened:
        _check_size(*opened.size)
        yield opened


def _check_size(width: int, height: int) -> None:
    for side, extent in (("wide", width), ("high", height)):
        if extent > MAX_SIDE:
            raise _Unfit(f"is {extent:,} pixels {side}, at most {MAX_SIDE:,}", "make it smaller")
    if width * height > MAX_PIXELS:
        raise _Unfit(*_TOO_MANY)


def _plain(picture: Image.Image) -> Image.Image:
    """The picture without transparency, and in no more than 8 bits."""
    if picture.mode in ("I", "F"):
        raise _Unfit("has pixels of 32 bits, for which no white is agreed", "save it with 8 bits")
    if picture.mode.startswith("I;16"):  # convert() would clip all above 255 to white
        return Image.fromarray((np.asarray(picture) >> 8).astype(np.uint8))
    if picture.has_transparency_data:
        white = Image.new("RGBA", picture.size, "white")
        return Image.alpha_composite(white, picture.convert("RGBA"))
    return picture


def _reason(error: Exception, file: Path) -> tuple[str, str]:
    """What is wrong with the file, and the mend."""
    match error:
        case _Unfit(args=(cause, mend)):
            return cause, mend
        case Image.DecompressionBombError():  # Pillow's own limit is the larger one
            return _TOO_MANY
        case UnidentifiedImageError():
            if not file.stat().st_size:
                return "is empty", "name a picture"
            return f"is no {_KNOWN} picture, or its beginning is damaged", "save it again as such"
        case OSError(strerror=str(cause)):
            return f"cannot be read ({cause})", "name a picture"
        case _:
            cause = " ".join(str(error).split()) or type(error).__name__
            return f"is damaged or cut short ({cause})", "save it again"
