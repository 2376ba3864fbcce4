"""The convolutional network of both image studies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studies.space import Params

if TYPE_CHECKING:
    import keras  # type: ignore[import-untyped]  # Keras ships no types


def build(params: Params, image_shape: tuple[int, int, int], n_classes: int) -> keras.Model:
    """An uncompiled classifier of raw images, uint8 (n, *image_shape) -> float32 (n, n_classes).

    `conv_layers` blocks of a 3x3 convolution and 2x2 max pooling, with `filters` filters in the
    first and twice as many in each next; one dense layer of `dense_units`, of which `dropout`
    (0 if not given) is the share dropped while training; softmax. `activation` follows every
    layer but the last.
    """
    import keras

    activation = str(params["activation"])
    inputs = keras.Input(image_shape, dtype="uint8")
    x = keras.layers.Rescaling(1 / 255)(inputs)
    for layer in range(int(params["conv_layers"])):
        filters = int(params["filters"]) * 2**layer
        x = keras.layers.Conv2D(filters, 3, padding="same", activation=activation)(x)
        x = keras.layers.MaxPooling2D()(x)
    x = keras.layers.Flatten()(x)
    x = keras.layers.Dense(int(params["dense_units"]), activation=activation)(x)
    if dropout := float(params.get("dropout", 0.0)):
        x = keras.layers.Dropout(dropout)(x)
    # Softmax in bfloat16 would give probabilities two digits long.
    outputs = keras.layers.Dense(n_classes, activation="softmax", dtype="float32")(x)
    return keras.Model(inputs, outputs)
