"""Whether Keras can train on this machine, shown by a training of a moment."""

from __future__ import annotations

import math

import numpy as np

from studies import keras_backend


def train_a_little() -> None:
    """Goes forward and back through a convolution, as trainings do, on what this process sees;
    raises whatever that raises.

    Raises:
        ArithmeticError: what came of it is no number.
    """
    import keras  # type: ignore[import-untyped]  # Keras ships no types

    keras_backend.start_afresh(0)
    model = keras.Sequential(
        [
            keras.layers.Input((8, 8, 3)),
            keras.layers.Conv2D(4, 3, activation="relu"),
            keras.layers.MaxPooling2D(),
            keras.layers.Flatten(),
            keras.layers.Dense(2, activation="softmax"),
        ]
    )
    model.compile(
        optimizer="adam",
        loss="sparse_categorical_crossentropy",
        jit_compile=keras_backend.jit_compile(),
    )
    x = np.linspace(0, 1, 4 * 8 * 8 * 3, dtype=np.float32).reshape(4, 8, 8, 3)
    loss = float(model.train_on_batch(x, np.arange(4) % 2))
    if not math.isfinite(loss):
        raise ArithmeticError(f"the loss of a convolution is {loss}")
