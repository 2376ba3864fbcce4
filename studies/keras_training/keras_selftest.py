"""Whether Keras can train on this machine, and how fast it is in a precision: a small convolutional
network, trained for a moment.

It is always the same network on the same made-up images, and not the definition's own: so what was measured
once is known for all studies on devices of that kind, nothing of a definition is run before its first
trial, and it takes seconds where a large model's first epoch may take minutes. It is shaped like what is
mostly trained here, convolutions over images in colour; how much a precision gives depends on that, and
whoever knows better says so with `--set precision=...`.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from studies.keras_training import keras_backend

# As many images that Keras's own work around an epoch counts for little: of 256 images, by which a CPU was 1.1
# times as fast in bfloat16, half of the time was that, and trainings were twice as fast.
CLASSES, IMAGES, BATCH = 4, 1024, 32
SHAPE = (32, 32, 3)
# The first one is compiled, and is not timed.
EPOCHS = 4
# With one four times as high, a loss was a matter of chance: 0.02 or 0.6 in float32 with other seeds. With this,
# those of the two precisions differ by 0.04 at most with four seeds, while they fall by 0.8 to 1.3.
LEARNING_RATE = 5e-4


@dataclass(frozen=True)
class Trained:
    """Seconds of the fastest epoch, and the loss in nats after each."""

    seconds: float
    losses: tuple[float, ...]


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


def train_in(precision: str) -> Trained:
    """Trains in `precision`, which Keras knows as a policy; raises whatever that raises."""
    import keras

    keras_backend.start_afresh(0)
    with keras_backend.dtype_policy(precision):
        layers = [keras.layers.Input(SHAPE), keras.layers.Rescaling(1 / 255)]
        for filters in (32, 64, 128):
            layers += [
                keras.layers.Conv2D(filters, 3, padding="same", activation="relu"),
                keras.layers.MaxPooling2D(),
            ]
        layers += [
            keras.layers.Flatten(),
            keras.layers.Dense(64, activation="relu"),
            keras.layers.Dense(CLASSES, activation="softmax", dtype="float32"),
        ]
        model = keras.Sequential(layers)
    model.compile(
        optimizer=keras.optimizers.Adam(LEARNING_RATE),
        loss="sparse_categorical_crossentropy",
        steps_per_execution=IMAGES // BATCH,
        jit_compile=keras_backend.jit_compile(),
    )
    x, y = _images()
    seconds, losses = [], []
    for _ in range(EPOCHS):
        start = time.perf_counter()
        history = model.fit(x, y, batch_size=BATCH, shuffle=False, verbose=0).history
        seconds.append(time.perf_counter() - start)
        losses.append(float(history["loss"][0]))
    return Trained(min(seconds[1:]), tuple(losses))


def _images() -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Images (n, height, width, channels) of classes that have colours of their own, in much noise, and
    those classes."""
    rng = np.random.default_rng(0)
    y = rng.integers(0, CLASSES, IMAGES)
    of_class = rng.integers(0, 256, (CLASSES, 1, 1, SHAPE[-1]))
    noise = rng.integers(0, 256, (IMAGES, *SHAPE))
    return ((of_class[y] + 7 * noise) // 8).astype(np.uint8), y
