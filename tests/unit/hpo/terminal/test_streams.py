"""Streams that take whatever is printed."""

import io
import os
import threading

import pytest

from hpo.terminal import streams


def _stream(number: int, encoding: str) -> io.TextIOWrapper:
    before = io.TextIOWrapper(io.BytesIO(), encoding)
    stream = streams.protected(before, number)
    assert isinstance(stream, io.TextIOWrapper)
    return stream


@pytest.fixture(autouse=True)
def _registered() -> None:
    streams.register()


@pytest.mark.parametrize(
    ("encoding", "seen"),
    [
        ("ascii", b"49 C..., \\u65e5\\U0001f436, \\xe9, \\udcff"),
        ("latin-1", b"49\xb0C..., \\u65e5\\U0001f436, \xe9, \\udcff"),
        ("utf-8", "49\xb0C\u2026, \u65e5\U0001f436, \xe9, \\udcff".encode()),
    ],
)
def test_every_character_is_printed_in_some_way(encoding: str, seen: bytes) -> None:
    """As it is, or in others: none is lost, and none raises."""
    read, write = os.pipe()
    print("49\xb0C\u2026, \u65e5\U0001f436, \xe9, \udcff", end="", file=_stream(write, encoding), flush=True)  # fmt: skip
    os.close(write)
    with os.fdopen(read, "rb") as pipe:
        assert pipe.read() == seen


def test_a_reader_that_leaves_stops_nobody() -> None:
    """What was printed before arrives; what comes later is dropped, however much."""
    read, write = os.pipe()
    stream = _stream(write, "utf-8")
    stream.write("before\n")
    assert os.read(read, 100) == b"before\n"
    os.close(read)
    for _ in range(100):
        stream.write("after\n" * 10_000)
    stream.close()
    os.close(write)


def test_one_that_takes_nothing_now_is_waited_for() -> None:
    """A terminal that another program has made impatient: nothing is lost, and nothing raises."""
    read, write = os.pipe()
    os.set_blocking(write, False)
    heard: list[bytes] = []

    def listen() -> None:
        with os.fdopen(read, "rb") as pipe:
            heard.append(pipe.read())

    reader = threading.Thread(target=listen)
    stream = _stream(write, "utf-8")
    reader.start()
    stream.write("x" * 1_000_000)
    stream.flush()
    os.close(write)
    reader.join()
    assert heard == [b"x" * 1_000_000]
