"""What a process prints is kept, from its first words to its last, however much there is between."""

import os
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from hpo.training.output import FIRST_BYTES, LAST_BYTES, Output
from tests.support.waiting import eventually


@dataclass
class Printing:
    """A process, as far as it prints."""

    output: Output
    stdout: int

    def print(self, text: str) -> None:
        os.write(self.stdout, text.encode())


@pytest.fixture
def printing() -> Iterator[Printing]:
    """Which ends with the test."""
    ours, theirs = os.pipe()
    output = Output(os.fdopen(ours, "rb", buffering=0))
    yield Printing(output, theirs)
    os.close(theirs)


def test_what_was_printed_is_there_at_once(printing: Printing) -> None:
    """All of it, once there is more; of one piece of work nothing that was printed before it."""
    printing.print("starting")
    printing.output.begin()
    assert printing.output.news() is None
    printing.print("one\n")
    assert printing.output.news() == "one\n"
    assert printing.output.news() is None
    printing.print("two")
    assert printing.output.news() == "one\ntwo"
    assert printing.output.last_words() == "one\ntwo"


def test_of_much_the_middle_is_left_out(printing: Printing) -> None:
    """With a word of how much that is; nobody who prints waits for it to be read."""
    printing.print("first\n")
    for _ in range(100):
        printing.print("x" * 10_000)
    printing.print("\nlast")
    text = printing.output.news()
    assert text is not None
    first, left_out, last = text[:FIRST_BYTES], text[FIRST_BYTES:-LAST_BYTES], text[-LAST_BYTES:]
    assert first.startswith("first\nxxx") and last.endswith("xxx\nlast")
    assert left_out == f"\n[... {1_000_011 - FIRST_BYTES - LAST_BYTES:,} bytes left out ...]\n"
    assert printing.output.last_words().endswith("xxx\nlast")


def test_what_is_no_text_is_replaced(printing: Printing) -> None:
    """Half a character, too."""
    os.write(printing.stdout, b"\xff and \xe2\x82")
    assert printing.output.news() == "\N{REPLACEMENT CHARACTER} and \N{REPLACEMENT CHARACTER}"


def test_the_end_of_it_is_noticed() -> None:
    """What was printed stays, and nobody listens any more."""
    ours, theirs = os.pipe()
    pipe = os.fdopen(ours, "rb", buffering=0)
    output = Output(pipe)
    os.write(theirs, b"the last word\n")
    os.close(theirs)
    eventually(lambda: pipe.closed)
    assert (output.news(), output.last_words()) == ("the last word\n", "the last word")
