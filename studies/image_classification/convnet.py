"""The convolutional network of the image studies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from studies.space import Params

if TYPE_CHECKING:
    import keras  # type: ignore[import-untyped]  # Keras ships no types


def build(params: Params, image_shape: tuple[int, int, int], n_classes: int) -> keras.Model:
    """An uncompiled classifier of raw images, uint8 (n, *image_shape) -> float32 (n, n_classes).

    Of `conv_layers` blocks (3) each is followed by 2x2 max pooling while more than a pixel is left, and has
    twice as many filters as the one before; the first has `filters` (32). A `block` is one 3x3 convolution
    ("plain"), two ("double"), or two with a shortcut around them ("residual": He et al. 2016, "Deep residual
    learning"); with `batch_norm`, if not given in all blocks but plain ones, each convolution is normalised
    (Ioffe and Szegedy 2015). The `head` is a dense layer of `dense_units` (128; "flatten"), or the mean of
    each filter ("pooling"); of either `dropout` (0) is the share dropped while training; softmax.
    `activation` ("relu") follows every layer but the last. What is not among `params` is as said here, or
    the first of what it may be.
    """
    import keras

    activation, block = str(params.get("activation", "relu")), params.get("block", "plain")
    normalised = bool(params.get("batch_norm", block != "plain"))

    def convolve(x: Any, filters: int, size: int = 3, activation: str | None = activation) -> Any:
        if not normalised:
            return keras.layers.Conv2D(filters, size, padding="same", activation=activation)(x)
        x = keras.layers.Conv2D(filters, size, padding="same", use_bias=False)(x)
        x = keras.layers.BatchNormalization(momentum=0.9)(x)
        return x if activation is None else keras.layers.Activation(activation)(x)

    inputs = keras.Input(image_shape, dtype="uint8")
    x = keras.layers.Rescaling(1 / 255)(inputs)
    for layer in range(int(params.get("conv_layers", 3))):
        filters = int(params.get("filters", 32)) * 2**layer
        if block == "residual":
            around = convolve(x, filters, size=1, activation=None)
            x = convolve(convolve(x, filters), filters, activation=None)
            x = keras.layers.Activation(activation)(keras.layers.Add()([x, around]))
        else:
            for _ in range(2 if block == "double" else 1):
                x = convolve(x, filters)
        if min(x.shape[1:3]) > 1:
            x = keras.layers.MaxPooling2D()(x)
    if params.get("head", "flatten") == "pooling":
        x = keras.layers.GlobalAveragePooling2D()(x)
    else:
        x = keras.layers.Flatten()(x)
        x = keras.layers.Dense(int(params.get("dense_units", 128)), activation=activation)(x)
    if dropout := float(params.get("dropout", 0.0)):
        x = keras.layers.Dropout(dropout)(x)
    # Softmax in bfloat16 would give probabilities two digits long.
    outputs = keras.layers.Dense(n_classes, activation="softmax", dtype="float32")(x)
    return keras.Model(inputs, outputs)
