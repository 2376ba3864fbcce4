"""What a definition's author wrote, as it comes back from JSON and as every database, file and screen
takes it."""

from __future__ import annotations

import math
import unicodedata
from typing import Any

import numpy as np

from studies.errors import SettingsError

MOST_WHOLE = 2**53
"""Up to here every whole number is a float, as which databases, browsers and samplers hold it."""
MOST_JSON_BYTES = 64_000
"""Optuna's texts end at 64 KiB on MariaDB; some of that is said around what is ours."""


def plain(value: object) -> Any:
    """NumPy's numbers, truths and texts, and members of enumerations, as Python's own; anything else
    as it is."""
    if isinstance(value, np.generic) or (isinstance(value, np.ndarray) and value.ndim == 0):
        # A long double stays one.
        value = float(value) if isinstance(value, np.longdouble) else value.item()
    for kind in (str, int, float):
        if isinstance(value, kind) and not isinstance(value, bool):
            return value if type(value) is kind else _BARE[kind](value)
    return value


def check_text(what: str, text: object, most: int | None = None) -> None:
    """Raise SettingsError, naming `what` it is, for anything but a text that can be stored and shown
    anywhere; of a name with `most` characters also where there is none, or space around it."""
    if not isinstance(text, str):
        raise SettingsError(f"{what} is {text!a}", "it must be a text")
    shown = ascii(text[:40])
    if any(unicodedata.category(character) in _UNFIT for character in text):
        raise SettingsError(
            f"{what} is {shown}", "no database takes all its characters: use printable ones"
        )
    if most is None:
        return
    if text.strip() != text or not text:
        # MariaDB takes texts for equal that differ in that.
        raise SettingsError(f"{what} is {shown}", "it needs characters, and no space around them")
    if len(text) > most:
        raise SettingsError(
            f"{what} has {len(text)} characters ({shown} ...)", f"use {most} at most"
        )


def check_size(what: str, json: str) -> None:
    """Raise SettingsError, naming `what` it is, for JSON that not every database can store."""
    if (size := len(json)) > MOST_JSON_BYTES:
        raise SettingsError(
            f"{what} takes {size} bytes", f"more than {MOST_JSON_BYTES} not every database stores"
        )


def check_json(what: str, value: object) -> None:
    """Raise SettingsError, naming `what` it is, unless JSON gives it back and all its texts can be
    stored and shown."""
    match value:
        case str():
            check_text(what, value)
        case None | bool() | int():
            pass
        case float() if math.isfinite(value):
            pass
        case list() | tuple():
            for each in value:
                check_json(what, each)
        case dict():
            for key, each in value.items():
                check_text(what, key)
                check_json(what, each)
        case _:
            raise SettingsError(
                f"{what} is {value!r}", "use texts, finite numbers, or lists of them"
            )


_BARE: dict[type, Any] = {str: str.__str__, int: int.__int__, float: float.__float__}
# Control characters, NUL among them; halves of characters; ends of lines and paragraphs.
_UNFIT = {"Cc", "Cs", "Zl", "Zp"}
