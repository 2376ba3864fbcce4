"""An epoch as one program does what Keras does step by step, to the same bit in each process."""

import json
import subprocess
import sys

import pytest

from hpo.devices.child_environment import ISOLATED, environment_on
from hpo.devices.discovery import Device
from tests.support.images import QUICKLY_COMPILED
from tests.support.marks import slow

SCRIPT = """
import json, sys, numpy
from studies.keras_training import keras_backend
keras_backend.quicken_import()
import keras
from functools import partial
from studies.image_classification import augmentation
from studies.keras_training import compiled_epoch

draws = numpy.random.default_rng(0)
x, y = draws.integers(0, 256, (70, 8, 8, 3)).astype("uint8"), draws.integers(0, 4, 70)
how = dict(loss="sparse_categorical_crossentropy", metrics=["accuracy"])

def made():
    keras_backend.start_afresh(3)
    return keras.Sequential([keras.layers.Input((8, 8, 3), dtype="uint8"),
        keras.layers.Rescaling(1 / 255), keras.layers.Conv2D(4, 3, use_bias=False),
        keras.layers.BatchNormalization(),
        keras.layers.Flatten(), keras.layers.Dropout(0.2, seed=1),
        keras.layers.Dense(4, activation="softmax", kernel_regularizer="l2")])

def trained(size, most_bytes=compiled_epoch.MOST_BYTES, changing={}):
    compiled_epoch.MOST_BYTES = most_bytes
    drawn = augmentation.draw(changing, x.shape[1:], len(x), 1, 1)
    model = made()
    train = compiled_epoch.compiled(
        model, x, y, size, partial(augmentation.apply, changing),
        optimizer=keras.optimizers.Adam(0.01), **how)
    metrics = [train(x, y, drawn) for _ in range(2)]
    return metrics, [float(numpy.abs(weight).sum()) for weight in model.get_weights()]

def by_keras(size):
    model = made()
    model.compile(optimizer=keras.optimizers.Adam(0.01), **how)
    epochs = [model.fit(x, y, batch_size=size, shuffle=False, verbose=0).history for _ in range(2)]
    metrics = [{name: values[0] for name, values in each.items()} for each in epochs]
    return metrics, [float(numpy.abs(weight).sum()) for weight in model.get_weights()]

print(json.dumps(trained(16)))
if sys.argv[1:] == ["all"]:
    print(json.dumps({"backend": keras.backend.backend(), "own": trained(100),
        "in parts": trained(16, 2 * 16 * 8 * 8 * 3),
        "changed": [trained(16, most, dict(flip=True, shift=2)) for most in (2 * 16 * 8 * 8 * 3, 1 << 28)],
        "keras": [by_keras(16), by_keras(100)]}))
"""


@slow("each imports a backend in a process of its own")
@pytest.mark.parametrize(("backend", "processes"), [("jax", 2), ("tensorflow", 1)])
def test_it_is_what_keras_trains(backend: str, processes: int) -> None:
    """Metrics and weights after two epochs, with a batch that is not full, with less than one batch,
    with means that run along and with chance; and no matter in how many parts. What JAX compiles in
    another process gives the same bits; of TensorFlow that is seen where a training is resumed."""
    variables = {"KERAS_BACKEND": backend, "XLA_FLAGS": QUICKLY_COMPILED}
    environment = environment_on(Device("cpu:0", "", variables))
    (said, *rest), *others = [
        subprocess.run(
            [sys.executable, *ISOLATED, "-c", SCRIPT, *what],
            env=environment, capture_output=True, text=True, check=True,
        ).stdout.splitlines()
        for what in (["all"], [])[:processes]
    ]  # fmt: skip
    assert others == [[said]] * (processes - 1)
    found = json.loads(rest[0])
    assert found["backend"] == backend
    small = json.loads(said)
    for own, keras in zip((small, found["own"]), found["keras"], strict=True):
        for ours, theirs in zip(own[0], keras[0], strict=True):
            assert ours == pytest.approx(theirs, rel=1e-4)
        assert own[1] == pytest.approx(keras[1], rel=1e-4)
    assert found["in parts"][1] == pytest.approx(small[1], rel=1e-5)
    in_parts, whole = (weights for _, weights in found["changed"])
    assert in_parts == pytest.approx(whole, rel=1e-5) != pytest.approx(small[1], rel=1e-4)
