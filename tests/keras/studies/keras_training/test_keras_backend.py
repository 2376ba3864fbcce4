"""What Keras leaves to a machine's own files, and to who used the process before, bears on no result."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from hpo.devices.child_environment import ISOLATED, environment_on
from hpo.devices.discovery import Device
from hpo.devices.keras_probe import probe
from tests.support.marks import slow

TRAIN = """
import json, sys, numpy
from studies.keras_training import keras_backend
keras_backend.quicken_import()
import keras
keras_backend.start_afresh(3)
model = keras.Sequential([keras.layers.Input((6, 6, 2)), keras.layers.Conv2D(3, 3),
    keras.layers.BatchNormalization(), keras.layers.Flatten(), keras.layers.Dense(1)])
model.compile(keras.optimizers.Adam(0.1), "mse")
x = numpy.random.default_rng(0).normal(size=(64, 6, 6, 2))
losses = model.fit(x, x.sum((1, 2, 3)), epochs=2, batch_size=8, verbose=0).history["loss"]
print(json.dumps([keras.config.backend(), losses, model.count_params(), "sklearn" in sys.modules]))
"""
KERAS_JSON: dict[str, object] = {"floatx": "float32", "epsilon": 1e-7, "backend": "tensorflow",
              "image_data_format": "channels_last"}  # fmt: skip
OTHER: dict[str, object] = {
    "epsilon": 0.01,
    "floatx": "float16",
    "image_data_format": "channels_first",
    "backend": "torch",  # which is not installed
}


def _train(folder: Path, keras_json: dict[str, object] | None, **variables: str) -> list[object]:
    folder.mkdir()
    if keras_json is not None:
        (folder / "keras.json").write_text(json.dumps(KERAS_JSON | keras_json))
    environment = environment_on(Device("cpu:0", "", {"KERAS_HOME": str(folder), **variables}))
    done = subprocess.run(
        [sys.executable, *ISOLATED, "-c", TRAIN],
        env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    trained: list[object] = json.loads(done.stdout.splitlines()[-1])
    return trained


@slow("each imports TensorFlow in a process of its own")
def test_a_keras_json_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever it says, the same training gives the same numbers; nor do the variables that let Keras
    train less than was asked for."""
    monkeypatch.delenv("KERAS_BACKEND", raising=False)
    plain = _train(tmp_path / "plain", None)
    assert plain[-1] is False  # which nothing here needs
    less = {"KERAS_MAX_EPOCHS": "1", "KERAS_MAX_STEPS_PER_EPOCH": "2"}
    assert _train(tmp_path / "other", OTHER, **less) == plain


@slow("each imports TensorFlow in a process of its own")
def test_what_the_probe_sees(tmp_path: Path) -> None:
    """What a training would: it does what one does."""
    (tmp_path / "first").mkdir()
    first = KERAS_JSON | {"image_data_format": "channels_first"}
    (tmp_path / "first" / "keras.json").write_text(json.dumps(first))
    (tmp_path / "unknown").mkdir()
    (tmp_path / "unknown" / "keras.json").write_text(json.dumps(KERAS_JSON | {"floatx": "float8"}))
    homes = [
        Device("cpu:0", "", {"KERAS_HOME": str(tmp_path / name)}) for name in ("first", "unknown")
    ]
    fine, unknown, absent = probe([*homes, Device("cpu:0", "", {"KERAS_BACKEND": "torch"})])
    assert (fine.error, fine.backend) == ("", "tensorflow")
    assert unknown.error
    assert "No module named 'torch'" in absent.error
