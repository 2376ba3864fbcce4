"""An outage of the database: when it is asked again, and what is said."""

import time

import pytest

from hpo.worker.supervisor import POLL_SECONDS
from hpo.worker.wait_times import FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS, Outage, Pace
from storage.errors import DatabaseUnavailable
from storage.tables.workers import SILENCE
from tests.support.waiting import eventually


def test_the_pause_grows_and_ends(caplog: pytest.LogCaptureFixture) -> None:
    """In an outage the database is left alone, longer each time but never for long, and there is
    one warning; with the first answer all that is forgotten."""
    outage = Outage(lease_seconds=600)
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


def test_all_are_back_before_a_lease_is_taken_over() -> None:
    """Whoever held a job when the database went away is back before its lease ends, however long
    ago it was renewed, unless the outage was so long that its silence is noticed."""
    pace = Pace(lease_seconds=30)
    outage = Outage(pace.lease_seconds)
    pauses = []
    for _ in range(100):
        outage.begin(DatabaseUnavailable("it is down"))
        pauses.append(outage._until - time.monotonic())
    longest_unnoticed = SILENCE * pace.lease_seconds
    least_left = pace.lease_seconds - pace.renewal_seconds
    assert longest_unnoticed + max(pauses) + POLL_SECONDS < least_left
