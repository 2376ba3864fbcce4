"""The saver: when a checkpoint is due, and what it costs."""

import hashlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from hpo.training import checkpoint_times
from hpo.training.checkpoint_times import MOST_SHARE
from hpo.training.protocol import Work
from hpo.training.reporter import Saver
from studies import checkpoint
from studies.training_outcomes import Epoch

EPOCHS = 5
NoWork = Callable[[float], Work]


class Clock:
    """A clock that the test moves."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def monotonic(self) -> float:
        return self.seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The saver's clock."""
    made = Clock()
    monkeypatch.setattr(checkpoint_times, "time", made)
    return made


@pytest.fixture
def work(tmp_path: Path) -> NoWork:
    """Work with that many seconds between checkpoints."""
    return lambda seconds: Work(
        definition="", definition_hash="", settings={}, params={}, seed=0, training_file="",
        checkpoint_stem=str(tmp_path / "1-token"), checkpoint_seconds=seconds,
    )  # fmt: skip


def _epoch(number: int, *, has_state: bool = True) -> Epoch:
    state = {"weights": np.arange(number)}
    return Epoch(number, {"val_accuracy": 0.5}, 1.0, (lambda: state) if has_state else None)


def test_due_after_so_many_seconds(clock: Clock, work: NoWork) -> None:
    """Not before, and after one is kept the seconds count anew."""
    saver = Saver(work(30), EPOCHS)
    assert not saver.is_due
    clock.seconds += 30
    assert saver.is_due
    saver.save(_epoch(1))
    saver.settle()
    assert not saver.is_due
    clock.seconds += 30
    assert saver.is_due


def test_what_takes_long_is_done_seldom(clock: Clock, work: NoWork) -> None:
    """A checkpoint that held the training up for three seconds is followed by another only when
    that is 2% of the time that trains."""
    saver = Saver(work(30), EPOCHS)
    saver.save(_epoch(1))
    clock.seconds += 3
    saver.settle()
    clock.seconds += 3 / MOST_SHARE - 1
    assert not saver.is_due
    clock.seconds += 1
    assert saver.is_due


def test_each_epoch_where_asked_for(clock: Clock, work: NoWork) -> None:
    """With 0 seconds between them one is due at each epoch, whatever it costs."""
    saver = Saver(work(0), EPOCHS)
    saver.save(_epoch(1))
    clock.seconds += 60
    saver.settle()
    assert saver.is_due


def test_what_is_kept_can_be_gone_on_from(work: NoWork) -> None:
    """The file is whole, named for its job, lease and epoch, and is what the message says."""
    kept = Saver(work(0), EPOCHS).save(_epoch(3))
    file = Path(kept.file)
    assert file.name == "1-token-3.checkpoint"
    content = file.read_bytes()
    assert (len(content), hashlib.sha256(content).hexdigest()) == (kept.size_bytes, kept.sha256)
    found = checkpoint.read(file)
    assert (found.epoch, found.metrics) == (3, {"val_accuracy": 0.5})
    np.testing.assert_array_equal(found.arrays["weights"], np.arange(3))


def test_nothing_is_kept_that_nobody_could_use(work: NoWork) -> None:
    """Not after the last epoch, not of a training that cannot go on, not where nobody asked."""
    saver = Saver(work(0), EPOCHS)
    assert saver.may_save(_epoch(EPOCHS - 1))
    assert not saver.may_save(_epoch(EPOCHS))
    assert not saver.may_save(_epoch(1, has_state=False))
    unasked = Saver(work(0).model_copy(update={"checkpoint_stem": None}), EPOCHS)
    assert not unasked.may_save(_epoch(1))
