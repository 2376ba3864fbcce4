"""How a configuration is trained: its optimizer, how its rate runs, what answers are compared with."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from studies import cifar100_wide
from studies.errors import SettingsError
from studies.image_classification import targets
from studies.keras_training import optimizers
from studies.space import Params

STEPS, EPOCHS = 10, 4


def _rates(params: Params) -> list[float]:
    optimizer = optimizers.build_optimizer(params, STEPS, EPOCHS)
    rate = optimizer._learning_rate
    return [float(rate(step) if callable(rate) else rate) for step in range(STEPS * EPOCHS + 1)]


def _at_start(**params: Any) -> float:
    usual: dict[str, Any] = {"base_learning_rate": 0.01, "batch_size": 32, "schedule": "constant"}
    return _rates({**usual, **params})[0]


@pytest.mark.parametrize("optimizer", optimizers.OPTIMIZERS)
def test_a_rate_runs_as_its_schedule_says(optimizer: str) -> None:
    """With every optimizer: constant, along half a cosine, or up and then down to nothing."""
    params: Params = {"optimizer": optimizer, "learning_rate": 0.01}
    constant = _rates({**params, "schedule": "constant"})
    assert constant == pytest.approx([0.01] * 41)
    cosine = _rates({**params, "schedule": "cosine"})
    assert cosine[0] == pytest.approx(0.01) and cosine[20] == pytest.approx(0.005)
    assert cosine == sorted(cosine, reverse=True) and cosine[40] == pytest.approx(0, abs=1e-9)
    cycle = _rates({**params, "schedule": "one_cycle", "warmup": 0.25})
    assert cycle[0] == pytest.approx(0.01 / 25) and cycle[40] == pytest.approx(0, abs=1e-9)
    assert cycle[10] == max(cycle) == pytest.approx(0.01)
    for short in (0.001, 0.999):  # it rises, and falls, for a step at least
        brief = _rates({**params, "schedule": "one_cycle", "warmup": short})
        assert max(brief) == pytest.approx(0.01) and brief[0] < 0.01 > brief[40]
    assert cycle[:11] == sorted(cycle[:11]) and cycle[10:] == sorted(cycle[10:], reverse=True)


def test_without_a_schedule_it_falls_for_sgd_alone() -> None:
    """So it is where a space does not ask."""
    assert len(set(_rates({"optimizer": "adam", "learning_rate": 0.01}))) == 1
    falling = _rates({"optimizer": "sgd", "learning_rate": 0.01})
    assert falling == _rates({"optimizer": "sgd", "learning_rate": 0.01, "schedule": "cosine"})


def test_a_rate_that_is_told_for_a_batch_of_32_follows_the_batch() -> None:
    """SGD in proportion, and ten times as high; the others by the root; and a momentum of 0.9 has no part in it."""
    assert _at_start(optimizer="adam") == pytest.approx(0.01)
    assert _at_start(optimizer="adam", batch_size=128) == pytest.approx(0.02)
    assert _at_start(optimizer="rmsprop", batch_size=8) == pytest.approx(0.005)
    assert _at_start(optimizer="sgd", momentum=0.9) == pytest.approx(0.1)
    assert _at_start(optimizer="sgd", momentum=0.9, batch_size=128) == pytest.approx(0.4)
    # A step moves in the long run ten times as far with 0.9, five times with 0.8.
    assert _at_start(optimizer="sgd", momentum=0.8) == pytest.approx(0.2)


def test_decay_is_decoupled_and_spares_biases() -> None:
    """A step without a gradient makes weights smaller by the rate times the decay, and no bias."""
    import keras  # type: ignore[import-untyped]  # Keras ships no types

    dense = keras.layers.Dense(2, bias_initializer="ones")
    dense.build((None, 3))
    before = [np.asarray(variable).copy() for variable in dense.trainable_variables]
    params: Params = {"optimizer": "sgd", "learning_rate": 0.1, "schedule": "constant"}
    optimizer = optimizers.build_optimizer({**params, "weight_decay": 0.01}, STEPS, EPOCHS)
    none = [np.zeros_like(each) for each in before]
    optimizer.apply_gradients(zip(none, dense.trainable_variables, strict=True))
    kernel, bias = (np.asarray(variable) for variable in dense.trainable_variables)
    np.testing.assert_allclose(kernel, before[0] * (1 - 0.1 * 0.01), rtol=1e-6)
    np.testing.assert_array_equal(bias, before[1])
    # None is none, also of the optimizer that has some by default.
    assert (
        optimizers.build_optimizer(
            {**params, "optimizer": "adamw", "weight_decay": 0.0}, 1, 1
        ).weight_decay
        == 0
    )
    assert optimizers.build_optimizer({**params, "optimizer": "adamw"}, 1, 1).weight_decay > 0


def test_weights_are_averaged_over_epochs() -> None:
    """Of as many steps as these have, whatever the batch."""
    params: Params = {"optimizer": "adam", "learning_rate": 0.01}
    assert not optimizers.build_optimizer(params, STEPS, EPOCHS).use_ema
    averaging = optimizers.build_optimizer({**params, "averaging": 3}, STEPS, EPOCHS)
    assert averaging.use_ema and averaging.ema_momentum == pytest.approx(1 - 1 / 30)


@pytest.mark.parametrize(
    ("params", "named"),
    [
        ({"optimizer": "lion"}, "unknown optimizer 'lion'"),
        ({"schedule": "step"}, "unknown schedule 'step'"),
        ({"schedule": "one_cycle", "warmup": 0.5}, "one step to rise and to fall: train for more"),
    ],
)
def test_what_cannot_be_trained_is_refused(params: dict[str, Any], named: str) -> None:
    """In a line, before anything is."""
    with pytest.raises(SettingsError, match=named):
        optimizers.check({"optimizer": "adam"} | params, 1)


def test_the_wide_space_names_what_is_known() -> None:
    """Its baseline trains as that of the published study does: with nothing of what it adds."""
    study = cifar100_wide.STUDY
    optimizers.check(study.baseline, 100)
    assert targets.loss_of(study.baseline) == targets.loss_of({})
    assert _rates(study.baseline) == _rates({"optimizer": "adam", "learning_rate": 1e-3})
