"""What may be any number, named some at a time."""

from collections.abc import Iterator, Sequence
from typing import TypeVar

MOST_NAMED = 500
"""So many are named in one statement. Databases take no more than some ten thousand, a server is
silent over them for a moment only, and it locks no others, as it may where they are described."""

T = TypeVar("T")


def in_batches(named: Sequence[T]) -> Iterator[Sequence[T]]:
    """All of them, as many at a time as one statement names."""
    for start in range(0, len(named), MOST_NAMED):
        yield named[start : start + MOST_NAMED]
