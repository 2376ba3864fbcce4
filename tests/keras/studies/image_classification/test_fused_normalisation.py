"""Batch normalisation as one kernel gives what Keras gives."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from studies import keras_backend
from studies.image_classification.fused_normalisation import fuse_normalisation

SHAPE = (6, 8, 8, 5)


@pytest.fixture
def composed() -> Iterator[None]:
    """As Keras has it, until a test asks for the kernel; and as it was, in the end."""
    import keras  # type: ignore[import-untyped]  # Keras ships no types

    layer = keras.layers.BatchNormalization
    there = layer.call
    layer.call = getattr(there, "composed", there)
    yield
    layer.call = there


def _trained(policy: str, **how: Any) -> list[NDArray[np.float32]]:
    """The answers of a layer, its gradients and what it keeps, after one step."""
    import keras
    import tensorflow  # type: ignore[import-untyped]  # TensorFlow ships no types

    chance = np.random.default_rng(0)
    with keras_backend.dtype_policy(policy):
        layer = keras.layers.BatchNormalization(**how)
    x = tensorflow.cast(chance.normal(3, 2, SHAPE), layer.compute_dtype)
    wanted = tensorflow.constant(chance.normal(size=SHAPE), "float32")
    layer.build(SHAPE)
    for each, (low, high) in zip(layer.trainable_variables, ((0.5, 1.5), (-1, 1)), strict=False):
        each.assign(np.linspace(low, high, SHAPE[-1]))
    trained = [each.value for each in layer.trainable_variables]

    def step() -> Any:
        with tensorflow.GradientTape() as tape:
            tape.watch(x)
            answers = layer(x, training=True)
            total = tensorflow.reduce_sum(tensorflow.cast(answers, "float32") * wanted)
        return answers, tape.gradient(total, [x, *trained])

    answers, gradients = tensorflow.function(step)()
    found = (answers, *gradients, *(each.value for each in layer.non_trainable_variables))
    return [np.asarray(tensorflow.cast(each, "float32")) for each in found]


@pytest.mark.usefixtures("composed")
@pytest.mark.parametrize(("policy", "most"), [("float32", 1e-4), ("mixed_bfloat16", 1e-3)])
@pytest.mark.parametrize("how", [{"momentum": 0.9}, {"scale": False}, {"renorm": True}])
def test_it_is_what_keras_computes(policy: str, most: float, how: dict[str, Any]) -> None:
    """Answers, gradients, and the mean and variance that are kept; also of what the kernel cannot do, which
    stays Keras's. And equal bits each time."""
    expected = _trained(policy, **how)
    fuse_normalisation()
    fuse_normalisation()
    fused, again = _trained(policy, **how), _trained(policy, **how)
    for ours, theirs, repeated in zip(fused, expected, again, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=most, atol=most)
        np.testing.assert_array_equal(ours, repeated)
    if how == {"momentum": 0.9}:  # else nothing was tried
        assert any((ours != theirs).any() for ours, theirs in zip(fused, expected, strict=True))


@pytest.mark.usefixtures("composed")
def test_a_trained_layer_answers_as_keras_computes() -> None:
    """By the mean and variance that it kept."""
    import keras

    layer = keras.layers.BatchNormalization()
    x = np.random.default_rng(1).normal(size=SHAPE).astype(np.float32)
    expected = np.asarray(layer(x))
    fuse_normalisation()
    np.testing.assert_array_equal(np.asarray(layer(x)), expected)
