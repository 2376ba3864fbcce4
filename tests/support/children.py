"""Children of this process that train."""

from collections.abc import Iterator
from contextlib import contextmanager

import psutil


@contextmanager
def none_stays() -> Iterator[None]:
    """None is left of those that are started meanwhile; others' may live on, as a warm one does."""
    before = _training()
    yield
    assert _training() <= before, "a child stays"


def _training() -> set[psutil.Process]:
    children = psutil.Process().children()
    return {child for child in children if "hpo.training.child" in child.cmdline()}
