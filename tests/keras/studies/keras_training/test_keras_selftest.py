"""What a precision gives on this machine, measured for real."""

import pytest

from hpo.training import child
from hpo.training.precision import MOST_APART
from hpo.training.protocol import Probed
from studies.keras_training import keras_selftest
from tests.support.marks import slow


@slow("trains a network in two precisions")
def test_both_precisions_are_measured_here() -> None:
    """Each learns what there is to be learned, one as well as the other, and tells the seconds of an
    epoch; the losses are the same each time."""
    measured = child.measure()
    for probed in (measured.float32, measured.mixed_bfloat16):
        assert not probed.error
        assert probed.seconds > 0
        assert len(probed.losses) == keras_selftest.EPOCHS
        assert probed.losses[-1] < 0.7 * probed.losses[0]
    plain, half = (each.losses[-1] for each in (measured.float32, measured.mixed_bfloat16))
    assert half - plain < MOST_APART * (measured.float32.losses[0] - plain)
    assert measured.float32.losses != measured.mixed_bfloat16.losses
    assert keras_selftest.train_in("float32").losses == measured.float32.losses


def test_one_that_cannot_be_trained_in_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """With what it raised, in one line; so is one whose loss is no number."""
    assert child._probe("bfloat17").error.startswith("ValueError: ")
    nan = keras_selftest.Trained(0.1, (float("nan"),))
    monkeypatch.setattr(keras_selftest, "train_in", lambda _: nan)
    probed = child._probe("float32")
    assert probed == Probed(error=probed.error) and "finite" in probed.error
    assert "\n" not in probed.error
