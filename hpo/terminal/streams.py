"""stdout and stderr that take whatever is printed: to print is never why work is lost."""

import codecs
import io
import logging
import os
import select
import sys
from typing import Any, TextIO

# What we print beyond ASCII, for terminals that have no such characters; others are escaped.
PLAIN = {"°": " ", "…": "...", "\N{REPLACEMENT CHARACTER}": "?"}
ERRORS = "hpo-plain"


class _Descriptor(io.FileIO):
    """A file that is written for as long as it can be; what comes later is dropped."""

    lost: OSError | None = None

    def write(self, data: Any, /) -> int:
        """Raises nothing, and waits where others would have to try again."""
        while self.lost is None:
            try:
                written = super().write(data)
            except OSError as error:
                self.lost = error
            else:
                if written is not None:
                    return written
                select.select([], [self], [])
        return memoryview(data).nbytes


def protect() -> None:
    """For all of this process: what is printed in characters that the terminal lacks is printed in
    others, and a reader that is gone, or a full disk, stops nobody; see `lost`."""
    register()
    logging.raiseExceptions = False
    for number in range(3):
        _occupy(number)
    sys.stdout = protected(sys.stdout, 1)
    sys.stderr = protected(sys.stderr, 2)


def lost() -> OSError | None:
    """Why stdout reaches nobody any more; None while it does, as far as is known."""
    sys.stdout.flush()
    raw = getattr(getattr(sys.stdout, "buffer", None), "raw", None)
    return raw.lost if isinstance(raw, _Descriptor) else None


def _occupy(number: int) -> None:
    """Lets no other file get the number of one that is closed: what is printed would go there."""
    try:
        os.fstat(number)
    except OSError:
        os.open(os.devnull, os.O_RDWR)  # it gets the lowest number that is free


def register() -> None:
    """Makes the error handler known that `protected` streams use."""
    codecs.register_error(ERRORS, _plain)


def protected(stream: TextIO | None, number: int) -> TextIO:
    """What takes all that is printed to the file of that number, in the stream's own encoding."""
    if stream is not None and not isinstance(stream, io.TextIOWrapper):
        return stream  # somebody has put another in its place
    encoding = "utf-8" if stream is None else stream.encoding
    buffered = io.BufferedWriter(_Descriptor(number, "w", closefd=False))
    return io.TextIOWrapper(buffered, encoding, ERRORS, line_buffering=True)


def _plain(error: UnicodeError) -> tuple[str | bytes, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    lacking = error.object[error.start : error.end]
    plain = "".join(
        PLAIN.get(each, each.encode("ascii", "backslashreplace").decode()) for each in lacking
    )
    return plain, error.end
