"""A person's own pictures, made what a model takes."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from studies.errors import DataError

# Nothing else is tried: Pillow knows dozens of formats that nobody's camera writes, some read by
# other programs (EPS by Ghostscript), and each is a way in.
FORMATS = ("PNG", "JPEG", "GIF", "BMP", "WEBP", "TIFF")
MAX_SIDE = 10_000
MAX_PIXELS = 50_000_000

_MODES = {1: "L", 3: "RGB"}
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
    images = np.empty((len(files), *shape), np.uint8)
    for image, file in zip(images, files, strict=True):
        try:
            fitted = _fitted(file, _MODES[channels], (width, height))
        # A decoder raises whatever a damaged file makes it trip over.
        except Exception as error:
            cause, mend = _reason(error, file)
            raise DataError(f"{file} {cause}", mend) from error
        image[...] = np.asarray(fitted).reshape(shape)
    return images


class _Unfit(Exception):
    """Why a picture is not taken, and the mend."""


def _fitted(file: Path, mode: str, size: tuple[int, int]) -> Image.Image:
    # What Pillow warns of is mended (odd metadata) or refused here (the size).
    with warnings.catch_warnings(action="ignore"), Image.open(file, formats=FORMATS) as opened:
        _check_size(*opened.size)  # only the header has been read so far
        ImageOps.exif_transpose(opened, in_place=True)
        # Lanczos widens with the reduction, so that every pixel counts, and keeps edges that a box
        # would blur; a picture smaller than the model's it enlarges smoothly, a box in blocks.
        return ImageOps.fit(_plain(opened).convert(mode), size, Image.Resampling.LANCZOS)


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
