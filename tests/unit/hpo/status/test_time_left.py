"""How long a study will still take, counted by hand: of 16 trials, select and final with 3 + 2 and 2 x 2 x 3
trainings, of 20 epochs each."""

import pytest

from hpo.status.time_left import KEPT_BY_PRUNING, estimate
from storage.records import JobRecord
from storage.states import JobState, Phase
from tests.support.statuses import EPOCHS, status_of, trial

OPEN, LEASED, SUCCEEDED, PRUNED = (
    JobState.OPEN, JobState.LEASED, JobState.SUCCEEDED, JobState.PRUNED,
)  # fmt: skip
AFTER_SEARCH = 5 + 12


def _search(*begun: JobRecord) -> list[JobRecord]:
    """These trials, and as many open ones as are left of 16."""
    waiting = range(len(begun), 16)
    return [*begun, *(trial(number, OPEN, epoch=0, attempts=0) for number in waiting)]


def _running(number: int, epoch: int, seconds: float | None) -> JobRecord:
    return trial(number, LEASED, epoch=epoch, epoch_seconds=seconds)


def test_nothing_is_said_before_an_epoch_was_reported() -> None:
    """Nor while nothing runs, of which nobody knows how many there will be side by side."""
    assert estimate(status_of(*_search())) is None
    assert estimate(status_of(*_search(_running(0, 0, None)))) is None
    ended = trial(0, SUCCEEDED, epoch=EPOCHS, epoch_seconds=1.0)
    assert estimate(status_of(*_search(ended))) is None


def test_the_first_epochs_tell_it() -> None:
    """What is left of all epochs, as long as the running ones take, shared by two slots; of the search
    a part falls to pruning."""
    status = status_of(*_search(_running(0, 2, 3.0), _running(1, 4, 1.0)))
    search = (18 + 16 + 14 * EPOCHS) * KEPT_BY_PRUNING
    assert estimate(status) == pytest.approx((search + AFTER_SEARCH * EPOCHS) * 2.0 / 2)


def test_a_first_epoch_counts_only_where_there_is_no_other() -> None:
    """It pays for compilation."""
    alone = estimate(status_of(*_search(_running(0, 1, 5.0))))
    assert alone == pytest.approx(
        5.0 * ((19 + 15 * EPOCHS) * KEPT_BY_PRUNING + AFTER_SEARCH * EPOCHS)
    )
    beside = estimate(status_of(*_search(_running(0, 1, 5.0), _running(1, 2, 1.0))))
    assert beside == pytest.approx(
        ((19 + 18 + 14 * EPOCHS) * KEPT_BY_PRUNING + AFTER_SEARCH * EPOCHS) / 2
    )


def test_trials_that_ended_sharpen_it() -> None:
    """They tell what a training takes beside its epochs, here 12 - 10 x 1 s, and, when there are three
    beside the baseline, how many epochs pruning keeps, here half of them."""
    ended = [trial(number, PRUNED, epoch=10, epoch_seconds=1.0) for number in (1, 2, 3)]
    baseline = trial(0, SUCCEEDED, epoch=EPOCHS, epoch_seconds=1.0, attempts=2)
    status = status_of(*_search(baseline, *ended, _running(4, 10, 1.0)))
    search = 10 * 0.5 + 11 * (EPOCHS * 0.5 + 2)
    assert estimate(status) == pytest.approx(search + AFTER_SEARCH * (EPOCHS + 2))


def test_a_phase_has_a_pace_of_its_own() -> None:
    """What select trains may be larger than what the search did; two of its five trainings are of the next
    round."""
    search = [trial(number, PRUNED, epoch=10, epoch_seconds=1.2) for number in range(16)]
    select = [
        trial(20 + number, LEASED if number == 0 else OPEN, phase=Phase.SELECT, epoch=epoch,
              epoch_seconds=4.0 if number == 0 else None)
        for number, epoch in enumerate([10, 0, 0])
    ]  # fmt: skip
    status = status_of(*search, *select, phase=Phase.SELECT)
    final = 12 * EPOCHS * (16 * 1.2 + 4.0) / 17
    assert estimate(status) == pytest.approx((10 + 4 * EPOCHS) * 4.0 + final)


def test_no_search_takes_longer_than_its_timeout() -> None:
    """Of which 10 of 30 seconds are left."""
    status = status_of(*_search(_running(0, 2, 3.0)), timeout_ms=30_000)
    assert estimate(status) == pytest.approx(10 + AFTER_SEARCH * EPOCHS * 3.0)
