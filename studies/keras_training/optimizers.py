"""How a configuration is trained, apart from its network: its optimizer, and how the learning rate runs."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from studies.errors import SettingsError
from studies.space import Params

if TYPE_CHECKING:
    import keras  # type: ignore[import-untyped]  # Keras ships no types

OPTIMIZERS = ("adam", "adamw", "rmsprop", "sgd")
"""What a configuration may name."""
SCHEDULES = ("constant", "cosine", "one_cycle")
"""What `schedule` may be."""


def check(params: Params, steps: int) -> None:
    """Raise SettingsError unless a training of so many steps can be that of `params`."""
    for name, known in (("optimizer", OPTIMIZERS), ("schedule", SCHEDULES)):
        if (given := params.get(name, known[0])) not in known:
            raise SettingsError(f"unknown {name} {given!r}", f"known are {', '.join(known)}")
    if params.get("schedule") == "one_cycle" and steps < 2:
        raise SettingsError(
            "schedule one_cycle has one step to rise and to fall",
            "train for more epochs, or in smaller batches",
        )


def batch_size(params: Params) -> int:
    """How many images a step takes; 32 if not given."""
    return int(params.get("batch_size", 32))


def build_optimizer(
    params: Params, steps_per_epoch: int, epochs: int
) -> keras.optimizers.Optimizer:
    """The optimizer `params["optimizer"]`, Adam if not given, for a training of so many epochs.

    Its rate is `learning_rate`, 0.001 if not given, or follows from `base_learning_rate`, which is that of batches of 32 and a
    momentum of 0.9: as the batch grows SGD takes as much longer steps (Goyal et al. 2017, "Accurate, large
    minibatch SGD"), the others by the root of it (Malladi et al. 2022, "On the SDEs and scaling rules for
    adaptive gradient algorithms"). With `momentum`, which is then Nesterov's, a step moves in the long run
    1 / (1 - momentum) of itself. SGD's rate is ten times the base, as Keras's default for it is ten times
    that of the others.

    By `schedule` the rate is constant, falls to zero along half a cosine (Loshchilov and Hutter 2017, "SGDR",
    without restarts), or rises before that from a 25th over the share `warmup` of all steps (Smith and
    Topin 2019, "Super-convergence", whose momentum runs against it). Without a schedule it falls for SGD,
    for the others, which scale their own steps, it is constant.

    `weight_decay` is decoupled from the gradients, and spares biases and normalisation (Loshchilov and
    Hutter 2019). With `averaging` the weights are averaged over about so many epochs; who judges the model
    takes their average.
    """
    import keras

    name, steps = params.get("optimizer", "adam"), epochs * steps_per_epoch
    momentum = float(params.get("momentum", 0.9))
    if "base_learning_rate" in params:
        batches = batch_size(params) / 32
        scale = 10 * batches * (1 - momentum) / 0.1 if name == "sgd" else math.sqrt(batches)
        rate = scale * float(params["base_learning_rate"])
    else:
        rate = float(params.get("learning_rate", 1e-3))
    schedule = params.get("schedule", "cosine" if name == "sgd" else "constant")
    if schedule == "cosine":
        rate = keras.optimizers.schedules.CosineDecay(rate, steps)
    elif schedule == "one_cycle":
        rising = min(max(1, round(float(params["warmup"]) * steps)), steps - 1)
        rate = keras.optimizers.schedules.CosineDecay(
            rate / 25, steps - rising, warmup_target=rate, warmup_steps=rising
        )
    more = {"momentum": momentum, "nesterov": "momentum" in params} if name == "sgd" else {}
    if "weight_decay" in params:
        more["weight_decay"] = float(params["weight_decay"])
    if averaged := float(params.get("averaging", 0)):
        more |= {"use_ema": True, "ema_momentum": 1 - 1 / max(1, averaged * steps_per_epoch)}
    made = {
        "adam": keras.optimizers.Adam,
        "adamw": keras.optimizers.AdamW,
        "rmsprop": keras.optimizers.RMSprop,
        "sgd": keras.optimizers.SGD,
    }
    optimizer = made[str(name)](rate, **more)
    if "weight_decay" in params:
        optimizer.exclude_from_weight_decay(var_names=["bias", "gamma", "beta"])
    return optimizer
