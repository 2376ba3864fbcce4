"""Batch normalisation as one kernel of TensorFlow's."""

from __future__ import annotations

from typing import Any


def fuse_normalisation() -> None:
    """Batches of images are normalised, while a model is trained, in one kernel of TensorFlow's.

    Keras (3.15) composes it, and its gradient, of a dozen, each of which goes over all values of a layer in
    float32: on one core of a CPU with bfloat16 that was two thirds of an epoch. What is computed is the same,
    but for how it is rounded. It holds from now on, for all models of this process.
    """
    import keras  # type: ignore[import-untyped]  # Keras ships no types
    import tensorflow  # type: ignore[import-untyped]  # TensorFlow ships no types

    layer = keras.layers.BatchNormalization
    composed = layer.call
    if hasattr(composed, "composed"):
        return

    def call(self: Any, inputs: Any, training: bool | None = None, mask: Any = None) -> Any:
        has_all = self.scale and self.center and not (self.renorm or self.synchronized)
        is_of_images = mask is None and len(inputs.shape) == 4 and self.axis in (3, -1)
        if not (training and self.trainable and has_all and is_of_images):
            return composed(self, inputs, training=training, mask=mask)
        scale, offset = (tensorflow.cast(each.value, "float32") for each in (self.gamma, self.beta))
        outputs, mean, variance, *_ = tensorflow.raw_ops.FusedBatchNormV3(
            x=inputs, scale=scale, offset=offset, mean=[], variance=[], epsilon=self.epsilon
        )
        # The kernel's is the variance of a sample.
        n = tensorflow.cast(tensorflow.size(inputs) // inputs.shape[-1], "float32")
        for moving, of_batch in (
            (self.moving_mean, mean),
            (self.moving_variance, variance * (n - 1) / n),
        ):
            moving.assign(moving * self.momentum + of_batch * (1 - self.momentum))
        return outputs

    call.composed = composed  # type: ignore[attr-defined] # of a function
    layer.call = call
