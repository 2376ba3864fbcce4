"""Batch normalisation as one kernel gives what Keras gives."""

from contextlib import nullcontext
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from studies.keras_training import keras_backend
from studies.keras_training.fused_normalisation import fused_normalisation

SHAPE = (6, 8, 8, 5)


def _trained(
    *, fused: bool, policy: str = "float32", shape: tuple[int, ...] = SHAPE, **how: Any
) -> tuple[list[NDArray[np.float32]], bool]:
    """The answers of a layer, its gradients and what it keeps, after one step; and whether the kernel did it."""
    import keras  # type: ignore[import-untyped]  # Keras ships no types
    import tensorflow  # type: ignore[import-untyped]  # TensorFlow ships no types

    chance = np.random.default_rng(0)
    trainable = how.pop("trainable", True)
    with keras_backend.dtype_policy(policy):
        layer = keras.layers.BatchNormalization(**how)
    x = tensorflow.cast(chance.normal(3, 2, shape), layer.compute_dtype)
    wanted = tensorflow.constant(chance.normal(size=shape), "float32")
    layer.build(shape)
    for each, (low, high) in zip(layer.trainable_variables, ((0.5, 1.5), (-1, 1)), strict=False):
        each.assign(np.linspace(low, high, each.shape[0]))
    layer.trainable = trainable
    watched = [x, *(each.value for each in layer.trainable_variables)]

    def step() -> Any:
        with tensorflow.GradientTape() as tape:
            tape.watch(x)
            answers = layer(x, training=True)
            total = tensorflow.reduce_sum(tensorflow.cast(answers, "float32") * wanted)
        return answers, tape.gradient(total, watched)

    with fused_normalisation() if fused else nullcontext():
        program = tensorflow.function(step).get_concrete_function()
    answers, gradients = program()
    found = (answers, *gradients, *(each.value for each in layer.non_trainable_variables))
    by_kernel = "FusedBatchNormV3" in {each.type for each in program.graph.get_operations()}
    return [np.asarray(tensorflow.cast(each, "float32")) for each in found], by_kernel


@pytest.mark.parametrize(("policy", "most"), [("float32", 1e-4), ("mixed_bfloat16", 1e-3)])
@pytest.mark.parametrize("shape", [SHAPE, (1, 1, 1, 5), (7, 3, 2, 1)])
def test_it_is_what_keras_computes(policy: str, most: float, shape: tuple[int, ...]) -> None:
    """Answers, gradients, and the mean and variance that are kept; and equal bits each time."""
    expected, by_kernel = _trained(fused=False, policy=policy, shape=shape, momentum=0.9)
    assert not by_kernel
    found, by_kernel = _trained(fused=True, policy=policy, shape=shape, momentum=0.9)
    assert by_kernel
    again, _ = _trained(fused=True, policy=policy, shape=shape, momentum=0.9)
    for ours, theirs, repeated in zip(found, expected, again, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=most, atol=most)
        np.testing.assert_array_equal(ours, repeated)


@pytest.mark.parametrize(
    "how",
    [
        {"scale": False},
        {"center": False},
        {"renorm": True},
        {"axis": 1},
        {"trainable": False},
        {"policy": "float64"},
        {"policy": "bfloat16"},
        {"shape": (6, 5)},
    ],
    ids=str,
)
def test_what_is_not_usual_is_left_to_keras(how: dict[str, Any]) -> None:
    """To the last bit."""
    expected, _ = _trained(fused=False, **how)
    found, by_kernel = _trained(fused=True, **how)
    assert not by_kernel
    for ours, theirs in zip(found, expected, strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_nothing_is_left_of_it() -> None:
    """Who trains in a way of its own is to have Keras's, whatever was trained before, or failed."""
    import keras

    layer = keras.layers.BatchNormalization
    before = layer.call
    with pytest.raises(ValueError, match="no images"), fused_normalisation():
        assert layer.call is not before
        raise ValueError("no images")
    assert layer.call is before


@pytest.mark.parametrize("dtype", ["uint8", "float32"])
def test_raw_images_are_normalised_by_keras(dtype: str) -> None:
    """A layer that is given whole numbers casts them itself."""
    import keras
    import tensorflow

    inputs = keras.Input((4, 4, 3), dtype=dtype)
    model = keras.Model(inputs, keras.layers.BatchNormalization()(inputs))
    x = tensorflow.constant(np.arange(96).reshape(2, 4, 4, 3), dtype)
    with fused_normalisation():
        graph = tensorflow.function(lambda: model(x, training=True)).get_concrete_function().graph
    kinds = {each.type for each in graph.get_operations()}
    assert ("FusedBatchNormV3" in kinds) == (dtype == "float32")
