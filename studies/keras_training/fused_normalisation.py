"""Batch normalisation as one kernel of TensorFlow's."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def fused_normalisation() -> Iterator[None]:
    """A program that is traced within normalises batches of images in one kernel, on CPUs.

    Keras (3.15) composes that, and TensorFlow its gradient, of a dozen operations, each of which goes over all
    values of a layer in float32: on one core of a CPU with bfloat16 that was two thirds of an epoch. What is
    computed is the same, but for how it is rounded; where a layer is not the usual one, Keras computes it.
    """
    import keras  # type: ignore[import-untyped]  # Keras ships no types
    import tensorflow  # type: ignore[import-untyped]  # TensorFlow ships no types

    layer = keras.layers.BatchNormalization
    composed = layer.call

    def is_usual(self: Any, inputs: Any) -> bool:
        has_all = self.scale and self.center and not (self.renorm or self.synchronized)
        is_of_images = len(inputs.shape) == 4 and self.axis in (3, -1)
        is_real = inputs.dtype.name == self.compute_dtype in ("float32", "bfloat16", "float16")
        is_kept = self.variable_dtype == "float32"
        return type(self) is layer and has_all and is_of_images and is_real and is_kept

    def call(self: Any, inputs: Any, training: bool | None = None, mask: Any = None) -> Any:
        if not (training and self.trainable and mask is None and is_usual(self, inputs)):
            return composed(self, inputs, training=training, mask=mask)
        weights = [tensorflow.cast(each.value, "float32") for each in (self.gamma, self.beta)]
        outputs, mean, variance, *_ = tensorflow.raw_ops.FusedBatchNormV3(
            x=inputs,
            scale=weights[0],
            offset=weights[1],
            mean=[],
            variance=[],
            epsilon=self.epsilon,
        )
        # The kernel divides by n - 1, Keras by n.
        n = tensorflow.cast(tensorflow.size(inputs) // inputs.shape[-1], "float32")
        kept = (self.moving_mean, mean), (self.moving_variance, variance * (n - 1) / n)
        for moving, of_batch in kept:
            moving.assign(moving * self.momentum + of_batch * (1 - self.momentum))
        return outputs

    if not tensorflow.config.list_logical_devices("GPU"):  # where it was not measured
        layer.call = call
    try:
        yield
    finally:
        layer.call = composed
