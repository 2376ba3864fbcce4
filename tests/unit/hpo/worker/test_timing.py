"""When what a worker does again and again is due."""

import time

from hpo.periodic import Every
from tests.support.waiting import eventually


def test_it_is_due_at_once_and_stays_so_until_it_is_done() -> None:
    """Then not for so many seconds; what fails, and so is not said to be done, is tried again."""
    duty = Every(0.2)
    assert duty.is_due and duty.is_due
    duty.restart()
    assert not duty.is_due
    eventually(lambda: duty.is_due, seconds=5)


def test_it_counts_from_when_it_was_done() -> None:
    """What took longer than that is due again at once."""
    duty = Every(60)
    duty.restart(time.monotonic() - 59)
    assert not duty.is_due
    duty.restart(time.monotonic() - 61)
    assert duty.is_due


def test_it_may_be_hastened() -> None:
    """Where it is known that there is something to do."""
    duty = Every(60)
    duty.restart()
    duty.hasten()
    assert duty.is_due
