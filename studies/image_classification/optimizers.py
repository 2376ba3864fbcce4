"""The optimizers a configuration may name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studies.errors import SettingsError
from studies.space import Params

if TYPE_CHECKING:
    import keras  # type: ignore[import-untyped]  # Keras ships no types

NAMES = ("adam", "adamw", "rmsprop", "sgd")


def build(params: Params, n_steps: int) -> keras.optimizers.Optimizer:
    """The optimizer `params["optimizer"]` with `params["learning_rate"]` for `n_steps` batches.

    SGD has momentum 0.9, so a step moves in the long run ten times its learning rate: a range
    that suits Adam (1e-4 to 1e-2) suits SGD too. Its rate falls to zero along half a cosine
    (Loshchilov and Hutter 2017, "SGDR", without restarts); the others scale their own steps.
    """
    import keras

    rate = float(params["learning_rate"])
    match params["optimizer"]:
        case "adam":
            return keras.optimizers.Adam(rate)
        case "adamw":
            return keras.optimizers.AdamW(rate)
        case "rmsprop":
            return keras.optimizers.RMSprop(rate)
        case "sgd":
            falling = keras.optimizers.schedules.CosineDecay(rate, n_steps)
            return keras.optimizers.SGD(falling, momentum=0.9)
        case name:
            raise SettingsError(f"unknown optimizer {name!r}", f"known are {', '.join(NAMES)}")
