"""What an author wrote is held as JSON gives it back, and refused where some database or screen would."""

from __future__ import annotations

import json
from enum import IntEnum, StrEnum

import numpy as np
import pytest

from studies.errors import SettingsError
from studies.json_values import check_json, check_text, plain


class Size(IntEnum):
    """As somebody may name sizes."""

    SMALL = 1


class Act(StrEnum):
    """As somebody may name activations."""

    RELU = "relu"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (np.int64(3), 3),
        (np.uint8(3), 3),
        (np.array(3), 3),
        (np.float64(0.1), 0.1),
        (np.float32(0.5), 0.5),
        (np.float16(0.5), 0.5),
        (np.longdouble(0.5), 0.5),
        (np.str_("relu"), "relu"),
        (np.bool_(True), True),
        (Size.SMALL, 1),
        (Act.RELU, "relu"),
        (True, True),
        (None, None),
    ],
)
def test_plain_is_what_json_gives_back(value: object, expected: object) -> None:
    """Of the very types that JSON has."""
    made = plain(value)
    assert (type(made), made) == (type(expected), expected)
    assert json.loads(json.dumps(made)) == made


@pytest.mark.parametrize("text", ["a\0b", "a\nb", "\x1b[31m", "\udc80", "\u2028", 7, None, b"a"])
def test_a_text_that_cannot_be_stored_or_shown(text: object) -> None:
    """PostgreSQL takes no NUL, nothing takes half a character, and a terminal obeys control
    characters; told in one line that any terminal can print."""
    with pytest.raises(SettingsError, match="the name of it is") as refused:
        check_text("the name of it", text)
    assert str(refused.value).isascii()
    assert str(refused.value).isprintable()


@pytest.mark.parametrize("name", ["", " ", " rate", "rate ", "x" * 513])
def test_a_text_that_cannot_be_a_name(name: str) -> None:
    """MariaDB takes 'rate' and 'rate ' for the same, and columns end."""
    check_text("an option", name)
    with pytest.raises(SettingsError):
        check_text("a name", name, 512)


def test_a_name_in_any_script() -> None:
    """What all databases take is not refused."""
    for name in ("x" * 512, "learning rate", "größe", "学習率", "🙂"):
        check_text("a name", name, 512)


@pytest.mark.parametrize(
    "value", [float("nan"), np.int64(1), {1: "a"}, [["a\0"]], {"a\n": 1}, print]
)
def test_what_json_does_not_give_back(value: object) -> None:
    """Or what some database does not take within it."""
    with pytest.raises(SettingsError, match="setting noise"):
        check_json("setting noise", value)
    check_json("setting noise", {"a": [1, 0.5, "b", None, (True,)]})
