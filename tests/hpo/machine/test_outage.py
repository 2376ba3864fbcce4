"""An outage of the database: when it is asked again, and what is said."""

import time

import pytest

from hpo.machine.outage import FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS, Outage
from storage.errors import DatabaseUnavailable
from tests.waiting import eventually


def test_the_pause_grows_and_ends(caplog: pytest.LogCaptureFixture) -> None:
    """In an outage the database is left alone, longer each time but never for long, and there is
    one warning; with the first answer all that is forgotten."""
    outage = Outage(lease_seconds=60)
    assert not outage.is_on
    pauses = []
    for _ in range(12):
        outage.begin(DatabaseUnavailable("it is down"))
        pauses.append(outage._until - time.monotonic())
    assert outage.is_on
    assert FIRST_PAUSE_SECONDS * 0.4 < pauses[0] <= FIRST_PAUSE_SECONDS
    assert LONGEST_PAUSE_SECONDS * 0.4 < pauses[-1] <= LONGEST_PAUSE_SECONDS
    assert [record.message for record in caplog.records] == [
        "it is down; training goes on, results wait in the journal"
    ]
    outage.end()
    assert not outage.is_on
    outage.begin(DatabaseUnavailable("again"))
    eventually(lambda: not outage.is_on, seconds=2 * FIRST_PAUSE_SECONDS)


def test_all_are_back_within_a_lease() -> None:
    """No pause is longer than a third of a lease."""
    outage = Outage(lease_seconds=3)
    for _ in range(12):
        outage.begin(DatabaseUnavailable("it is down"))
        assert outage._until - time.monotonic() <= 1
